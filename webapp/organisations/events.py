"""What organisations tell: their sheet changed, someone acts for them from a day, or no longer."""

from typing import ClassVar

from core import links
from core.locale import _
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event


class OrganisationEvent(Event):
    """A fact about an organisation: `data` holds its name and its slug, which outlive it."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "building"

    @property
    def organisation_name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def person_name(self) -> str:
        return self.person.name if self.person else ""

    def live_spaces(self) -> list[int]:
        return []

    def path(self) -> str:
        return links.path_to("organisations.show", slug=self.data["slug"])


class OrganisationAdded(OrganisationEvent):
    """An organisation joined the directory."""

    icon: ClassVar[str] = "building-add"

    __mapper_args__ = {"polymorphic_identity": "organisation.added"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _(
            "%(name)s a ajouté « %(org)s » à l’annuaire", name=self.actor_name, org=self.organisation_name
        )


class OrganisationEdited(OrganisationEvent):
    """Its sheet changed; `data["fields"]` names what did."""

    __mapper_args__ = {"polymorphic_identity": "organisation.edited"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _(
            "%(name)s a mis à jour la fiche de « %(org)s »", name=self.actor_name, org=self.organisation_name
        )


class OrganisationArchived(OrganisationEvent):
    """It left the directory; its sheet stays, and says so."""

    icon: ClassVar[str] = "archive"

    __mapper_args__ = {"polymorphic_identity": "organisation.archived"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _("%(name)s a archivé « %(org)s »", name=self.actor_name, org=self.organisation_name)


class OrganisationReopened(OrganisationEvent):
    """It is back in the directory."""

    icon: ClassVar[str] = "arrow-counterclockwise"

    __mapper_args__ = {"polymorphic_identity": "organisation.reopened"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def title(self) -> str:
        return _(
            "%(name)s a remis « %(org)s » dans l’annuaire", name=self.actor_name, org=self.organisation_name
        )


class MandateGiven(OrganisationEvent):
    """Someone acts for it from a day on: they learn it, if somebody else said so."""

    icon: ClassVar[str] = "person-badge"
    rhythm: ClassVar[str] = "inbox"

    __mapper_args__ = {"polymorphic_identity": "mandate.given"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return audience.one_person(self.person_id) if self.person_id else None

    def title(self) -> str:
        return _("Vous pouvez maintenant écrire au nom de « %(org)s »", org=self.organisation_name)

    def sentence(self) -> str:
        return _(
            "%(actor)s a indiqué que %(name)s agit pour « %(org)s »",
            actor=self.actor_name,
            name=self.person_name,
            org=self.organisation_name,
        )


class MandateEnded(OrganisationEvent):
    """Someone no longer acts for it after a day."""

    icon: ClassVar[str] = "person-dash"
    rhythm: ClassVar[str] = "inbox"

    __mapper_args__ = {"polymorphic_identity": "mandate.ended"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return audience.one_person(self.person_id) if self.person_id else None

    def title(self) -> str:
        return _("Vous n’écrivez plus au nom de « %(org)s »", org=self.organisation_name)

    def sentence(self) -> str:
        return _(
            "%(actor)s a indiqué que %(name)s n’agit plus pour « %(org)s »",
            actor=self.actor_name,
            name=self.person_name,
            org=self.organisation_name,
        )
