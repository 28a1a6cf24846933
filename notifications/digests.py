"""Digests: one mail for one person and one period, over all their spaces."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Dated, Identified
from notifications.events import Event
from notifications.lines import Line
from notifications.preferences import MailSettings

__all__ = ["Digest", "Line", "enrol", "line_of", "plan_due", "plan_next"]


class Digest(Identified, Dated, Base):
    """One person × one period, a local day: the database refuses the second."""

    __tablename__ = "digests"
    __table_args__ = (sa.UniqueConstraint("person_id", "period"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    #: The person's own day: « 2026-03-29 ».
    period: Mapped[str] = mapped_column(sa.String(20))
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    #: What was new until this instant is in it, or in an earlier one.
    until: Mapped[datetime]


def line_of(event: Event) -> Line | None:
    """How an event stands in a digest; None: it never does."""
    return event.line()


def plan_next(settings: MailSettings, *, after: datetime | None = None) -> None:
    """Write down when the person's next digest leaves."""
    del settings, after


def plan_due(*, limit: int = 200) -> int:
    """Write the digests whose hour has come; how many people were considered."""
    del limit
    return 0


def enrol(person_ids: list[int]) -> None:
    """Make the settings of people who have none yet."""
    del person_ids
