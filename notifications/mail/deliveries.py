"""Deliveries: one message to one person, from the wish to send it to what became of it."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Dated, Identified
from core.jobs import Job
from core.people import Person
from notifications.inbox import Notification

#: "account": what one must receive (sign-in, invitation); "notice": one event; "digest": a period's.
STREAMS = ("account", "notice", "digest")


class Delivery(Identified, Dated, Job, Base):
    """A mail. `raw` and `message_id` are made once, before the first attempt, and never change: a retry is the same mail.

    `phase` is how far the SMTP dialogue went: "" before it, "data" in the hands of a sender but not taken, "dot" from
    the final dot on, where nobody knows until the answer is read; "accepted" once it was. `outcome` says why it ended
    without being accepted: "expired", "lapsed", "no_access", "read", "paused", "unsubscribed", "closed", "uncertain";
    with `failed_at`, what the server meant: "no_such_address", "bad_address", "full", "too_big", "policy", "refused".
    """

    __tablename__ = "deliveries"
    table_extras: ClassVar[tuple[Any, ...]] = (sa.Index("ix_deliveries_person", "person_id", "created_at"),)

    #: None for an address without a person: an invitation.
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(sa.String(254))
    stream: Mapped[str] = mapped_column(sa.String(10))
    notification_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("notifications.id", ondelete="SET NULL"), index=True
    )
    digest_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("digests.id", ondelete="SET NULL"), index=True
    )
    #: What may be sent only once bears a key; the database refuses the second.
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    subject: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    message_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    phase: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    reply: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    outcome: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    #: After this instant it is of no use any more and is not sent.
    expires_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()
    notification: Mapped[Notification | None] = relationship()
