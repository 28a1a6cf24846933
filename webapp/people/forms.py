"""The forms of one's profile."""

from zoneinfo import available_timezones

from wtforms import BooleanField, EmailField, SelectField, validators

from core import text
from core.addresses import LONGEST
from core.locale import LANGUAGES, lazy_
from core.people import Person
from webapp.people import service
from webapp.shell.forms import HouseForm, LineField, TextField, at_most, required


class ProfileForm(HouseForm):
    """What one says of oneself, and how one is spoken to."""

    name = LineField(
        lazy_("Nom"),
        validators=[required(), at_most(120)],
        render_kw={"autocomplete": "name"},
    )
    job_title = LineField(
        lazy_("Fonction"),
        description=lazy_("Ce que vous faites, en quelques mots : formatrice FLE, assistant social…"),
        validators=[at_most(120)],
        render_kw={"autocomplete": "organization-title"},
    )
    phone = LineField(
        lazy_("Téléphone"),
        description=lazy_("Lu par les membres de vos espaces seulement."),
        validators=[at_most(40)],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    about = TextField(
        lazy_("En quelques phrases"),
        description=lazy_("Ce qu’on peut vous demander, ce que vous cherchez, vos langues."),
        validators=[at_most(service.LONGEST_ABOUT)],
        render_kw={"rows": 4},
    )
    locale = SelectField(lazy_("Langue des pages et des messages"), choices=list(LANGUAGES.items()))
    timezone = SelectField(lazy_("Fuseau horaire"))

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        form = cls(obj=person)
        form.timezone.choices = _zones(person.timezone)
        return form


class MandateRequestForm(HouseForm):
    """What has changed in the organisations one acts for."""

    message = TextField(
        lazy_("Qu’est-ce qui a changé ?"),
        description=lazy_(
            "L’équipe du réseau tient l’annuaire : elle reçoit votre message et met la fiche à jour."
        ),
        validators=[required(), at_most(service.LONGEST_REQUEST)],
        render_kw={"rows": 3},
    )


class AddressForm(HouseForm):
    """A new address."""

    email = EmailField(
        lazy_("Nouvelle adresse"),
        validators=[required(), at_most(LONGEST)],
        filters=[lambda value: text.one_line(value) if value else value],
        render_kw={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"},
    )


class ClosingForm(HouseForm):
    """One's agreement to leave."""

    sure = BooleanField(
        lazy_("Je ferme mon compte, et je sais que c’est pour toujours"),
        validators=[validators.InputRequired(lazy_("Cochez la case pour confirmer."))],
    )


def _zones(current: str) -> list[tuple[str, str]]:
    """The time zones of cities, by name; the person's own even if nobody knows it any more."""
    names = {
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    }
    return [(name, name.replace("_", " ")) for name in sorted(names | {current})]
