"""The verbs of the staff: people and their accounts, colleagues, the network's own settings, what is stuck."""

from typing import Any

import sqlalchemy as sa

from core import addresses, clock, jobs, text
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from core.locale import _
from core.network import Network
from core.people import Person, by_email
from core.spaces import COLOURS
from notifications import digests, live
from notifications.events import Event, publish
from notifications.mail import send
from notifications.mail.deliveries import Delivery
from webapp.admin.events import (
    AccountOpened,
    NetworkSettled,
    PersonAdded,
    PersonClosedByStaff,
    StaffChanged,
    WorkAbandoned,
    WorkRelaunched,
)
from webapp.identity import service as identity
from webapp.people import queries as people
from webapp.people import service as people_service

LONGEST_REASON = 500
NETWORK_FIELDS = frozenset(["name", "tagline", "presentation", "colour", "operator", "contact_email"])


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_person(
    *, by: Person, name: str, email: str = "", job_title: str = "", with_account: bool = False
) -> Person:
    """Write someone down: with an account, for mail only, or as a mere entry of the directory. Raises `Refused`.

    An account is opened by a link sent at once to the address.
    """
    _check_staff(by)
    name = text.one_line(name)
    if not 1 <= len(name) <= 120:
        raise _wrong("name", _("Donnez un nom de 1 à 120 caractères."))
    address = _free_address(email) if email.strip() else None
    if with_account and address is None:
        raise _wrong("email", _("Sans adresse, personne ne peut entrer : donnez-en une."))
    person = Person(name=name, email=address, job_title=text.one_line(job_title)[:120])
    db.session.add(person)
    db.session.flush()
    digests.enrol([person.id])
    publish(PersonAdded(actor=by, person=person, data={"account": with_account}))
    if with_account:
        _let_in(person)
    return person


def open_account(*, person: Person, by: Person) -> None:
    """Let someone who only received mail sign in: a link leaves at once. Raises `Refused` without an address."""
    _check_staff(by)
    if person.closed_at is not None or person.has_account:
        raise Conflict(_("Ce compte est déjà ouvert, ou fermé pour de bon."))
    if not person.email:
        raise Refused(_("Sans adresse, personne ne peut entrer : donnez-en une."))
    _let_in(person)
    publish(AccountOpened(actor=by, person=person))


def close_person(*, person: Person, by: Person) -> None:
    """Close someone's account, as they could themselves. Raises `Refused` while a space or the staff leans on them alone."""
    _check_staff(by)
    if person.closed_at is not None:
        return
    orphans = people.left_without_animator(person)
    if orphans:
        names = ", ".join(space.name for space in orphans)
        raise Refused(
            _("Cette personne est la dernière à animer : %(names)s. Nommez d’abord quelqu’un.", names=names)
        )
    _check_not_last(person)
    people_service.close_account(person=person)
    publish(PersonClosedByStaff(actor=by))


def choose_staff(*, person: Person, is_staff: bool, by: Person) -> None:
    """Let someone into the staff, or out of it. Raises `Refused`: there is always someone."""
    _check_staff(by)
    if person.is_staff == is_staff:
        return
    if is_staff and not person.has_account:
        raise Refused(_("Cette personne n’a pas de compte : ouvrez-lui-en un d’abord."))
    if not is_staff:
        _check_not_last(person)
    person.is_staff = is_staff
    live.revoked(person.id)
    publish(StaffChanged(actor=by, person=person, data={"is_staff": is_staff}))


def _check_not_last(person: Person) -> None:
    """Asked under the lock of the staff: of two who leave at once, one is the last."""
    db.session.execute(sa.select(Person.id).where(Person.is_staff).order_by(Person.id).with_for_update())
    if person.is_staff and not people.other_staff(person):
        raise Refused(
            _("C’est la dernière personne de l’équipe : le réseau resterait sans personne pour le tenir.")
        )


