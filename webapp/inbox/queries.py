"""Named selects about what someone was told, and about what they chose."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, with_polymorphic

from core import clock
from core.db import db
from core.errors import NotFound
from core.people import Person
from core.publications import Publication
from core.spaces import Space, spaces_of
from notifications import digests
from notifications.events import Event
from notifications.inbox import Notification, may_know
from notifications.preferences import MailSettings, SpacePreference, settings_of
from notifications.speech import zone_of


def told_to(
    person: Person, *, unread_only: bool = False, before: int | None = None, limit: int = 30
) -> list[Notification]:
    """What a person was told and may still know, latest first; `before` continues a list. A fixed number of queries."""
    query = (
        sa.select(Notification)
        .join(Notification.event)
        .where(Notification.person_id == person.id, may_know(person))
        .options(
            contains_eager(Notification.event).options(
                joinedload(Event.actor), joinedload(Event.space), joinedload(Event.person)
            ),
            joinedload(Notification.space),
        )
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    if unread_only:
        query = query.where(Notification.read_at.is_(None))
    if before is not None:
        query = query.where(Notification.id < before)
    found = list(db.session.scalars(query))
    _load_publications(found)
    return found


def one_told_to(person: Person, notification_id: int) -> Notification:
    """One of a person's notifications; raises `NotFound` for anybody else's."""
    query = (
        sa.select(Notification)
        .join(Notification.event)
        .where(
            Notification.id == notification_id,
            Notification.person_id == person.id,
            may_know(person),
        )
        .options(contains_eager(Notification.event))
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _load_publications(notifications: list[Notification]) -> None:
    """Bring all their publications at once, whatever their kinds: the sentences speak of them."""
    ids = {n.publication_id for n in notifications if n.publication_id is not None}
    if ids:
        every_kind = with_polymorphic(Publication, "*")
        # The session only remembers what somebody holds: the list holds the notifications, these hold the rest.
        loaded: dict[int, Any] = {
            p.id: p for p in db.session.scalars(sa.select(every_kind).where(every_kind.id.in_(ids))).unique()
        }
        for notification in notifications:
            sa.orm.attributes.set_committed_value(
                notification, "publication", loaded.get(notification.publication_id or 0)
            )
            sa.orm.attributes.set_committed_value(
                notification.event, "publication", loaded.get(notification.event.publication_id or 0)
            )


@dataclass(frozen=True)
class SpaceRhythm:
    """One space of a person and the rhythm chosen for it; None: like the rest of the network."""

    space: Space
    rhythm: str | None


def rhythms_of(person: Person) -> list[SpaceRhythm]:
    """The spaces where a person sits now, each with its own rhythm if one was chosen."""
    chosen = preferences_of(person)
    return [SpaceRhythm(space, chosen.get(space.id)) for space in spaces_of(person)]


def preferences_of(person: Person) -> dict[int, str]:
    """The rhythms chosen space by space, by the space's number."""
    query = sa.select(SpacePreference).where(SpacePreference.person_id == person.id)
    return {preference.space_id: preference.rhythm for preference in db.session.scalars(query)}


def space_of(person: Person, slug: str) -> Space:
    """A space where a person sits now; raises `NotFound`: one chooses nothing for a space one is not in."""
    for space in spaces_of(person):
        if space.slug == slug:
            return space
    raise NotFound


def next_digest(person: Person) -> datetime | None:
    """When the next digest leaves, from what is chosen now; None when nothing chosen waits for one."""
    settings = settings_of(person)
    rhythms = {one.rhythm or settings.rhythm for one in rhythms_of(person)} or {settings.rhythm}
    days = set(settings.weekdays if "daily" in rhythms else []) | (
        {settings.weekly_day} if "weekly" in rhythms else set()
    )
    if not days:
        return None
    rule = MailSettings(weekdays=sorted(days), weekly_day=min(days), digest_minute=settings.digest_minute)
    after = max(clock.now(), settings.paused_until or clock.now())
    return digests.next_instant(rule, zone_of(person), after)
