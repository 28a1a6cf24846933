"""The API's invitations: send, list, send again, revoke."""

from datetime import datetime
from typing import Annotated, Literal

import pydantic

from core.addresses import LONGEST, well_written
from core.db import db
from core.errors import Refused
from core.locale import _
from core.organisations import Organisation
from webapp.invitations import feature, pasted, queries, service
from webapp.invitations.models import Invitation
from webapp.shell.api import Answer, Body, Id, Line, Moment, Text, endpoint
from webapp.shell.identity import someone

Role = Literal["guest", "member", "moderator", "animator"]


class GuestIn(Body):
    """Someone to invite."""

    address: Annotated[Line, pydantic.Field(min_length=3, max_length=LONGEST)]
    name: Annotated[Line, pydantic.Field(max_length=120)] = ""


class InvitationsIn(Body):
    """Whom to invite, to do what. `until` is compulsory for a guest."""

    people: Annotated[list[GuestIn], pydantic.Field(min_length=1, max_length=pasted.MOST)]
    role: Role = "member"
    until: Moment | None = None
    organisation: Id | None = None
    message: Annotated[Text, pydantic.Field(max_length=service.LONGEST_MESSAGE)] = ""


class InvitationOut(Answer):
    """An invitation; the secret of its door is in the mail alone."""

    id: int
    address: str
    name: str
    role: Role
    state: Literal["pending", "accepted", "revoked", "expired", "undelivered"]
    until: datetime | None
    sent_at: datetime
    expires_at: datetime


class InvitationList(Answer):
    """The invitations to a space: those that wait first, then the latest, two hundred at most."""

    items: list[InvitationOut]


class SentOut(Answer):
    """What left. `already_members` counts the addresses that were left in peace."""

    items: list[InvitationOut]
    already_members: int


@endpoint(
    feature, "GET", "/spaces/<slug>/invitations", scope="moderate", answer=InvitationList,
    summary="List the invitations to a space",
)  # fmt: skip
def invitations(slug: str) -> InvitationList:
    space = queries.space_to_fill(slug, someone())
    return InvitationList(items=[_shown(one) for one in queries.sent_for(space)])


@endpoint(
    feature, "POST", "/spaces/<slug>/invitations", scope="moderate", body=InvitationsIn, answer=SentOut, status=201,
    summary="Invite people to a space",
)  # fmt: skip
def invite(slug: str, body: InvitationsIn) -> SentOut:
    """Each address receives one mail; whether it is otherwise known changes nothing to the answer."""
    space = queries.space_to_fill(slug, someone())
    sent = service.invite(
        space=space,
        guests=[_guest(number, one) for number, one in enumerate(body.people)],
        by=someone(),
        role=body.role,
        until=body.until,
        organisation=_organisation(body.organisation),
        message=body.message,
    )
    return SentOut(items=[_shown(one) for one in sent.invitations], already_members=len(sent.members))


@endpoint(
    feature, "POST", "/spaces/<slug>/invitations/<int:id>/resend", scope="moderate", answer=InvitationOut,
    summary="Send an invitation again", errors=(409,),
)  # fmt: skip
def resend(slug: str, id: int) -> InvitationOut:  # noqa: A002 - the address' own name
    """The door of the mail sent before is closed."""
    invitation = queries.one_of(queries.space_to_fill(slug, someone()), id)
    service.send_again(invitation=invitation, by=someone())
    return _shown(invitation)


@endpoint(
    feature, "DELETE", "/spaces/<slug>/invitations/<int:id>", scope="moderate", summary="Revoke an invitation",
    errors=(409,),
)  # fmt: skip
def revoke(slug: str, id: int) -> None:  # noqa: A002 - the address' own name
    service.revoke(invitation=queries.one_of(queries.space_to_fill(slug, someone()), id), by=someone())


def _guest(number: int, given: GuestIn) -> pasted.Guest:
    try:
        return pasted.Guest(well_written(given.address), given.name)
    except Refused as error:
        raise Refused(error.sentence, **{f"people.{number}.address": error.sentence}) from error


def _organisation(organisation_id: int | None) -> Organisation | None:
    if organisation_id is None:
        return None
    found = db.session.get(Organisation, organisation_id)
    if found is None or found.archived_on is not None:
        sentence = _("Cette organisation n’est pas connue.")
        raise Refused(sentence, organisation=sentence)
    return found


def _shown(one: Invitation) -> InvitationOut:
    return InvitationOut.model_validate(one)
