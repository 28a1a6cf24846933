"""Named selects about spaces, who sits there and who asks to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from core import text
from core.db import db
from core.errors import NotFound
from core.organisations import Organisation
from core.people import Person
from core.spaces import (
    Membership,
    Space,
    belongs_to_network,
    is_active,
    membership_of,
    role_in,
    space_ids_of,
    visible_to,
)
from notifications.events import Event
from webapp.spaces.models import JoinRequest


def entered(slug: str, person: Person | None) -> Space:
    """The space, if the person (None: a visitor) may know it. Raises `NotFound`: unknown and hidden are one answer."""
    space = db.session.scalar(sa.select(Space).where(Space.slug == slug, visible_to(person)))
    if space is None:
        raise NotFound
    return space


def membership(space: Space, person: Person | None) -> Membership | None:
    """The active membership of a person in a space, or None."""
    return membership_of(person, space)


def moderated(slug: str, person: Person) -> Space:
    """The space, for its moderators, its animators and the staff. Raises `NotFound` for anybody else."""
    return _held(slug, person, "moderator", "animator")


def animated(slug: str, person: Person) -> Space:
    """The space, for its animators and the staff. Raises `NotFound` for anybody else."""
    return _held(slug, person, "animator")


def moderated_by(person: Person) -> list[Space]:
    """The spaces where a person moderates or animates, in the network's order."""
    query = (
        sa.select(Space)
        .where(Space.id.in_(space_ids_of(person, "moderator", "animator")), Space.archived_at.is_(None))
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def memberships_of(person: Person) -> list[Membership]:
    """Where a person sits now, with the spaces, in the network's order."""
    query = (
        sa.select(Membership)
        .join(Membership.space)
        .where(Membership.person_id == person.id, is_active(), Space.archived_at.is_(None))
        .options(joinedload(Membership.space), joinedload(Membership.organisation))
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def roles_of(person: Person | None) -> dict[int, str]:
    """The roles of a person now, by the id of the space."""
    if person is None:
        return {}
    query = sa.select(Membership.space_id, Membership.role).where(
        Membership.person_id == person.id, is_active()
    )
    return {row.space_id: row.role for row in db.session.execute(query)}


def is_of_network(person: Person | None) -> bool:
    """Whether a person sits somewhere as more than a guest, or is staff."""
    if person is None:
        return False
    return person.is_staff or bool(db.session.scalar(sa.select(belongs_to_network(person))))


# ── The directory ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Shown:
    """A space in the directory, for one reader."""

    space: Space
    members: int
    #: The reader's role here, or "".
    role: str
    asked: bool


def directory(person: Person | None, *, archived: bool = False) -> list[Shown]:
    """All the spaces a person may know, in the network's order: four queries, whatever their number."""
    over = Space.archived_at.is_not(None) if archived else Space.archived_at.is_(None)
    query = sa.select(Space).where(visible_to(person), over).order_by(Space.position, Space.name)
    spaces = list(db.session.scalars(query))
    counts, roles, asked = counts_of_members(spaces), roles_of(person), _asked_by(person)
    return [
        Shown(space, counts.get(space.id, 0), roles.get(space.id, ""), space.id in asked) for space in spaces
    ]


def known_spaces(
    person: Person | None, *, after: tuple[datetime, int] | None = None, limit: int = 20
) -> list[Space]:
    """The spaces a person may know, for programs, the oldest first; at most `limit` + 1 come back."""
    query = sa.select(Space).where(visible_to(person)).order_by(Space.created_at, Space.id).limit(limit + 1)
    if after is not None:
        query = query.where(_comes_after(Space.created_at, Space.id, after))
    return list(db.session.scalars(query))


def counts_of_members(spaces: list[Space]) -> dict[int, int]:
    """How many people sit in each space now."""
    query = (
        sa.select(Membership.space_id, sa.func.count().label("number"))
        .where(Membership.space_id.in_([space.id for space in spaces]), is_active())
        .group_by(Membership.space_id)
    )
    return {row.space_id: row.number for row in db.session.execute(query)}


def children_of(space: Space, person: Person | None) -> list[Space]:
    """The spaces below a space that a person may know."""
    query = (
        sa.select(Space)
        .where(Space.parent_id == space.id, visible_to(person), Space.archived_at.is_(None))
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def parent_of(space: Space, person: Person | None) -> Space | None:
    """The space above, if a person may know it."""
    if space.parent_id is None:
        return None
    return db.session.scalar(sa.select(Space).where(Space.id == space.parent_id, visible_to(person)))


def parents_of(spaces: list[Space], person: Person | None) -> list[Space]:
    """The spaces above these, of those a person may know: one query."""
    ids = {space.parent_id for space in spaces if space.parent_id is not None}
    return list(db.session.scalars(sa.select(Space).where(Space.id.in_(ids), visible_to(person))))


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def members_of(space: Space, *, search: str = "", role: str = "") -> list[Membership]:
    """Who sits in a space now, the most trusted first, then by name; `search` looks at people and organisations."""
    query = (
        sa.select(Membership)
        .join(Membership.person)
        .outerjoin(Membership.organisation)
        .where(Membership.space_id == space.id, is_active())
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(
            sa.case(*((Membership.role == name, -rank) for name, rank in Membership.rank.items())),
            Person.sort_name,
        )
    )
    if role:
        query = query.where(Membership.role == role)
    for word in text.fold(search).split():
        query = query.where(
            sa.or_(
                Person.sort_name.contains(word, autoescape=True),
                Organisation.sort_name.contains(word, autoescape=True),
                sa.func.lower(Organisation.acronym).contains(word, autoescape=True),
            )
        )
    return list(db.session.scalars(query))


def page_of_members(
    space: Space, *, after: tuple[datetime, int] | None = None, limit: int = 20
) -> list[Membership]:
    """Who sits in a space now, for programs, the first to come first; at most `limit` + 1 come back."""
    query = (
        sa.select(Membership)
        .where(Membership.space_id == space.id, is_active())
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Membership.joined_at, Membership.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(_comes_after(Membership.joined_at, Membership.id, after))
    return list(db.session.scalars(query))


def one_member(space: Space, membership_id: int) -> Membership:
    """An active membership of this space. Raises `NotFound` for another space's, and for one that ended."""
    query = (
        sa.select(Membership)
        .where(Membership.id == membership_id, Membership.space_id == space.id, is_active())
        .options(joinedload(Membership.person))
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def counts_by_role(space: Space) -> dict[str, int]:
    """How many sit in a space now, by role."""
    query = (
        sa.select(Membership.role, sa.func.count().label("number"))
        .where(Membership.space_id == space.id, is_active())
        .group_by(Membership.role)
    )
    return {row.role: row.number for row in db.session.execute(query)}


def organisations_in(space: Space) -> list[Organisation]:
    """The organisations in whose name people sit in a space, by name."""
    query = (
        sa.select(Organisation)
        .where(
            sa.exists().where(
                Membership.organisation_id == Organisation.id, Membership.space_id == space.id, is_active()
            ),
            Organisation.archived_on.is_(None),
        )
        .order_by(Organisation.sort_name)
    )
    return list(db.session.scalars(query))


def animators_of(space: Space) -> list[Person]:
    """Whom to speak to about a space."""
    query = (
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.space_id == space.id, is_active(), role_in("animator"))
        .order_by(Person.sort_name)
    )
    return list(db.session.scalars(query))


def was_removed(space: Space, person: Person | None) -> bool:
    """Whether a person's last stay in a space was ended by somebody else."""
    if person is None:
        return False
    query = sa.select(
        sa.exists().where(
            Membership.person_id == person.id,
            Membership.space_id == space.id,
            Membership.ended_at.is_not(None),
            Event.person_id == person.id,
            Event.space_id == space.id,
            Event.kind == "membership.removed",
            Event.created_at >= Membership.joined_at,
        )
    )
    return bool(db.session.scalar(query))


# ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def pending_requests(space: Space) -> list[JoinRequest]:
    """Who asks to enter, the oldest first."""
    query = (
        sa.select(JoinRequest)
        .where(JoinRequest.space_id == space.id, JoinRequest.decided_at.is_(None))
        .options(joinedload(JoinRequest.person), joinedload(JoinRequest.organisation))
        .order_by(JoinRequest.created_at, JoinRequest.id)
    )
    return list(db.session.scalars(query))


def decided_requests(space: Space, limit: int = 20) -> list[JoinRequest]:
    """The last decisions, latest first."""
    query = (
        sa.select(JoinRequest)
        .where(JoinRequest.space_id == space.id, JoinRequest.state.in_(("accepted", "refused")))
        .options(joinedload(JoinRequest.person), joinedload(JoinRequest.decided_by))
        .order_by(JoinRequest.decided_at.desc(), JoinRequest.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def one_request(space: Space, request_id: int) -> JoinRequest:
    """A request of this space. Raises `NotFound` for another space's."""
    found = db.session.scalar(
        sa.select(JoinRequest).where(JoinRequest.id == request_id, JoinRequest.space_id == space.id)
    )
    if found is None:
        raise NotFound
    return found


def pending_request(space: Space, person: Person | None) -> JoinRequest | None:
    """The request of a person that still waits for an answer."""
    if person is None:
        return None
    return db.session.scalar(
        sa.select(JoinRequest).where(
            JoinRequest.space_id == space.id,
            JoinRequest.person_id == person.id,
            JoinRequest.decided_at.is_(None),
        )
    )


def count_pending(space: Space) -> int:
    query = sa.select(sa.func.count()).where(
        JoinRequest.space_id == space.id, JoinRequest.decided_at.is_(None)
    )
    return int(db.session.scalar(query) or 0)


def requests_awaiting(person: Person) -> list[tuple[Space, int]]:
    """The spaces a person moderates where someone asks to enter, with how many."""
    query = (
        sa.select(Space, sa.func.count(JoinRequest.id))
        .join(JoinRequest, JoinRequest.space_id == Space.id)
        .where(
            JoinRequest.decided_at.is_(None),
            Space.id.in_(space_ids_of(person, "moderator", "animator")),
        )
        .group_by(Space.id)
        .order_by(Space.position, Space.name)
    )
    return [(space, number) for space, number in db.session.execute(query)]


def _comes_after(instant: Any, number: Any, place: tuple[datetime, int]) -> sa.ColumnElement[bool]:
    return sa.tuple_(instant, number) > sa.tuple_(sa.literal(place[0], instant.type), sa.literal(place[1]))


def _held(slug: str, person: Person, *roles: str) -> Space:
    mine = sa.true() if person.is_staff else Space.id.in_(space_ids_of(person, *roles))
    space = db.session.scalar(sa.select(Space).where(Space.slug == slug, mine))
    if space is None:
        raise NotFound
    return space


def _asked_by(person: Person | None) -> set[int]:
    if person is None:
        return set()
    query = sa.select(JoinRequest.space_id).where(
        JoinRequest.person_id == person.id, JoinRequest.decided_at.is_(None)
    )
    return set(db.session.scalars(query))
