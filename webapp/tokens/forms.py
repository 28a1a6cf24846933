"""The form that makes an access key."""

from typing import Any

from wtforms import SelectField, SelectMultipleField, validators
from wtforms.widgets import CheckboxInput, ListWidget

from core.locale import lazy_
from core.people import Person
from webapp.shell.forms import HouseForm, LineField
from webapp.tokens import service

#: What each scope lets a key do, as its owner reads it.
SCOPE_LABELS = {
    "read": lazy_("Lire"),
    "write": lazy_("Écrire"),
    "moderate": lazy_("Modérer"),
    "staff": lazy_("Agir pour l’équipe"),
}
SCOPE_NOTES = {
    "read": lazy_("tout ce que vous pouvez lire"),
    "write": lazy_("publier, répondre et changer vos réglages, en votre nom"),
    "moderate": lazy_("décider dans les espaces que vous modérez"),
    "staff": lazy_("administrer le réseau"),
}
LIFETIMES = [
    ("30", lazy_("30 jours")),
    ("90", lazy_("90 jours")),
    ("365", lazy_("un an")),
    ("", lazy_("jusqu’à ce que je la révoque")),
]


class TokenForm(HouseForm):
    """Name, what it may do, how long it holds."""

    name = LineField(
        lazy_("À quoi servira-t-elle ?"),
        description=lazy_("Pour la reconnaître dans la liste : « Agenda de notre site », par exemple."),
        validators=[validators.InputRequired(), validators.Length(max=service.LONGEST_NAME)],
    )
    scopes = SelectMultipleField(
        lazy_("Ce qu’elle permet"),
        validators=[validators.InputRequired()],
        default=["read"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = SelectField(lazy_("Elle fonctionne"), choices=LIFETIMES, default="90")

    @classmethod
    def made_for(cls, person: Person) -> "TokenForm":
        form = cls()
        form.scopes.choices = [(scope, SCOPE_LABELS[scope]) for scope in service.scopes_open_to(person)]
        return form

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as `service.create_token` takes it."""
        return {
            "name": self.name.data or "",
            "scopes": self.scopes.data or [],
            "days": int(self.days.data) if self.days.data else None,
        }
