"""Digests: one mail for one person and one period, over all their spaces, at the hour each of them chose."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from core import clock, wakeups
from core.db import Base, Dated, Identified, db, insert_ignore, transaction
from core.people import Person
from core.spaces import Membership, is_active
from notifications import contents
from notifications.contents import Contents, Reader
from notifications.events import Event
from notifications.inbox import Notification
from notifications.lines import Line
from notifications.mail import checks
from notifications.mail.deliveries import Delivery
from notifications.mail.digest import Press
from notifications.preferences import DEFAULT_MINUTE, WORKING_DAYS, MailSettings
from notifications.speech import zone_of

__all__ = ["Digest", "Line", "enrol", "line_of", "plan_due", "plan_next", "preview"]

log = structlog.get_logger(__name__)

A_BATCH = 200
#: People found without settings, or without a next hour, in one look.
FORGOTTEN = 1000
#: Identifiers in one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766.
IN_A_STATEMENT = 10_000
#: How long someone waits whose digest could not be written.
AGAIN = timedelta(minutes=15)


class Digest(Identified, Dated, Base):
    """One person × one period, a local day: the database refuses the second."""

    __tablename__ = "digests"
    __table_args__ = (sa.UniqueConstraint("person_id", "period"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    #: The person's own day, « 2026-03-29 »; with the minute, « 2026-03-29T09:30 », when they asked for it themselves.
    period: Mapped[str] = mapped_column(sa.String(20))
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    #: What was new until this instant is in it, or in an earlier one.
    until: Mapped[datetime]


def line_of(event: Event) -> Line | None:
    """How an event stands in a digest, for whoever is spoken to; None: it never does."""
    return event.line()


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_next(settings: MailSettings, *, after: datetime | None = None) -> None:
    """Write down when the person's next digest leaves: after `after` (now), after their pause, and once a day."""
    after = max(after or clock.now(), settings.paused_until or clock.now())
    zone = zone_of(db.session.get_one(Person, settings.person_id))
    instant = next_instant(settings, zone, after)
    if _has_had(settings.person_id, instant.astimezone(zone)):
        instant = next_instant(settings, zone, _end_of_day(instant, zone))
    settings.next_digest_at = instant


