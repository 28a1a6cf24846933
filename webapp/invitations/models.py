"""Invitations, pending until they are accepted, revoked or too old."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified
from core.organisations import Organisation
from core.people import Person
from core.spaces import Space
from notifications.mail.deliveries import Delivery

_WAITING = sa.text("accepted_at IS NULL AND revoked_at IS NULL")


class Invitation(Identified, Dated, Base):
    """A door opened for one address: to a space, or, without a space, to the staff. The database refuses two at once."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index(
            "uq_invitations_space_address_waiting",
            "space_id",
            "address_key",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    #: None: an invitation to join the staff of the network.
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254), index=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    #: A word of `core.spaces.ROLES`.
    role: Mapped[str] = mapped_column(sa.String(20), default="member")
    #: Until when a guest comes in.
    until: Mapped[datetime | None]
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL")
    )
    message: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    #: None: on the command line, by whoever runs the house.
    invited_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    #: Of the last mail sent: sending again closes the door of the one before.
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    times_sent: Mapped[int] = mapped_column(default=1, server_default="1")
    expires_at: Mapped[datetime]
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id", ondelete="SET NULL"))
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    revoked_at: Mapped[datetime | None]

    space: Mapped[Space | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id], lazy="joined")
    accepted_by: Mapped[Person | None] = relationship(foreign_keys=[accepted_by_id])
    delivery: Mapped[Delivery | None] = relationship()

    @property
    def state(self) -> str:
        """« accepted », « revoked », « expired », « undelivered » or « pending »."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= clock.now() or (self.until is not None and self.until <= clock.now()):
            return "expired"
        if self.delivery is not None and self.delivery.failed_at is not None:
            return "undelivered"
        return "pending"

    @property
    def is_open(self) -> bool:
        return self.state in ("pending", "undelivered")
