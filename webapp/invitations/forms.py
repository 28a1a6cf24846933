"""The form that invites, and the one that accepts."""

from datetime import datetime, time, timedelta
from typing import Any

from wtforms import RadioField, SelectField, validators

from core import locale, text
from core.addresses import LONGEST
from core.db import db
from core.errors import Refused
from core.locale import _, _n, lazy_
from core.organisations import Organisation
from webapp.invitations import pasted, queries, service
from webapp.shell.forms import DayField, HouseForm, LineField, TextField, at_most, required

ROLE_LABELS = {
    "member": lazy_("Membre"),
    "guest": lazy_("Invité·e, jusqu’à une date"),
    "moderator": lazy_("Modératrice ou modérateur"),
    "animator": lazy_("Animatrice ou animateur"),
}
ROLE_NOTES = {
    "member": lazy_("lit, partage et répond"),
    "guest": lazy_(
        "voit cet espace seulement, et ne parle pour personne : pour un·e spécialiste, un·e stagiaire"
    ),
    "moderator": lazy_("valide aussi ce qui est partagé"),
    "animator": lazy_("convoque aussi les réunions et règle l’espace"),
}
LONGEST_LIST = pasted.MOST * (LONGEST + 130)


class InvitationForm(HouseForm):
    """Whom to invite, to do what, with what words."""

    people = TextField(
        lazy_("Qui invitez-vous ?"),
        description=lazy_(
            "Une adresse, ou une liste collée d’un courriel ou d’un tableur : "
            "une personne par ligne, ou entre virgules."
        ),
        validators=[required(lazy_("Donnez au moins une adresse.")), at_most(LONGEST_LIST)],
        render_kw={"rows": 4, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    role = RadioField(lazy_("Pour être"), default="member", validators=[validators.InputRequired()])
    until = DayField(lazy_("Jusqu’au"), description=lazy_("Pour une personne invitée : le dernier jour."))
    organisation = SelectField(lazy_("Au nom de"), default="", validators=[validators.Optional()])
    message = TextField(
        lazy_("Un mot de votre part"),
        description=lazy_("Il sera au début du message : c’est lui qui donne envie d’ouvrir."),
        validators=[at_most(service.LONGEST_MESSAGE)],
    )

    #: The lines of the list that are wrong, for the page to show them.
    mistakes: list[pasted.Mistake]

    @classmethod
    def offering(cls, roles: tuple[str, ...]) -> "InvitationForm":
        form = cls()
        form.mistakes = []
        form.role.choices = [(role, ROLE_LABELS[role]) for role in roles]
        known = [(str(one.id), one.name) for one in queries.organisations()]
        form.organisation.choices = [("", _("Personne en particulier")), *known]
        return form

    def chosen(self) -> dict[str, Any]:
        """What was given, as `service.invite` takes it. Raises `Refused` when a line of the list is wrong."""
        reading = pasted.read(self.people.data or "")
        self.mistakes = reading.mistakes
        if reading.mistakes:
            sentence = _n(
                "Une ligne est à corriger ; personne n’a encore reçu de message.",
                "%(num)s lignes sont à corriger ; personne n’a encore reçu de message.",
                len(reading.mistakes),
            )
            raise Refused(sentence, people=sentence)
        chosen = self.organisation.data
        return {
            "guests": reading.guests,
            "role": self.role.data,
            "until": self._end(),
            "organisation": db.session.get(Organisation, int(chosen)) if chosen else None,
            "message": text.clean(self.message.data or ""),
        }

    def _end(self) -> datetime | None:
        """The last instant of the day given, on the inviter's clock."""
        if self.role.data != "guest" or self.until.data is None:
            return None
        return datetime.combine(self.until.data + timedelta(days=1), time(), locale.zone())


class AcceptForm(HouseForm):
    """The name of someone the network did not know."""

    name = LineField(
        lazy_("Votre nom"),
        description=lazy_("Comme les autres membres le liront : prénom et nom."),
        validators=[at_most(120)],
        render_kw={"autocomplete": "name"},
    )
