"""Notifications: one person told of one event, once; what is unread, and what has been read."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified, db
from core.people import Person
from core.publications import Publication, readable_by, readable_by_each
from core.spaces import Space, space_ids_of
from notifications.events import Event


class Notification(Identified, Dated, Base):
    """One person × one event: the database refuses the second. `rhythm` is what held for this person at dispatch."""

    __tablename__ = "notifications"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "event_id"),
        sa.Index("ix_notifications_person_seq", "person_id", "seq"),
        sa.Index("ix_notifications_person_publication", "person_id", "publication_id"),
        sa.Index(
            "ix_notifications_person_waiting",
            "person_id",
            "rhythm",
            sqlite_where=sa.text("mailed_at IS NULL AND read_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL AND read_at IS NULL"),
        ),
        sa.Index(
            "ix_notifications_person_unread",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    publication_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True
    )
    #: The space through which it reached the person; none for their own affairs.
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    #: "now", "daily", "weekly" or "never" (inbox only).
    rhythm: Mapped[str] = mapped_column(sa.String(10))
    #: The place in the person's own live channel, given at dispatch, in the order of dispatch.
    seq: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    read_at: Mapped[datetime | None]
    #: When it went into a mail that was handed to the sender: its own, or a digest.
    mailed_at: Mapped[datetime | None]
    digest_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("digests.id", ondelete="SET NULL"), index=True
    )

    person: Mapped[Person] = relationship()
    event: Mapped[Event] = relationship()
    publication: Mapped[Publication | None] = relationship()
    space: Mapped[Space | None] = relationship()


def unread_count(person: Person) -> int:
    """How many notifications wait to be read: the number at the bell is the number of the list."""
    query = (
        sa.select(sa.func.count(Notification.id))
        .join(Notification.event)
        .where(Notification.person_id == person.id, Notification.read_at.is_(None), may_know(person))
    )
    return int(db.session.scalar(query) or 0)


def may_know(person: Person) -> sa.ColumnElement[bool]:
    """The condition of a notification (joined to its event) that its person may still read.

    Someone taken out of a space no longer reads what happens there, old sentences included; their own affairs stay.
    """
    return _may_know(person, readable_by(person), sa.literal(person.is_staff))


def may_know_each() -> sa.ColumnElement[bool]:
    """`may_know` for a query that joins the notifications of many to their events and to their people."""
    return _may_know(Person, readable_by_each(), Person.is_staff)


def _may_know(person: Any, readable: sa.ColumnElement[bool], is_staff: Any) -> sa.ColumnElement[bool]:
    of_mine = sa.or_(
        Notification.space_id.is_(None),
        Event.person_id == person.id,
        Notification.space_id.in_(space_ids_of(person).correlate(Person)),
        is_staff,
    )
    published = sa.exists().where(Publication.id == Notification.publication_id, readable)
    return sa.case((Notification.publication_id.is_(None), of_mine), else_=published)


def mark_read(
    person: Person, *, publication: Publication | None = None, notification_id: int | None = None
) -> int:
    """Mark as read what is said of a publication, or one notification, or (neither given) everything; how many."""
    query = (
        sa.update(Notification)
        .where(Notification.person_id == person.id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if publication is not None:
        query = query.where(Notification.publication_id == publication.id)
    if notification_id is not None:
        query = query.where(Notification.id == notification_id)
    result: Any = db.session.execute(query)
    return int(result.rowcount)


def unread_publications(person: Person, ids: list[int]) -> set[int]:
    """Among these publications, those the person was told of and has not read."""
    query = sa.select(Notification.publication_id).where(
        Notification.person_id == person.id,
        Notification.read_at.is_(None),
        Notification.publication_id.in_(ids),
    )
    return {found for found in db.session.scalars(query) if found is not None}
