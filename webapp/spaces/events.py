"""What spaces tell: who asked, entered, left, was given another role; how a space was made and changed."""

from typing import Any, ClassVar

import sqlalchemy as sa

from core import links
from core.db import db
from core.locale import _
from core.people import Person
from core.spaces import Membership, is_active, role_in
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event
from webapp.spaces.models import ROLE_LABELS, JoinRequest


class SpaceEvent(Event):
    """A fact about a space. Who sits there is nobody else's affair: its open pages are not nudged by default."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "people"

    @property
    def space_name(self) -> str:
        return self.space.name if self.space else ""

    @property
    def person_name(self) -> str:
        return self.person.name if self.person else ""

    @property
    def word(self) -> str:
        """What was written with the act: a request's message, a decision's word."""
        return str(self.data.get("word", ""))

    def live_spaces(self) -> list[int]:
        return []

    def path(self) -> str:
        return links.path_to("spaces.show", slug=self.space.slug) if self.space else "/"


class ToModerators(SpaceEvent):
    """Told to those who welcome people: the moderators and animators, or the staff where a space has none."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        if self.space_id is None:
            return None
        welcoming = audience.members_of(self.space_id, "moderator", "animator")
        nobody = ~sa.exists().where(
            Membership.space_id == self.space_id, is_active(), role_in("moderator", "animator")
        )
        both = sa.union(welcoming, audience.staff().where(nobody)).subquery("welcoming")
        return sa.select(both.c.person_id, both.c.space_id)


