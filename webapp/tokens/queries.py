"""Named selects about access keys."""

import sqlalchemy as sa

from core import clock
from core.db import db
from core.errors import NotFound
from core.people import Person
from core.sessions import ApiToken


def held_by(person: Person) -> list[ApiToken]:
    """The keys that open something now, latest first."""
    query = sa.select(ApiToken).where(ApiToken.person_id == person.id, _holds()).order_by(ApiToken.id.desc())
    return list(db.session.scalars(query))


def number_held_by(person: Person) -> int:
    query = sa.select(sa.func.count()).where(ApiToken.person_id == person.id, _holds())
    return int(db.session.scalar(query) or 0)


def owned(token_id: int, person: Person) -> ApiToken:
    """One of a person's own keys, revoked or not; raises `NotFound` for anybody else's."""
    found = db.session.scalar(
        sa.select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == person.id)
    )
    if found is None:
        raise NotFound
    return found


def _holds() -> sa.ColumnElement[bool]:
    return sa.and_(
        ApiToken.revoked_at.is_(None),
        sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now()),
    )
