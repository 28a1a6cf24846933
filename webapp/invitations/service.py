"""The verbs of invitations: send, send again, revoke, accept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from core import clock, links, text, tokens
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.locale import _
from core.organisations import Organisation
from core.people import Person, by_email
from core.spaces import Space, membership_of
from notifications.events import publish
from notifications.mail import letters
from webapp.invitations import queries, rules
from webapp.invitations.events import InvitationAccepted, InvitationRevoked, PeopleInvited
from webapp.invitations.models import Invitation
from webapp.invitations.pasted import Guest
from webapp.shell import rate
from webapp.spaces import service as spaces

LASTS = timedelta(days=14)
LONGEST_STAY = timedelta(days=366)
LONGEST_MESSAGE = 1000
#: From one person: a mistaken list pasted twice must not make the network pass for a source of unwanted mail.
MOST_SENT = "600/day"
MOST_AGAIN = "3/hour; 6/day"


@dataclass(frozen=True)
class Sent:
    """What became of a list: who was written to, and who sits in the space already and was left in peace."""

    invitations: list[Invitation] = field(default_factory=list)
    members: list[Person] = field(default_factory=list)


def invite(
    *,
    space: Space,
    guests: list[Guest],
    by: Person,
    role: str = "member",
    until: datetime | None = None,
    organisation: Organisation | None = None,
    message: str = "",
) -> Sent:
    """Invite people to a space: one mail each. An invitation that waits already is sent again with what is said now.

    Whether an address is otherwise known to the network changes nothing to what is answered.
    Raises `NotAllowed`, `Refused`, `TooMany`.
    """
    _check_inviter(space, by, role)
    _check_stay(role, until)
    _check_message(message)
    members = queries.members_among(space, [guest.address for guest in guests])
    waiting = queries.waiting_for(space.id, [guest.address for guest in guests])
    sent = Sent(members=[membership.person for membership in members.values()])
    for key, guest in {text.normalise_email(guest.address): guest for guest in guests}.items():
        if key in members:
            continue
        rate.count("invitations", str(by.id), _most(MOST_SENT))
        invitation = waiting.get(key) or Invitation(space=space, address=guest.address, address_key=key)
        invitation.name = text.one_line(guest.name)[:120] or invitation.name or ""
        invitation.role, invitation.until = role, until if role == "guest" else None
        invitation.organisation, invitation.message, invitation.invited_by = organisation, message, by
        _send(invitation)
        sent.invitations.append(invitation)
    if sent.invitations:
        publish(PeopleInvited(actor=by, space=space, data={"count": len(sent.invitations), "role": role}))
    return sent


def invite_staff(*, address: str, name: str = "", by: Person | None = None) -> tuple[Invitation, str]:
    """Invite someone to the staff of the network, from the command line; gives the address of the door too, for a
    house whose mail is not set up yet. Raises `Refused` for an address badly written or already staff's."""
    person = by_email(address)
    if person is not None and person.is_staff and person.has_account:
        raise Refused(_("Cette personne fait déjà partie de l’équipe."))
    key = text.normalise_email(address)
    invitation = queries.waiting_for(None, [address]).get(key) or Invitation(address=address, address_key=key)
    invitation.name = text.one_line(name)[:120]
    invitation.invited_by = by
    secret = _send(invitation)
    return invitation, door_of(secret)


def send_again(*, invitation: Invitation, by: Person) -> None:
    """A new mail with a new door, open for as long; the door of the mail before is closed. Raises `Conflict`, `TooMany`."""
    _check_waiting(invitation)
    rate.count("invitation-again", str(invitation.id), _most(MOST_AGAIN))
    invitation.invited_by = by
    _send(invitation)


def revoke(*, invitation: Invitation, by: Person) -> None:
    """Close the door. Raises `Conflict` when someone has walked through already."""
    if invitation.accepted_at is not None:
        raise Conflict(_("Cette invitation a déjà été acceptée."))
    if invitation.revoked_at is None:
        invitation.revoked_at = clock.now()
        publish(InvitationRevoked(actor=by, space=invitation.space))


def accept(*, invitation: Invitation, name: str, present: Person | None) -> tuple[Person, bool]:
    """Walk through: the person of the invited address comes in, and is made when the network did not know them.

    Gives the person, and whether the mail may sign them in: an account that was open before is not opened by a mail
    that lives two weeks and that people forward. `present` is who is signed in. Raises `Conflict`, `NotFound`, `Refused`.
    """
    if closed_because(invitation):
        raise Conflict(closed_because(invitation))
    person = by_email(invitation.address)
    if present is not None and present != person:
        raise Conflict(_("Cette invitation est pour une autre adresse que la vôtre."))
    _spend(invitation)
    signs_in = present is None and (person is None or person.account_at is None)
    person = person or _new_person(invitation, name)
    person.email_verified_at = person.email_verified_at or clock.now()
    person.account_at = person.account_at or clock.now()
    db.session.flush()
    invitation.accepted_by = person
    _let_in(invitation, person)
    data = {"invited_by": invitation.invited_by_id}
    publish(InvitationAccepted(actor=person, space=invitation.space, data=data))
    return person, signs_in


