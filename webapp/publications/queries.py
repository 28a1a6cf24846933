"""Named selects about publications of every kind, shared by pages, API and mails; each costs the same at 50 and at 5,000."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectin_polymorphic

from core import clock
from core.db import db
from core.errors import NotFound
from core.files import StoredFile
from core.people import Person
from core.publications import Placement, Publication, is_current, is_out, kinds, placed_in, readable_by
from core.spaces import Membership, Space, is_active, space_ids_of, visible_to
from notifications.events import Event
from notifications.inbox import unread_publications
from notifications.preferences import DEFAULT_RHYTHM, MailSettings, SpacePreference
from webapp.publications.rules import MODERATORS, Standing, homes

Kind = TypeVar("Kind", bound=Publication)
#: A place in a list ordered by an instant, then by a number.
Spot = tuple[datetime, int]

#: What its author still has in hand.
IN_HAND = ("draft", "changes_asked", "submitted", "refused", "withdrawn")
MOST_PINNED = 10
#: PostgreSQL's integer: an address may hold a larger number, and no row bears it.
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Entry:
    """A publication as it stands in a list, for one reader."""

    publication: Publication
    #: The spaces where it stands, of those the reader may know.
    spaces: list[Space]
    unread: bool = False
    pinned: bool = False
    cover: StoredFile | None = None


@dataclass(frozen=True)
class Feed:
    """A page of a list: what is pinned (on the first page only), what follows, and where the next page starts."""

    pinned: list[Entry]
    entries: list[Entry]
    next: Spot | None

    @property
    def is_empty(self) -> bool:
        return not self.pinned and not self.entries


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def feed(
    person: Person | None,
    *,
    space: Space | None = None,
    kinds: Sequence[type[Publication]] | None = None,
    before: Spot | None = None,
    after: Spot | None = None,
    limit: int = 20,
    where: Iterable[sa.ColumnElement[bool]] = (),
) -> Feed:
    """What stands now, latest first: in one space, or in all the reader's own; `kinds` keeps only some of them.

    `before` continues the list from the `next` of the page before; `after` asks what came since, for open pages.
    `where` adds a kind's own conditions. In a space, what is pinned comes apart, on the first page, and never twice.
    """
    base = _standing_in(person, space, kinds).where(*where)
    pinned: list[Publication] = []
    if space is not None:
        is_pinned = _pinned_in(space)
        if before is None and after is None:
            pinned = _all(base.where(is_pinned).order_by(*_latest_first()).limit(MOST_PINNED))
        base = base.where(~is_pinned)
    if before is not None:
        base = base.where(_comes_before(before))
    if after is not None:
        base = base.where(sa.tuple_(Publication.published_at, Publication.id) > _spot(after))
    found = _all(base.order_by(*_latest_first()).limit(limit + 1))
    shown = found[:limit]
    entries = dressed([*pinned, *shown], person, pinned=len(pinned))
    last = shown[-1] if len(found) > limit else None
    return Feed(entries[: len(pinned)], entries[len(pinned) :], spot_of(last) if last else None)


def listed(
    person: Person | None,
    kind: type[Kind],
    *,
    space: Space | None = None,
    state: str | None = None,
    before: Spot | None = None,
    limit: int = 20,
    where: Iterable[sa.ColumnElement[bool]] = (),
) -> list[Kind]:
    """Publications of one kind that a person may read, latest first, for programs: by default what stands now.

    With a `state`, whatever is in it: one's own, and what one moderates. At most `limit` + 1 come back, so that the
    caller knows whether something follows.
    """
    query = sa.select(kind).where(readable_by(person), *where)
    query = query.where(is_current() if state is None else Publication.state == state)
    if state == "published":
        query = query.where(is_out())
    if space is not None:
        query = query.where(placed_in(space))
    instant = order_instant()
    if before is not None:
        query = query.where(sa.tuple_(instant, Publication.id) < _spot(before))
    query = query.order_by(instant.desc(), Publication.id.desc()).limit(limit + 1)
    return list(db.session.scalars(query).unique())


def order_instant() -> sa.ColumnElement[datetime]:
    """What `listed` is ordered by: when it appeared, else when it was written."""
    return cast(
        "sa.ColumnElement[datetime]", sa.func.coalesce(Publication.published_at, Publication.created_at)
    )


def in_hand_of(
    person: Person, *, space: Space | None = None, kind: type[Publication] | None = None
) -> list[Publication]:
    """What an author has not brought out yet, or was sent back: drafts, submitted, refused, scheduled; latest first."""
    scheduled = sa.and_(Publication.state == "published", ~is_out())
    query = _select().where(
        Publication.author_id == person.id, sa.or_(Publication.state.in_(IN_HAND), scheduled)
    )
    if space is not None:
        query = query.where(placed_in(space))
    if kind is not None:
        query = query.where(Publication.kind == _name(kind))
    return _all(query.order_by(Publication.id.desc()).limit(100))


def counts(person: Person | None, space: Space) -> dict[str, int]:
    """How many publications of each kind stand in a space for this reader, by the kind's name."""
    query = (
        sa.select(Publication.kind, sa.func.count())
        .where(readable_by(person), is_current(), placed_in(space))
        .group_by(Publication.kind)
    )
    return dict(db.session.execute(query).all())


