"""The sheet of an organisation, and who acts for it."""

from typing import Any, Self

from wtforms import BooleanField, SelectField

from core.locale import _, lazy_
from core.organisations import Organisation
from webapp.organisations.communes import communes
from webapp.organisations.queries import sectors
from webapp.organisations.service import MOST
from webapp.shell.forms import (
    DayField,
    EditForm,
    HouseForm,
    LineField,
    TextField,
    UrlField,
    at_most,
    required,
)


class OrganisationForm(EditForm):
    """What the directory says of an organisation; everybody reads it."""

    name = LineField(lazy_("Nom"), [required(lazy_("Donnez son nom.")), at_most(MOST["name"])])
    acronym = LineField(lazy_("Sigle"), [at_most(MOST["acronym"])])
    form = LineField(
        lazy_("Forme"), [at_most(MOST["form"])], description=lazy_("asbl, commune, école, CPAS…")
    )
    sector = LineField(
        lazy_("Secteur"),
        [at_most(MOST["sector"])],
        description=lazy_("Le même mot que les organisations voisines : c’est un filtre de l’annuaire."),
    )
    description = TextField(
        lazy_("Ce qu’elle fait"), [at_most(MOST["description"])], description=lazy_("Pour qui, où, comment.")
    )
    ins = SelectField(lazy_("Commune"))
    address = LineField(lazy_("Adresse"), [at_most(MOST["address"])])
    website = UrlField(lazy_("Site"), [at_most(MOST["website"])])
    email = LineField(
        lazy_("Courriel public"),
        [at_most(MOST["email"])],
        description=lazy_("Celui de l’organisation, pas d’une personne."),
    )
    phone = LineField(lazy_("Téléphone public"), [at_most(MOST["phone"])])

    @classmethod
    def of(cls, organisation: Organisation | None = None) -> Self:
        made = cls(obj=organisation)
        made.ins.choices = [("", _("non précisée"))] + [(one.ins, one.name) for one in communes().values()]
        made.known_sectors = list(sectors())
        if organisation is None and not made.is_submitted():
            made.version.data = 0
        return made

    known_sectors: list[str]

    def sheet(self) -> dict[str, Any]:
        """What was written, by the columns of an organisation."""
        return {name: value for name, value in self.values().items() if name != "version"}


class MandateForm(HouseForm):
    """Someone who acts for an organisation."""

    address = LineField(
        lazy_("Son adresse de courriel"),
        [required(), at_most(254)],
        description=lazy_("Celle que le réseau connaît."),
    )
    title = LineField(lazy_("Sa fonction"), [at_most(120)])
    is_referent = BooleanField(
        lazy_("Référent·e"), description=lazy_("Modifie la fiche et dit qui agit pour l’organisation.")
    )
    starts_on = DayField(lazy_("À partir du"), description=lazy_("Aujourd’hui, si vous laissez vide."))
    ends_on = DayField(lazy_("Jusqu’au"))
