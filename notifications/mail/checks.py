"""Asked just before a mail leaves: is it still true, still allowed, and still wanted?"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from core import clock
from core.db import db
from core.people import Person
from notifications.events import Event
from notifications.inbox import Notification, may_know
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings, SpacePreference, settings_of

#: How long each stream is of use when nobody said.
LASTS = {"account": timedelta(hours=48), "notice": timedelta(hours=48), "digest": timedelta(hours=20)}


def expires_at(delivery: Delivery) -> datetime:
    return delivery.expires_at or delivery.created_at + LASTS[delivery.stream]


@dataclass
class Checks:
    """The doubts about a batch of deliveries; what is true of one event is asked once."""

    _holding: dict[int, bool] = field(default_factory=dict)

    def why_not(self, delivery: Delivery) -> str:
        """The outcome with which to close a delivery instead of sending it; empty: let it leave.

        What was begun is finished: once a server may have the message, only its age can stop it.
        """
        if expires_at(delivery) <= clock.now():
            return "expired"
        person = delivery.person
        if delivery.stream == "account" or person is None:
            return ""
        if person.closed_at is not None or person.email is None:
            return "closed"
        if delivery.stream == "digest":
            return "" if _wants_mail(person) else "unsubscribed"
        if delivery.notification is None:
            return "lapsed"
        return self._why_no_notice(delivery.notification)

    def _why_no_notice(self, notification: Notification) -> str:
        event, person = notification.event, notification.person
        if not self._holds(event):
            return "lapsed"
        if not _may_know(person, notification):
            return "no_access"
        if event.compulsory:
            return ""
        if notification.read_at is not None:
            return "read"
        if is_paused(settings_of(person)):
            return "paused"
        wanted = _rhythm(notification) != "never" if event.rhythm == "chosen" else _wants_mail(person)
        return "" if wanted else "unsubscribed"

    def _holds(self, event: Event) -> bool:
        if event.id not in self._holding:
            self._holding[event.id] = event.still_holds()
        return self._holding[event.id]


def is_paused(settings: MailSettings) -> bool:
    return settings.paused_until is not None and settings.paused_until > clock.now()


def _may_know(person: Person, notification: Notification) -> bool:
    query = (
        sa.select(Notification.id)
        .join(Notification.event)
        .where(Notification.id == notification.id, may_know(person))
    )
    return db.session.scalar(query) is not None


def _rhythm(notification: Notification) -> str:
    """What the person chooses, now, for the space through which it reached them."""
    own = None
    if notification.space_id is not None:
        own = db.session.scalar(
            sa.select(SpacePreference.rhythm).where(
                SpacePreference.person_id == notification.person_id,
                SpacePreference.space_id == notification.space_id,
            )
        )
    return own or settings_of(notification.person).rhythm


def _wants_mail(person: Person) -> bool:
    """Whether they chose to receive anything at all by mail."""
    if settings_of(person).rhythm != "never":
        return True
    chosen = sa.select(SpacePreference.id).where(
        SpacePreference.person_id == person.id, SpacePreference.rhythm != "never"
    )
    return db.session.scalar(chosen.limit(1)) is not None
