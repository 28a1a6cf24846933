"""The forms of a programme and of its axes."""

from typing import Any, Self

from wtforms import SelectField

from core.locale import _, lazy_
from core.people import Person
from core.spaces import Space
from webapp.programmes.models import Axis
from webapp.shell.forms import BoxesField, DayField, HouseForm, LineField, TextField, at_most, required
from webapp.spaces.queries import directory


class ProgrammeForm(HouseForm):
    """What a programme is, and when."""

    name = LineField(lazy_("Nom"), [required(), at_most(160)])
    short_name = LineField(
        lazy_("Nom court"), [required(), at_most(40)], description=lazy_("Par exemple « PCS ».")
    )
    carried_by = LineField(lazy_("Porté par"), [at_most(200)])
    starts_on = DayField(lazy_("Du"), [required()])
    ends_on = DayField(lazy_("Au"), description=lazy_("Laissez vide s’il n’a pas de fin connue."))
    description = TextField(lazy_("Présentation"), [at_most(10_000)])


class AxisForm(HouseForm):
    """An axis, the space of its working group, and who sits in it."""

    name = LineField(lazy_("Nom de l’axe"), [required(), at_most(200)])
    description = TextField(lazy_("Ce qu’il vise"), [at_most(4_000)])
    bridge = SelectField(
        lazy_("Espace du groupe de travail"),
        coerce=int,
        description=lazy_("Là se retrouvent les plateformes et les équipes des communes."),
    )
    platforms = BoxesField(lazy_("Qui y participe"), coerce=int)

    @classmethod
    def of(cls, person: Person, axis: Axis | None = None) -> Self:
        start: dict[str, Any] = {"bridge": 0}
        if axis is not None:
            start = {
                "name": axis.name,
                "description": axis.description,
                "bridge": axis.bridge_id or 0,
                "platforms": [space.id for space in axis.platforms],
            }
        form = cls(data=start)
        form.known = {one.space.id: one.space for one in directory(person)}
        named = [(space.id, space.name) for space in form.known.values()]
        form.bridge.choices = [(0, _("aucun")), *named]
        form.platforms.choices = list(named)
        return form

    known: dict[int, Space]

    def settled(self) -> dict[str, Any]:
        """What was chosen, as `service.write_axis` takes it."""
        return {
            "name": self.name.data,
            "description": self.description.data,
            "bridge": self.known.get(self.bridge.data or 0),
            "platforms": [self.known[number] for number in self.platforms.data or []],
        }
