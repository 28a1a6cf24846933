"""An announcement: the common fields of publications are enough for it."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.locale import lazy_
from core.publications import Publication


class Announcement(Publication):
    """Something to tell. Its hour, its end and its pin are those of every publication."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)

    __mapper_args__ = {"polymorphic_identity": "announcement"}  # noqa: RUF012 - SQLAlchemy reads it as is

    label = lazy_("Annonce")
    label_plural = lazy_("Annonces")
    icon: ClassVar[str] = "megaphone"
    module: ClassVar[str] = "announcements"
