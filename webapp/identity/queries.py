"""Named selects about links, sessions and outside accounts."""

import sqlalchemy as sa

from core import tokens
from core.db import db
from core.errors import NotFound
from core.people import Person, by_email
from core.sessions import Session, holds
from core.spaces import Membership, is_active
from webapp.identity import rules
from webapp.identity.models import OidcIdentity, SignInLink


def person_to_let_in(address: str) -> Person | None:
    """The person with this address, if they may sign in."""
    person = by_email(address)
    is_member = _is_member(person.id if person else 0)
    if person is None or not rules.may_sign_in(person, is_member=is_member):
        return None
    return person


def link_of(secret: str) -> SignInLink | None:
    """The link of this secret, open or not; None for a guess, and for what was sent to nobody."""
    return db.session.scalar(
        sa.select(SignInLink).where(
            SignInLink.secret_digest == tokens.digest(secret), SignInLink.person_id.is_not(None)
        )
    )


def identity_of(issuer: str, subject: str) -> OidcIdentity | None:
    """The outside account, if it has been linked to someone."""
    return db.session.scalar(
        sa.select(OidcIdentity).where(OidcIdentity.issuer == issuer, OidcIdentity.subject == subject)
    )


def identities_of(person: Person) -> list[OidcIdentity]:
    query = sa.select(OidcIdentity).where(OidcIdentity.person_id == person.id).order_by(OidcIdentity.id)
    return list(db.session.scalars(query))


def owned_identity(identity_id: int, person: Person) -> OidcIdentity:
    """Raises `NotFound` for anybody else's."""
    found = db.session.scalar(
        sa.select(OidcIdentity).where(OidcIdentity.id == identity_id, OidcIdentity.person_id == person.id)
    )
    if found is None:
        raise NotFound
    return found


def sessions_of(person: Person) -> list[Session]:
    """The browsers where someone is signed in, last seen first."""
    query = (
        sa.select(Session)
        .where(Session.person_id == person.id, holds())
        .order_by(Session.seen_at.desc(), Session.id.desc())
    )
    return list(db.session.scalars(query))


def owned_session(session_id: int, person: Person) -> Session:
    """Raises `NotFound` for anybody else's, and for one that is over."""
    found = db.session.scalar(
        sa.select(Session).where(Session.id == session_id, Session.person_id == person.id, holds())
    )
    if found is None:
        raise NotFound
    return found


def methods_of(person: Person) -> set[str]:
    """The ways by which someone has ever come in."""
    return set(db.session.scalars(sa.select(Session.method).where(Session.person_id == person.id).distinct()))


def _is_member(person_id: int) -> bool:
    query = sa.select(sa.exists().where(Membership.person_id == person_id, is_active()))
    return bool(db.session.scalar(query))
