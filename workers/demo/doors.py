"""Who knocked at the spaces of the demo network, who was invited, who left."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from core import clock, tokens
from core.db import db
from core.spaces import Membership
from core.text import normalise_email
from webapp.invitations.models import Invitation
from webapp.invitations.service import LASTS
from webapp.people import service as people
from webapp.spaces import service as spaces
from webapp.spaces.models import JoinRequest
from workers.demo.founding import Cast
from workers.demo.records import Book

#: How long a request that was answered had waited.
WAITED = timedelta(hours=20)


def acts(book: Book, cast: Cast) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """(instant, what is done)."""
    said = book.data("doors.json")
    for one in said["requests"]:
        asked = cast.days.before(one["at"])
        yield asked, partial(_ask, one, cast)
        if "answer" in one:
            yield asked + WAITED, partial(_answer, one, cast)
    for one in said["invitations"]:
        yield cast.days.before(one["at"]), partial(_invite, one, cast)
    for one in said["departures"]:
        yield cast.now - timedelta(days=one["days"]), partial(_remove, one, cast)
    for one in said["closed"]:
        yield cast.now - timedelta(days=one["days"]), partial(_close, one["person"], cast)


def _ask(said: dict[str, Any], cast: Cast) -> None:
    spaces.ask_to_join(
        space=cast.spaces[said["space"]],
        by=cast.people[said["person"]],
        message=said["message"],
        organisation=cast.speaks_for.get(said["person"]),
    )


def _answer(said: dict[str, Any], cast: Cast) -> None:
    request = db.session.scalars(
        sa.select(JoinRequest).where(
            JoinRequest.space == cast.spaces[said["space"]], JoinRequest.person == cast.people[said["person"]]
        )
    ).one()
    decide = {"accepted": spaces.accept_request, "refused": spaces.refuse_request}[said["answer"]]
    decide(request=request, by=cast.people[said["by"]], word=said["word"])


def _invite(said: dict[str, Any], cast: Cast) -> None:
    """The door as it stands; its mail has long been read, or lost."""
    accepted = cast.days.before(said["accepted"]) if "accepted" in said else None
    db.session.add(
        Invitation(
            space=cast.spaces[said["space"]],
            address=said["address"],
            address_key=normalise_email(said["address"]),
            name=said["name"],
            invited_by=cast.people[said["by"]],
            secret_digest=tokens.digest(tokens.secret()),
            expires_at=clock.now() + LASTS,
            accepted_at=accepted,
            accepted_by=cast.people[said["person"]] if accepted else None,
            revoked_at=cast.days.before(said["revoked"]) if "revoked" in said else None,
        )
    )


def _remove(said: dict[str, Any], cast: Cast) -> None:
    membership = db.session.scalars(
        sa.select(Membership).where(
            Membership.space == cast.spaces[said["space"]], Membership.person == cast.people[said["person"]]
        )
    ).one()
    spaces.remove_member(membership=membership, by=cast.people[said["by"]], word=said["word"])


def _close(key: str, cast: Cast) -> None:
    """Someone leaves the network; what they shared stays."""
    people.close_account(person=cast.people[key])
