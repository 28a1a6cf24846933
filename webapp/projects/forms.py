"""The form of a project."""

from typing import ClassVar

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField

from core.locale import lazy_
from core.people import Person
from core.publications import Publication
from webapp.projects.models import STATUSES, Project
from webapp.publications import queries
from webapp.publications.forms import PublicationForm
from webapp.shell.forms import DayField, LineField, TextField, at_most, required


class ProjectForm(PublicationForm):
    """A project: its story, its partners, where it is, and a picture."""

    kind: ClassVar[type[Publication]] = Project
    details: ClassVar[tuple[str, ...]] = ("partners", "status", "starts_on", "ends_on")
    without: ClassVar[tuple[str, ...]] = ("published_at", "expires_at")

    text = TextField(
        lazy_("Le projet"),
        [required(lazy_("Racontez le projet en quelques lignes.")), at_most(30_000)],
        description=lazy_("D’où il vient, pour qui, ce que vous faites, ce que vous cherchez."),
    )
    partners = LineField(
        lazy_("Avec qui"), [at_most(500)], description=lazy_("Les partenaires, séparés par des virgules.")
    )
    status = SelectField(lazy_("Où il en est"), default="idea")
    starts_on = DayField(lazy_("Début"))
    ends_on = DayField(lazy_("Fin"))
    cover = FileField(
        lazy_("Image"), description=lazy_("JPEG, PNG ou WebP, de préférence plus large que haute.")
    )
    cover_alt = LineField(
        lazy_("Ce que montre l’image"),
        [at_most(300)],
        description=lazy_("Pour qui ne la voit pas : « Trois femmes plantent des tomates sur un toit »."),
    )
    cover_removed = BooleanField(lazy_("Retirer l’image"))

    def offer(self, by: Person, publication: Publication | None) -> None:
        super().offer(by, publication)
        self.status.choices = [(code, str(name)) for code, name in STATUSES.items()]
        covers = queries.files_of(publication, "cover") if publication else []
        if not covers:
            del self.cover_removed
        elif not self.is_submitted():
            self.cover_alt.data = covers[0].alt
