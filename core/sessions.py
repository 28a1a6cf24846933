"""Who is at the door: sessions of the browser and tokens of the API, kept as digests, listed, and revocable at once."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, tokens
from core.db import Base, Dated, Identified, db
from core.people import Person

IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
#: What a token may do: read alone, write too, moderate too; staff tokens act on the whole network.
SCOPES = ("read", "write", "moderate", "staff")


class Session(Identified, Dated, Base):
    """A browser where someone is signed in. The cookie holds a secret, the row its digest."""

    __tablename__ = "sessions"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: How the person proved who they are: "link", "password", or the name of an OpenID provider.
    method: Mapped[str] = mapped_column(sa.String(40), default="link", server_default="link")
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ApiToken(Identified, Dated, Base):
    """A key to the API, shown once. `scopes` are words of `SCOPES`."""

    __tablename__ = "api_tokens"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(default=list)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


def open_session(person: Person, *, method: str, user_agent: str = "") -> tuple[Session, str]:
    """A new session and the secret for its cookie, which nothing else will ever hold."""
    secret = tokens.secret()
    session = Session(
        person=person, secret_digest=tokens.digest(secret), method=method, user_agent=user_agent[:200]
    )
    db.session.add(session)
    return session, secret


def session_for(secret: str) -> Session | None:
    """The session of a cookie, if it still holds and its person's account is open."""
    if not secret:
        return None
    return db.session.scalar(
        sa.select(Session)
        .join(Person)
        .where(Session.secret_digest == tokens.digest(secret), holds(), Person.closed_at.is_(None))
    )


def holds() -> sa.ColumnElement[bool]:
    """The condition of a session that has neither been ended, nor slept 30 days, nor lasted 90."""
    now = clock.now()
    return sa.and_(
        Session.ended_at.is_(None), Session.seen_at > now - IDLE, Session.created_at > now - LONGEST
    )


def create_token(
    person: Person, *, name: str, scopes: list[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, to be shown once."""
    secret = "mlg_" + tokens.secret()
    token = ApiToken(
        person=person, name=name, secret_digest=tokens.digest(secret), scopes=scopes, expires_at=expires_at
    )
    db.session.add(token)
    return token, secret


def token_for(secret: str) -> ApiToken | None:
    """The API token of this secret, if it still holds and its person's account is open."""
    if not secret:
        return None
    return db.session.scalar(
        sa.select(ApiToken)
        .join(Person)
        .where(ApiToken.secret_digest == tokens.digest(secret), token_holds(), Person.closed_at.is_(None))
    )


def token_holds() -> sa.ColumnElement[bool]:
    """The condition of a token that was neither revoked nor has expired."""
    return sa.and_(
        ApiToken.revoked_at.is_(None),
        sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now()),
    )
