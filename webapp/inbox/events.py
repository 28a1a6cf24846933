"""What is written down when someone stops their mail or takes it back: nobody is told, the proof and the way back are kept."""

from typing import ClassVar

from core.locale import _
from notifications.events import Event


class MailStopped(Event):
    """Someone unsubscribed. `data` holds what was chosen before, so that it can be given back whole."""

    icon: ClassVar[str] = "bell-slash"
    in_journal: ClassVar[bool] = False

    __mapper_args__ = {"polymorphic_identity": "mail.stopped"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        return _(
            "%(name)s ne souhaite plus recevoir ces courriels", name=self.person.name if self.person else ""
        )


class MailRestored(Event):
    """Someone took back what they had stopped."""

    icon: ClassVar[str] = "bell"
    in_journal: ClassVar[bool] = False

    __mapper_args__ = {"polymorphic_identity": "mail.restored"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        return _("%(name)s reçoit à nouveau ses courriels", name=self.person.name if self.person else "")
