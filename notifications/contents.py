"""What a digest holds: for a batch of people at once, what waits for each, still true, still theirs to read, each thing once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import aliased, joinedload, selectin_polymorphic

from core import clock, locale
from core.db import db
from core.people import Person
from core.publications import Publication, kinds
from core.spaces import Membership, Space, is_active
from notifications.events import Event
from notifications.inbox import Notification, may_know_each
from notifications.lines import Line
from notifications.speech import speaking_to

log = structlog.get_logger(__name__)

#: What waited longer than this, through pauses and absences, is stale.
STALE = timedelta(days=35)
PER_SPACE = 12
#: A language and a clock.
Spoken = tuple[str, ZoneInfo]
IN_ALL = 40


@dataclass(frozen=True)
class Reader:
    """Who a digest is for, on which day of theirs, and which rhythms that day serves."""

    person: Person
    zone: ZoneInfo
    period: str
    rhythms: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """One thing told, with the line of its latest news, and the other spaces of the reader where it stands."""

    event: Event
    line: Line
    space_id: int | None
    mine: bool
    also: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, float]:
        """Dates first, the nearest before; then what is new, the latest before."""
        if self.line.deadline is not None:
            return 0, self.line.deadline.timestamp()
        return 1, -self.event.created_at.timestamp()


@dataclass
class Section:
    """What stands under one heading; no space: what comes from nowhere in particular."""

    space: Space | None
    entries: list[Entry]
    more: int = 0


@dataclass
class Contents:
    """All of a digest, in its order, and the notifications that it tells."""

    reader: Reader
    mine: Section
    sections: list[Section]
    notification_ids: list[int]
    #: What is in it, « et n autres » included: for the subject.
    entries: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> int:
        return sum(len(section.entries) for section in (self.mine, *self.sections))


def waiting_for(readers: Sequence[Reader]) -> list[Contents]:
    """The digests of those who have something to be told: as many queries for one reader as for hundreds."""
    rows = _waiting(readers)
    if not rows:
        return []
    events = _events({row.event_id for row in rows})
    holding = {event.id for event in events.values() if _holds(event)}
    houses = _Houses.of(readers)
    by_person = defaultdict(list)
    for row in rows:
        if row.event_id in holding:
            by_person[row.person_id].append(row)
    lines = _Lines(events)
    found = (_contents(one, by_person[one.person.id], lines, houses) for one in readers)
    return [contents for contents in found if contents.entries]


# ── From the database ────────────────────────────────────────────────────────────────────────────────────────────────


def _waiting(readers: Sequence[Reader]) -> Sequence[Any]:
    """What was neither read nor mailed, that each may still read and that has not expired; the latest first."""
    now = clock.now()
    due = sa.or_(
        *(
            sa.and_(
                Notification.rhythm == rhythm,
                Notification.person_id.in_([one.person.id for one in readers if rhythm in one.rhythms]),
            )
            for rhythm in ("daily", "weekly")
        )
    )
    # Under another name: the permission asks of publications too, and must not take this one for its own.
    about = aliased(Publication)
    query = (
        sa.select(
            Notification.id, Notification.person_id, Notification.event_id, Notification.publication_id,
            Notification.space_id, about.author_id,
        )
        .join(Event, Event.id == Notification.event_id)
        .join(Person, Person.id == Notification.person_id)
        .outerjoin(about, about.id == Notification.publication_id)
        .where(
            due,
            Notification.mailed_at.is_(None),
            Notification.read_at.is_(None),
            Notification.created_at > now - STALE,
            sa.or_(about.expires_at.is_(None), about.expires_at > now),
            may_know_each(),
        )
        .order_by(Notification.event_id.desc())
    )  # fmt: skip
    return db.session.execute(query).all()


def _events(ids: Iterable[int]) -> dict[int, Event]:
    """The events with all that their lines ask for: publications first, whole, for the events to find them at hand."""
    publication_ids = sa.select(Event.publication_id).where(Event.id.in_(ids))
    publications = db.session.scalars(
        sa.select(Publication)
        .where(Publication.id.in_(publication_ids))
        .options(selectin_polymorphic(Publication, kinds()))
    ).all()
    events = db.session.scalars(
        sa.select(Event)
        .where(Event.id.in_(ids))
        .options(joinedload(Event.actor), joinedload(Event.space), joinedload(Event.person))
    ).all()
    # The session holds what it has loaded weakly: keep it alive with whoever needs it.
    kept = {publication.id: publication for publication in publications}
    for event in events:
        if event.publication_id is not None:
            sa.orm.attributes.set_committed_value(event, "publication", kept[event.publication_id])
    return {event.id: event for event in events}


def _holds(event: Event) -> bool:
    """Whether it still does. One that fails to say waits, for whoever reads the logs: the others' digests do not."""
    try:
        return event.still_holds()
    except Exception:
        log.exception("digest.fact_unclear", id=event.id, kind=event.kind)
        return False


