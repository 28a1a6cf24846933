"""Who is told: selects of (person_id, space_id), made in SQL so that ten thousand people cost one statement."""

from typing import Any

import sqlalchemy as sa

from core.people import Person
from core.publications import Placement, Publication
from core.spaces import Membership, is_active

Audience = sa.Select[*tuple[Any, ...]]


def members_of_spaces_of(publication: Publication) -> Audience:
    """The members of every space where a publication stands: one row for each of their spaces, merged at dispatch."""
    return (
        sa.select(Membership.person_id, Membership.space_id)
        .join(Placement, Placement.space_id == Membership.space_id)
        .where(Placement.publication_id == publication.id, is_active())
    )


def members_of(space_id: int, *roles: str) -> Audience:
    """The members of a space, those with one of `roles` when some are given."""
    query = sa.select(Membership.person_id, Membership.space_id).where(
        Membership.space_id == space_id, is_active()
    )
    return query.where(Membership.role.in_(roles)) if roles else query


def moderators_of_spaces_of(publication: Publication) -> Audience:
    """Who may decide on a submitted publication: moderators and animators of the spaces where it stands."""
    return members_of_spaces_of(publication).where(Membership.role.in_(("moderator", "animator")))


def one_person(person_id: int, space_id: int | None = None) -> Audience:
    """A single person, about their own affair."""
    return people([person_id], space_id)


def people(person_ids: list[int], space_id: int | None = None) -> Audience:
    """The people listed."""
    return sa.select(Person.id.label("person_id"), sa.literal(space_id, sa.Integer).label("space_id")).where(
        Person.id.in_(person_ids)
    )


def staff() -> Audience:
    """The staff of the network: when a space has nobody to decide."""
    return sa.select(Person.id.label("person_id"), sa.null().label("space_id")).where(
        Person.is_staff, Person.closed_at.is_(None)
    )
