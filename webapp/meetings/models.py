"""A meeting and the answers it got."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Identified
from core.locale import lazy_
from core.people import Person
from core.publications import Publication

ANSWERS = ("yes", "maybe", "no")
#: Who comes, or may: they are reminded, told of changes, and see the online address.
COMING = ("yes", "maybe")


class Meeting(Publication):
    """A meeting. When it lasts all day, `starts_at` and `ends_at` are the midnights around its days, the end excluded."""

    __tablename__ = "meetings"
    __table_args__ = (  # type: ignore[assignment]  # other constraints than the base
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    )

    id: Mapped[int] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    all_day: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    place: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    #: Shown to those who come or may come.
    online_url: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    capacity: Mapped[int | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    #: For calendars (RFC 5545): one for life, whatever the title becomes.
    uid: Mapped[str] = mapped_column(sa.String(120), unique=True)
    #: Grows when the day, the hour or the place changes, and when it is cancelled (RFC 5546, 2.1.4).
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")

    answers: Mapped[list["MeetingAnswer"]] = relationship(back_populates="meeting")

    __mapper_args__ = {"polymorphic_identity": "meeting"}  # noqa: RUF012 - SQLAlchemy reads it as is

    label = lazy_("Réunion")
    label_plural = lazy_("Réunions")
    icon: ClassVar[str] = "calendar-event"
    module: ClassVar[str] = "meetings"
    may_be_taken_back: ClassVar[bool] = False

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_past(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def has_started(self) -> bool:
        return self.starts_at <= clock.now()


class MeetingAnswer(Identified, Base):
    """What one person answered; the database refuses a second row."""

    __tablename__ = "meeting_answers"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "person_id"),
        sa.Index("ix_meeting_answers_person", "person_id"),
    )

    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    answer: Mapped[str] = mapped_column(sa.String(10))
    comment: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

    meeting: Mapped[Meeting] = relationship(back_populates="answers")
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
