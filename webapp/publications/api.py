"""The calls that all kinds share: a kind's `api.py` says its own fields, and opens them at its own address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import pydantic
from flask import request

from core import links, text
from core.db import db
from core.errors import NotFound, Refused
from core.files import StoredFile
from core.locale import _
from core.organisations import Organisation
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from webapp.files import service as files
from webapp.publications import queries, service
from webapp.shell.api import (
    Answer,
    Body,
    Id,
    Line,
    Moment,
    Page,
    PageQuery,
    Text,
    endpoint,
    page_of,
    version_read,
)
from webapp.shell.features import Feature
from webapp.shell.identity import me, someone
from webapp.spaces.queries import entered

Slug = Annotated[Line, pydantic.Field(min_length=1, max_length=60)]
Scope = Literal["space", "network", "public"]
State = Literal["draft", "submitted", "published", "changes_asked", "refused", "archived", "withdrawn"]
Title = Annotated[Line, pydantic.Field(min_length=1, max_length=service.LONGEST_TITLE)]
Prose = Annotated[Text, pydantic.Field(max_length=service.LONGEST_TEXT, description="Markdown.")]
Version = dict[str, str]


def known(values: Sequence[str]) -> pydantic.AfterValidator:
    """For a `Line` of which only a few are accepted: those of a kind's own list."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(_("Choisissez parmi : %(values)s.", values=", ".join(values)))
        return value

    return pydantic.AfterValidator(check)


class PublicationIn(Body):
    """What is needed to write any publication; it starts as a draft."""

    title: Title
    text: Prose = ""
    spaces: list[Slug] = pydantic.Field(
        min_length=1, max_length=30, description="The slugs of the spaces where it stands."
    )
    organisation: Id | None = pydantic.Field(None, description="In whose name: one the caller acts for.")
    scope: Scope = "space"
    published_at: Moment | None = pydantic.Field(
        None, description="When it shall appear; null: as soon as it is submitted."
    )
    expires_at: Moment | None = None


class PublicationChange(Body):
    """What may change; what is not given does not."""

    title: Title | None = None
    text: Prose | None = None
    spaces: list[Slug] | None = pydantic.Field(None, min_length=1, max_length=30)
    organisation: Id | None = None
    scope: Scope | None = None
    published_at: Moment | None = None
    expires_at: Moment | None = None

    #: Fields that null empties; null anywhere else is a mistake.
    may_be_null: ClassVar[frozenset[str]] = frozenset({"organisation", "published_at", "expires_at"})

    @pydantic.model_validator(mode="after")
    def _refuse_null(self) -> "PublicationChange":
        for name in self.model_fields_set - self.may_be_null:
            if getattr(self, name) is None:
                raise ValueError(_("Le champ « %(name)s » ne peut pas être vide.", name=name))
        return self


class Reason(Body):
    """Why one decides so: the author reads it."""

    reason: Annotated[Text, pydantic.Field(min_length=1, max_length=service.LONGEST_REASON)]


class OptionalReason(Body):
    """Compulsory when a moderator takes away what someone else wrote."""

    reason: Annotated[Text, pydantic.Field(max_length=service.LONGEST_REASON)] = ""


class Named(Answer):
    """Someone, or an organisation, by what names them."""

    id: int
    name: str


class FileOut(Answer):
    """A file of a publication."""

    id: int
    name: str
    media_type: str
    size: int = pydantic.Field(description="In bytes.")
    sha256: str
    use: str = pydantic.Field(description="`attachment`, or `cover` for the picture at its head.")
    alt: str
    url: str

    @classmethod
    def of(cls, file: StoredFile) -> "FileOut":
        return cls(
            id=file.id, name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256,
            use=file.use, alt=file.alt, url=links.url_to("files.show", id=file.id, name=file.name),
        )  # fmt: skip


class PublicationOut(Answer):
    """A publication, as this caller may read it."""

    id: int
    kind: str
    title: str
    text: str
    summary: str
    url: str
    author: Named
    organisation: Named | None
    spaces: list[str] = pydantic.Field(description="The slugs of its spaces, of those the caller may know.")
    scope: Scope
    state: State
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    expires_at: datetime | None
    edited_at: datetime | None
    version: int
    moderation_note: str = pydantic.Field(description="For its author and its moderators.")
    files: list[FileOut]

    #: The kind's own fields, read from the row as they are.
    own: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(
        cls, publication: Publication, *, spaces: list[str], joined: list[StoredFile], in_charge: bool
    ) -> Any:
        """As read by someone: `in_charge` is its author or one of its moderators."""
        plain = (
            "id", "kind", "title", "text", "scope", "state", "created_at", "submitted_at", "published_at",
            "expires_at", "edited_at", "version",
        )  # fmt: skip
        return cls(
            **{name: getattr(publication, name) for name in (*plain, *cls.own)},
            summary=text.summary(publication.text),
            url=links.url_to(f"{publication.module}.show", id=publication.id),
            author=Named.model_validate(publication.author),
            organisation=Named.model_validate(publication.organisation) if publication.organisation else None,
            spaces=spaces,
            moderation_note=publication.moderation_note if in_charge else "",
            files=[FileOut.of(file) for file in joined],
        )