def next_instant(settings: MailSettings, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant after `after` that the person's rule makes, in wall-clock time.

    An hour that the spring night skips is the one an hour later; of an hour that the autumn night repeats, the first.
    """
    days = {*settings.weekdays, settings.weekly_day}
    hour = time(*divmod(settings.digest_minute, 60))
    day = after.astimezone(zone).date()
    while True:
        instant = datetime.combine(day, hour, zone).astimezone(clock.now().tzinfo)
        if day.weekday() in days and instant > after:
            return instant
        day += timedelta(days=1)


def _has_had(person_id: int, local: datetime) -> bool:
    query = sa.select(Digest.id).where(
        Digest.person_id == person_id, Digest.period == local.date().isoformat()
    )
    return db.session.scalar(query) is not None


def _end_of_day(instant: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = instant.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone) - timedelta(microseconds=1)


# ── Who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def enrol(person_ids: Iterable[int]) -> None:
    """Give their settings to the people who have none: their first digest comes at the next usual hour."""
    query = (
        sa.select(Person)
        .outerjoin(MailSettings, MailSettings.person_id == Person.id)
        .where(Person.id.in_(list(person_ids)), MailSettings.person_id.is_(None))
    )
    usual = MailSettings(weekdays=list(WORKING_DAYS), weekly_day=0, digest_minute=DEFAULT_MINUTE)
    first: dict[ZoneInfo, datetime] = {}
    rows = []
    for person in db.session.scalars(query):
        zone = zone_of(person)
        if zone not in first:
            first[zone] = next_instant(usual, zone, clock.now())
        rows.append({"person_id": person.id, "weekdays": usual.weekdays, "next_digest_at": first[zone]})
    if rows:
        db.session.execute(insert_ignore(MailSettings, "person_id"), rows)


def _enrol_forgotten() -> None:
    """Nobody waits for a digest that no one planned, whichever way they came in."""
    sits = sa.exists().where(Membership.person_id == Person.id, is_active())
    without = (
        sa.select(Person.id)
        .outerjoin(MailSettings, MailSettings.person_id == Person.id)
        .where(MailSettings.person_id.is_(None), Person.closed_at.is_(None), Person.email.is_not(None), sits)
        .limit(FORGOTTEN)
    )
    unplanned = sa.select(MailSettings).where(MailSettings.next_digest_at.is_(None)).limit(FORGOTTEN)
    people = list(db.session.scalars(without))
    if not people and db.session.scalar(unplanned.limit(1)) is None:
        return
    with transaction():
        enrol(people)
        for settings in db.session.scalars(unplanned):
            plan_next(settings)


# ── Writing them ─────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_due(*, limit: int = A_BATCH) -> int:
    """Write the digests of everyone whose hour has come, `limit` people at a time; how many people were looked at.

    A batch is one transaction: claimed, written, queued and planned again together, or not at all. Two planners never
    hold the same person, and a second digest for the same day is refused by the database. After a stop of several
    days, one digest covers them all.
    """
    _enrol_forgotten()
    people, press = 0, Press()
    while True:
        try:
            batch = _plan_batch(limit, press)
        except Exception:
            # One digest that cannot be written must not keep the others back: each on its own, and that one later.
            log.exception("digest.not_written", among=limit)
            if limit == 1:
                _put_off_first()
            limit, press = 1, Press()
            continue
        if not batch:
            return people
        people += batch


def _put_off_first() -> None:
    """Let whoever is first wait a while: their digest could not be written."""
    with transaction():
        first = db.session.scalar(_due().limit(1))
        if first is not None:
            first.next_digest_at = clock.now() + AGAIN


def preview(person: Person) -> Delivery | None:
    """« Envoyez-le-moi maintenant »: what waits for the next digest leaves at once; None when nothing does.

    It is told by this: the next digest does not say it again.
    """
    zone = zone_of(person)
    period = clock.now().astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    reader = Reader(person, zone, period, frozenset(("daily", "weekly")))
    ids = _write([reader], Press())
    return db.session.get(Delivery, ids[0]) if ids else None


def _plan_batch(limit: int, press: Press) -> int:
    now = clock.now()
    with transaction():
        claimed = list(db.session.scalars(_due().limit(limit)))
        _write([_reader(settings, now) for settings in claimed if _may_have_one(settings)], press)
        for settings in claimed:
            zone = zone_of(settings.person)
            after = max(_end_of_day(now, zone), settings.paused_until or now)
            settings.next_digest_at = next_instant(settings, zone, after)
    return len(claimed)


def _due() -> "sa.Select[MailSettings]":
    """Those whose hour has come and whom no other planner holds, in the order in which it came."""
    return (
        sa.select(MailSettings)
        .where(MailSettings.next_digest_at <= clock.now())
        .order_by(MailSettings.next_digest_at, MailSettings.person_id)
        .options(joinedload(MailSettings.person, innerjoin=True))
        .with_for_update(skip_locked=True, of=MailSettings)
    )


def _may_have_one(settings: MailSettings) -> bool:
    person = settings.person
    return person.email is not None and person.closed_at is None and not checks.is_paused(settings)


def _reader(settings: MailSettings, now: datetime) -> Reader:
    """The reader, with the rhythms of each day since the digest was due: after a stop, those of the days missed too."""
    zone = zone_of(settings.person)
    today = now.astimezone(zone).date()
    since = (settings.next_digest_at or now).astimezone(zone).date()
    missed = min((today - since).days, 6)
    days = {(today - timedelta(days=n)).weekday() for n in range(missed + 1)}
    rhythms = [("daily", not days.isdisjoint(settings.weekdays)), ("weekly", settings.weekly_day in days)]
    return Reader(
        settings.person, zone, today.isoformat(), frozenset(name for name, served in rhythms if served)
    )


def _write(readers: Sequence[Reader], press: Press) -> list[int]:
    """The digests of those who have something to be told, queued; the identifiers of the deliveries."""
    found = contents.waiting_for(readers)
    if not found:
        return []
    numbers = _digests(found)
    deliveries, told = [], []
    for one in found:
        number = numbers.get(one.reader.person.id)
        if number is not None:
            deliveries.append(_delivery(one, number, press))
            told += one.notification_ids
    ids = (
        db.session.scalars(sa.insert(Delivery).returning(Delivery.id), deliveries).all() if deliveries else []
    )
    _mark_told(told, list(numbers.values()))
    wakeups.ring("mail")
    return list(ids)


def _digests(found: Sequence[Contents]) -> dict[int, int]:
    """A digest for each, but for whoever has had today's; their numbers by person."""
    now = clock.now()
    rows = [
        {"person_id": one.reader.person.id, "period": one.reader.period, "items": one.shown, "until": now}
        for one in found
    ]
    insert = insert_ignore(Digest, "person_id", "period").returning(Digest.person_id, Digest.id)
    return {row.person_id: row.id for row in db.session.execute(insert, rows)}


def _delivery(one: Contents, number: int, press: Press) -> dict[str, Any]:
    person = one.reader.person
    address = str(person.email)
    composed = press.print(one, address)
    return {
        "person_id": person.id,
        "address": address,
        "stream": "digest",
        "digest_id": number,
        "key": f"d:{number}",
        "subject": composed.subject,
        "message_id": composed.message_id,
        "raw": composed.raw,
    }


def _mark_told(ids: Iterable[int], numbers: list[int]) -> None:
    """What is in a digest is told: each notification keeps the number of its person's."""
    its_own = (
        sa.select(Digest.id)
        .where(Digest.person_id == Notification.person_id, Digest.id.in_(numbers))
        .scalar_subquery()
    )
    rest = iter(ids)
    while some := list(islice(rest, IN_A_STATEMENT)):
        db.session.execute(
            sa.update(Notification)
            .where(Notification.id.in_(some))
            .values(mailed_at=clock.now(), digest_id=its_own)
            .execution_options(synchronize_session=False)
        )