class ToThePerson(SpaceEvent):
    """Told to the person it is about, at once: it is their own affair."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    rhythm: ClassVar[str] = "at_once"
    mail_template: ClassVar[str] = "spaces/mail/decision"

    def audience(self) -> Audience | None:
        return audience.one_person(self.person_id) if self.person_id else None

    def mail_context(self, person: Person) -> dict[str, Any]:
        del person
        return {"word": self.word, "space": self.space, "action": self.action()}

    def action(self) -> str:
        """The words of the mail's button."""
        return _("Ouvrir l’espace")


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class MembershipRequested(ToModerators):
    """Someone knocks. `data["word"]` is how they present themselves."""

    icon: ClassVar[str] = "person-plus"
    rhythm: ClassVar[str] = "at_once"
    mail_template: ClassVar[str] = "spaces/mail/request"

    __mapper_args__ = {"polymorphic_identity": "membership.requested"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def still_holds(self) -> bool:
        """Answered or taken back before it was told: nobody is sent to an empty queue."""
        request = db.session.get(JoinRequest, int(self.data.get("request", 0)))
        return request is not None and request.decided_at is None

    def title(self) -> str:
        return _("%(name)s demande à rejoindre « %(space)s »", name=self.actor_name, space=self.space_name)

    def sentence(self) -> str:
        return _("%(name)s a demandé à rejoindre l’espace", name=self.actor_name)

    def path(self) -> str:
        return links.path_to("spaces.requests", slug=self.space.slug) if self.space else "/"

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous accueillez les personnes dans cet espace.")

    def mail_context(self, person: Person) -> dict[str, Any]:
        del person
        return {"word": self.word, "space": self.space, "organisation": self.data.get("organisation", "")}


class MembershipAccepted(ToThePerson):
    """The door was opened to whoever had knocked."""

    icon: ClassVar[str] = "person-check"

    __mapper_args__ = {"polymorphic_identity": "membership.accepted"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("Bienvenue dans « %(space)s » : votre demande est acceptée", space=self.space_name)

    def sentence(self) -> str:
        return _("%(actor)s a accepté la demande de %(name)s", actor=self.actor_name, name=self.person_name)

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous aviez demandé à rejoindre cet espace.")


class MembershipRefused(ToThePerson):
    """The door stayed closed; `data["word"]` says why."""

    icon: ClassVar[str] = "person-x"

    __mapper_args__ = {"polymorphic_identity": "membership.refused"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("Votre demande pour « %(space)s » n’a pas été acceptée", space=self.space_name)

    def sentence(self) -> str:
        return _("%(actor)s a refusé la demande de %(name)s", actor=self.actor_name, name=self.person_name)

    def path(self) -> str:
        return links.path_to("spaces.index")

    def action(self) -> str:
        return _("Voir les autres espaces")

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous aviez demandé à rejoindre cet espace.")


class MembershipRequestWithdrawn(SpaceEvent):
    """Whoever knocked changed their mind."""

    icon: ClassVar[str] = "arrow-counterclockwise"

    __mapper_args__ = {"polymorphic_identity": "membership.request_withdrawn"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a repris sa demande", name=self.actor_name)


# ── Entering, leaving ────────────────────────────────────────────────────────────────────────────────────────────────


class MembershipJoined(ToModerators):
    """Someone came in by an open door."""

    icon: ClassVar[str] = "person-check"
    rhythm: ClassVar[str] = "inbox"

    __mapper_args__ = {"polymorphic_identity": "membership.joined"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a rejoint « %(space)s »", name=self.actor_name, space=self.space_name)

    def sentence(self) -> str:
        return _("%(name)s a rejoint l’espace", name=self.actor_name)

    def path(self) -> str:
        return links.path_to("spaces.members", slug=self.space.slug) if self.space else "/"


class MembershipAdded(ToThePerson):
    """Someone was brought in by an animator or the staff."""

    icon: ClassVar[str] = "person-add"

    __mapper_args__ = {"polymorphic_identity": "membership.added"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("Vous faites maintenant partie de « %(space)s »", space=self.space_name)

    def sentence(self) -> str:
        return _(
            "%(actor)s a fait entrer %(name)s (%(role)s)",
            actor=self.actor_name, name=self.person_name, role=_role(self.data),
        )  # fmt: skip

    def reason(self) -> str:
        return _("Vous recevez ce message parce que %(actor)s vous a fait entrer.", actor=self.actor_name)


class MembershipLeft(SpaceEvent):
    """Someone left by themselves."""

    icon: ClassVar[str] = "box-arrow-right"

    __mapper_args__ = {"polymorphic_identity": "membership.left"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a quitté l’espace", name=self.actor_name)


class MembershipRemoved(ToThePerson):
    """Someone's stay was ended by somebody else; what they published stays."""

    icon: ClassVar[str] = "person-dash"

    __mapper_args__ = {"polymorphic_identity": "membership.removed"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("Vous ne faites plus partie de « %(space)s »", space=self.space_name)

    def sentence(self) -> str:
        return _("%(actor)s a retiré %(name)s de l’espace", actor=self.actor_name, name=self.person_name)

    def path(self) -> str:
        return links.path_to("spaces.index")

    def action(self) -> str:
        return _("Voir les espaces du réseau")

    def reason(self) -> str:
        return _("Vous recevez ce message parce que votre place dans cet espace a changé.")


class MembershipRoleChanged(ToThePerson):
    """Someone was given another role: `data["role"]`, instead of `data["before"]`."""

    icon: ClassVar[str] = "person-gear"

    __mapper_args__ = {"polymorphic_identity": "membership.role_changed"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _(
            "Dans « %(space)s », votre rôle est maintenant : %(role)s",
            space=self.space_name,
            role=_role(self.data),
        )

    def sentence(self) -> str:
        return _(
            "%(actor)s a donné à %(name)s le rôle : %(role)s",
            actor=self.actor_name, name=self.person_name, role=_role(self.data),
        )  # fmt: skip

    def reason(self) -> str:
        return _("Vous recevez ce message parce que votre place dans cet espace a changé.")


# ── The space itself ─────────────────────────────────────────────────────────────────────────────────────────────────


class SpaceCreated(SpaceEvent):
    """A room was added to the house."""

    icon: ClassVar[str] = "plus-circle"

    __mapper_args__ = {"polymorphic_identity": "space.created"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a créé l’espace « %(space)s »", name=self.actor_name, space=self.space_name)


class SpaceChanged(SpaceEvent):
    """Its settings changed; `data["fields"]` names those that did."""

    icon: ClassVar[str] = "sliders"

    __mapper_args__ = {"polymorphic_identity": "space.changed"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a changé les réglages de l’espace", name=self.actor_name)


class SpaceArchived(SpaceEvent):
    """It is read, and no longer written in."""

    icon: ClassVar[str] = "archive"

    __mapper_args__ = {"polymorphic_identity": "space.archived"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a archivé l’espace « %(space)s »", name=self.actor_name, space=self.space_name)


class SpaceReopened(SpaceEvent):
    """It is written in again."""

    icon: ClassVar[str] = "arrow-counterclockwise"

    __mapper_args__ = {"polymorphic_identity": "space.reopened"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a rouvert l’espace « %(space)s »", name=self.actor_name, space=self.space_name)


def _role(data: dict[str, Any]) -> str:
    return str(ROLE_LABELS.get(data.get("role", ""), "")).lower()