def closed_because(invitation: Invitation) -> str:
    """Why nobody can walk through, in a sentence; empty while the door is open."""
    if invitation.space is not None and invitation.space.archived_at is not None:
        return _("Cet espace est archivé : plus personne n’y entre.")
    return {
        "accepted": _("Cette invitation a déjà servi. Connectez-vous pour retrouver l’espace."),
        "revoked": _("Cette invitation a été annulée par qui l’avait envoyée."),
        "expired": _("Cette invitation est trop ancienne. Demandez qu’on vous l’envoie à nouveau."),
    }.get(invitation.state, "")


def door_of(secret: str) -> str:
    """The address where an invitation is accepted."""
    return links.url_to("invitations.show", secret=secret)


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _send(invitation: Invitation) -> str:
    secret = tokens.secret()
    invitation.secret_digest = tokens.digest(secret)
    invitation.times_sent = (invitation.times_sent or 0) + 1
    invitation.sent_at = clock.now()
    invitation.expires_at = clock.now() + LASTS
    db.session.add(invitation)
    db.session.flush()
    delivery = letters.write(
        to=invitation.address,
        # Not the person's own mail, even if there is one: whether there is must not show in it.
        person=None,
        template="invitations/mail/invitation",
        stream="account",
        expires_at=invitation.expires_at,
        invitation=invitation,
        space=invitation.space,
        url=door_of(secret),
    )
    db.session.flush()
    invitation.delivery_id = delivery.id
    return secret


def _check_inviter(space: Space, by: Person, role: str) -> None:
    offered = rules.roles_to_offer(by, membership_of(by, space))
    if not offered:
        raise NotFound
    if role not in offered:
        raise NotAllowed(_("Vous ne pouvez pas inviter à ce rôle."))
    if space.archived_at is not None:
        raise Refused(_("Cet espace est archivé : plus personne n’y entre."))


def _check_stay(role: str, until: datetime | None) -> None:
    if role != "guest":
        return
    sentence = ""
    if until is None:
        sentence = _("Dites jusqu’à quel jour : une personne invitée ne reste pas toujours.")
    elif until <= clock.now():
        sentence = _("Ce jour est passé.")
    elif until > clock.now() + LONGEST_STAY:
        sentence = _("Au plus un an : vous pourrez prolonger.")
    if sentence:
        raise Refused(sentence, until=sentence)


def _check_message(message: str) -> None:
    if len(message) > LONGEST_MESSAGE:
        sentence = _("Au plus %(most)s caractères.", most=LONGEST_MESSAGE)
        raise Refused(sentence, message=sentence)


def _check_waiting(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise Conflict(_("Cette invitation a déjà été acceptée."))
    if invitation.revoked_at is not None:
        raise Conflict(_("Cette invitation a été annulée : faites-en une nouvelle."))
    if invitation.until is not None and invitation.until <= clock.now():
        raise Conflict(_("Le séjour prévu est fini : faites une nouvelle invitation."))


def _most(usual: str) -> str:
    return str(current_app.config.get("INVITATION_RATE", usual))


# ── Coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _spend(invitation: Invitation) -> None:
    spent: Any = db.session.execute(
        sa.update(Invitation)
        .where(
            Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
        )
        .values(accepted_at=clock.now())
    )
    if spent.rowcount != 1:
        raise Conflict(_("Cette invitation a déjà servi. Connectez-vous pour retrouver l’espace."))


def _new_person(invitation: Invitation, name: str) -> Person:
    name = text.one_line(name)
    if not 2 <= len(name) <= 120:
        sentence = _("Dites votre nom, en 120 caractères au plus.")
        raise Refused(sentence, name=sentence)
    settings = current_app.config["MAILLAGE"]
    person = Person(name=name, email=invitation.address, locale=settings.locale, timezone=settings.timezone)
    db.session.add(person)
    return person


def _let_in(invitation: Invitation, person: Person) -> None:
    if invitation.space is None:
        person.is_staff = True
        return
    spaces.seat(
        space=invitation.space,
        person=person,
        role=invitation.role,
        organisation=invitation.organisation,
        until=invitation.until,
    )
