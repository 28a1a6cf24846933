"""From an event to people: who is told, set by set, in one transaction that can be replayed without harm."""

from functools import partial
from typing import Any

import sqlalchemy as sa

from core import clock, wakeups
from core.db import after_commit, db, insert_ignore
from core.people import Person
from notifications import live
from notifications.events import Event
from notifications.inbox import Notification
from notifications.mail.deliveries import Delivery
from notifications.preferences import DEFAULT_RHYTHM, RHYTHMS, MailSettings, SpacePreference


def dispatch(event: Event) -> None:
    """Tell an event that is due. Everything here is one transaction with the event's sign-off (`core.jobs`).

    Crash before the commit: nothing happened, the lease runs out, it is done again. After: the event is closed.
    The unique keys of the tables, not a look before writing, keep a replay from telling twice.
    """
    if not event.still_holds():
        event.lapsed = True
        return
    told = _notify(event)
    _mail_at_once(event)
    nudges = live.enter(event, told=told)
    after_commit(partial(live.send, nudges))


def _notify(event: Event) -> int:
    """One INSERT … SELECT for the whole audience; returns how many people were told."""
    audience = event.audience()
    if audience is None:
        return 0
    columns = ["created_at", "person_id", "event_id", "publication_id", "space_id", "rhythm"]
    result: Any = db.session.execute(
        insert_ignore(Notification, "person_id", "event_id").from_select(columns, _told(event, audience))
    )
    return int(result.rowcount)


def _told(event: Event, audience: "sa.Select[Any]") -> "sa.Select[Any]":
    """Each person of the audience once, with the first of their spaces and the most eager of their rhythms."""
    rows = audience.subquery("audience")
    query = (
        sa.select(
            sa.literal(clock.now(), Event.created_at.type),
            rows.c.person_id,
            sa.literal(event.id, sa.Integer),
            sa.literal(event.publication_id, sa.Integer),
            sa.func.min(rows.c.space_id),
            _rhythm(event),
        )
        .select_from(rows)
        .join(Person, Person.id == rows.c.person_id)
        .outerjoin(MailSettings, MailSettings.person_id == rows.c.person_id)
        .outerjoin(
            SpacePreference,
            sa.and_(
                SpacePreference.person_id == rows.c.person_id, SpacePreference.space_id == rows.c.space_id
            ),
        )
        .where(Person.closed_at.is_(None))
        .group_by(rows.c.person_id)
    )
    if event.actor_id is not None and not event.tells_actor:
        query = query.where(rows.c.person_id != event.actor_id)
    return query


def _rhythm(event: Event) -> "sa.ColumnElement[str]":
    if event.rhythm != "chosen":
        wanted: sa.ColumnElement[str] = sa.literal({"at_once": "now", "inbox": "never"}[event.rhythm])
    else:
        chosen = sa.func.coalesce(SpacePreference.rhythm, MailSettings.rhythm, DEFAULT_RHYTHM)
        eagerness = sa.func.max(
            sa.case(*((chosen == name, rank) for rank, name in enumerate(RHYTHMS)), else_=0)
        )
        wanted = sa.case(*((eagerness == rank, name) for rank, name in enumerate(RHYTHMS)), else_="never")
    if event.compulsory:
        return wanted
    # What would leave now waits, during a pause, for the digest that follows it.
    paused = sa.func.max(MailSettings.paused_until) > sa.literal(clock.now(), Event.created_at.type)
    return sa.case((sa.and_(wanted == "now", paused), "daily"), else_=wanted)


def _mail_at_once(event: Event) -> None:
    """A delivery for whoever wants it now; its text is made when it is about to leave, from what is true then."""
    now = sa.literal(clock.now(), Event.created_at.type)
    wanted = (
        sa.select(
            now,
            now,
            Notification.id,
            Notification.person_id,
            Person.email,
            sa.literal("notice"),
            sa.literal("n:") + sa.cast(Notification.id, sa.String),
        )
        .join(Person, Person.id == Notification.person_id)
        .where(
            Notification.event_id == event.id,
            Notification.rhythm == "now",
            Person.email.is_not(None),
            Person.closed_at.is_(None),
        )
    )
    columns = ["created_at", "due_at", "notification_id", "person_id", "address", "stream", "key"]
    result: Any = db.session.execute(insert_ignore(Delivery, "key").from_select(columns, wanted))
    if result.rowcount:
        wakeups.ring("mail")
