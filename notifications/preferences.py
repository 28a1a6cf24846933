"""What each person chose: a rhythm for the whole network, another for a space, the hour and days of the digest, a pause."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Identified, db
from core.people import Person
from core.spaces import Space

#: From the least to the most eager: where someone sits in two spaces, the most eager wins.
RHYTHMS = ("never", "weekly", "daily", "now")
DEFAULT_RHYTHM = "daily"
#: 07:30 local, in minutes since midnight.
DEFAULT_MINUTE = 7 * 60 + 30
WORKING_DAYS = [0, 1, 2, 3, 4]


class MailSettings(Base):
    """A person's choices for all their mail. The row is made with their first membership, or at their first choice.

    `digest_minute` is on the person's own clock; `next_digest_at` is the instant that this makes, computed again
    each time a digest leaves or a choice changes (see `notifications.digests`).
    """

    __tablename__ = "mail_settings"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    rhythm: Mapped[str] = mapped_column(sa.String(10), default=DEFAULT_RHYTHM, server_default=DEFAULT_RHYTHM)
    digest_minute: Mapped[int] = mapped_column(default=DEFAULT_MINUTE, server_default=str(DEFAULT_MINUTE))
    #: Monday is 0.
    weekdays: Mapped[list[int]] = mapped_column(default=lambda: list(WORKING_DAYS))
    #: The day of what is weekly.
    weekly_day: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_until: Mapped[datetime | None]
    next_digest_at: Mapped[datetime | None] = mapped_column(index=True)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class SpacePreference(Identified, Base):
    """A rhythm for one space, when it is not the network's."""

    __tablename__ = "space_preferences"
    __table_args__ = (sa.UniqueConstraint("person_id", "space_id"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"), index=True)
    rhythm: Mapped[str] = mapped_column(sa.String(10))

    space: Mapped[Space] = relationship()


def settings_of(person: Person) -> MailSettings:
    """A person's settings, or the defaults (not yet in the session) while they chose nothing."""
    return db.session.get(MailSettings, person.id) or MailSettings(
        person_id=person.id,
        rhythm=DEFAULT_RHYTHM,
        digest_minute=DEFAULT_MINUTE,
        weekdays=list(WORKING_DAYS),
        weekly_day=0,
    )
