"""The calls of projects."""

from typing import Annotated, Any, ClassVar

import pydantic
from flask import request

from core.errors import Refused
from core.locale import _
from webapp.files import service as files
from webapp.projects import feature
from webapp.projects.models import STATUSES, Project
from webapp.publications import queries, service
from webapp.publications.api import (
    Calls,
    FileOut,
    PublicationChange,
    PublicationIn,
    PublicationOut,
    PublicationQuery,
    known,
)
from webapp.shell.api import Day, Line, endpoint
from webapp.shell.identity import someone

Status = Annotated[Line, known(tuple(STATUSES)), pydantic.Field(json_schema_extra={"enum": list(STATUSES)})]
Partners = Annotated[Line, pydantic.Field(max_length=500)]


class ProjectIn(PublicationIn):
    """A project to write. Its text is its context."""

    partners: Partners = ""
    status: Status = "idea"
    starts_on: Day | None = None
    ends_on: Day | None = None


class ProjectChange(PublicationChange):
    """What changes in a project."""

    may_be_null: ClassVar[frozenset[str]] = PublicationChange.may_be_null | {"starts_on", "ends_on"}

    partners: Partners | None = None
    status: Status | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class ProjectOut(PublicationOut):
    """A project."""

    own: ClassVar[tuple[str, ...]] = ("partners", "status", "starts_on", "ends_on")

    partners: str
    status: str
    starts_on: Day | None
    ends_on: Day | None


class ProjectQuery(PublicationQuery):
    """Which projects."""

    status: Status | None = None


class Projects(Calls):
    """The common calls, with a filter by status."""

    kind = Project
    body = ProjectIn
    change = ProjectChange
    out = ProjectOut
    query = ProjectQuery
    one = "a project"
    many = "projects"

    def conditions(self, query: Any) -> list[Any]:
        return [Project.status == query.status] if query.status else []


Projects(feature)


@endpoint(
    feature, "POST", "/projects/<int:id>/cover", scope="write", files=True, answer=FileOut, status=201,
    summary="Put a picture at the head of a project",
)  # fmt: skip
def cover(id: int) -> FileOut:  # noqa: A002 - the address' own name
    """A form with one picture in `files`, and `alt`, the words for whoever does not see it."""
    project = queries.readable(someone(), id, Project)
    service.check_may_edit(project, by=someone())
    given = request.files.getlist("files")
    if len(given) != 1 or not given[0].filename:
        raise Refused(files=_("Choisissez une image."))
    upload = (given[0].stream, given[0].filename)
    return FileOut.of(files.set_cover(project, upload, alt=request.form.get("alt", ""), by=someone()))
