"""People: someone known to the network, who may have an account, or only a mail subscription, or only a directory entry."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from core import text
from core.db import Base, Dated, Identified, db


class Person(Identified, Dated, Base):
    """A person. `account_at` says since when they may sign in; `email` may be missing for a directory entry."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(sa.String(120))
    sort_name: Mapped[str] = mapped_column(sa.String(120), index=True)
    #: As its owner writes it; `email_key` is the form in which two writings are equal.
    email: Mapped[str | None] = mapped_column(sa.String(254))
    email_key: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    email_verified_at: Mapped[datetime | None]
    job_title: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    about: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    locale: Mapped[str] = mapped_column(sa.String(8), default="fr", server_default="fr")
    timezone: Mapped[str] = mapped_column(
        sa.String(64), default="Europe/Brussels", server_default="Europe/Brussels"
    )
    is_staff: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    account_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    last_seen_at: Mapped[datetime | None]
    #: Set when the account is closed: nothing is sent any more and nobody signs in.
    closed_at: Mapped[datetime | None]

    @validates("name")
    def _keep_sort_name(self, _key: str, value: str) -> str:
        self.sort_name = text.fold(value.rsplit(" ", 1)[-1] + " " + value)[:120]
        return value

    @validates("email")
    def _keep_email_key(self, _key: str, value: str | None) -> str | None:
        self.email_key = text.normalise_email(value) if value else None
        return value or None

    @property
    def initials(self) -> str:
        words = [w for w in self.name.replace("-", " ").split() if w[0].isalpha()]
        return "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"

    @property
    def has_account(self) -> bool:
        return self.account_at is not None and self.closed_at is None

    def __repr__(self) -> str:
        return f"<Person {self.id} {self.name}>"


def by_email(address: str) -> Person | None:
    """The person with this address, however it is written, closed accounts included."""
    key = text.normalise_email(address)
    return db.session.scalar(sa.select(Person).where(Person.email_key == key)) if key else None
