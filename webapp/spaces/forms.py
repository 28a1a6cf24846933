"""The forms of spaces: asking to enter, deciding, confiding a role, settling the space."""

from datetime import datetime, time, timedelta
from typing import Any, Self

from flask import current_app
from wtforms import RadioField, SelectField

from core import clock, locale
from core.locale import _, lazy_
from core.organisations import Organisation, acted_for
from core.people import Person
from core.spaces import Membership, Space
from webapp.shell.features import modules
from webapp.shell.forms import (
    BoxesField,
    DayField,
    EditForm,
    HouseForm,
    LineField,
    TextField,
    at_most,
    required,
)
from webapp.spaces import queries, service
from webapp.spaces.models import COLOUR_LABELS, JOIN_LABELS, ROLE_LABELS, VISIBILITY_LABELS

#: The drawings a space may wear: those marked « space » in the sprite's list, with what they show.
ICONS = (
    ("people", lazy_("Personnes")),
    ("chat-quote", lazy_("Parole")),
    ("book", lazy_("Livre")),
    ("mortarboard", lazy_("Formation")),
    ("briefcase", lazy_("Emploi")),
    ("universal-access", lazy_("Accès de tous")),
    ("heart", lazy_("Cœur")),
    ("life-preserver", lazy_("Entraide")),
    ("compass", lazy_("Boussole")),
    ("signpost-split", lazy_("Carrefour")),
    ("house-heart", lazy_("Maison")),
    ("shop", lazy_("Quartier")),
    ("tree", lazy_("Arbre")),
    ("flower1", lazy_("Fleur")),
    ("lightbulb", lazy_("Idée")),
    ("puzzle", lazy_("Puzzle")),
    ("palette", lazy_("Palette")),
    ("easel", lazy_("Chevalet")),
    ("music-note-beamed", lazy_("Musique")),
    ("bullseye", lazy_("But")),
)


class OrganisationField(SelectField):
    """« au nom de »: one of the organisations a person acts for today, or their own name."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label or lazy_("Au nom de"), coerce=int, default=0, **options)
        self.choices = [(0, _("mon propre nom"))]
        self._known: dict[int, Organisation] = {}

    def offer(self, person: Person) -> None:
        self._known = {one.id: one for one in acted_for(person)}
        self.choices = [(0, _("mon propre nom")), *((one.id, one.name) for one in self._known.values())]

    @property
    def chosen(self) -> Organisation | None:
        return self._known.get(self.data or 0)


class AskForm(HouseForm):
    """Asking to enter: in whose name, and a few words."""

    organisation = OrganisationField(lazy_("Au nom de"))
    message = TextField(
        lazy_("Vous présenter en quelques mots"),
        [at_most(service.LONGEST_MESSAGE)],
        description=lazy_("Les personnes qui accueillent dans cet espace le liront."),
    )

    @classmethod
    def of(cls, person: Person) -> Self:
        form = cls()
        form.organisation.offer(person)
        return form


class DecisionForm(HouseForm):
    """A word that goes with a decision."""

    word = TextField(lazy_("Un mot pour la personne"), [at_most(service.LONGEST_WORD)])


class RoleForm(HouseForm):
    """Another role; a day for a guest."""

    role = RadioField(lazy_("Son rôle dans l’espace"), [required()])
    until = DayField(
        lazy_("Invité·e jusqu’au"),
        description=lazy_("Pour une personne invitée : son dernier jour, compris."),
    )

    @classmethod
    def of(cls, membership: Membership) -> Self:
        last = locale.local(membership.until - timedelta(minutes=1)).date() if membership.until else None
        form = cls(data={"role": membership.role, "until": last})
        form.role.choices = [
            (role, ROLE_LABELS[role]) for role in ("member", "moderator", "animator", "guest")
        ]
        return form

    def last_instant(self) -> datetime | None:
        """The end of the day chosen, on the reader's clock."""
        if self.role.data != "guest" or self.until.data is None:
            return None
        midnight = datetime.combine(self.until.data + timedelta(days=1), time(), locale.zone())
        return midnight.astimezone(clock.now().tzinfo)


class SettingsForm(EditForm):
    """What an animator settles; the staff's form adds the rest."""

    name = LineField(lazy_("Nom"), [required(lazy_("Donnez un nom à l’espace.")), at_most(160)])
    short_name = LineField(
        lazy_("Nom court"),
        [required(lazy_("Donnez un nom court : il tient dans un menu.")), at_most(40)],
        description=lazy_("Dans les menus et les courriels : « FLE », « Citoyenneté »."),
    )
    description = TextField(
        lazy_("Description"),
        [at_most(10_000)],
        description=lazy_("À quoi sert cet espace, pour qui, à quel rythme on s’y retrouve."),
    )
    charter = TextField(
        lazy_("Charte"), [at_most(20_000)], description=lazy_("Les règles que l’espace s’est données.")
    )
    colour = RadioField(lazy_("Couleur"), [required()], choices=list(COLOUR_LABELS.items()))
    icon = SelectField(lazy_("Dessin"), choices=list(ICONS))
    modules = BoxesField(
        lazy_("Ce qu’on y partage"),
        description=lazy_("Une rubrique éteinte disparaît des onglets ; rien n’est effacé."),
    )
    join_policy = RadioField(lazy_("Comment on y entre"), [required()], choices=list(JOIN_LABELS.items()))
    visibility = RadioField(
        lazy_("Qui sait qu’il existe"), [required()], choices=list(VISIBILITY_LABELS.items())
    )

    @classmethod
    def of(cls, space: Space | None, person: Person) -> "SettingsForm":
        """The form of a space for this person; without a space, of one to be created."""
        form = StaffForm(obj=space) if person.is_staff else cls(obj=space)
        known = modules(current_app)
        form.modules.choices = [(module.name, module.label) for module in known]
        # A drawing given by the network's own data stays, even when it is not one of those offered.
        if space is not None and space.icon not in dict(ICONS):
            form.icon.choices = [(space.icon, _("Dessin actuel")), *ICONS]
        if isinstance(form, StaffForm):
            others = [
                one.space for one in queries.directory(person) if space is None or one.space.id != space.id
            ]
            form.parent_id.choices = [(0, _("aucun")), *((other.id, other.name) for other in others)]
        if space is None and not form.is_submitted():
            form.version.data = 0
            form.join_policy.data, form.visibility.data, form.colour.data = "request", "network", "sapin"
            form.modules.data = [module.name for module in known]
        return form

    def settings(self) -> dict[str, Any]:
        """What was chosen, by the columns of a space."""
        return {name: value for name, value in self.values().items() if name != "version"}


class StaffForm(SettingsForm):
    """What the staff settles beyond the animators."""

    kind = LineField(
        lazy_("Sorte d’espace"),
        [required(lazy_("Dites ce que c’est : plateforme, coordination, réseau…")), at_most(60)],
        description=lazy_("Le mot que les membres emploient : plateforme, coordination, groupe de travail…"),
        default="plateforme",
    )
    slug = LineField(
        lazy_("Adresse"),
        [at_most(60)],
        description=lazy_(
            "La fin de son adresse : « fle » pour /espaces/fle. La changer rompt les anciens liens."
        ),
    )
    parent_id = SelectField(lazy_("Fait partie de"), coerce=int, default=0)

    def settings(self) -> dict[str, Any]:
        chosen = super().settings()
        return chosen | {"parent_id": chosen["parent_id"] or None}
