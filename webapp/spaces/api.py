"""Spaces, memberships and requests, for programs."""

from datetime import datetime
from typing import Annotated, Any, Literal

import pydantic
import sqlalchemy as sa
from flask import current_app

from core import links
from core.db import db
from core.errors import NotFound, Refused
from core.locale import _
from core.organisations import Organisation, acted_for
from core.people import Person
from core.spaces import COLOURS, Membership, Space
from webapp.people.queries import known_to
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
from webapp.shell.features import modules
from webapp.shell.identity import me, someone
from webapp.spaces import feature, queries, rules, service
from webapp.spaces.models import JoinRequest

Role = Literal["guest", "member", "moderator", "animator"]
JoinPolicy = Literal["open", "request", "invitation"]
Visibility = Literal["public", "network", "members"]
Name = Annotated[Line, pydantic.Field(min_length=1, max_length=160)]
ShortName = Annotated[Line, pydantic.Field(min_length=1, max_length=40)]
Word = Annotated[Text, pydantic.Field(max_length=service.LONGEST_WORD)]


# ── What calls take and give ─────────────────────────────────────────────────────────────────────────────────────────


class SpaceOut(Answer):
    """A space, as its reader may know it."""

    slug: str
    name: str
    short_name: str
    kind: str
    colour: str
    icon: str
    description: str
    charter: str
    parent: str | None = pydantic.Field(description="The slug of the space above, if the reader may know it.")
    modules: list[str]
    join_policy: JoinPolicy
    visibility: Visibility
    members: int
    my_role: Role | None
    archived_at: datetime | None
    version: int
    url: str

    @classmethod
    def of(cls, space: Space, *, members: int, role: str | None, parent: Space | None) -> "SpaceOut":
        return cls.model_validate(
            {name: getattr(space, name) for name in cls.model_fields if hasattr(space, name)}
            | {
                "parent": parent.slug if parent else None,
                "members": members,
                "my_role": role,
                "url": links.url_to("spaces.show", slug=space.slug),
            }
        )


class PersonName(Answer):
    """Someone, by number and name; never an address."""

    id: int
    name: str


class OrganisationName(Answer):
    """An organisation, by its address and name."""

    slug: str
    name: str


class MembershipOut(Answer):
    """A person in a space."""

    id: int
    space: str
    person: PersonName
    organisation: OrganisationName | None
    role: Role
    joined_at: datetime
    until: datetime | None

    @classmethod
    def of(cls, membership: Membership) -> "MembershipOut":
        return cls(
            id=membership.id,
            space=membership.space.slug,
            person=PersonName.model_validate(membership.person),
            organisation=OrganisationName.model_validate(membership.organisation)
            if membership.organisation
            else None,
            role=membership.role,  # type: ignore[arg-type]  # a word of ROLES
            joined_at=membership.joined_at,
            until=membership.until,
        )


class RequestOut(Answer):
    """Someone asking to enter a space."""

    id: int
    space: str
    person: PersonName
    organisation: OrganisationName | None
    message: str
    state: Literal["pending", "accepted", "refused", "withdrawn"]
    answer: str
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, request: JoinRequest) -> "RequestOut":
        return cls(
            id=request.id,
            space=request.space.slug,
            person=PersonName.model_validate(request.person),
            organisation=OrganisationName.model_validate(request.organisation)
            if request.organisation
            else None,
            message=request.message,
            state=request.state,  # type: ignore[arg-type]  # one of its four words
            answer=request.answer,
            created_at=request.created_at,
            decided_at=request.decided_at,
        )


class EntryOut(Answer):
    """What became of wanting to enter: a membership at once, or a request that waits."""

    membership: MembershipOut | None = None
    request: RequestOut | None = None


class EntryIn(Body):
    """How one presents oneself: a message where entering is on request, and in whose name."""

    message: Annotated[Text, pydantic.Field(max_length=service.LONGEST_MESSAGE)] = ""
    organisation: Annotated[Line, pydantic.Field(max_length=80)] | None = pydantic.Field(
        None, description="The slug of an organisation one acts for."
    )


class MemberIn(Body):
    """Someone to bring in."""

    person: Id
    role: Role = "member"
    organisation: Annotated[Line, pydantic.Field(max_length=80)] | None = None
    until: Moment | None = pydantic.Field(None, description="The last instant of a guest.")


class RoleIn(Body):
    """Another role."""

    role: Role
    until: Moment | None = None


class DecisionIn(Body):
    """A word that goes with a decision."""

    word: Word = ""


class SettingsIn(Body):
    """What changes; what is left out stays as it was."""

    name: Name | None = None
    short_name: ShortName | None = None
    description: Annotated[Text, pydantic.Field(max_length=10_000)] | None = None
    charter: Annotated[Text, pydantic.Field(max_length=20_000)] | None = None
    colour: Literal[COLOURS] | None = None  # type: ignore[valid-type]  # the twelve hues
    icon: Annotated[Line, pydantic.Field(max_length=40)] | None = None
    modules: list[Annotated[Line, pydantic.Field(max_length=40)]] | None = pydantic.Field(None, max_length=40)
    join_policy: JoinPolicy | None = None
    visibility: Visibility | None = None


