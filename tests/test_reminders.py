"""Reminders of meetings: on the eve, at the present hour, to whoever comes then, never late, never for nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db, transaction
from core.people import Person
from core.spaces import Membership
from notifications.inbox import Notification
from tests.village import Village
from webapp.meetings import service
from webapp.meetings.events import MeetingTomorrow, eve_of
from webapp.meetings.models import Meeting
from webapp.publications import service as publications

BRUSSELS = ZoneInfo("Europe/Brussels")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def call(village: Village, *, start: str = "2026-03-10 14:00", hours: int = 2, **details: Any) -> Meeting:
    """A meeting of fle, called by Hélène."""
    with transaction():
        meeting = service.draft(
            by=village.helene,
            spaces=[village.fle],
            title=details.pop("title", "Grille d’oral commune"),
            starts_at=_moment(start),
            ends_at=_moment(start) + timedelta(hours=hours),
            **details,
        )
        publications.share(meeting, by=village.helene)
    return meeting


def say(meeting: Meeting, person: Person, answer: str) -> None:
    with transaction():
        service.answer(meeting, by=person, answer=answer)


def reminded() -> list[str]:
    """The first names of those who were reminded, in alphabetical order."""
    query = (
        sa.select(Person.name)
        .join(Notification, Notification.person_id == Person.id)
        .where(Notification.event.of_type(MeetingTomorrow).has(MeetingTomorrow.kind == "meeting.tomorrow"))
    )
    return sorted(name.split()[0] for name in db.session.scalars(query))


def test_those_who_come_or_may_come_are_reminded_on_the_eve_and_the_others_are_not(
    village: Village, at: Any, work: Callable[[], None], mails: Callable[[], list[Any]]
) -> None:
    meeting = call(village)
    work()
    say(meeting, village.nadege, "yes")
    say(meeting, village.emre, "maybe")
    say(meeting, village.maud, "no")
    at("2026-03-09 08:59")
    work()
    assert reminded() == []
    at("2026-03-09 09:00")
    work()
    assert reminded() == ["Emre", "Nadège"]
    subjects = [mail.subject for mail in mails() if mail.stream == "notice"]
    assert len(subjects) == 2
    assert all("Demain" in subject and "14" in subject for subject in subjects)


def test_a_moved_meeting_is_reminded_at_its_new_hour_only(
    village: Village, at: Any, work: Callable[[], None]
) -> None:
    meeting = call(village)
    work()
    say(meeting, village.nadege, "yes")
    with transaction():
        service.edit(
            meeting,
            by=village.helene,
            version=meeting.version,
            starts_at=_moment("2026-03-17 10:00"),
            ends_at=_moment("2026-03-17 12:00"),
        )
    at("2026-03-09 18:00")
    work()
    assert reminded() == []
    at("2026-03-16 09:00")
    work()
    assert reminded() == ["Nadège"]


def test_a_meeting_moved_after_its_reminder_is_reminded_again(
    village: Village, at: Any, work: Callable[[], None]
) -> None:
    meeting = call(village)
    say(meeting, village.nadege, "yes")
    at("2026-03-09 10:00")
    work()
    assert reminded() == ["Nadège"]
    with transaction():
        service.edit(
            meeting,
            by=village.helene,
            version=meeting.version,
            starts_at=_moment("2026-03-17 10:00"),
            ends_at=_moment("2026-03-17 12:00"),
        )
    at("2026-03-16 09:00")
    work()
    assert reminded() == ["Nadège", "Nadège"]


def test_a_cancelled_meeting_is_not_reminded(village: Village, at: Any, work: Callable[[], None]) -> None:
    meeting = call(village)
    say(meeting, village.nadege, "yes")
    with transaction():
        service.cancel(meeting, by=village.helene, reason="La salle est inondée.")
    at("2026-03-09 10:00")
    work()
    assert reminded() == []


def test_a_machine_that_was_off_reminds_late_but_never_after_the_start(
    village: Village, at: Any, work: Callable[[], None]
) -> None:
    first, second = call(village), call(village, title="Passerelles", start="2026-03-10 16:00")
    for meeting in (first, second):
        say(meeting, village.nadege, "yes")
    at("2026-03-10 14:30")
    work()
    assert len(reminded()) == 1
    told = db.session.scalars(
        sa.select(Notification.publication_id).where(Notification.person_id == village.nadege.id)
    )
    assert second.id in set(told)


def test_who_left_the_space_is_not_reminded(village: Village, at: Any, work: Callable[[], None]) -> None:
    meeting = call(village)
    say(meeting, village.nadege, "yes")
    say(meeting, village.emre, "yes")
    with transaction():
        db.session.execute(
            sa.update(Membership)
            .where(Membership.person_id == village.emre.id, Membership.space_id == village.fle.id)
            .values(ended_at=clock.now())
        )
    at("2026-03-09 09:00")
    work()
    assert reminded() == ["Nadège"]


def test_a_meeting_called_for_tomorrow_has_no_eve_left_to_be_reminded_on(
    village: Village, at: Any, work: Callable[[], None]
) -> None:
    at("2026-03-03 15:00")
    meeting = call(village, start="2026-03-04 09:30")
    say(meeting, village.nadege, "yes")
    work()
    at("2026-03-04 09:00")
    work()
    assert reminded() == []


@pytest.mark.parametrize(
    ("start", "eve"),
    [
        ("2026-03-10 14:00", "2026-03-09 09:00"),
        ("2026-03-10 07:30", "2026-03-09 07:30"),
        # The night when summer time begins, and the one when it ends.
        ("2026-03-29 10:00", "2026-03-28 09:00"),
        ("2026-03-30 10:00", "2026-03-29 09:00"),
        ("2026-10-25 10:00", "2026-10-24 09:00"),
        ("2026-10-26 10:00", "2026-10-25 09:00"),
    ],
)
def test_the_eve_is_nine_o_clock_on_the_clock_on_the_wall(start: str, eve: str) -> None:
    assert eve_of(_moment(start), BRUSSELS) == _moment(eve)


def test_the_same_eve_told_twice_reminds_once(village: Village, at: Any, work: Callable[[], None]) -> None:
    meeting = call(village)
    say(meeting, village.nadege, "yes")
    at("2026-03-09 09:00")
    work()
    work()
    assert reminded() == ["Nadège"]


def test_a_meeting_taken_back_and_called_again_is_recalled_once(
    village: Village, at: Any, work: Callable[[], None], mails: Callable[[], list[Any]]
) -> None:
    meeting = call(village)
    work()
    say(meeting, village.nadege, "yes")
    with transaction():
        publications.archive(meeting, by=village.helene)
        publications.share(meeting, by=village.helene)
    at("2026-03-09 09:00")
    work()
    assert reminded() == ["Nadège"]
    assert len([mail for mail in mails() if mail.subject.startswith("[FLE] Demain")]) == 1
