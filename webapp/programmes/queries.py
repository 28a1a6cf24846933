"""Named selects about programmes, their axes and the spaces around them."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from core.errors import NotFound
from core.people import Person
from core.spaces import Space, visible_to
from webapp.programmes.models import Axis, AxisSeat, Programme


def programmes() -> list[Programme]:
    """All of them with their axes, the latest first."""
    query = sa.select(Programme).options(*_whole()).order_by(Programme.starts_on.desc(), Programme.id)
    return list(db.session.scalars(query))


def one(slug: str) -> Programme:
    """Raises `NotFound`."""
    found = db.session.scalar(sa.select(Programme).where(Programme.slug == slug).options(*_whole()))
    if found is None:
        raise NotFound
    return found


def one_axis(programme: Programme, axis_id: int) -> Axis:
    """Raises `NotFound` for another programme's."""
    for axis in programme.axes:
        if axis.id == axis_id:
            return axis
    raise NotFound


def axes_of(space: Space) -> list[Axis]:
    """The axes whose working group a space takes part in, or is; the latest programme first."""
    seated = sa.exists().where(AxisSeat.axis_id == Axis.id, AxisSeat.space_id == space.id)
    query = (
        sa.select(Axis)
        .join(Axis.programme)
        .where(sa.or_(seated, Axis.bridge_id == space.id))
        .options(joinedload(Axis.programme), joinedload(Axis.bridge), selectinload(Axis.seats))
        .order_by(Programme.starts_on.desc(), Axis.position)
    )
    return list(db.session.scalars(query))


def bridges(person: Person | None) -> list[tuple[Axis, Space]]:
    """The working groups of the axes that a person may know of, with their axis, in the order of the programmes."""
    query = (
        sa.select(Axis, Space)
        .join(Space, Space.id == Axis.bridge_id)
        .join(Axis.programme)
        .where(visible_to(person), Space.archived_at.is_(None))
        .options(joinedload(Axis.programme))
        .order_by(Programme.starts_on.desc(), Axis.position)
    )
    return [(row.Axis, row.Space) for row in db.session.execute(query)]


def known_among(spaces: list[Space], person: Person | None) -> set[int]:
    """The ids of those of these spaces that a person may know of."""
    query = sa.select(Space.id).where(Space.id.in_([space.id for space in spaces]), visible_to(person))
    return set(db.session.scalars(query))


def _whole() -> tuple[sa.orm.interfaces.LoaderOption, ...]:
    axes = selectinload(Programme.axes)
    return axes.joinedload(Axis.bridge), axes.selectinload(Axis.seats)
