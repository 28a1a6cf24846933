"""Publications, whatever people share: their kinds, their states, the spaces they stand in, and who may see them."""

from datetime import datetime
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified
from core.organisations import Organisation
from core.people import Person
from core.spaces import Space, belongs_to_network, space_ids_of

SCOPES = ("space", "network", "public")
STATES = ("draft", "submitted", "published", "changes_asked", "refused", "archived", "withdrawn")


class Publication(Identified, Dated, Base):
    """What every kind has in common. A kind is a subclass in its own feature's folder: no list of kinds stands anywhere."""

    __tablename__ = "publications"
    __table_args__ = (
        sa.Index("ix_publications_state_published", "state", "published_at"),
        sa.Index("ix_publications_kind_state", "kind", "state"),
    )

    kind: Mapped[str] = mapped_column(sa.String(30))
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    #: « au nom de »: the organisation the author speaks for here.
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    scope: Mapped[str] = mapped_column(sa.String(10), default="space")
    state: Mapped[str] = mapped_column(sa.String(20), default="draft")
    locale: Mapped[str] = mapped_column(sa.String(8), default="fr", server_default="fr")
    submitted_at: Mapped[datetime | None]
    #: When it appears, or appeared: may be in the future for what was scheduled.
    published_at: Mapped[datetime | None]
    #: After this instant it leaves the lists; its page says so.
    expires_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    #: Grows at each edit: two people editing the same version is a conflict, shown to the second.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    #: The reason given by the last moderator who asked for changes or refused.
    moderation_note: Mapped[str] = mapped_column(sa.Text, default="", server_default="")

    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    placements: Mapped[list["Placement"]] = relationship(
        back_populates="publication", cascade="all, delete-orphan", order_by="Placement.id", lazy="selectin"
    )

    #: What a kind says of itself; each subclass sets its own.
    label: ClassVar[Any] = ""
    label_plural: ClassVar[Any] = ""
    icon: ClassVar[str] = "file-earmark-text"
    #: The module of a space that must be on, which is also the feature's folder and endpoint prefix.
    module: ClassVar[str] = ""
    #: Whether a moderator's approval is always needed before it is told.
    needs_approval: ClassVar[bool] = False
    #: Whether what is out may be taken back; what was announced to calendars is cancelled instead, in the open.
    may_be_taken_back: ClassVar[bool] = True

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy reads it as is

    @property
    def spaces(self) -> list[Space]:
        return [placement.space for placement in self.placements]

    @property
    def is_visible_now(self) -> bool:
        """Published, its hour has come, and it has not expired."""
        now = clock.now()
        return self.is_out and (self.expires_at is None or self.expires_at > now)

    @property
    def is_out(self) -> bool:
        """Published and its hour has come, expired or not."""
        return (
            self.state == "published" and self.published_at is not None and self.published_at <= clock.now()
        )

    @property
    def is_scheduled(self) -> bool:
        return self.state == "published" and self.published_at is not None and self.published_at > clock.now()

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.state}>"


class Placement(Identified, Base):
    """A publication standing in a space. One publication may stand in several, and is told once per person."""

    __tablename__ = "placements"
    __table_args__ = (
        sa.UniqueConstraint("publication_id", "space_id"),
        sa.Index("ix_placements_space", "space_id", "publication_id"),
    )

    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    pinned_at: Mapped[datetime | None]

    publication: Mapped[Publication] = relationship(back_populates="placements")
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)


def kinds() -> list[type[Publication]]:
    """The kinds of publication there are, found by discovery, in the order of their names."""
    return sorted(
        (
            mapper.class_
            for mapper in sa.inspect(Publication).self_and_descendants
            if mapper.class_ is not Publication
        ),
        key=lambda kind: str(sa.inspect(kind).polymorphic_identity),
    )


def kind_named(name: str) -> type[Publication] | None:
    mapper = sa.inspect(Publication).polymorphic_map.get(name)
    return mapper.class_ if mapper and mapper.class_ is not Publication else None


def is_out() -> sa.ColumnElement[bool]:
    """The condition of a publication that has appeared, expired or not."""
    return sa.and_(Publication.state == "published", Publication.published_at <= clock.now())


def is_current() -> sa.ColumnElement[bool]:
    """The condition of a publication that has appeared and still stands in lists."""
    return sa.and_(is_out(), sa.or_(Publication.expires_at.is_(None), Publication.expires_at > clock.now()))


def placed_in(space: Space) -> sa.ColumnElement[bool]:
    return sa.exists().where(Placement.publication_id == Publication.id, Placement.space_id == space.id)


def readable_by(person: Person | None) -> sa.ColumnElement[bool]:
    """The condition of a publication a person (None: a visitor) may read, whatever its state.

    What is out is read by its scope; what is not is read by its author, by the moderators of the spaces it was
    submitted to, and by the staff, but for a draft, which is its author's alone.
    """
    out = sa.and_(sa.or_(is_out(), Publication.state == "archived"), _in_scope(person))
    if person is None:
        return out
    own = Publication.author_id == person.id
    in_hand = Publication.state.in_(
        ("submitted", "changes_asked", "refused", "published", "withdrawn", "archived")
    )
    if person.is_staff:
        return sa.or_(out, own, in_hand)
    moderated = sa.exists().where(
        Placement.publication_id == Publication.id,
        Placement.space_id.in_(space_ids_of(person, "moderator", "animator")),
    )
    return sa.or_(out, own, sa.and_(in_hand, moderated))


def readable_by_each() -> sa.ColumnElement[bool]:
    """`readable_by` for a query that joins people: the same rule, asked of thousands of them at once."""
    person: Any = Person
    out = sa.and_(
        sa.or_(is_out(), Publication.state == "archived"),
        sa.or_(Person.is_staff, _in_scope_of_member(person)),
    )
    in_hand = Publication.state.in_(
        ("submitted", "changes_asked", "refused", "published", "withdrawn", "archived")
    )
    moderated = sa.exists().where(
        Placement.publication_id == Publication.id,
        Placement.space_id.in_(space_ids_of(person, "moderator", "animator").correlate(Person)),
    )
    return sa.or_(
        out, Publication.author_id == Person.id, sa.and_(in_hand, sa.or_(Person.is_staff, moderated))
    )


def _in_scope(person: Person | None) -> sa.ColumnElement[bool]:
    if person is None:
        return Publication.scope == "public"
    return sa.true() if person.is_staff else _in_scope_of_member(person)


def _in_scope_of_member(person: Person) -> sa.ColumnElement[bool]:
    # Said aloud: deep inside a query, people would not be correlated by themselves, and everyone would be anyone.
    in_network = cast("sa.Exists", belongs_to_network(person)).correlate(Person)
    here = sa.exists().where(
        Placement.publication_id == Publication.id,
        Placement.space_id.in_(space_ids_of(person).correlate(Person)),
    )
    return sa.or_(
        Publication.scope == "public",
        sa.and_(Publication.scope == "network", in_network),
        here,
    )
