"""What the staff did, for the journal; and for the person, when it is about their own rights."""

from typing import ClassVar

from core import links
from core.locale import _
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event


class StaffEvent(Event):
    """An act of the staff: it moves nobody's pages."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "person-gear"

    @property
    def person_name(self) -> str:
        return self.person.name if self.person else ""

    def live_spaces(self) -> list[int]:
        return []

    def path(self) -> str:
        return links.path_to("admin.person", id=self.person_id) if self.person_id else "/"


class PersonAdded(StaffEvent):
    """Someone was written down; `data["account"]` says whether they may sign in."""

    icon: ClassVar[str] = "person-add"

    __mapper_args__ = {"polymorphic_identity": "person.added"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(actor)s a ajouté %(name)s", actor=self.actor_name, name=self.person_name)


class AccountOpened(StaffEvent):
    """Someone who only received mail may now sign in."""

    icon: ClassVar[str] = "key"

    __mapper_args__ = {"polymorphic_identity": "person.account_opened"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(actor)s a ouvert un compte à %(name)s", actor=self.actor_name, name=self.person_name)


class PersonClosedByStaff(StaffEvent):
    """An account was closed by the staff; the name is gone by then, and is not kept here either."""

    icon: ClassVar[str] = "person-x"

    __mapper_args__ = {"polymorphic_identity": "person.closed_by_staff"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(actor)s a fermé le compte d’une personne", actor=self.actor_name)

    def path(self) -> str:
        return "/"


class StaffChanged(StaffEvent):
    """Someone joined the staff, or left it: `data["is_staff"]`. They are told at once, whatever they chose."""

    icon: ClassVar[str] = "shield-check"
    rhythm: ClassVar[str] = "at_once"
    compulsory: ClassVar[bool] = True

    __mapper_args__ = {"polymorphic_identity": "person.staff_changed"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return audience.one_person(self.person_id) if self.person_id else None

    def title(self) -> str:
        if self.data.get("is_staff"):
            return _("Vous faites maintenant partie de l’équipe du réseau")
        return _("Vous ne faites plus partie de l’équipe du réseau")

    def sentence(self) -> str:
        if self.data.get("is_staff"):
            return _(
                "%(actor)s a fait entrer %(name)s dans l’équipe", actor=self.actor_name, name=self.person_name
            )
        return _("%(actor)s a retiré %(name)s de l’équipe", actor=self.actor_name, name=self.person_name)

    def path(self) -> str:
        return links.path_to("people.me")

    def reason(self) -> str:
        return _("Ce message est envoyé chaque fois que vos droits sur le réseau changent.")


class NetworkSettled(StaffEvent):
    """The network's own name, words or colour changed; `data["fields"]` names what did."""

    icon: ClassVar[str] = "sliders"

    __mapper_args__ = {"polymorphic_identity": "network.settled"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(actor)s a changé les réglages du réseau", actor=self.actor_name)

    def path(self) -> str:
        return links.path_to("admin.network")


class WorkRelaunched(StaffEvent):
    """Work that was stuck was put back in the queue; `data["what"]` says which."""

    icon: ClassVar[str] = "arrow-clockwise"

    __mapper_args__ = {"polymorphic_identity": "work.relaunched"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(actor)s a relancé : %(what)s", actor=self.actor_name, what=self.data["what"])


class WorkAbandoned(StaffEvent):
    """Work that was stuck will not be done; `data["reason"]` says why."""

    icon: ClassVar[str] = "slash-circle"

    __mapper_args__ = {"polymorphic_identity": "work.abandoned"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _(
            "%(actor)s a abandonné : %(what)s (%(reason)s)",
            actor=self.actor_name,
            what=self.data["what"],
            reason=self.data["reason"],
        )
