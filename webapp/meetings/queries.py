"""Named selects about meetings, shared by pages, API and mails."""

from datetime import datetime

import sqlalchemy as sa

from core import clock
from core.db import db
from core.people import Person
from core.publications import Placement, Publication, is_out, placed_in, readable_by
from core.spaces import Membership, Space, is_active, space_ids_of
from notifications.audience import Audience
from webapp.meetings.models import ANSWERS, COMING, Meeting, MeetingAnswer


def to_come(person: Person | None, *, space: Space | None = None, limit: int = 20) -> list[Meeting]:
    """The meetings not yet over that a person may read, cancelled ones included, soonest first; all spaces, or one."""
    query = (
        sa.select(Meeting)
        .where(readable_by(person), is_out(), is_to_come())
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(limit)
    )
    if space is not None:
        query = query.where(placed_in(space))
    return list(db.session.scalars(query).unique())


def mine_to_come(person: Person, *, limit: int = 5) -> list[Meeting]:
    """The next meetings of the spaces where a person sits, soonest first, without the cancelled ones."""
    here = sa.exists().where(
        Placement.publication_id == Publication.id, Placement.space_id.in_(space_ids_of(person))
    )
    query = (
        sa.select(Meeting)
        .where(readable_by(person), is_out(), here, is_to_come(), Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(limit)
    )
    return list(db.session.scalars(query).unique())


def is_to_come() -> sa.ColumnElement[bool]:
    """The condition of a meeting that is not over yet."""
    return Meeting.ends_at > clock.now()


def past(
    person: Person | None, space: Space, *, before: datetime | None = None, limit: int = 20
) -> list[Meeting]:
    """The meetings of a space that are over, latest first; `before` continues a list."""
    query = (
        sa.select(Meeting)
        .where(readable_by(person), is_out(), placed_in(space), Meeting.ends_at <= clock.now())
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Meeting.starts_at < before)
    return list(db.session.scalars(query).unique())


def answer_of(person: Person | None, meeting: Meeting) -> MeetingAnswer | None:
    """What a person answered."""
    if person is None:
        return None
    return db.session.scalar(
        sa.select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == person.id
        )
    )


def answers_of(person: Person, meetings: list[Meeting]) -> dict[int, str]:
    """What a person answered to each of these meetings, by the meeting's id: one query for a list."""
    query = sa.select(MeetingAnswer.meeting_id, MeetingAnswer.answer).where(
        MeetingAnswer.person_id == person.id, MeetingAnswer.meeting_id.in_([m.id for m in meetings])
    )
    return {row.meeting_id: row.answer for row in db.session.execute(query)}


def answers_to(meeting: Meeting) -> dict[str, list[MeetingAnswer]]:
    """All the answers to a meeting, by answer, in the order they came."""
    found: dict[str, list[MeetingAnswer]] = {answer: [] for answer in ANSWERS}
    query = (
        sa.select(MeetingAnswer)
        .where(MeetingAnswer.meeting_id == meeting.id)
        .order_by(MeetingAnswer.answered_at, MeetingAnswer.id)
    )
    for given in db.session.scalars(query):
        found[given.answer].append(given)
    return found


def count_coming(meeting: Meeting) -> int:
    """How many places are taken: those who answered yes."""
    query = sa.select(sa.func.count()).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer == "yes"
    )
    return int(db.session.scalar(query) or 0)


def counts_coming(meetings: list[Meeting]) -> dict[int, int]:
    """How many answered yes to each of these meetings, by the meeting's id: one query for a list."""
    query = (
        sa.select(MeetingAnswer.meeting_id, sa.func.count())
        .where(MeetingAnswer.meeting_id.in_([m.id for m in meetings]), MeetingAnswer.answer == "yes")
        .group_by(MeetingAnswer.meeting_id)
    )
    return dict(db.session.execute(query).all())


def memberships_around(person: Person | None, publication: Publication) -> list[Membership]:
    """The active memberships of a person in the spaces where a publication stands."""
    if person is None:
        return []
    query = (
        sa.select(Membership)
        .join(Placement, Placement.space_id == Membership.space_id)
        .where(Placement.publication_id == publication.id, Membership.person_id == person.id, is_active())
    )
    return list(db.session.scalars(query))


def who_comes(meeting_id: int) -> Audience:
    """An audience: whoever answered yes or maybe and still sits in a space where it stands, at the moment of asking."""
    return (
        sa.select(MeetingAnswer.person_id, Membership.space_id)
        .join(Placement, Placement.publication_id == MeetingAnswer.meeting_id)
        .join(
            Membership,
            sa.and_(
                Membership.space_id == Placement.space_id, Membership.person_id == MeetingAnswer.person_id
            ),
        )
        .where(MeetingAnswer.meeting_id == meeting_id, MeetingAnswer.answer.in_(COMING), is_active())
    )
