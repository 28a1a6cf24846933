"""Named selects about invitations."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from core import text, tokens
from core.db import db
from core.errors import NotFound
from core.organisations import Organisation
from core.people import Person
from core.spaces import Membership, Space, is_active, membership_of
from webapp.invitations import rules
from webapp.invitations.models import Invitation
from webapp.spaces import queries as spaces


def space_to_fill(slug: str, person: Person) -> Space:
    """The space, for whoever may invite to it. Raises `NotFound` for everybody else: the page does not exist for them."""
    space = spaces.moderated(slug, person)
    if not rules.may_invite(person, membership_of(person, space), space):
        raise NotFound
    return space


def invitation_of(secret: str) -> Invitation | None:
    """The invitation of this secret, whatever its state; None for a guess, and for a mail sent again since."""
    return db.session.scalar(sa.select(Invitation).where(Invitation.secret_digest == tokens.digest(secret)))


def one_of(space: Space, invitation_id: int) -> Invitation:
    """Raises `NotFound` for another space's."""
    found = db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.space_id == space.id)
    )
    if found is None:
        raise NotFound
    return found


def sent_for(space: Space, limit: int = 200) -> list[Invitation]:
    """The invitations to a space: those that wait first, then the latest."""
    waiting = sa.and_(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    query = (
        sa.select(Invitation)
        .where(Invitation.space_id == space.id)
        .options(selectinload(Invitation.delivery), selectinload(Invitation.accepted_by))
        .order_by(sa.case((waiting, 0), else_=1), Invitation.sent_at.desc(), Invitation.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def waiting_for(space_id: int | None, addresses: list[str]) -> dict[str, Invitation]:
    """The open invitations of a space for these addresses, by the form in which two writings are equal."""
    keys = [text.normalise_email(address) for address in addresses]
    same_space = Invitation.space_id.is_(None) if space_id is None else Invitation.space_id == space_id
    query = sa.select(Invitation).where(
        same_space,
        Invitation.address_key.in_(keys),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return {invitation.address_key: invitation for invitation in db.session.scalars(query)}


def members_among(space: Space, addresses: list[str]) -> dict[str, Membership]:
    """Who of these addresses sits in the space already, by the form in which two writings are equal."""
    keys = [text.normalise_email(address) for address in addresses]
    query = (
        sa.select(Person.email_key, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.space_id == space.id, is_active(), Person.email_key.in_(keys))
    )
    return {str(key): membership for key, membership in db.session.execute(query)}


def organisations() -> list[Organisation]:
    """Those in whose name someone may be invited, by name."""
    query = sa.select(Organisation).where(Organisation.archived_on.is_(None)).order_by(Organisation.sort_name)
    return list(db.session.scalars(query))
