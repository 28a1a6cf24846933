"""Digests: one mail for one person and one period, over all their spaces."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Dated, Identified


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
