"""The API of what one is told: notifications, and the choices that decide which mail leaves."""

from datetime import datetime
from typing import Annotated, Literal

import pydantic

from core import links
from core.people import Person
from core.publications import Publication
from notifications.inbox import Notification, unread_count
from notifications.preferences import settings_of
from webapp.inbox import feature, queries, service
from webapp.shell.api import Answer, Body, Line, Moment, Page, PageQuery, endpoint, page_of
from webapp.shell.identity import someone

Rhythm = Literal["never", "weekly", "daily", "now"]
Weekday = Annotated[int, pydantic.Field(ge=0, le=6, description="Monday is 0.")]
TimeOfDay = Annotated[
    Line, pydantic.Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM, on one's own clock.")
]


# ── Notifications ────────────────────────────────────────────────────────────────────────────────────────────────────


class NotificationQuery(PageQuery):
    """Which notifications."""

    unread: bool = pydantic.Field(False, description="Only those not yet read.")


class PublicationName(Answer):
    """A publication, by what names it."""

    id: int
    kind: str
    title: str


class NotificationOut(Answer):
    """One person told of one event."""

    id: int
    kind: str
    title: str
    url: str
    space: str | None = pydantic.Field(description="The slug of the space through which it came.")
    publication: PublicationName | None
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notification: Notification) -> "NotificationOut":
        event = notification.event
        return cls(
            id=notification.id,
            kind=event.kind,
            title=event.title(),
            url=links.base_url() + event.path(),
            space=notification.space.slug if notification.space else None,
            publication=_named(notification.publication),
            created_at=notification.created_at,
            read_at=notification.read_at,
        )


class Unread(Answer):
    """How many notifications wait to be read."""

    unread: int


def _named(publication: Publication | None) -> PublicationName | None:
    if publication is None:
        return None
    return PublicationName(id=publication.id, kind=publication.kind, title=publication.title)


@endpoint(
    feature,
    "GET",
    "/notifications",
    scope="read",
    query=NotificationQuery,
    answer=Page[NotificationOut],
    summary="List my notifications",
)
def index(query: NotificationQuery) -> Page[NotificationOut]:
    """Latest first."""
    place = query.place
    found = queries.told_to(
        someone(), unread_only=query.unread, before=place.id if place else None, limit=query.limit + 1
    )
    return page_of(found, query, NotificationOut.of, lambda one: (one.created_at, one.id))


@endpoint(
    feature,
    "POST",
    "/notifications/<int:id>/reading",
    scope="write",
    answer=NotificationOut,
    summary="Mark a notification as read",
)
def read(id: int) -> NotificationOut:  # noqa: A002 - the address' own name
    notification = queries.one_told_to(someone(), id)
    service.mark_read(notification=notification)
    return NotificationOut.of(notification)


@endpoint(
    feature,
    "POST",
    "/notifications/reading",
    scope="write",
    answer=Unread,
    summary="Mark all my notifications as read",
)
def read_all() -> Unread:
    service.mark_all_read(person=someone())
    return Unread(unread=unread_count(someone()))


@endpoint(
    feature,
    "GET",
    "/notifications/unread",
    scope="read",
    answer=Unread,
    summary="Count my unread notifications",
)
def unread() -> Unread:
    return Unread(unread=unread_count(someone()))


# ── Preferences ──────────────────────────────────────────────────────────────────────────────────────────────────────


class SpaceRhythmOut(Answer):
    """The rhythm of one space; null: like the rest of the network."""

    space: str
    rhythm: Rhythm | None


class PreferencesOut(Answer):
    """What decides which mail leaves, and when."""

    rhythm: Rhythm
    digest_time: str
    weekdays: list[Weekday]
    weekly_day: Weekday
    timezone: str
    language: Literal["fr", "en"]
    paused_until: datetime | None
    next_digest_at: datetime | None
    spaces: list[SpaceRhythmOut]

    @classmethod
    def of(cls, person: Person) -> "PreferencesOut":
        settings = settings_of(person)
        hours, minutes = divmod(settings.digest_minute, 60)
        return cls(
            rhythm=settings.rhythm,  # type: ignore[arg-type]
            digest_time=f"{hours:02d}:{minutes:02d}",
            weekdays=settings.weekdays,
            weekly_day=settings.weekly_day,
            timezone=person.timezone,
            language=person.locale,  # type: ignore[arg-type]
            paused_until=settings.paused_until,
            next_digest_at=queries.next_digest(person),
            spaces=[
                SpaceRhythmOut(space=one.space.slug, rhythm=one.rhythm)  # type: ignore[arg-type]
                for one in queries.rhythms_of(person)
            ],
        )


class PreferencesIn(Body):
    """What changes; what is left out stays as it was. `paused_until` null ends the pause."""

    rhythm: Rhythm | None = None
    digest_time: TimeOfDay | None = None
    weekdays: Annotated[list[Weekday], pydantic.Field(min_length=1, max_length=7)] | None = None
    weekly_day: Weekday | None = None
    timezone: Annotated[Line, pydantic.Field(max_length=64)] | None = None
    language: Literal["fr", "en"] | None = None
    paused_until: Moment | None = None


class SpaceRhythmIn(Body):
    """The rhythm of one space; null: like the rest of the network."""

    rhythm: Rhythm | None


@endpoint(feature, "GET", "/preferences", scope="read", answer=PreferencesOut, summary="Read my preferences")
def preferences() -> PreferencesOut:
    return PreferencesOut.of(someone())


@endpoint(
    feature,
    "PATCH",
    "/preferences",
    scope="write",
    body=PreferencesIn,
    answer=PreferencesOut,
    summary="Change my preferences",
)
def choose(body: PreferencesIn) -> PreferencesOut:
    """Takes effect at once: the next digest is planned again."""
    person, settings = someone(), settings_of(someone())
    if body.language is not None or body.timezone is not None:
        service.choose_language(
            person=person, language=body.language or person.locale, timezone=body.timezone or person.timezone
        )
    if body.digest_time is not None or body.weekdays is not None or body.weekly_day is not None:
        service.choose_hours(
            person=person,
            minute=_minutes(body.digest_time) if body.digest_time else settings.digest_minute,
            weekdays=body.weekdays,
            weekly_day=body.weekly_day,
        )
    if body.rhythm is not None:
        service.choose_rhythm(person=person, rhythm=body.rhythm)
    if "paused_until" in body.model_fields_set:
        service.pause(person=person, until=body.paused_until)
    return PreferencesOut.of(person)


@endpoint(
    feature,
    "PUT",
    "/preferences/spaces/<slug>",
    scope="write",
    body=SpaceRhythmIn,
    answer=PreferencesOut,
    summary="Choose the rhythm of one of my spaces",
)
def choose_for_space(slug: str, body: SpaceRhythmIn) -> PreferencesOut:
    space = queries.space_of(someone(), slug)
    service.choose_space_rhythm(person=someone(), space=space, rhythm=body.rhythm)
    return PreferencesOut.of(someone())


def _minutes(time_of_day: str) -> int:
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)
