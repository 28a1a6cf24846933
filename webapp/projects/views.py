"""The pages of projects."""

from typing import Any

import sqlalchemy as sa
from flask import request

from core.people import Person
from core.spaces import Space
from webapp.files import service as files
from webapp.projects import feature
from webapp.projects.forms import ProjectForm
from webapp.projects.models import STATUSES, Project
from webapp.publications.desk import Desk


class Projects(Desk[Project]):
    """The common desk, with a wall of pictures."""

    kind = Project
    form = ProjectForm
    path = "projets"
    new_path = "nouveau"

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        return [Project.status == _asked()] if _asked() else []

    def filters(self, space: Space) -> dict[str, Any]:
        del space
        return {"statuses": [(code, str(name)) for code, name in STATUSES.items()], "asked": _asked()}

    def keep_extras(self, form: Any, publication: Project, by: Person) -> None:
        """The picture at the head, and its words."""
        if form.cover.data:
            upload = (form.cover.data.stream, form.cover.data.filename or "")
            files.set_cover(publication, upload, alt=form.cover_alt.data or "", by=by)
        elif "cover_removed" in form and form.cover_removed.data:
            files.remove_cover(publication)
        elif form.publication is not None:
            files.describe_cover(publication, form.cover_alt.data or "")


def _asked() -> str:
    asked = request.args.get("etat", "")
    return asked if asked in STATUSES else ""


Projects(feature)
