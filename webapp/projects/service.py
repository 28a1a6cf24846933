"""What a project must be, beyond any publication; its verbs are those of `webapp.publications.service`."""

from core.errors import Refused
from core.locale import _
from webapp.projects.models import STATUSES, Project
from webapp.publications.service import guard


@guard(Project, when="written")
def makes_sense(project: Project) -> None:
    """Its status is a known one, and it does not end before it starts."""
    if project.status not in STATUSES:
        raise Refused(status=_("Choisissez l’une des réponses proposées."))
    if project.starts_on and project.ends_on and project.ends_on < project.starts_on:
        raise Refused(ends_on=_("La fin vient avant le début."))


@guard(Project, when="shared")
def says_what_it_is(project: Project) -> None:
    if not project.text:
        raise Refused(text=_("Racontez le projet en quelques lignes."))
