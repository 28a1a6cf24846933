"""The API about itself: who the token speaks for, and the keys of that person."""

from datetime import datetime
from typing import Annotated, Literal

import pydantic
from flask import g

from core.errors import NotAllowed
from core.locale import _
from core.people import Person
from core.sessions import ApiToken
from core.spaces import Space, spaces_of
from webapp.shell.api import Answer, Body, Line, endpoint
from webapp.shell.identity import someone
from webapp.tokens import feature, queries, service

Scope = Literal["read", "write", "moderate", "staff"]


class SpaceName(Answer):
    """A space, by what names it."""

    slug: str
    name: str


class Me(Answer):
    """The person of the token."""

    id: int
    name: str
    email: str | None
    locale: str
    timezone: str
    is_staff: bool
    scopes: list[Scope]
    spaces: list[SpaceName]


class TokenOut(Answer):
    """An access key, without its secret."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    current: bool = pydantic.Field(description="Whether it is the key of this very call.")


class TokenMade(TokenOut):
    """A new access key. `secret` is given here and never again."""

    secret: str


class TokenIn(Body):
    """An access key to make. Without `days`, it holds until it is revoked."""

    name: Annotated[Line, pydantic.Field(min_length=1, max_length=service.LONGEST_NAME)]
    scopes: Annotated[list[Scope], pydantic.Field(min_length=1, max_length=4)]
    days: Annotated[int, pydantic.Field(ge=1, le=service.LONGEST_DAYS)] | None = None


class TokenList(Answer):
    """The keys that open something now, latest first: a few, so on one page."""

    items: list[TokenOut]


@endpoint(feature, "GET", "/me", scope="read", answer=Me, summary="Who the token speaks for")
def me() -> Me:
    person = someone()
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        locale=person.locale,
        timezone=person.timezone,
        is_staff=person.is_staff,
        scopes=g.token.scopes,
        spaces=[_space(space) for space in spaces_of(person)],
    )


@endpoint(feature, "GET", "/tokens", scope="read", answer=TokenList, summary="List my access keys")
def index() -> TokenList:
    return TokenList(items=[_shown(token) for token in queries.held_by(someone())])


@endpoint(
    feature,
    "POST",
    "/tokens",
    scope="write",
    body=TokenIn,
    answer=TokenMade,
    status=201,
    secret=True,
    summary="Make an access key",
)
def create(body: TokenIn) -> TokenMade:
    """A key cannot make one that may do more than itself."""
    person: Person = someone()
    if not set(body.scopes) <= {"read", *g.token.scopes}:
        raise NotAllowed(_("Une clé ne peut en créer une qui permette plus qu’elle."))
    token, secret = service.create_token(
        person=person, name=body.name, scopes=list(body.scopes), days=body.days, by=person
    )
    return TokenMade(**_shown(token).model_dump(), secret=secret)


@endpoint(feature, "DELETE", "/tokens/<int:id>", scope="write", summary="Revoke one of my access keys")
def revoke(id: int) -> None:  # noqa: A002 - the address' own name
    """Takes effect at once, and may be asked again."""
    service.revoke_token(token=queries.owned(id, someone()))


def _space(space: Space) -> SpaceName:
    return SpaceName(slug=space.slug, name=space.name)


def _shown(token: ApiToken) -> TokenOut:
    return TokenOut(
        id=token.id,
        name=token.name,
        scopes=token.scopes,  # type: ignore[arg-type]
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
        current=token.id == g.token.id,
    )
