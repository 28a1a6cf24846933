"""Events: facts that happened, or that will be due; outbox, feed and audit trail in one table."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, wakeups
from core.db import Base, Dated, Identified, db
from core.jobs import Job
from core.network import the_network
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from notifications.lines import Line


class Event(Identified, Dated, Job, Base):
    """A fact, in the past tense. Each is a subclass in its feature's `events.py`: what it tells, to whom, how it reads.

    A waiting event (`due_at` to come) is a fact that will be true then: `still_holds` is asked at telling time,
    because the world may have moved since.
    """

    __tablename__ = "events"
    table_extras: ClassVar[tuple[Any, ...]] = (
        sa.Index("ix_events_publication_kind", "publication_id", "kind"),
        sa.Index("ix_events_space_created", "space_id", "created_at"),
    )

    kind: Mapped[str] = mapped_column(sa.String(60))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)
    publication_id: Mapped[int | None] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"))
    space_id: Mapped[int | None] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    #: The person it is about, when it is not the actor: who asked to join, who was invited.
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: What may happen only once bears a key; the database refuses the second.
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    #: True when it was due and no longer held: nothing was told.
    lapsed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    actor: Mapped[Person | None] = relationship(foreign_keys=[actor_id])
    publication: Mapped[Publication | None] = relationship()
    space: Mapped[Space | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy reads it as is

    # What each kind of event says of itself.
    icon: ClassVar[str] = "lightning-charge"
    #: "chosen": as each person chose for the space; "at_once": a mail now, because it is their own affair;
    #: "inbox": in the inbox, never by mail.
    rhythm: ClassVar[str] = "chosen"
    #: Told by mail whatever was chosen: security, cancellation of what one accepted.
    compulsory: ClassVar[bool] = False
    #: Whether the actor is told of their own act.
    tells_actor: ClassVar[bool] = False
    #: Whether it stands in the journal that moderators and staff read.
    in_journal: ClassVar[bool] = True
    #: The mail's templates, without extension: « meetings/mail/moved » has a .html and a .txt. Empty: the plain one.
    mail_template: ClassVar[str] = "mail/event"

    def still_holds(self) -> bool:
        """Asked when it is about to be told, and again before each mail: is it still true, and still of use?"""
        return True

    def audience(self) -> "sa.Select[Any] | None":
        """Who is told: a select of (person_id, space_id), see `notifications.audience`; None: nobody."""
        return None

    def live_spaces(self) -> list[int]:
        """The spaces whose open pages are nudged: identifiers only travel, so only membership matters."""
        return [self.space_id] if self.space_id else []

    def title(self) -> str:
        """The one sentence of the inbox, in the reader's language, with the actor's name."""
        return self.kind

    def sentence(self) -> str:
        """The sentence of the journal: who did what. By default, the inbox's."""
        return self.title()

    def path(self) -> str:
        """The page it leads to: a path on this site."""
        return "/"

    def subject(self) -> str:
        """The mail's subject: what it is about, without the name of the network."""
        return self.title()

    def reason(self) -> str:
        """Why the reader is told: the last line of its mail, a whole sentence."""
        return ""

    def line(self) -> Line | None:
        """How it stands in a digest; None: it never does. By default, its sentence."""
        return Line(title=self.title(), path=self.path())

    @property
    def hue(self) -> str:
        """The colour its mail wears: its space's, or the first of the spaces where its publication stands."""
        spaces = [self.space] if self.space else self.publication.spaces if self.publication else []
        return spaces[0].colour if spaces else the_network().colour or "sapin"

    def mail_context(self, person: Person) -> dict[str, Any]:
        """What its mail's templates need besides `event`, `person`, `network` and the addresses."""
        del person
        return {}

    def attachments(self, person: Person) -> list[tuple[str, str, bytes]]:
        """(file name, media type, content) of what travels with its mail: a calendar, for instance."""
        del person
        return []

    @property
    def actor_name(self) -> str:
        return self.actor.name if self.actor else ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


def publish(event: Event) -> Event:
    """Write down that something happened, in the same transaction as the change itself; workers are woken after."""
    db.session.add(event)
    wakeups.ring("events")
    return event


def reschedule(kind: type[Event], publication: Publication, due_at: datetime) -> int:
    """Move the facts of `kind` still waiting for a publication to another hour; returns how many waited."""
    db.session.flush()
    return _change_waiting(kind, publication, due_at=due_at)


def call_off(kind: type[Event], publication: Publication) -> int:
    """Let the facts of `kind` still waiting for a publication lapse: it was withdrawn, or cancelled."""
    db.session.flush()
    return _change_waiting(kind, publication, done_at=clock.now(), lapsed=True)


def _change_waiting(kind: type[Event], publication: Publication, **values: Any) -> int:
    result: Any = db.session.execute(
        sa.update(Event)
        .where(
            Event.kind == sa.inspect(kind).polymorphic_identity,
            Event.publication_id == publication.id,
            Event.done_at.is_(None),
            Event.failed_at.is_(None),
        )
        # A lease taken on the old hour must not sign off the new one.
        .values(lease_token=None, leased_until=None, **values)
        .execution_options(synchronize_session="fetch")
    )
    wakeups.ring("events")
    return int(result.rowcount)


def kinds() -> list[type[Event]]:
    """The kinds of event there are, found by discovery, by name; abstract bases have no identity and are left out."""
    found = {m.class_: m.polymorphic_identity for m in sa.inspect(Event).self_and_descendants}
    return sorted((c for c, name in found.items() if name), key=lambda c: str(found[c]))


def kind_named(name: str) -> type[Event] | None:
    """The class of the events called `name`: « tool.published »."""
    mapper = sa.inspect(Event).polymorphic_map.get(name)
    return mapper.class_ if mapper else None
