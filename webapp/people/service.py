"""The verbs of one's profile: change it, change address, take one's data away, leave."""

from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from core import addresses, clock, links, text, tokens
from core.db import after_commit, db
from core.errors import Conflict, Refused
from core.locale import LANGUAGES, _
from core.organisations import Mandate
from core.people import Person, by_email
from core.sessions import ApiToken
from core.spaces import Membership
from notifications import live
from notifications.events import publish
from notifications.mail import letters
from notifications.mail.deliveries import Delivery
from notifications.preferences import settings_of
from webapp.identity import queries as identity_queries
from webapp.identity import service as identity
from webapp.identity.models import OidcIdentity, SignInLink
from webapp.people import queries
from webapp.people.events import AccountClosed, MandateChangeAsked
from webapp.people.models import AddressChange
from webapp.shell import rate

CHANGE_LASTS = timedelta(days=2)
#: The name of whoever has left: kept with what they shared, so in one language.
FORMER = "Ancien·ne membre"
LONGEST_ABOUT = 2000
LONGEST_REQUEST = 600


def change_profile(
    *, person: Person, name: str, job_title: str, phone: str, about: str, locale: str, timezone: str
) -> None:
    """What someone says of themself, and how they wish to be spoken to. Raises `Refused`."""
    if not name:
        sentence = _("Dites votre nom : c’est lui que les autres lisent.")
        raise Refused(sentence, name=sentence)
    if locale not in LANGUAGES:
        raise Refused(_("Cette langue n’est pas parlée ici."), locale=_("Cette langue n’est pas parlée ici."))
    person.name, person.job_title, person.phone = name, job_title, phone
    person.about, person.locale, person.timezone = about, locale, timezone


def ask_mandate_change(*, person: Person, message: str) -> None:
    """Tell staff that one's organisations have changed: they keep the directory. Raises `Refused`, `TooMany`."""
    message = text.clean(message)
    if not 1 <= len(message) <= LONGEST_REQUEST:
        sentence = _("Dites-le en %(most)s caractères au plus.", most=LONGEST_REQUEST)
        raise Refused(sentence, message=sentence)
    rate.count("mandate-change", str(person.id), "5/day")
    publish(MandateChangeAsked(actor=person, person=person, data={"message": message}))


# ── Another address ──────────────────────────────────────────────────────────────────────────────────────────────────


def ask_address_change(*, person: Person, address: str) -> None:
    """Write to both mailboxes; the address changes once both have answered.

    When the new one is somebody's already, its mailbox is told so, and only it: the answer is the same.
    Raises `Refused`, `TooMany`.
    """
    try:
        new = addresses.well_written(address)
    except Refused as error:
        raise Refused(error.sentence, email=error.sentence) from error
    if person.email and text.normalise_email(new) == text.normalise_email(person.email):
        sentence = _("C’est déjà votre adresse.")
        raise Refused(sentence, email=sentence)
    rate.count("address-change", str(person.id), "5/day")
    db.session.execute(sa.delete(AddressChange).where(AddressChange.person_id == person.id))
    old_secret, new_secret = tokens.secret(), tokens.secret()
    change = AddressChange(
        person=person,
        new_address=new,
        old_digest=tokens.digest(old_secret),
        new_digest=tokens.digest(new_secret),
        # Without an address until now, there is no old mailbox to ask.
        old_confirmed_at=None if person.email else clock.now(),
        expires_at=clock.now() + CHANGE_LASTS,
    )
    db.session.add(change)
    db.session.flush()
    if person.email:
        _write_of_change(change, person.email, old_secret, side="old", is_taken=False)
    _write_of_change(change, new, new_secret, side="new", is_taken=by_email(new) is not None)


def _write_of_change(change: AddressChange, to: str, secret: str, *, side: str, is_taken: bool) -> None:
    letters.write(
        to=to,
        person=change.person if side == "old" else None,
        template="people/mail/address",
        stream="account",
        expires_at=change.expires_at,
        side=side,
        is_taken=is_taken,
        name=change.person.name,
        old=addresses.masked(change.person.email or ""),
        new=change.new_address,
        url=links.url_to("people.show_address_change", secret=secret),
        until=change.expires_at,
    )


def confirm_address(*, change: AddressChange, side: str) -> bool:
    """One mailbox says yes; true when it was the second and the address has changed. Raises `Conflict` if it is taken."""
    if side == "old":
        change.old_confirmed_at = change.old_confirmed_at or clock.now()
    else:
        change.new_confirmed_at = change.new_confirmed_at or clock.now()
    if change.old_confirmed_at is None or change.new_confirmed_at is None:
        return False
    _move(change)
    return True


