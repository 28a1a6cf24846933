"""A project: its context is its text, its picture a file whose use is « cover »."""

from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.locale import lazy_
from core.publications import Publication

#: Where a project may be, in the order of its life.
STATUSES: dict[str, Any] = {
    "idea": lazy_("À l’état d’idée"),
    "seeking_partners": lazy_("Cherche des partenaires"),
    "in_progress": lazy_("En cours"),
    "done": lazy_("Terminé"),
}


class Project(Publication):
    """A project. `status` is a key of `STATUSES`."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    partners: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    status: Mapped[str] = mapped_column(sa.String(20), default="idea", server_default="idea", index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    __mapper_args__ = {"polymorphic_identity": "project"}  # noqa: RUF012 - SQLAlchemy reads it as is

    label = lazy_("Projet")
    label_plural = lazy_("Projets")
    icon: ClassVar[str] = "lightbulb"
    module: ClassVar[str] = "projects"
    needs_approval: ClassVar[bool] = True

    @property
    def status_name(self) -> str:
        return str(STATUSES.get(self.status, self.status))
