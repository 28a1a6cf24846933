"""The API's view of one's sessions: which browsers stand open, and how to close one."""

from datetime import datetime

import pydantic

from core.sessions import Session
from webapp.identity import devices, feature, queries, service
from webapp.shell.api import Answer, endpoint
from webapp.shell.identity import someone


class SessionOut(Answer):
    """A browser where the token's person is signed in."""

    id: int
    device: str = pydantic.Field(description="The browser and its system, in words of the caller's language.")
    method: str = pydantic.Field(
        description="How they proved who they are: link, password, invitation, or a provider."
    )
    created_at: datetime
    seen_at: datetime


class SessionList(Answer):
    """The open sessions, last seen first: a few, so on one page."""

    items: list[SessionOut]


@endpoint(feature, "GET", "/sessions", scope="read", answer=SessionList, summary="List my open sessions")
def sessions() -> SessionList:
    return SessionList(items=[_shown(one) for one in queries.sessions_of(someone())])


@endpoint(feature, "DELETE", "/sessions/<int:id>", scope="write", summary="Close one of my sessions")
def end_session(id: int) -> None:  # noqa: A002 - the address' own name
    """Takes effect at once."""
    service.end_session(session=queries.owned_session(id, someone()))


def _shown(one: Session) -> SessionOut:
    return SessionOut(
        id=one.id,
        device=devices.describe(one.user_agent),
        method=one.method,
        created_at=one.created_at,
        seen_at=one.seen_at,
    )
