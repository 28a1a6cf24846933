"""What tools tell."""

from typing import ClassVar

from core import text
from core.locale import _
from notifications.lines import Line
from webapp.publications.events import Published
from webapp.tools.models import Tool


class ToolPublished(Published):
    """A tool was shared, once a moderator had read it."""

    __mapper_args__ = {"polymorphic_identity": "tool.published"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "tools"
    mail_template: ClassVar[str] = "tools/mail/published"

    def title(self) -> str:
        return _(
            "%(name)s partage l’outil « %(title)s »", name=self.about.author.name, title=self.about.title
        )

    def line(self) -> Line | None:
        """What it is for says more than how to use it."""
        line = super().line()
        if line is not None and isinstance(self.about, Tool) and self.about.purpose:
            line.text = text.summary(self.about.purpose)
        return line