def dressed(publications: Sequence[Publication], person: Person | None, *, pinned: int = 0) -> list[Entry]:
    """The same as entries of a list: three queries, however many; the first `pinned` are so."""
    if not publications:
        return []
    ids = [publication.id for publication in publications]
    unread = unread_publications(person, ids) if person else set()
    covers = covers_of(ids)
    known = _known_spaces(person, publications)
    return [
        Entry(
            publication=publication,
            spaces=[space for space in publication.spaces if space.id in known],
            unread=publication.id in unread,
            pinned=number < pinned,
            cover=covers.get(publication.id),
        )
        for number, publication in enumerate(publications)
    ]


def covers_of(ids: list[int]) -> dict[int, StoredFile]:
    """The picture at the head of each of these publications, by the publication's id."""
    query = sa.select(StoredFile).where(StoredFile.publication_id.in_(ids), StoredFile.use == "cover")
    return {file.publication_id: file for file in db.session.scalars(query.order_by(StoredFile.id))}


def spot_of(publication: Publication) -> Spot:
    return publication.published_at or publication.created_at, publication.id


# ── One publication ──────────────────────────────────────────────────────────────────────────────────────────────────


def readable(person: Person | None, id: int, kind: type[Kind] | None = None) -> Kind:  # noqa: A002 - the row's own name
    """The publication, in whatever state this person may see it. Raises `NotFound`."""
    if id > LARGEST_ID:
        raise NotFound
    query: Any = sa.select(kind) if kind is not None else _select()
    found = db.session.scalars(query.where(Publication.id == id, readable_by(person))).unique().one_or_none()
    if found is None:
        raise NotFound
    return cast(Kind, found)


def standing(person: Person | None, publication: Publication) -> Standing:
    """What a person is to a publication: what the rules ask."""
    return standing_in(
        person,
        [placement.space_id for placement in publication.placements],
        is_author=person is not None and publication.author_id == person.id,
        homes=homes(publication),
    )


def standing_in(
    person: Person | None,
    space_ids: list[int],
    *,
    is_author: bool = False,
    homes: frozenset[int] | None = None,
) -> Standing:
    """The same, for these spaces: for what is not written yet."""
    if person is None:
        return Standing()
    query = sa.select(Membership.space_id, Membership.role).where(
        Membership.person_id == person.id, Membership.space_id.in_(space_ids), is_active()
    )
    roles = dict(db.session.execute(query).all())
    return Standing(is_author=is_author, is_staff=person.is_staff, roles=roles, homes=homes)


def known_spaces(person: Person | None, publication: Publication) -> list[Space]:
    """The spaces where it stands, of those a person may know of."""
    return known_places(person, [publication])[publication.id]


def known_places(person: Person | None, publications: Sequence[Publication]) -> dict[int, list[Space]]:
    """The same for several, by the publication's id: one query."""
    known = _known_spaces(person, publications)
    return {one.id: [space for space in one.spaces if space.id in known] for one in publications}


def files_of(publication: Publication, use: str = "attachment") -> list[StoredFile]:
    query = (
        sa.select(StoredFile)
        .where(StoredFile.publication_id == publication.id, StoredFile.use == use)
        .order_by(StoredFile.position, StoredFile.id)
    )
    return list(db.session.scalars(query))


def all_files_of(publications: Sequence[Publication]) -> dict[int, list[StoredFile]]:
    """The files of each of these publications, covers first, by the publication's id: one query."""
    found: dict[int, list[StoredFile]] = {}
    query = (
        sa.select(StoredFile)
        .where(StoredFile.publication_id.in_([one.id for one in publications]))
        .order_by(StoredFile.use.desc(), StoredFile.position, StoredFile.id)
    )
    for file in db.session.scalars(query):
        found.setdefault(file.publication_id, []).append(file)
    return found


def in_charge_of(person: Person | None, publications: Sequence[Publication]) -> set[int]:
    """Of these, those a person wrote or moderates: one query."""
    if person is None:
        return set()
    if person.is_staff:
        return {one.id for one in publications}
    ids = [one.id for one in publications]
    moderated = sa.select(Placement.publication_id).where(
        Placement.publication_id.in_(ids), Placement.space_id.in_(space_ids_of(person, *MODERATORS))
    )
    return {one.id for one in publications if one.author_id == person.id} | set(db.session.scalars(moderated))


def history(publication: Publication) -> list[Event]:
    """The facts of its life that the journal keeps, oldest first."""
    query = (
        sa.select(Event)
        .where(Event.publication_id == publication.id, Event.due_at <= clock.now())
        .options(joinedload(Event.actor))
        .order_by(Event.created_at, Event.id)
    )
    return [event for event in db.session.scalars(query) if event.in_journal]


# ── Where one may write, and who would read ──────────────────────────────────────────────────────────────────────────


