"""Changes of address that wait to be confirmed, from the old mailbox and from the new one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified
from core.people import Person


class AddressChange(Identified, Dated, Base):
    """The wish to be written to elsewhere: done once both mailboxes have said so. One at a time for each person."""

    __tablename__ = "address_changes"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    new_address: Mapped[str] = mapped_column(sa.String(254))
    old_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    new_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    old_confirmed_at: Mapped[datetime | None]
    new_confirmed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()

    @property
    def is_open(self) -> bool:
        return self.expires_at > clock.now() and self.person.closed_at is None