def _move(change: AddressChange) -> None:
    person, old = change.person, change.person.email
    holder = by_email(change.new_address)
    if holder is not None and holder != person:
        raise Conflict(
            _("Cette adresse est celle d’un autre compte : connectez-vous avec elle, ou écrivez à l’équipe.")
        )
    person.email, person.email_verified_at = change.new_address, clock.now()
    db.session.delete(change)
    if old:
        letters.write(
            to=old,
            person=None,
            template="people/mail/address_changed",
            stream="account",
            name=person.name,
            new=addresses.masked(change.new_address),
        )


def forget_address_change(*, person: Person) -> None:
    """Stay where one is."""
    db.session.execute(sa.delete(AddressChange).where(AddressChange.person_id == person.id))


# ── One's data, and leaving ──────────────────────────────────────────────────────────────────────────────────────────


def data_of(person: Person) -> dict[str, Any]:
    """What the network holds about someone, for themself (GDPR, articles 15 and 20); instants in UTC."""
    choices = settings_of(person)
    return {
        "person": {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "job_title": person.job_title,
            "phone": person.phone,
            "about": person.about,
            "language": person.locale,
            "time_zone": person.timezone,
            "account_since": person.account_at,
            "last_seen": person.last_seen_at,
        },
        "organisations": [
            {
                "organisation": mandate.organisation.name,
                "title": mandate.title,
                "from": mandate.starts_on,
                "to": mandate.ends_on,
            }
            for mandate in queries.mandates_of(person, past=True)
        ],
        "spaces": [
            {"space": one.space.name, "role": one.role, "since": one.joined_at, "until": one.until}
            for one in queries.memberships_of(person, person)
        ],
        "mail": {
            "rhythm": choices.rhythm,
            "minute_of_day": choices.digest_minute,
            "weekdays": choices.weekdays,
            "paused_until": choices.paused_until,
        },
        "publications": [
            {
                "id": one.id,
                "kind": one.kind,
                "title": one.title,
                "text": one.text,
                "state": one.state,
                "written": one.created_at,
                "published": one.published_at,
            }
            for one in queries.written_by(person)
        ],
        "sessions": [
            {"browser": one.user_agent, "opened": one.created_at, "seen": one.seen_at}
            for one in identity_queries.sessions_of(person)
        ],
        "linked_accounts": [
            {"issuer": one.issuer, "account": one.account, "since": one.created_at}
            for one in identity_queries.identities_of(person)
        ],
    }


def close_account(*, person: Person) -> None:
    """Leave the network: nothing personal is kept, what was shared stays, signed « ancien·ne membre ».

    Raises `Conflict` while someone is the last to animate a space, or the last of the staff.
    """
    _check_can_leave(person)
    if person.email:
        letters.write(
            to=person.email, person=None, template="people/mail/closed", stream="account", name=person.name
        )
    identity.end_other_sessions(person=person, keep=None)
    _close_doors(person)
    _leave_seats(person)
    person.name = FORMER
    person.email = person.email_verified_at = person.password_hash = None
    person.job_title = person.phone = person.about = ""
    person.is_staff = False
    person.closed_at = clock.now()
    publish(AccountClosed(person=person))
    after_commit(partial(live.revoked, person.id))


def _check_can_leave(person: Person) -> None:
    orphans = queries.left_without_animator(person)
    if orphans:
        names = ", ".join(space.name for space in orphans)
        raise Conflict(
            _(
                "Vous êtes la dernière personne à animer : %(names)s. Nommez d’abord quelqu’un d’autre.",
                names=names,
            )
        )
    if person.is_staff and not queries.other_staff(person):
        raise Conflict(_("Vous êtes la dernière personne de l’équipe : invitez d’abord quelqu’un d’autre."))


def _close_doors(person: Person) -> None:
    now = clock.now()
    for table in (OidcIdentity, SignInLink, AddressChange):
        db.session.execute(sa.delete(table).where(table.person_id == person.id))
    db.session.execute(
        sa.update(ApiToken)
        .where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.person_id == person.id, Delivery.done_at.is_(None), Delivery.failed_at.is_(None))
        .values(done_at=now, outcome="lapsed", lease_token=None, leased_until=None)
    )
    # What was sent keeps its date and its fate, but neither to which address nor in which words.
    db.session.execute(
        sa.update(Delivery).where(Delivery.person_id == person.id).values(address="", raw=None, reply="")
    )


def _leave_seats(person: Person) -> None:
    now = clock.now()
    db.session.execute(
        sa.update(Membership)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.session.execute(
        sa.update(Mandate)
        .where(Mandate.person_id == person.id, Mandate.ends_on.is_(None))
        .values(ends_on=clock.today())
    )