def spaces_open_to(person: Person, module: str) -> list[Space]:
    """The spaces where a person may write something of this module, in the network's order: their own, as more than a guest."""
    query = sa.select(Space).where(Space.archived_at.is_(None)).order_by(Space.position, Space.name)
    if not person.is_staff:
        query = query.where(Space.id.in_(space_ids_of(person, "member", *MODERATORS)))
    return [space for space in db.session.scalars(query) if space.has(module)]


@dataclass(frozen=True)
class Reach:
    """How many people something would be told to, and how many of them by a mail at once."""

    people: int
    at_once: int


def reach(space_ids: list[int], by: Person) -> Reach:
    """Who would be told of something published in these spaces now, its author left out; each person once."""
    chosen = sa.func.coalesce(SpacePreference.rhythm, MailSettings.rhythm, DEFAULT_RHYTHM)
    eager = sa.func.max(sa.case((chosen == "now", 1), else_=0)).label("eager")
    each = (
        sa.select(Membership.person_id, eager)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(MailSettings, MailSettings.person_id == Membership.person_id)
        .outerjoin(
            SpacePreference,
            sa.and_(
                SpacePreference.person_id == Membership.person_id,
                SpacePreference.space_id == Membership.space_id,
            ),
        )
        .where(
            Membership.space_id.in_(space_ids),
            is_active(),
            Person.closed_at.is_(None),
            Membership.person_id != by.id,
        )
        .group_by(Membership.person_id)
        .subquery("each_person")
    )
    people, at_once = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(each.c.eager), 0)).select_from(each)
    ).one()
    return Reach(int(people), int(at_once))


# ── The queue of moderation ──────────────────────────────────────────────────────────────────────────────────────────


def queue(person: Person, space: Space | None = None) -> list[Publication]:
    """What waits for this person's decision, oldest first; in one space, or in all those they moderate."""
    query = _select().where(*_waits_for(person))
    if space is not None:
        query = query.where(placed_in(space))
    return _all(query.order_by(Publication.submitted_at, Publication.id).limit(200))


def queue_count(person: Person) -> int:
    """How many publications wait for this person's decision: one cheap query, asked at every page."""
    query = sa.select(sa.func.count(Publication.id)).where(*_waits_for(person))
    return int(db.session.scalar(query) or 0)


def moderates_somewhere(person: Person) -> bool:
    """Whether there is a queue for this person at all, empty or not."""
    if person.is_staff:
        return True
    return bool(db.session.scalar(sa.select(space_ids_of(person, *MODERATORS).exists())))


def _waits_for(person: Person) -> list[sa.ColumnElement[bool]]:
    conditions = [Publication.state == "submitted", Publication.author_id != person.id]
    if not person.is_staff:
        conditions.append(
            sa.exists().where(
                Placement.publication_id == Publication.id,
                Placement.space_id.in_(space_ids_of(person, *MODERATORS)),
            )
        )
    return conditions


# ── What the selects above are made of ───────────────────────────────────────────────────────────────────────────────


def _select() -> "sa.Select[Any]":
    # The columns of each kind come in one query for each kind there is, never in one for each row.
    return sa.select(Publication).options(selectin_polymorphic(Publication, kinds()))


def _all(query: "sa.Select[Any]") -> list[Publication]:
    return list(db.session.scalars(query).unique())


def _name(kind: type[Publication]) -> str:
    return str(sa.inspect(kind).polymorphic_identity)


def _standing_in(
    person: Person | None, space: Space | None, of_kinds: Sequence[type[Publication]] | None
) -> "sa.Select[Any]":
    # A single kind is asked by its own class, so that conditions on its own columns find their table.
    query = sa.select(of_kinds[0]) if of_kinds and len(of_kinds) == 1 else _select()
    query = query.where(readable_by(person), is_current())
    if of_kinds is not None:
        query = query.where(Publication.kind.in_([_name(kind) for kind in of_kinds]))
    if space is not None:
        return query.where(placed_in(space))
    if person is None:
        return query
    return query.where(
        sa.exists().where(
            Placement.publication_id == Publication.id, Placement.space_id.in_(space_ids_of(person))
        )
    )


def _pinned_in(space: Space) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Placement.publication_id == Publication.id,
        Placement.space_id == space.id,
        Placement.pinned_at.is_not(None),
    )


def _latest_first() -> tuple[Any, Any]:
    return Publication.published_at.desc(), Publication.id.desc()


def _comes_before(spot: Spot) -> sa.ColumnElement[bool]:
    return cast("sa.ColumnElement[bool]", sa.tuple_(Publication.published_at, Publication.id) < _spot(spot))


def _spot(spot: Spot) -> Any:
    instant, number = spot
    return sa.tuple_(sa.literal(instant, Publication.published_at.type), sa.literal(number))


def _known_spaces(person: Person | None, publications: Sequence[Publication]) -> set[int]:
    ids = {placement.space_id for publication in publications for placement in publication.placements}
    query = sa.select(Space.id).where(Space.id.in_(ids), visible_to(person))
    return set(db.session.scalars(query))