class PublicationQuery(PageQuery):
    """Which publications: by default those that stand now and the caller may read."""

    space: Slug | None = pydantic.Field(None, description="Only in this space.")
    state: State | None = pydantic.Field(
        None, description="In this state: one's own, and those one moderates."
    )


class Calls:
    """The calls of a kind, at `/api/v1/<module>`. A subclass changes what is its own: how it is written, edited, listed."""

    kind: type[Publication]
    body: type[PublicationIn] = PublicationIn
    change: type[PublicationChange] = PublicationChange
    out: type[PublicationOut] = PublicationOut
    query: type[PublicationQuery] = PublicationQuery
    #: In English, for the documentation: « a tool », « tools ».
    one: str
    many: str

    def __init__(self, feature: Feature) -> None:
        self.feature = feature
        self.name = f"/{feature.name}"
        self._open_reading()
        self._open_writing()
        self._open_states()

    # What a kind may change.

    def conditions(self, query: Any) -> list[Any]:
        """What its own filters ask."""
        del query
        return []

    def draft(self, values: dict[str, Any]) -> Publication:
        return service.draft(self.kind, by=someone(), **values)

    def save(self, publication: Publication, version: int, values: dict[str, Any]) -> Publication:
        return service.edit(publication, by=someone(), version=version, **values)

    def share(self, publication: Publication) -> Publication:
        return service.share(publication, by=someone())

    # The calls.

    def _open_reading(self) -> None:
        @endpoint(
            self.feature, "GET", self.name, scope=None, query=self.query, answer=Page[self.out],  # type: ignore[name-defined]
            summary=f"List {self.many}",
        )  # fmt: skip
        def index(query: Any) -> Any:
            """Latest first. Without a token: what is public."""
            rows = self._rows(query)
            made = self.outs(rows[: query.limit])
            return page_of(
                rows,
                query,
                lambda row: made[row.id],
                lambda row: (row.published_at or row.created_at, row.id),
            )

        @endpoint(
            self.feature,
            "GET",
            f"{self.name}/<int:id>",
            scope=None,
            answer=self.out,
            summary=f"Read {self.one}",
        )
        def show(id: int) -> Any:  # noqa: A002 - the address' own name
            return self.answered(self._readable(id))

    def _open_writing(self) -> None:
        @endpoint(
            self.feature, "POST", self.name, scope="write", body=self.body, answer=self.out, status=201,
            summary=f"Write {self.one}",
        )  # fmt: skip
        def create(body: Any) -> Any:
            """A draft, which its author alone reads: submit it to bring it out."""
            return self.answered(
                self.draft(self._values(body.model_dump(exclude={"spaces"}) | {"spaces": body.spaces}))
            )

        @endpoint(
            self.feature, "PATCH", f"{self.name}/<int:id>", scope="write", body=self.change, answer=self.out,
            summary=f"Edit {self.one}", errors=(409,),
        )  # fmt: skip
        def edit(id: int, body: Any) -> Any:  # noqa: A002
            """With `If-Match`, only when it still is that version: 409 otherwise."""
            publication = self._readable(id)
            version = version_read()
            values = self._values(body.given())
            return self.answered(self.save(publication, version or publication.version, values))

        @endpoint(
            self.feature, "POST", f"{self.name}/<int:id>/files", scope="write", files=True, answer=list[FileOut],
            status=201, summary=f"Join files to {self.one}",
        )  # fmt: skip
        def join(id: int) -> Any:  # noqa: A002
            """A form with one or more `files`."""
            publication = self._readable(id)
            self._check_edit(publication)
            uploads = [
                (one.stream, one.filename or "") for one in request.files.getlist("files") if one.filename
            ]
            if not uploads:
                raise Refused(files=_("Choisissez au moins un fichier."))
            joined = files.attach(publication, uploads, by=someone())
            return [FileOut.of(file) for file in joined]

        @endpoint(
            self.feature, "DELETE", f"{self.name}/<int:id>/files/<int:file_id>", scope="write",
            summary=f"Take a file away from {self.one}",
        )  # fmt: skip
        def part(id: int, file_id: int) -> None:  # noqa: A002
            publication = self._readable(id)
            self._check_edit(publication)
            if file_id not in {file.id for file in queries.files_of(publication)}:
                raise NotFound
            files.remove(publication, [file_id])

    def _open_states(self) -> None:
        states: tuple[tuple[str, Callable[..., Publication], type[Body] | None, str, str], ...] = (
            ("submission", self.share, None, f"Submit {self.one}: it goes out, or to a moderator", "write"),
            ("archive", self._archive, None, f"Archive {self.one}", "write"),
            ("withdrawal", self._withdraw, OptionalReason, f"Withdraw {self.one}", "write"),
            ("approval", self._approve, None, f"Approve {self.one}", "moderate"),
            ("refusal", self._refuse, Reason, f"Refuse {self.one}", "moderate"),
            ("changes-request", self._ask_changes, Reason, f"Ask for changes to {self.one}", "moderate"),
        )
        for state in states:
            self._open_state(*state)

    def _open_state(
        self, noun: str, verb: Callable[..., Publication], body: type[Body] | None, summary: str, scope: str
    ) -> None:
        def change(id: int, body: Any = None) -> Any:  # noqa: A002
            publication = self._readable(id)
            return self.answered(verb(publication) if body is None else verb(publication, body))

        change.__name__ = noun.replace("-", "_")
        endpoint(
            self.feature, "POST", f"{self.name}/<int:id>/{noun}", scope=scope, body=body, answer=self.out,
            summary=summary, errors=(409,),
        )(change)  # fmt: skip

    # What they are made of.

    def _archive(self, publication: Publication) -> Publication:
        return service.archive(publication, by=someone())

    def _withdraw(self, publication: Publication, body: OptionalReason) -> Publication:
        return service.withdraw(publication, by=someone(), reason=body.reason)

    def _approve(self, publication: Publication) -> Publication:
        return service.approve(publication, by=someone(), version=version_read())

    def _refuse(self, publication: Publication, body: Reason) -> Publication:
        return service.refuse(publication, by=someone(), reason=body.reason, version=version_read())

    def _ask_changes(self, publication: Publication, body: Reason) -> Publication:
        return service.ask_changes(publication, by=someone(), reason=body.reason, version=version_read())

    def _readable(self, id: int) -> Publication:  # noqa: A002
        return queries.readable(me(), id, self.kind)

    def _check_edit(self, publication: Publication) -> None:
        service.check_may_edit(publication, by=someone())

    def _rows(self, query: Any) -> list[Publication]:
        space = entered(query.space, me()) if query.space else None
        return queries.listed(
            me(), self.kind, space=space, state=query.state, before=query.place, limit=query.limit,
            where=self.conditions(query),
        )  # fmt: skip

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the verbs take: rows for what calls name by slugs and ids."""
        values = dict(given)
        if values.get("spaces") is not None:
            values["spaces"] = _spaces(values["spaces"], someone())
        if values.get("organisation") is not None:
            values["organisation"] = _organisation(values["organisation"])
        return values

    def answered(self, publication: Publication) -> tuple[PublicationOut, Version]:
        return self.outs([publication])[publication.id], {"ETag": f'"{publication.version}"'}

    def outs(self, publications: Sequence[Publication]) -> dict[int, PublicationOut]:
        """Answers by the publication's id: a fixed number of queries, however many."""
        person = me()
        joined = queries.all_files_of(publications)
        charged = queries.in_charge_of(person, publications)
        return {
            entry.publication.id: self.out.of(
                entry.publication,
                spaces=[space.slug for space in entry.spaces],
                joined=joined.get(entry.publication.id, []),
                in_charge=entry.publication.id in charged,
            )
            for entry in queries.dressed(publications, person)
        }


def _spaces(slugs: list[str], person: Person) -> list[Space]:
    try:
        return [entered(slug, person) for slug in dict.fromkeys(slugs)]
    except NotFound as unknown:
        raise Refused(spaces=_("L’un de ces espaces n’existe pas.")) from unknown


def _organisation(number: int) -> Organisation:
    found = db.session.get(Organisation, number)
    if found is None:
        raise Refused(organisation=_("Vous ne pouvez pas parler au nom de cette organisation."))
    return found
