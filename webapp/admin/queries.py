"""Named selects of the administration: figures, people, spaces left alone, work that is stuck, mails and their fate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from core import clock, text
from core.db import db
from core.errors import NotFound
from core.jobs import is_free, is_open
from core.organisations import Mandate, Organisation, is_current
from core.people import Person
from core.publications import Placement, Publication
from core.publications import is_current as stands
from core.sessions import Session, holds
from core.spaces import Membership, Space, is_active
from notifications.events import Event, kinds
from notifications.inbox import Notification
from notifications.mail.deliveries import Delivery
from webapp.spaces.models import JoinRequest

#: A job is late when it has been due for longer than any ordinary wait.
LATE = timedelta(minutes=10)
WEEK = timedelta(days=7)


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Figures:
    """The network today, counted; and what asks for the staff's care."""

    people: int
    accounts: int
    mail_only: int
    seen_this_week: int
    organisations: int
    spaces: int
    publications: int
    waiting: int
    requests: int
    mails_sent: int
    mails_failed: int
    work_stuck: int
    without_animator: int


def figures() -> Figures:
    """One statement for them all."""
    now = clock.now()
    here = Person.closed_at.is_(None)
    row = db.session.execute(
        sa.select(
            _number(Person, here).label("people"),
            _number(Person, here, Person.account_at.is_not(None)).label("accounts"),
            _number(Person, here, Person.account_at.is_(None), Person.email.is_not(None)).label("mail_only"),
            _number(Person, here, Person.last_seen_at > now - WEEK).label("seen_this_week"),
            _number(Organisation, Organisation.archived_on.is_(None)).label("organisations"),
            _number(Space, Space.archived_at.is_(None)).label("spaces"),
            _number(Publication, stands()).label("publications"),
            _number(Publication, Publication.state == "submitted").label("waiting"),
            _number(JoinRequest, JoinRequest.decided_at.is_(None)).label("requests"),
            _number(Delivery, Delivery.accepted_at > now - WEEK).label("mails_sent"),
            _number(Delivery, _is_stuck(Delivery)).label("mails_failed"),
            _number(Event, _is_stuck(Event)).label("work_stuck"),
            _number(Space, Space.archived_at.is_(None), ~_animated()).label("without_animator"),
        )
    ).one()
    return Figures(**row._asdict())


def stuck_count() -> int:
    """How much work waits for a decision of the staff: events and mails together."""
    query = sa.select(_number(Event, _is_stuck(Event)) + _number(Delivery, _is_stuck(Delivery)))
    return int(db.session.scalar(query) or 0)


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────

#: What a list of people keeps: the word of the address, and its condition.
STANDINGS: dict[str, Any] = {
    "compte": lambda: sa.and_(Person.account_at.is_not(None), Person.closed_at.is_(None)),
    "courriel": lambda: sa.and_(
        Person.account_at.is_(None), Person.email.is_not(None), Person.closed_at.is_(None)
    ),
    "annuaire": lambda: sa.and_(Person.email.is_(None), Person.closed_at.is_(None)),
    "equipe": lambda: sa.and_(Person.is_staff, Person.closed_at.is_(None)),
    "fermes": lambda: Person.closed_at.is_not(None),
}


def people(
    *, search: str = "", standing: str = "", after: Person | None = None, limit: int = 50
) -> list[Person]:
    """People by name; at most `limit` + 1 come back."""
    kept = STANDINGS.get(standing, lambda: Person.closed_at.is_(None))()
    query = sa.select(Person).where(kept).order_by(Person.sort_name, Person.id).limit(limit + 1)
    for word in text.fold(search).split():
        query = query.where(
            sa.or_(
                Person.sort_name.contains(word, autoescape=True),
                Person.email_key.contains(word, autoescape=True),
            )
        )
    if after is not None:
        place = sa.tuple_(Person.sort_name, Person.id)
        query = query.where(place > sa.tuple_(sa.literal(after.sort_name), sa.literal(after.id)))
    return list(db.session.scalars(query))


def counts_by_standing() -> dict[str, int]:
    """How many people are in each standing."""
    named = [_number(Person, condition()).label(name) for name, condition in STANDINGS.items()]
    return dict(db.session.execute(sa.select(*named)).one()._asdict())


