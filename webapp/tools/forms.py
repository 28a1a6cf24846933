"""The form of a tool."""

from typing import ClassVar

from wtforms import RadioField, SelectField

from core.locale import lazy_
from core.people import Person
from core.publications import Publication
from webapp.publications.forms import PublicationForm
from webapp.shell.forms import LineField, TextField, UrlField, at_most, required
from webapp.tools import languages
from webapp.tools.licences import LICENCES
from webapp.tools.models import Tool


class ToolForm(PublicationForm):
    """A tool: what it is for, with whom, in which language, on which terms, and where it is."""

    kind: ClassVar[type[Publication]] = Tool
    details: ClassVar[tuple[str, ...]] = ("purpose", "audience", "language", "licence", "link")
    without: ClassVar[tuple[str, ...]] = ("published_at", "expires_at")

    purpose = TextField(
        lazy_("À quoi il sert"),
        [required(lazy_("Dites à quoi sert cet outil.")), at_most(500)],
        description=lazy_(
            "Deux ou trois phrases : c’est ce que l’on lit dans les listes et dans le récapitulatif."
        ),
    )
    text = TextField(
        lazy_("Comment l’utiliser"),
        [at_most(30_000)],
        description=lazy_("Le déroulement, le matériel, vos conseils après usage."),
    )
    audience = LineField(
        lazy_("Pour quel public"),
        [at_most(200)],
        description=lazy_("Par exemple : adultes débutants à l’oral, groupe de huit à quinze."),
    )
    language = SelectField(lazy_("Langue"), default="fr")
    licence = RadioField(
        lazy_("Ce que les autres peuvent en faire"),
        [required()],
        default="cc-by-sa",
        description=lazy_("Dans le doute, demandez à l’auteur ou à l’autrice avant de partager."),
    )
    link = UrlField(
        lazy_("Adresse"),
        [at_most(500)],
        description=lazy_("Où il se trouve, si vous ne joignez pas de fichier."),
    )

    @property
    def meanings(self) -> dict[str, str]:
        """What each licence allows, in words."""
        return {one.code: str(one.meaning) for one in LICENCES.values()}

    def offer(self, by: Person, publication: Publication | None) -> None:
        super().offer(by, publication)
        self.language.choices = languages.choices()
        self.licence.choices = [(one.code, str(one.name)) for one in LICENCES.values()]
