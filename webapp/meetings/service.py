"""The verbs of meetings that other kinds do not have: answer, change, cancel. Calling one is `publications.service`."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from core import clock, locale, tokens
from core.config import Settings
from core.db import db, upsert
from core.errors import Conflict, NotAllowed, Refused
from core.locale import _
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from core.text import clean, one_line
from notifications.events import call_off, publish, reschedule
from webapp.meetings import queries, rules
from webapp.meetings.events import (
    MeetingAnswered,
    MeetingCancelled,
    MeetingMoved,
    MeetingTomorrow,
    eve_of_network,
)
from webapp.meetings.models import ANSWERS, Meeting, MeetingAnswer
from webapp.publications import service as publications

LONGEST_COMMENT = 300
LONGEST_REASON = 2_000
LONGEST = timedelta(days=31)
#: What calendars hold: a change of one of these is told to whoever comes.
ANNOUNCED = ("starts_at", "ends_at", "all_day", "place")


def new_uid(domain: str) -> str:
    """A name for calendars: unique for ever, and saying nothing (RFC 5545, 3.8.4.7)."""
    return f"{tokens.secret()[:20].lower()}@{domain}"


def draft(
    *, by: Person, spaces: Sequence[Space], starts_at: datetime, ends_at: datetime, **details: Any
) -> Meeting:
    """Write the draft of a meeting; `publications.share` then calls it. Raises `Refused` field by field.

    The midnights around the days of an all-day meeting are those of the reader's clock.
    """
    times = _check_times(
        {"starts_at": starts_at, "ends_at": ends_at, "all_day": details.get("all_day", False)}
    )
    settings: Settings = current_app.config["MAILLAGE"]
    return publications.draft(
        Meeting, by=by, spaces=spaces, uid=new_uid(settings.mail_domain), **(details | times)
    )


def edit(meeting: Meeting, *, by: Person, version: int, **changes: Any) -> Meeting:
    """Change a meeting from `version`; what calendars hold is told at once to whoever comes or was told by mail.

    Raises `publications.Superseded` over someone else's edit, `Refused` field by field.
    """
    if meeting.is_cancelled:
        raise Conflict(_("Cette réunion est annulée : elle ne change plus. Convoquez-en une nouvelle."))
    announced = {name: getattr(meeting, name) for name in ANNOUNCED}
    changes |= _check_times(changes, meeting)
    _check_capacity(meeting, changes)
    publications.edit(meeting, by=by, version=version, **changes)
    if meeting.state == "published" and any(getattr(meeting, name) != announced[name] for name in ANNOUNCED):
        _move(meeting, announced, by)
    return meeting


def cancel(meeting: Meeting, *, by: Person, reason: str) -> Meeting:
    """Call it off in the open: it stays where it stands, struck through. Raises `Refused`, `NotAllowed`, `Conflict`."""
    if meeting.is_cancelled:
        raise Conflict(_("Cette réunion est déjà annulée."))
    if not meeting.is_out or not rules.may_change(meeting, by, queries.memberships_around(by, meeting)):
        raise NotAllowed(_("Seules les personnes qui préparent cette réunion peuvent l’annuler."))
    note = clean(reason)
    if not note:
        raise Refused(reason=_("Dites pourquoi : celles et ceux qui venaient le liront."))
    if len(note) > LONGEST_REASON:
        raise Refused(reason=_("%(max)s caractères au plus.", max=LONGEST_REASON))
    now = clock.now()
    # Conditional, so that of two people who cancel at once, one is told that it was done.
    result: Any = db.session.execute(
        sa.update(Meeting)
        .where(Meeting.id == meeting.id, Meeting.cancelled_at.is_(None))
        .values(cancelled_at=now, cancel_reason=note, sequence=meeting.sequence + 1)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise Conflict(_("Cette réunion est déjà annulée."))
    db.session.refresh(meeting)
    call_off(MeetingTomorrow, meeting)
    publish(MeetingCancelled(publication=meeting, actor=by, space_id=_first_space(meeting)))
    return meeting


def answer(meeting: Meeting, *, by: Person, answer: str, comment: str = "") -> None:
    """Say whether one comes; a later answer replaces the first. Raises `Refused` when there is no place left."""
    if not rules.may_answer(meeting, queries.memberships_around(by, meeting)):
        raise NotAllowed(_("On ne peut plus répondre à cette réunion."))
    if answer not in ANSWERS:
        raise Refused(answer=_("Répondez oui, peut-être ou non."))
    note = one_line(comment)
    if len(note) > LONGEST_COMMENT:
        raise Refused(comment=_("%(max)s caractères au plus.", max=LONGEST_COMMENT))
    if answer == "yes":
        _take_a_place(meeting, by)
    db.session.execute(
        upsert(
            MeetingAnswer,
            {
                "meeting_id": meeting.id,
                "person_id": by.id,
                "answer": answer,
                "comment": note,
                "answered_at": clock.now(),
            },
            ("meeting_id", "person_id"),
            ("answer", "comment", "answered_at"),
        )
    )
    publish(MeetingAnswered(publication=meeting, actor=by, space_id=_first_space(meeting)))


def _check_times(given: dict[str, Any], meeting: Meeting | None = None) -> dict[str, Any]:
    """The times as they will be kept; raises `Refused` at the one that is wrong."""
    if meeting is not None and not {"starts_at", "ends_at", "all_day"} & given.keys():
        return {}
    start, end, all_day = (
        given.get(n, getattr(meeting, n, None)) for n in ("starts_at", "ends_at", "all_day")
    )
    if start is None or end is None:
        missing = [name for name, value in (("starts_at", start), ("ends_at", end)) if value is None]
        raise Refused(**{name: _("Donnez un jour et une heure.") for name in missing})
    if all_day:
        start, end = _whole_days(start, end)
    if end <= start:
        raise Refused(ends_at=_("La fin doit venir après le début."))
    if end - start > LONGEST:
        raise Refused(ends_at=_("Une réunion dure un mois au plus. Vérifiez la date de fin."))
    # What lasts all day may still be announced that morning.
    if (end if all_day else start) <= clock.now() and (meeting is None or start != meeting.starts_at):
        raise Refused(starts_at=_("Ce moment est passé. Choisissez-en un à venir."))
    return {"starts_at": start, "ends_at": end, "all_day": bool(all_day)}


def _whole_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """From the midnight of the first day to the one after the last, as the reader counts days."""
    first, last = locale.local(start), locale.local(end)
    if last.time() == time() and last.date() > first.date():
        last -= timedelta(days=1)  # already kept so: the end is excluded
    midnights = (first.date(), last.date() + timedelta(days=1))
    opening, closing = (datetime.combine(day, time(), locale.zone()).astimezone(UTC) for day in midnights)
    return opening, closing


def _take_a_place(meeting: Meeting, by: Person) -> None:
    """Raises `Refused` when it is full. The meeting's row is held, so that two people cannot take the last place."""
    db.session.execute(sa.select(Publication.id).where(Publication.id == meeting.id).with_for_update())
    given = queries.answer_of(by, meeting)
    has_one = given is not None and given.answer == "yes"
    if meeting.capacity is not None and not has_one and queries.count_coming(meeting) >= meeting.capacity:
        raise Refused(
            answer=_(
                "Il n’y a plus de place. Répondez « peut-être » : les personnes qui préparent la réunion le verront."
            )
        )


