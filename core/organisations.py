"""Organisations, the unit of membership of the network, and the mandates by which people act for them."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified, db
from core.people import Person


class Organisation(Identified, Dated, Base):
    """An association, a service, a school… `ins` is the INS code of its commune."""

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(sa.String(200))
    sort_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    acronym: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    form: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    sector: Mapped[str] = mapped_column(sa.String(80), default="", server_default="", index=True)
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    ins: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    commune: Mapped[str] = mapped_column(sa.String(80), default="", server_default="", index=True)
    address: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    website: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    archived_on: Mapped[date | None]
    #: Grows at each edit: two people editing the same version is a conflict, shown to the second.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    mandates: Mapped[list["Mandate"]] = relationship(back_populates="organisation")

    def __repr__(self) -> str:
        return f"<Organisation {self.slug}>"


class Mandate(Identified, Base):
    """A person acting for an organisation, from one day to another, both included; no end while it lasts."""

    __tablename__ = "mandates"
    __table_args__ = (sa.Index("ix_mandates_person_organisation", "person_id", "organisation_id"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    #: A referent edits the organisation's sheet and invites colleagues.
    is_referent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    starts_on: Mapped[date] = mapped_column(default=clock.today)
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship(back_populates="mandates")


def is_current(day: date | None = None) -> sa.ColumnElement[bool]:
    """The condition of a mandate that holds on `day` (today by default)."""
    day = day or clock.today()
    return sa.and_(Mandate.starts_on <= day, sa.or_(Mandate.ends_on.is_(None), Mandate.ends_on >= day))


def acted_for(person: Person) -> list[Organisation]:
    """The organisations in whose name a person may speak today, by name."""
    return list(
        db.session.scalars(
            sa.select(Organisation)
            .join(Mandate)
            .where(Mandate.person_id == person.id, is_current(), Organisation.archived_on.is_(None))
            .order_by(Organisation.sort_name)
            .distinct()
        )
    )
