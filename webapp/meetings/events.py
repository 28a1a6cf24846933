"""What meetings tell: they were called, moved, cancelled; they are tomorrow; someone answered."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from core import clock, locale
from core.locale import _
from core.people import Person
from core.publications import Placement
from core.spaces import Membership, is_active
from notifications.audience import Audience
from notifications.digests import Line
from notifications.events import Event, call_off
from notifications.inbox import Notification
from webapp.meetings import ical, queries
from webapp.meetings.models import COMING, Meeting, MeetingAnswer
from webapp.publications.events import PublicationEvent, Published

#: When the eve's reminder leaves, on the network's clock.
EVE_HOUR = time(9)


def eve_of(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """When to remind of what starts then: the day before at nine, or a whole day before what starts earlier than nine.

    Wall-clock arithmetic in `zone`: on the nights when the hour changes, nine o'clock is still nine o'clock.
    """
    start = starts_at.astimezone(zone)
    eve = datetime.combine(start.date() - timedelta(days=1), min(EVE_HOUR, start.time()), zone)
    return eve.astimezone(starts_at.tzinfo)


if TYPE_CHECKING:
    Fact = PublicationEvent
else:
    # A fact has one mapped base; what meetings add to several of them is a plain class beside it.
    Fact = object


class OfMeeting(Fact):
    """What all facts about a meeting share."""

    icon: ClassVar[str] = "calendar-event"

    @property
    def meeting(self) -> Meeting:
        if not isinstance(self.publication, Meeting):
            raise TypeError("a fact about a meeting has a meeting")
        return self.publication

    @property
    def when(self) -> str:
        return locale.span(self.meeting.starts_at, self.meeting.ends_at, all_day=self.meeting.all_day)

    def line(self) -> Line | None:
        line = super().line()
        if line is not None:
            line.when, line.meta = self.when, self.meeting.place
            line.deadline = self.meeting.starts_at
        return line

    def mail_context(self, person: Person) -> dict[str, Any]:
        """The meeting, when it is, and whether this person may have the online address."""
        answer = queries.answer_of(person, self.meeting)
        return super().mail_context(person) | {
            "meeting": self.meeting,
            "when": self.when,
            "answer": answer.answer if answer else None,
            "with_online": bool(self.meeting.online_url and answer and answer.answer in COMING),
        }

    def attachments(self, person: Person) -> list[tuple[str, str, bytes]]:
        context = self.mail_context(person)
        content = ical.calendar([self.meeting], with_online=context["with_online"])
        return [("reunion.ics", "text/calendar", content)]


class MeetingPublished(OfMeeting, Published):
    """A meeting was called."""

    mail_template: ClassVar[str] = "meetings/mail/published"

    __mapper_args__ = {"polymorphic_identity": "meeting.published"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def still_holds(self) -> bool:
        return super().still_holds() and not self.meeting.is_cancelled and not self.meeting.is_past

    def follow_ups(self) -> list[Event]:
        """The eve's reminder, when the eve is still to come; the one that waits since it was first called gives way."""
        call_off(MeetingTomorrow, self.meeting)
        eve = eve_of_network(self.meeting)
        if eve <= clock.now():
            return []
        return [MeetingTomorrow(publication=self.meeting, space_id=self.space_id, due_at=eve)]

    def title(self) -> str:
        return _(
            "%(name)s invite à la réunion « %(title)s »",
            name=self.about.author.name,
            title=self.meeting.title,
        )

    def subject(self) -> str:
        return _("%(title)s, %(when)s", title=self.meeting.title, when=locale.day(self.meeting.starts_at))


