"""The verbs of programmes: write one, its axes, and who sits in each axis' working group."""

from datetime import date

import sqlalchemy as sa

from core import text
from core.db import db
from core.errors import NotAllowed, Refused
from core.locale import _
from core.people import Person
from core.spaces import Space
from notifications.events import publish
from webapp.programmes.events import ProgrammeSettled
from webapp.programmes.models import Axis, AxisSeat, Programme


def write_programme(
    *,
    by: Person | None,
    name: str,
    short_name: str,
    starts_on: date,
    ends_on: date | None = None,
    description: str = "",
    carried_by: str = "",
    programme: Programme | None = None,
) -> Programme:
    """Make a programme, or change it; `by` is None when the house itself does. Raises `NotAllowed`, `Refused`."""
    _check_staff(by)
    if ends_on is not None and ends_on < starts_on:
        sentence = _("Le dernier jour vient après le premier.")
        raise Refused(sentence, ends_on=sentence)
    if programme is None:
        programme = Programme(slug=_free_slug(short_name, starts_on))
        db.session.add(programme)
    programme.name, programme.short_name = name, short_name
    programme.starts_on, programme.ends_on = starts_on, ends_on
    programme.description, programme.carried_by = description, carried_by
    _note(programme, by)
    return programme


def write_axis(
    *,
    programme: Programme,
    by: Person | None,
    name: str,
    description: str = "",
    bridge: Space | None = None,
    platforms: list[Space],
    axis: Axis | None = None,
) -> Axis:
    """Add an axis after the others, or change one: its bridge space, and the spaces that sit in its working group."""
    _check_staff(by)
    if bridge is not None and bridge in platforms:
        sentence = _("L’espace du groupe de travail ne peut pas aussi y participer.")
        raise Refused(sentence, platforms=sentence)
    if axis is None:
        axis = Axis(position=max((one.position for one in programme.axes), default=0) + 1)
        programme.axes.append(axis)
    axis.name, axis.description, axis.bridge = name, description, bridge
    kept = {seat.space_id: seat for seat in axis.seats}
    axis.seats = [kept.get(space.id) or AxisSeat(space=space) for space in platforms]
    _note(programme, by)
    return axis


def remove_axis(*, axis: Axis, by: Person) -> None:
    """Take an axis out of its programme; its bridge space stays as it is."""
    _check_staff(by)
    programme = axis.programme
    programme.axes.remove(axis)
    _note(programme, by)


def _note(programme: Programme, by: Person | None) -> None:
    db.session.flush()
    publish(ProgrammeSettled(actor=by, data={"name": programme.name, "slug": programme.slug}))


def _check_staff(by: Person | None) -> None:
    if by is not None and not by.is_staff:
        raise NotAllowed


def _free_slug(short_name: str, starts_on: date) -> str:
    slug = text.slugify(f"{short_name} {starts_on.year}", 54)
    taken = set(db.session.scalars(sa.select(Programme.slug).where(Programme.slug.startswith(slug))))
    number = 2
    free = slug
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free
