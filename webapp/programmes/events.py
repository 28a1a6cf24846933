"""What is written down when the staff settles a programme: the journal keeps it, nobody is told."""

from typing import ClassVar

from core import links
from core.locale import _
from notifications.events import Event


class ProgrammeSettled(Event):
    """A programme, or one of its axes, was written or changed: `data` holds its name and its slug."""

    icon: ClassVar[str] = "diagram-3"

    __mapper_args__ = {"polymorphic_identity": "programme.settled"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        return _("%(name)s a mis à jour « %(programme)s »", name=self.actor_name, programme=self.data["name"])

    def path(self) -> str:
        return links.path_to("programmes.show", slug=self.data["slug"])