class SpaceIn(SettingsIn):
    """A space to create."""

    name: Name
    kind: Annotated[Line, pydantic.Field(min_length=1, max_length=60)] = "espace"
    slug: Annotated[Line, pydantic.Field(max_length=60)] | None = None
    parent: Annotated[Line, pydantic.Field(max_length=60)] | None = pydantic.Field(
        None, description="The slug of the space above."
    )


# ── Spaces ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@endpoint(
    feature, "GET", "/spaces", scope=None, query=PageQuery, answer=Page[SpaceOut], summary="List spaces"
)
def list_spaces(query: PageQuery) -> Page[SpaceOut]:
    """Those the caller may know: without a token, the public ones."""
    place = query.place
    found = queries.known_spaces(me(), after=(place.instant, place.id) if place else None, limit=query.limit)
    members = queries.counts_of_members(found)
    roles = queries.roles_of(me())
    parents = {space.id: space for space in queries.parents_of(found, me())}

    def made(space: Space) -> SpaceOut:
        return SpaceOut.of(
            space,
            members=members.get(space.id, 0),
            role=roles.get(space.id),
            parent=parents.get(space.parent_id or 0),
        )

    return page_of(found, query, made, lambda space: (space.created_at, space.id))


@endpoint(feature, "GET", "/spaces/<slug>", scope=None, answer=SpaceOut, summary="Read a space")
def read_space(slug: str) -> Any:
    return _answer(queries.entered(slug, me()))


@endpoint(
    feature,
    "POST",
    "/spaces",
    scope="staff",
    body=SpaceIn,
    answer=SpaceOut,
    status=201,
    summary="Create a space",
)
def create_space(body: SpaceIn) -> Any:
    given = {name: value for name, value in body.given().items() if value is not None}
    parent = given.pop("parent", None)
    if parent is not None:
        given["parent_id"] = _parent(parent).id
    given.setdefault("modules", _known_modules())
    _check_modules(given["modules"])
    given = {"kind": "espace", "colour": "sapin", "join_policy": "request", "visibility": "network"} | given
    return _answer(service.create_space(by=someone(), **given))


@endpoint(
    feature,
    "PATCH",
    "/spaces/<slug>",
    scope="write",
    body=SettingsIn,
    answer=SpaceOut,
    errors=(409,),
    summary="Change the settings of a space",
)
def change_space(slug: str, body: SettingsIn) -> Any:
    """For its animators and the staff. With `If-Match: "7"`, nothing is changed over someone else's change."""
    space = queries.animated(slug, someone())
    given = {name: value for name, value in body.given().items() if value is not None}
    _check_modules(given.get("modules", []))
    read = version_read()
    service.change_space(space=space, by=someone(), version=space.version if read is None else read, **given)
    return _answer(space)


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/archiving",
    scope="staff",
    answer=SpaceOut,
    summary="Archive a space: it is read, no longer written in",
)
def archive_space(slug: str) -> Any:
    space = queries.entered(slug, someone())
    service.archive_space(space=space, by=someone())
    return _answer(space)


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/reopening",
    scope="staff",
    answer=SpaceOut,
    summary="Reopen an archived space",
)
def reopen_space(slug: str) -> Any:
    space = queries.entered(slug, someone())
    service.reopen_space(space=space, by=someone())
    return _answer(space)


# ── Memberships ──────────────────────────────────────────────────────────────────────────────────────────────────────


@endpoint(
    feature, "GET", "/memberships", scope="read", answer=list[MembershipOut], summary="List my memberships"
)
def my_memberships() -> list[MembershipOut]:
    """Where I sit now, in the network's order."""
    return [MembershipOut.of(membership) for membership in queries.memberships_of(someone())]


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/membership",
    scope="write",
    body=EntryIn,
    answer=EntryOut,
    status=201,
    summary="Join a space, or ask to",
)
def enter(slug: str, body: EntryIn) -> EntryOut:
    """An open space is entered at once; one on request is knocked at."""
    space, organisation = queries.entered(slug, someone()), _acted_for(someone(), body.organisation)
    mine = queries.membership(space, someone())
    removed = queries.was_removed(space, someone())
    if mine is not None or rules.may_join(space, mine, someone(), removed=removed):
        joined = service.join(space=space, by=someone(), organisation=organisation)
        return EntryOut(membership=MembershipOut.of(joined))
    asked = service.ask_to_join(space=space, by=someone(), message=body.message, organisation=organisation)
    return EntryOut(request=RequestOut.of(asked))


@endpoint(
    feature,
    "DELETE",
    "/spaces/<slug>/membership",
    scope="write",
    summary="Leave a space, or take my request back",
)
def leave(slug: str) -> None:
    space = queries.entered(slug, someone())
    mine, asked = queries.membership(space, someone()), queries.pending_request(space, someone())
    if mine is not None:
        service.leave(membership=mine, by=someone())
    elif asked is not None:
        service.withdraw_request(request=asked, by=someone())
    else:
        raise NotFound