def person(person_id: int) -> Person:
    """Raises `NotFound`."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def seats_of(someone: Person) -> list[Membership]:
    """Where someone sits now, hidden spaces included, in the network's order."""
    query = (
        sa.select(Membership)
        .join(Membership.space)
        .where(Membership.person_id == someone.id, is_active())
        .options(joinedload(Membership.space), joinedload(Membership.organisation))
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def mandates_of(someone: Person) -> list[Mandate]:
    query = (
        sa.select(Mandate)
        .where(Mandate.person_id == someone.id, is_current())
        .options(joinedload(Mandate.organisation))
        .order_by(Mandate.starts_on)
    )
    return list(db.session.scalars(query))


def open_sessions(someone: Person) -> int:
    query = sa.select(sa.func.count(Session.id)).where(Session.person_id == someone.id, holds())
    return int(db.session.scalar(query) or 0)


# ── Spaces, organisations ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Kept:
    """A space as the staff looks at it."""

    space: Space
    members: int
    animators: int
    #: When something last appeared there.
    last_at: datetime | None


def spaces() -> list[Kept]:
    """All of them, archived last, in the network's order: three queries."""
    every = list(
        db.session.scalars(
            sa.select(Space).order_by(Space.archived_at.is_not(None), Space.position, Space.name)
        )
    )
    people_in: dict[int, tuple[int, int]] = {}
    counted = (
        sa.select(
            Membership.space_id,
            sa.func.count().label("members"),
            sa.func.sum(sa.case((Membership.role == "animator", 1), else_=0)).label("animators"),
        )
        .where(is_active())
        .group_by(Membership.space_id)
    )
    for row in db.session.execute(counted):
        people_in[row.space_id] = (row.members, row.animators)
    latest = _last_fact_by_space()
    return [Kept(space, *people_in.get(space.id, (0, 0)), last_at=latest.get(space.id)) for space in every]


def organisations_to_mend(limit: int = 50) -> list[Organisation]:
    """The organisations for which nobody acts today, by name."""
    acted = sa.exists().where(Mandate.organisation_id == Organisation.id, is_current())
    query = (
        sa.select(Organisation)
        .where(Organisation.archived_on.is_(None), ~acted)
        .order_by(Organisation.sort_name)
        .limit(limit)
    )
    return list(db.session.scalars(query))


# ── Work and mails ───────────────────────────────────────────────────────────────────────────────────────────────────


def stuck_events(limit: int = 100) -> list[Event]:
    """Facts that could not be told, or should have been by now, the oldest first."""
    known = [str(sa.inspect(kind).polymorphic_identity) for kind in kinds()]
    query = (
        sa.select(Event)
        .where(_is_stuck(Event), Event.kind.in_(known))
        .options(joinedload(Event.actor), joinedload(Event.person), joinedload(Event.space))
        .order_by(Event.due_at, Event.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def stuck_event(event_id: int) -> Event:
    """Raises `NotFound` for one that is not stuck, or no longer."""
    found = db.session.scalar(sa.select(Event).where(Event.id == event_id, _is_stuck(Event)))
    if found is None:
        raise NotFound
    return found


def stuck_mails(limit: int = 100) -> list[Delivery]:
    """Mails that did not leave, the latest first."""
    query = (
        sa.select(Delivery)
        .where(_is_stuck(Delivery))
        .options(*_of_delivery())
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def mails_to(address: str, limit: int = 50) -> list[Delivery]:
    """What was sent, or should have been, to the addresses that contain these letters, the latest first."""
    letters = text.normalise_email(address)
    query = (
        sa.select(Delivery)
        .where(sa.func.lower(Delivery.address).contains(letters, autoescape=True))
        .options(*_of_delivery())
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def mail(delivery_id: int) -> Delivery:
    """Raises `NotFound`."""
    found = db.session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound
    return found


def _of_delivery() -> tuple[Any, ...]:
    return joinedload(Delivery.person), selectinload(Delivery.notification).joinedload(Notification.event)


def _is_stuck(model: type[Event] | type[Delivery]) -> Any:
    """Set aside after too many attempts, or due for long and in nobody's hands."""
    now = clock.now()
    set_aside = sa.and_(model.failed_at.is_not(None), model.done_at.is_(None))
    late = sa.and_(is_open(model), model.due_at < now - LATE, is_free(model, now))
    return sa.or_(set_aside, late)


def _animated() -> sa.ColumnElement[bool]:
    return sa.exists().where(Membership.space_id == Space.id, Membership.role == "animator", is_active())


def _last_fact_by_space() -> dict[int, datetime]:
    query = (
        sa.select(Placement.space_id, sa.func.max(Publication.published_at).label("last_at"))
        .join(Publication, Publication.id == Placement.publication_id)
        .where(stands())
        .group_by(Placement.space_id)
    )
    return {row.space_id: row.last_at for row in db.session.execute(query)}


def _number(model: Any, *conditions: Any) -> Any:
    return sa.select(sa.func.count(model.id)).where(*conditions).scalar_subquery()
