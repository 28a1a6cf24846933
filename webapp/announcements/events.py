"""What announcements tell."""

from typing import ClassVar

from core.locale import _
from webapp.publications.events import Published


class AnnouncementPublished(Published):
    """Something was announced."""

    __mapper_args__ = {"polymorphic_identity": "announcement.published"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "megaphone"

    def title(self) -> str:
        return _("%(name)s annonce « %(title)s »", name=self.about.author.name, title=self.about.title)