@endpoint(
    feature,
    "GET",
    "/spaces/<slug>/members",
    scope="read",
    query=PageQuery,
    answer=Page[MembershipOut],
    summary="List the members of a space",
)
def members(slug: str, query: PageQuery) -> Page[MembershipOut]:
    """For whoever may see their names: the space, the network when the space shows itself to it, the staff."""
    space = queries.entered(slug, someone())
    mine, of_network = queries.membership(space, someone()), queries.is_of_network(someone())
    if not rules.may_see_members(space, mine, someone(), of_network=of_network):
        raise NotFound
    place = query.place
    found = queries.page_of_members(
        space, after=(place.instant, place.id) if place else None, limit=query.limit
    )
    return page_of(found, query, MembershipOut.of, lambda one: (one.joined_at, one.id))


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/members",
    scope="moderate",
    body=MemberIn,
    answer=MembershipOut,
    status=201,
    summary="Bring someone into a space",
)
def add_member(slug: str, body: MemberIn) -> MembershipOut:
    """For its animators and the staff; a person they may know of."""
    space = queries.animated(slug, someone())
    person = db.session.scalar(sa.select(Person).where(Person.id == body.person, known_to(someone())))
    if person is None:
        sentence = _("Vous ne connaissez personne de ce numéro.")
        raise Refused(sentence, person=sentence)
    organisation = _acted_for(person, body.organisation)
    return MembershipOut.of(
        service.add_member(
            space=space,
            person=person,
            by=someone(),
            role=body.role,
            organisation=organisation,
            until=body.until,
        )
    )


@endpoint(
    feature,
    "PATCH",
    "/spaces/<slug>/members/<int:id>",
    scope="moderate",
    body=RoleIn,
    answer=MembershipOut,
    summary="Give a member another role",
)
def change_role(slug: str, id: int, body: RoleIn) -> MembershipOut:  # noqa: A002 - the address' own name
    membership = queries.one_member(queries.animated(slug, someone()), id)
    service.change_role(membership=membership, role=body.role, by=someone(), until=body.until)
    return MembershipOut.of(membership)


@endpoint(
    feature,
    "DELETE",
    "/spaces/<slug>/members/<int:id>",
    scope="moderate",
    summary="Take someone out of a space",
)
def remove_member(slug: str, id: int) -> None:  # noqa: A002 - the address' own name
    membership = queries.one_member(queries.animated(slug, someone()), id)
    service.remove_member(membership=membership, by=someone())


@endpoint(
    feature,
    "GET",
    "/spaces/<slug>/requests",
    scope="moderate",
    answer=list[RequestOut],
    summary="List who asks to enter a space",
)
def requests(slug: str) -> list[RequestOut]:
    """Those that wait, the oldest first; for its moderators, its animators and the staff."""
    space = queries.moderated(slug, someone())
    return [RequestOut.of(request) for request in queries.pending_requests(space)]


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/requests/<int:id>/acceptance",
    scope="moderate",
    body=DecisionIn,
    answer=MembershipOut,
    errors=(409,),
    summary="Let someone in",
)
def accept(slug: str, id: int, body: DecisionIn) -> MembershipOut:  # noqa: A002 - the address' own name
    request = queries.one_request(queries.moderated(slug, someone()), id)
    return MembershipOut.of(service.accept_request(request=request, by=someone(), word=body.word))


@endpoint(
    feature,
    "POST",
    "/spaces/<slug>/requests/<int:id>/refusal",
    scope="moderate",
    body=DecisionIn,
    answer=RequestOut,
    errors=(409,),
    summary="Refuse a request, with the reason",
)
def refuse(slug: str, id: int, body: DecisionIn) -> RequestOut:  # noqa: A002 - the address' own name
    request = queries.one_request(queries.moderated(slug, someone()), id)
    service.refuse_request(request=request, by=someone(), word=body.word)
    return RequestOut.of(request)


def _answer(space: Space) -> Any:
    mine = queries.membership(space, me())
    made = SpaceOut.of(
        space,
        members=queries.counts_of_members([space]).get(space.id, 0),
        role=mine.role if mine else None,
        parent=queries.parent_of(space, me()),
    )
    return made, {"ETag": f'"{space.version}"'}


def _parent(slug: str) -> Space:
    try:
        return queries.entered(slug, someone())
    except NotFound as error:
        sentence = _("Aucun espace ne porte cette adresse.")
        raise Refused(sentence, parent=sentence) from error


def _acted_for(person: Person, slug: str | None) -> Organisation | None:
    if slug is None:
        return None
    for organisation in acted_for(person):
        if organisation.slug == slug:
            return organisation
    sentence = _("Cette personne n’agit pas pour cette organisation.")
    raise Refused(sentence, organisation=sentence)


def _known_modules() -> list[str]:
    return [module.name for module in modules(current_app)]


def _check_modules(names: list[str]) -> None:
    unknown = sorted(set(names) - set(_known_modules()))
    if unknown:
        sentence = _("Module inconnu : %(names)s.", names=", ".join(unknown))
        raise Refused(sentence, modules=sentence)