def _check_capacity(meeting: Meeting, changes: dict[str, Any]) -> None:
    capacity = changes.get("capacity")
    taken = queries.count_coming(meeting) if capacity is not None else 0
    if capacity is not None and capacity < taken:
        raise Refused(
            capacity=_(
                "%(taken)s personnes ont déjà répondu qu’elles viennent : gardez au moins autant de places.",
                taken=taken,
            )
        )


def _move(meeting: Meeting, announced: dict[str, Any], by: Person) -> None:
    meeting.sequence += 1
    db.session.flush()
    _remind_at_its_new_hour(meeting, before=announced["starts_at"])
    if not meeting.is_out or meeting.is_past:
        return
    publish(
        MeetingMoved(
            publication=meeting,
            actor=by,
            space_id=_first_space(meeting),
            data={
                "sequence": meeting.sequence,
                "starts_at": announced["starts_at"].isoformat(),
                "ends_at": announced["ends_at"].isoformat(),
                "all_day": announced["all_day"],
                "place": announced["place"],
            },
        )
    )


def _remind_at_its_new_hour(meeting: Meeting, *, before: datetime) -> None:
    """The waiting reminder moves with the meeting; one that was already told is told again at the new hour."""
    if meeting.starts_at == before:
        return
    eve = eve_of_network(meeting)
    if eve <= clock.now():
        call_off(MeetingTomorrow, meeting)
    elif not reschedule(MeetingTomorrow, meeting, eve):
        publish(MeetingTomorrow(publication=meeting, space_id=_first_space(meeting), due_at=eve))


def _first_space(meeting: Meeting) -> int:
    return meeting.placements[0].space_id
