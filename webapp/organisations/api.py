"""Organisations, for programs: the public sheet of each."""

from datetime import date
from typing import Annotated, Any

import pydantic

from core import links
from core.organisations import Organisation
from webapp.organisations import feature, queries, service
from webapp.organisations.queries import Filters
from webapp.shell.api import Answer, Body, Line, Page, PageQuery, Text, endpoint, page_of, version_read
from webapp.shell.identity import me, someone
from webapp.spaces.queries import entered

MOST = service.MOST


class OrganisationQuery(PageQuery):
    """What to keep of the directory."""

    search: Line = pydantic.Field("", max_length=100)
    sector: Line = pydantic.Field("", max_length=80)
    commune: Line = pydantic.Field("", max_length=80)
    space: Line | None = pydantic.Field(None, max_length=60, description="The slug of a space where it sits.")


class OrganisationOut(Answer):
    """An organisation, as everybody may read it."""

    slug: str
    name: str
    acronym: str
    form: str
    sector: str
    description: str
    ins: str = pydantic.Field(description="The INS code of its commune, or an empty text.")
    commune: str
    address: str
    website: str
    email: str
    phone: str
    archived_on: date | None
    version: int
    url: str

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationOut":
        known = {
            name: getattr(organisation, name) for name in cls.model_fields if hasattr(organisation, name)
        }
        return cls.model_validate(known | {"url": links.url_to("organisations.show", slug=organisation.slug)})


class SheetIn(Body):
    """What changes in a sheet; what is left out stays as it was."""

    name: Annotated[Line, pydantic.Field(min_length=1, max_length=MOST["name"])] | None = None
    acronym: Annotated[Line, pydantic.Field(max_length=MOST["acronym"])] | None = None
    form: Annotated[Line, pydantic.Field(max_length=MOST["form"])] | None = None
    sector: Annotated[Line, pydantic.Field(max_length=MOST["sector"])] | None = None
    description: Annotated[Text, pydantic.Field(max_length=MOST["description"])] | None = None
    ins: Annotated[Line, pydantic.Field(max_length=5)] | None = None
    address: Annotated[Line, pydantic.Field(max_length=MOST["address"])] | None = None
    website: Annotated[Line, pydantic.Field(max_length=MOST["website"])] | None = None
    email: Annotated[Line, pydantic.Field(max_length=MOST["email"])] | None = None
    phone: Annotated[Line, pydantic.Field(max_length=MOST["phone"])] | None = None


class OrganisationIn(SheetIn):
    """An organisation to add."""

    name: Annotated[Line, pydantic.Field(min_length=1, max_length=MOST["name"])]


@endpoint(
    feature,
    "GET",
    "/organisations",
    scope=None,
    query=OrganisationQuery,
    answer=Page[OrganisationOut],
    summary="List organisations",
)
def list_organisations(query: OrganisationQuery) -> Page[OrganisationOut]:
    """The directory, the oldest entry first."""
    space = entered(query.space, me()) if query.space else None
    place = query.place
    found = queries.page(
        Filters(query.search, query.sector, query.commune, space),
        after=(place.instant, place.id) if place else None,
        limit=query.limit,
    )
    return page_of(found, query, OrganisationOut.of, lambda one: (one.created_at, one.id))


@endpoint(
    feature,
    "GET",
    "/organisations/<slug>",
    scope=None,
    answer=OrganisationOut,
    summary="Read an organisation",
)
def read(slug: str) -> Any:
    return _answer(queries.by_slug(slug))


@endpoint(
    feature,
    "POST",
    "/organisations",
    scope="staff",
    body=OrganisationIn,
    answer=OrganisationOut,
    status=201,
    summary="Add an organisation",
)
def add(body: OrganisationIn) -> Any:
    given = {name: value for name, value in body.given().items() if value is not None}
    return _answer(service.add_organisation(by=someone(), **given))


@endpoint(
    feature,
    "PATCH",
    "/organisations/<slug>",
    scope="write",
    body=SheetIn,
    answer=OrganisationOut,
    errors=(409,),
    summary="Edit the sheet of an organisation",
)
def edit(slug: str, body: SheetIn) -> Any:
    """For its referents and the staff. With `If-Match: "7"`, nothing is changed over someone else's edit."""
    organisation = queries.by_slug(slug)
    given = {name: value for name, value in body.given().items() if value is not None}
    read_version = version_read()
    service.edit_organisation(
        organisation=organisation,
        by=someone(),
        version=organisation.version if read_version is None else read_version,
        **given,
    )
    return _answer(organisation)


def _answer(organisation: Organisation) -> Any:
    return OrganisationOut.of(organisation), {"ETag": f'"{organisation.version}"'}