def _let_in(person: Person) -> None:
    person.account_at = clock.now()
    db.session.flush()
    identity.send_link(address=str(person.email))


def _free_address(email: str) -> str:
    try:
        address = addresses.well_written(email)
    except Refused as refused:
        raise _wrong("email", refused.sentence) from refused
    if by_email(address) is not None:
        raise _wrong("email", _("Une personne a déjà cette adresse."))
    return address


# ── The network ──────────────────────────────────────────────────────────────────────────────────────────────────────


def settle_network(*, by: Person, **values: Any) -> None:
    """Change the network's own name, words, colour, operator and contact. Raises `Refused`."""
    _check_staff(by)
    if values.keys() - NETWORK_FIELDS:
        raise NotAllowed
    _check_network(values)
    network = db.session.scalar(sa.select(Network).limit(1))
    if network is None:
        network = Network()
        db.session.add(network)
    changed = [name for name, value in values.items() if getattr(network, name) != value]
    for name in changed:
        setattr(network, name, values[name])
    if changed:
        publish(NetworkSettled(actor=by, data={"fields": sorted(changed)}))


def _check_network(values: dict[str, Any]) -> None:
    if "name" in values and not values["name"].strip():
        raise _wrong("name", _("Donnez un nom au réseau."))
    if "colour" in values and values["colour"] not in COLOURS:
        raise _wrong("colour", _("Choisissez l’une des couleurs proposées."))
    if values.get("contact_email"):
        try:
            addresses.well_written(values["contact_email"])
        except Refused as refused:
            raise _wrong("contact_email", refused.sentence) from refused


# ── What is stuck ────────────────────────────────────────────────────────────────────────────────────────────────────


def relaunch_event(*, event: Event, by: Person) -> None:
    """Put a fact that could not be told back in the queue, as new."""
    _check_staff(by)
    jobs.relaunch(event)
    publish(WorkRelaunched(actor=by, data={"what": event.sentence()}))


def abandon_event(*, event: Event, by: Person, reason: str) -> None:
    """Never tell it, for a reason that the journal keeps."""
    _check_staff(by)
    _set_aside(event, _reason(reason))
    event.lapsed = True
    publish(WorkAbandoned(actor=by, data={"what": event.sentence(), "reason": reason}))


def send_again(*, delivery: Delivery, by: Person) -> None:
    """Send a mail that did not leave, with the same bytes. Raises `Refused` when it can be of no use any more."""
    _check_staff(by)
    send.relaunch(delivery=delivery)
    publish(WorkRelaunched(actor=by, data={"what": _named(delivery)}))


def abandon_mail(*, delivery: Delivery, by: Person, reason: str) -> None:
    """Never send it, for a reason that the journal keeps. Raises `Conflict` when it has left meanwhile."""
    _check_staff(by)
    if delivery.done_at is not None:
        raise Conflict(_("Ce courriel n’attend plus."))
    _set_aside(delivery, _reason(reason))
    delivery.outcome = "abandoned"
    publish(WorkAbandoned(actor=by, data={"what": _named(delivery), "reason": reason}))


def _set_aside(job: Event | Delivery, reason: str) -> None:
    job.done_at = clock.now()
    job.last_error = reason
    # Whoever holds it at this instant must not sign it off as done.
    job.lease_token, job.leased_until = None, None


def _named(delivery: Delivery) -> str:
    """« Annulée : réunion de mars » to « n…e@motsvoisins.be »: the journal keeps no address whole."""
    masked = addresses.masked(delivery.address)
    return _("courriel « %(subject)s » à %(address)s", subject=delivery.subject or "…", address=masked)


def _reason(reason: str) -> str:
    reason = text.one_line(reason)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise _wrong("reason", _("Dites en une phrase pourquoi : le journal la garde."))
    return reason


def _check_staff(by: Person) -> None:
    if not by.is_staff:
        raise NotAllowed


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(sentence, **{field: sentence})
