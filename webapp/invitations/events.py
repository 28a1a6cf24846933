"""What is told of invitations: to the journal that they left, to whoever invited that one was accepted."""

from typing import ClassVar

from core.locale import _, _n
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event


class PeopleInvited(Event):
    """Invitations left for a space. `data`: how many, and to what role; no address, the journal outlives them."""

    icon: ClassVar[str] = "send"

    __mapper_args__ = {"polymorphic_identity": "people.invited"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        count = int(self.data.get("count", 1))
        return _n(
            "%(actor)s a invité une personne",
            "%(actor)s a invité %(num)s personnes",
            count,
            actor=self.actor_name,
        )

    def path(self) -> str:
        return f"/espaces/{self.space.slug}/invitations" if self.space else "/"


class InvitationRevoked(Event):
    """A door was closed before anyone walked through."""

    icon: ClassVar[str] = "person-dash"

    __mapper_args__ = {"polymorphic_identity": "invitation.revoked"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        return _("%(actor)s a annulé une invitation", actor=self.actor_name)

    def path(self) -> str:
        return f"/espaces/{self.space.slug}/invitations" if self.space else "/"


class InvitationAccepted(Event):
    """Someone came in by an invitation: whoever sent it (`data["invited_by"]`) learns it."""

    icon: ClassVar[str] = "person-check"
    rhythm: ClassVar[str] = "inbox"

    __mapper_args__ = {"polymorphic_identity": "invitation.accepted"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        invited_by = self.data.get("invited_by")
        return audience.one_person(int(invited_by), self.space_id) if invited_by else None

    def live_spaces(self) -> list[int]:
        return []

    def title(self) -> str:
        if self.space is None:
            return _("%(actor)s a accepté de rejoindre l’équipe", actor=self.actor_name)
        return _(
            "%(actor)s a accepté votre invitation dans « %(space)s »",
            actor=self.actor_name,
            space=self.space.name,
        )

    def sentence(self) -> str:
        return _("%(actor)s est entré·e par invitation", actor=self.actor_name)

    def path(self) -> str:
        return f"/personnes/{self.actor_id}" if self.actor_id else "/"