class MeetingTomorrow(OfMeeting, PublicationEvent):
    """Due the eve: its audience is whoever answers yes or maybe at that moment."""

    rhythm: ClassVar[str] = "at_once"
    tells_actor: ClassVar[bool] = True
    in_journal: ClassVar[bool] = False
    icon: ClassVar[str] = "clock"
    mail_template: ClassVar[str] = "meetings/mail/tomorrow"

    __mapper_args__ = {"polymorphic_identity": "meeting.tomorrow"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def still_holds(self) -> bool:
        """Never late: nobody is reminded of what has begun."""
        return super().still_holds() and not self.meeting.is_cancelled and not self.meeting.has_started

    def audience(self) -> Audience | None:
        return queries.who_comes(self.meeting.id)

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        start = locale.local(self.meeting.starts_at)
        days = (start.date() - clock.today(locale.zone())).days
        if days == 1:
            return _("Demain : « %(title)s »", title=self.meeting.title)
        if days == 0:
            return _("Aujourd’hui : « %(title)s »", title=self.meeting.title)
        return _("%(day)s : « %(title)s »", day=locale.day(start).capitalize(), title=self.meeting.title)

    def subject(self) -> str:
        if self.meeting.all_day:
            return self.title()
        return _("%(title)s à %(hour)s", title=self.title(), hour=locale.hour(self.meeting.starts_at))

    def reason(self) -> str:
        return _("Vous recevez ce rappel parce que vous avez répondu que vous venez, ou peut-être.")


class ChangedMeeting(OfMeeting, PublicationEvent):
    """A change that whoever comes, or was told by mail, must know of at once."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    rhythm: ClassVar[str] = "at_once"
    compulsory: ClassVar[bool] = True

    def audience(self) -> Audience | None:
        """Those who come or may come, and those to whom a mail announced it, but for who said no."""
        refused = sa.exists().where(
            MeetingAnswer.meeting_id == self.meeting.id,
            MeetingAnswer.person_id == Notification.person_id,
            MeetingAnswer.answer == "no",
        )
        told = (
            sa.select(Notification.person_id, Membership.space_id)
            .join(Placement, Placement.publication_id == Notification.publication_id)
            .join(
                Membership,
                sa.and_(
                    Membership.space_id == Placement.space_id, Membership.person_id == Notification.person_id
                ),
            )
            .where(
                Notification.publication_id == self.meeting.id,
                Notification.mailed_at.is_not(None),
                is_active(),
                ~refused,
            )
        )
        both = sa.union(queries.who_comes(self.meeting.id), told).subquery("concerned")
        return sa.select(both.c.person_id, both.c.space_id)

    def reason(self) -> str:
        return _(
            "Vous recevez ce message, quels que soient vos réglages, parce que cette réunion vous avait été annoncée "
            "ou que vous aviez répondu que vous venez."
        )


class MeetingMoved(ChangedMeeting):
    """The day, the hour or the place changed; `data` keeps what had been announced."""

    icon: ClassVar[str] = "calendar2-week"
    mail_template: ClassVar[str] = "meetings/mail/moved"

    __mapper_args__ = {"polymorphic_identity": "meeting.moved"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def still_holds(self) -> bool:
        """A second move before this one was told makes this one stale: the later one says it all."""
        current = self.data.get("sequence") == self.meeting.sequence
        return (
            super().still_holds() and current and not self.meeting.is_cancelled and not self.meeting.is_past
        )

    def title(self) -> str:
        return _("La réunion « %(title)s » change : %(when)s", title=self.meeting.title, when=self.when)

    def subject(self) -> str:
        return _("Changement : %(title)s, %(when)s", title=self.meeting.title, when=self.when)

    @property
    def before(self) -> str:
        """What had been announced, in words."""
        start, end = (datetime.fromisoformat(self.data[name]) for name in ("starts_at", "ends_at"))
        return locale.span(start, end, all_day=bool(self.data.get("all_day")))

    def mail_context(self, person: Person) -> dict[str, Any]:
        return super().mail_context(person) | {
            "before": self.before,
            "place_before": self.data.get("place", ""),
        }


class MeetingCancelled(ChangedMeeting):
    """It will not take place."""

    icon: ClassVar[str] = "calendar-x"
    mail_template: ClassVar[str] = "meetings/mail/cancelled"

    __mapper_args__ = {"polymorphic_identity": "meeting.cancelled"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def still_holds(self) -> bool:
        return super().still_holds() and self.meeting.is_cancelled and not self.meeting.is_past

    def title(self) -> str:
        return _("La réunion « %(title)s » est annulée", title=self.meeting.title)

    def subject(self) -> str:
        return _(
            "Annulée : %(title)s, %(when)s", title=self.meeting.title, when=locale.day(self.meeting.starts_at)
        )


class MeetingAnswered(OfMeeting, PublicationEvent):
    """Someone answered: open pages show it; nobody is told."""

    rhythm: ClassVar[str] = "inbox"
    in_journal: ClassVar[bool] = False

    __mapper_args__ = {"polymorphic_identity": "meeting.answered"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return None

    def title(self) -> str:
        return _("%(name)s a répondu à « %(title)s »", name=self.actor_name, title=self.meeting.title)


def eve_of_network(meeting: Meeting) -> datetime:
    """The eve of a meeting on the network's own clock."""
    zone: ZoneInfo = current_app.config["MAILLAGE"].zone
    return eve_of(meeting.starts_at, zone)
