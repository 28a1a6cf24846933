"""What projects tell."""

from typing import ClassVar

from core.locale import _
from webapp.publications.events import Published


class ProjectPublished(Published):
    """A project was shown, once a moderator had read it."""

    __mapper_args__ = {"polymorphic_identity": "project.published"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "lightbulb"
    mail_template: ClassVar[str] = "projects/mail/published"

    def title(self) -> str:
        return _(
            "%(name)s présente le projet « %(title)s »", name=self.about.author.name, title=self.about.title
        )
