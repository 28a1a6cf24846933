"""What is told of people: to staff what they ask, to the journal that they left."""

from typing import ClassVar

from core.locale import _
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event


class MandateChangeAsked(Event):
    """Someone says that the organisations they act for have changed. `data["message"]`: in their words."""

    icon: ClassVar[str] = "building"
    rhythm: ClassVar[str] = "at_once"
    in_journal: ClassVar[bool] = False

    __mapper_args__ = {"polymorphic_identity": "person.mandate_change_asked"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return audience.staff()

    def title(self) -> str:
        return _(
            "%(actor)s a changé d’organisation : « %(message)s »",
            actor=self.actor_name,
            message=self.data["message"],
        )

    def subject(self) -> str:
        return _("%(actor)s a changé d’organisation", actor=self.actor_name)

    def path(self) -> str:
        return f"/personnes/{self.actor_id}" if self.actor_id else "/"

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous tenez l’annuaire du réseau.")


class AccountClosed(Event):
    """Someone closed their account: the name is gone, what they shared remains."""

    icon: ClassVar[str] = "person-x"

    __mapper_args__ = {"polymorphic_identity": "person.account_closed"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("Une personne a fermé son compte")
