"""Spaces, the shared rooms of the network, and who belongs to them: one type, configured by data."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified, db
from core.organisations import Organisation
from core.people import Person

#: From the least to the most trusted; a guest sees one space, until a date, and speaks for nobody.
ROLES = ("guest", "member", "moderator", "animator")
JOIN_POLICIES = ("open", "request", "invitation")
VISIBILITIES = ("public", "network", "members")
#: The twelve hues of the palette, legible on both themes: see the shell's design system.
COLOURS = (
    "terracotta", "ambre", "olive", "sauge", "sapin", "sarcelle", "ardoise", "indigo", "prune", "framboise",
    "brique", "encre",
)  # fmt: skip


class Space(Identified, Dated, Base):
    """A platform, a coordination, a network, a working group: what it is called is data (`kind`)."""

    __tablename__ = "spaces"

    kind: Mapped[str] = mapped_column(sa.String(60), default="espace")
    name: Mapped[str] = mapped_column(sa.String(160))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    colour: Mapped[str] = mapped_column(sa.String(20), default="sapin")
    icon: Mapped[str] = mapped_column(sa.String(40), default="people", server_default="people")
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("spaces.id"), index=True)
    #: The features switched on here, by their folder's name.
    modules: Mapped[list[str]] = mapped_column(default=list)
    join_policy: Mapped[str] = mapped_column(sa.String(20), default="request")
    visibility: Mapped[str] = mapped_column(sa.String(20), default="network")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The rules its members have given themselves.
    charter: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    archived_at: Mapped[datetime | None]
    #: Grows at each change of its settings: two people changing the same version is a conflict, shown to the second.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    parent: Mapped["Space | None"] = relationship(remote_side="Space.id", back_populates="children")
    children: Mapped[list["Space"]] = relationship(back_populates="parent", order_by="Space.position")

    def has(self, module: str) -> bool:
        """Whether a feature is switched on in this space."""
        return module in self.modules

    def __repr__(self) -> str:
        return f"<Space {self.slug}>"


class Membership(Identified, Base):
    """A person in a space. One row for ever: leaving ends it, coming back opens it again."""

    __tablename__ = "memberships"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "space_id"),
        sa.Index("ix_memberships_space_active", "space_id", "ended_at"),
    )
    rank: ClassVar[dict[str, int]] = {role: number for number, role in enumerate(ROLES)}

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    #: In whose name the person sits here.
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL")
    )
    role: Mapped[str] = mapped_column(sa.String(20), default="member")
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: The end known in advance: compulsory for guests.
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    space: Mapped[Space] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def is_active(self) -> bool:
        return self.ended_at is None and (self.until is None or self.until > clock.now())

    def at_least(self, role: str) -> bool:
        """Whether this membership holds now and gives `role` or more."""
        return self.is_active and self.rank[self.role] >= self.rank[role]


def is_active(model: type[Membership] = Membership) -> sa.ColumnElement[bool]:
    """The condition of a membership that holds now."""
    return sa.and_(model.ended_at.is_(None), sa.or_(model.until.is_(None), model.until > clock.now()))


def role_in(*roles: str) -> sa.ColumnElement[bool]:
    return Membership.role.in_(roles)


def membership_of(person: Person | None, space: Space) -> Membership | None:
    """The active membership of a person in a space, or None."""
    if person is None:
        return None
    return db.session.scalar(
        sa.select(Membership).where(
            Membership.person_id == person.id, Membership.space_id == space.id, is_active()
        )
    )


def spaces_of(person: Person) -> list[Space]:
    """The spaces where a person sits now, in the network's order."""
    return list(
        db.session.scalars(
            sa.select(Space)
            .join(Membership, Membership.space_id == Space.id)
            .where(Membership.person_id == person.id, is_active(), Space.archived_at.is_(None))
            .order_by(Space.position, Space.name)
        )
    )


def space_ids_of(person: Person, *roles: str) -> sa.Select[Any]:
    """A subquery: the spaces where a person sits now, with one of `roles` when some are given."""
    query = sa.select(Membership.space_id).where(Membership.person_id == person.id, is_active())
    return query.where(role_in(*roles)) if roles else query


def belongs_to_network(person: Person) -> sa.ColumnElement[bool]:
    """Whether a person sits somewhere as more than a guest: what « network » scope and visibility ask."""
    return sa.exists().where(Membership.person_id == person.id, is_active(), Membership.role != "guest")


def visible_to(person: Person | None) -> sa.ColumnElement[bool]:
    """The condition of a space whose existence a person (None: a visitor) may know of."""
    if person is None:
        return Space.visibility == "public"
    if person.is_staff:
        return sa.true()
    return sa.or_(
        Space.visibility == "public",
        sa.and_(Space.visibility == "network", belongs_to_network(person)),
        Space.id.in_(space_ids_of(person)),
    )