@dataclass(frozen=True)
class _Houses:
    """The spaces, and where each reader sits."""

    spaces: dict[int, Space]
    of_person: dict[int, set[int]]

    @classmethod
    def of(cls, readers: Sequence[Reader]) -> "_Houses":
        memberships = sa.select(Membership.person_id, Membership.space_id).where(
            Membership.person_id.in_([one.person.id for one in readers]), is_active()
        )
        of_person: dict[int, set[int]] = defaultdict(set)
        for person_id, space_id in db.session.execute(memberships):
            of_person[person_id].add(space_id)
        return cls({space.id: space for space in db.session.scalars(sa.select(Space))}, of_person)

    def others(
        self, publication: Publication | None, space_id: int | None, reader: Reader
    ) -> tuple[str, ...]:
        """The names of the reader's other spaces where a publication stands: where they do not sit stays unsaid."""
        if publication is None:
            return ()
        own = self.of_person.get(reader.person.id, set()) - {space_id}
        return tuple(
            placement.space.short_name for placement in publication.placements if placement.space_id in own
        )

    def order(self, space_id: int | None) -> tuple[int, int, str]:
        space = self.spaces.get(space_id) if space_id else None
        return (0, space.position, space.name) if space else (1, 0, "")


class _Lines:
    """The line of each event, made once for all who read the same language on the same clock."""

    def __init__(self, events: dict[int, Event]) -> None:
        self.events = events
        self._made: dict[tuple[int, Spoken], Line | None] = {}

    def of(self, event_id: int, spoken: Spoken) -> Line | None:
        """Call it while speaking so."""
        key = (event_id, spoken)
        if key not in self._made:
            self._made[key] = self._line(self.events[event_id])
        return self._made[key]

    @staticmethod
    def _line(event: Event) -> Line | None:
        try:
            return event.line()
        except Exception:
            log.exception("digest.fact_unsaid", id=event.id, kind=event.kind)
            return None


# ── For one reader ───────────────────────────────────────────────────────────────────────────────────────────────────


def _contents(reader: Reader, rows: Sequence[Any], lines: _Lines, houses: _Houses) -> Contents:
    with speaking_to(reader.person):
        entries, told = _entries(reader, rows, lines, houses)
    mine, sections = _arranged(entries, houses)
    return Contents(reader, mine, sections, told, entries)


def _entries(
    reader: Reader, rows: Sequence[Any], lines: _Lines, houses: _Houses
) -> tuple[list[Entry], list[int]]:
    """Each publication once, by its latest news; and the notifications that this tells."""
    entries: list[Entry] = []
    told: list[int] = []
    seen: set[int] = set()
    spoken = (locale.language(), reader.zone)
    for row in rows:
        if row.publication_id in seen:
            told.append(row.id)
            continue
        entry = _entry(reader, row, lines.of(row.event_id, spoken), lines, houses)
        if entry is None:
            continue
        told.append(row.id)
        entries.append(entry)
        if row.publication_id is not None:
            seen.add(row.publication_id)
    return entries, told


def _entry(reader: Reader, row: Any, line: Line | None, lines: _Lines, houses: _Houses) -> Entry | None:
    event = lines.events[row.event_id]
    if line is None or _is_past(line.deadline):
        return None
    mine = line.mine or event.rhythm == "at_once" or event.person_id == reader.person.id
    if row.author_id == reader.person.id and not mine:
        return None
    also = houses.others(event.publication, row.space_id, reader)
    return Entry(event, line, row.space_id, mine, also)


def _is_past(deadline: datetime | None) -> bool:
    return deadline is not None and deadline <= clock.now()


def _arranged(entries: list[Entry], houses: _Houses) -> tuple[Section, list[Section]]:
    """For me; then each space in the network's order: its dates, then what is new; at most so many."""
    by_space: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.rank):
        if not entry.mine:
            by_space[entry.space_id].append(entry)
    left = IN_ALL
    mine = _cut(None, [entry for entry in entries if entry.mine], left)
    left -= len(mine.entries)
    sections = []
    for space_id in sorted(by_space, key=houses.order):
        space = houses.spaces.get(space_id) if space_id else None
        section = _cut(space, by_space[space_id], left)
        left -= len(section.entries)
        sections.append(section)
    return mine, sections


def _cut(space: Space | None, entries: list[Entry], left: int) -> Section:
    shown = entries[: min(PER_SPACE, left)]
    return Section(space, shown, more=len(entries) - len(shown))
