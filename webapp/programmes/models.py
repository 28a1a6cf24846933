"""Programmes and their axes: data of the network, dated, never code."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Identified
from core.spaces import Space


class Programme(Identified, Base):
    """A plan that several organisations follow together, from one day to another, both included."""

    __tablename__ = "programmes"

    name: Mapped[str] = mapped_column(sa.String(160))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    #: Who carries it: « la Ville de Liège et les communes de l’arrondissement ».
    carried_by: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    axes: Mapped[list["Axis"]] = relationship(
        back_populates="programme", order_by="Axis.position", cascade="all, delete-orphan"
    )

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < clock.today()

    @property
    def years(self) -> str:
        """« 2014-2019 », « depuis 2024 » being said by the page."""
        last = self.ends_on.year if self.ends_on else None
        return (
            f"{self.starts_on.year}-{last}"
            if last and last != self.starts_on.year
            else str(self.starts_on.year)
        )


class Axis(Identified, Base):
    """One direction of a programme. Its working group meets in the bridge space; platforms sit in it."""

    __tablename__ = "axes"
    __table_args__ = (sa.UniqueConstraint("programme_id", "position"),)

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    bridge_id: Mapped[int | None] = mapped_column(sa.ForeignKey("spaces.id", ondelete="SET NULL"), index=True)

    programme: Mapped[Programme] = relationship(back_populates="axes")
    bridge: Mapped[Space | None] = relationship()
    seats: Mapped[list["AxisSeat"]] = relationship(
        back_populates="axis", cascade="all, delete-orphan", order_by="AxisSeat.id"
    )

    @property
    def platforms(self) -> list[Space]:
        """The spaces that sit in its working group."""
        return [seat.space for seat in self.seats]


class AxisSeat(Identified, Base):
    """A space that takes part in the working group of an axis."""

    __tablename__ = "axis_seats"
    __table_args__ = (sa.UniqueConstraint("axis_id", "space_id"),)

    axis_id: Mapped[int] = mapped_column(sa.ForeignKey("axes.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"), index=True)

    axis: Mapped[Axis] = relationship(back_populates="seats")
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
