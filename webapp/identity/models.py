"""Links that sign in, and the accounts elsewhere by which people prove who they are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Base, Dated, Identified
from core.people import Person


class SignInLink(Identified, Dated, Base):
    """A link sent by mail, kept as a digest. Without a person it opens nothing: see `service.send_link`."""

    __tablename__ = "sign_in_links"

    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: Where to go once signed in: a path on this site.
    next_path: Mapped[str] = mapped_column(sa.String(500), default="/", server_default="/")
    #: The browser it was asked from, to be recognised by whoever opens it elsewhere.
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.person_id is not None and self.used_at is None and self.expires_at > clock.now()


class OidcIdentity(Identified, Dated, Base):
    """An account at an OpenID Connect provider, known by who issued it and its subject, never by its address."""

    __tablename__ = "oidc_identities"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(sa.String(300))
    #: At most 255 ASCII characters (OpenID Connect Core 1.0, section 2).
    subject: Mapped[str] = mapped_column(sa.String(255))
    #: How its owner recognises it in their profile; proves nothing.
    account: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")
    last_used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
