"""The forms of the staff."""

from datetime import datetime, time, timedelta
from typing import Self

from wtforms import BooleanField, RadioField, SelectField

from core import clock, locale
from core.locale import lazy_
from core.people import Person
from webapp.admin.queries import seats_of
from webapp.shell.forms import DayField, HouseForm, LineField, TextField, at_most, required
from webapp.spaces.models import COLOUR_LABELS, ROLE_LABELS
from webapp.spaces.queries import directory


class PersonForm(HouseForm):
    """Someone to write down."""

    name = LineField(lazy_("Nom"), [required(), at_most(120)])
    email = LineField(
        lazy_("Adresse de courriel"),
        [at_most(254)],
        description=lazy_("Sans adresse, la personne n’est qu’une entrée de l’annuaire."),
    )
    job_title = LineField(lazy_("Fonction"), [at_most(120)])
    with_account = BooleanField(
        lazy_("Lui ouvrir un compte"),
        description=lazy_(
            "Un lien part tout de suite à son adresse. Sinon, elle ne reçoit que des courriels."
        ),
    )


class SeatForm(HouseForm):
    """A seat in a space, for someone who has none there yet."""

    space = SelectField(lazy_("Espace"), [required()])
    role = SelectField(lazy_("Rôle"), choices=list(ROLE_LABELS.items()), default="member")
    until = DayField(lazy_("Jusqu’au"), description=lazy_("Pour une personne invitée : son dernier jour."))

    @classmethod
    def of(cls, person: Person, by: Person) -> Self:
        form = cls()
        seated = {seat.space_id for seat in seats_of(person)}
        form.space.choices = [
            (one.space.slug, one.space.name) for one in directory(by) if one.space.id not in seated
        ]
        return form

    def last_instant(self) -> datetime | None:
        """The end of the day chosen, on the reader's clock."""
        if self.role.data != "guest" or self.until.data is None:
            return None
        midnight = datetime.combine(self.until.data + timedelta(days=1), time(), locale.zone())
        return midnight.astimezone(clock.now().tzinfo)


class NetworkForm(HouseForm):
    """Whose house this is."""

    name = LineField(lazy_("Nom du réseau"), [required(), at_most(120)])
    tagline = LineField(
        lazy_("Devise"),
        [at_most(240)],
        description=lazy_("Une ligne, sous le nom : sur l’accueil et au pied des pages."),
    )
    presentation = TextField(
        lazy_("Présentation"),
        [at_most(10_000)],
        description=lazy_("Ce que lisent les visiteurs sur l’accueil."),
    )
    colour = RadioField(lazy_("Couleur du réseau"), [required()], choices=list(COLOUR_LABELS.items()))
    operator = LineField(
        lazy_("Qui tient ce site"),
        [at_most(200)],
        description=lazy_("L’organisation responsable, au pied des courriels."),
    )
    contact_email = LineField(lazy_("Adresse de contact"), [at_most(254)])
