"""Named selects of the journal: a page of facts costs the same number of queries whatever they are about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, with_polymorphic

from core import clock, text
from core.db import db
from core.people import Person
from core.publications import Placement, Publication
from core.spaces import Space
from notifications.events import Event, kinds


@dataclass(frozen=True)
class Filters:
    """What a reader keeps of the journal; it stands in the address."""

    #: The folder of the feature that tells the fact: « spaces », « tools ».
    feature: str = ""
    #: Words of a name: who did it, or whom it is about.
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return bool(self.feature or self.who or self.since or self.until)


def happened(
    filters: Filters, *, space: Space | None = None, before: int | None = None, limit: int = 50
) -> list[Event]:
    """What happened, the latest first; in one space, or in the whole network. `before` is the id of the last one shown.

    What waits for its hour has not happened, and what lapsed never did.
    """
    query = (
        sa.select(Event)
        .where(*_conditions(filters, space))
        .options(joinedload(Event.actor), joinedload(Event.person), joinedload(Event.space))
        .order_by(Event.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Event.id < before)
    found = list(db.session.scalars(query).unique())
    _load_publications(found)
    return found


def features_telling() -> list[str]:
    """The features whose facts stand in the journal, by their folders' names."""
    return sorted({feature_of(kind) for kind in kinds() if kind.in_journal})


def feature_of(kind: type[Event]) -> str:
    """The folder of the feature that tells a kind of fact."""
    return kind.__module__.split(".")[1]


def _conditions(filters: Filters, space: Space | None) -> list[sa.ColumnElement[bool]]:
    names = [
        str(sa.inspect(kind).polymorphic_identity)
        for kind in kinds()
        if kind.in_journal and filters.feature in ("", feature_of(kind))
    ]
    conditions: list[sa.ColumnElement[bool]] = [
        Event.kind.in_(names),
        Event.due_at <= clock.now(),
        ~Event.lapsed,
    ]
    if space is not None:
        conditions.append(_in_space(space))
    if filters.since is not None:
        conditions.append(Event.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(Event.created_at < filters.until)
    return conditions + [_about(word) for word in text.fold(filters.who).split()]


def _in_space(space: Space) -> sa.ColumnElement[bool]:
    placed = sa.exists().where(
        Placement.publication_id == Event.publication_id, Placement.space_id == space.id
    )
    return sa.or_(Event.space_id == space.id, placed)


def _about(word: str) -> sa.ColumnElement[bool]:
    named = Person.sort_name.contains(word, autoescape=True)
    did = sa.exists().where(Person.id == Event.actor_id, named)
    concerned = sa.exists().where(Person.id == Event.person_id, named)
    return sa.or_(did, concerned)


def _load_publications(events: list[Event]) -> None:
    """Bring all their publications at once, whatever their kinds: the sentences speak of them."""
    ids = {event.publication_id for event in events if event.publication_id is not None}
    loaded: dict[int, Any] = {}
    if ids:
        every_kind = with_polymorphic(Publication, "*")
        loaded = {
            one.id: one
            for one in db.session.scalars(sa.select(every_kind).where(every_kind.id.in_(ids))).unique()
        }
    for event in events:
        sa.orm.attributes.set_committed_value(event, "publication", loaded.get(event.publication_id or 0))
