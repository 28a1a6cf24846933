"""What is told about access keys: their owner learns by mail that one was made, in case they did not make it."""

from typing import ClassVar

from core.locale import _
from notifications import audience
from notifications.audience import Audience
from notifications.events import Event


class TokenCreated(Event):
    """A key was made. `data` holds its name and its number, never its secret."""

    icon: ClassVar[str] = "key"
    rhythm: ClassVar[str] = "at_once"
    compulsory: ClassVar[bool] = True
    tells_actor: ClassVar[bool] = True
    in_journal: ClassVar[bool] = False

    __mapper_args__ = {"polymorphic_identity": "token.created"}  # noqa: RUF012 - SQLAlchemy reads it as is

    def audience(self) -> Audience | None:
        return audience.one_person(self.person_id) if self.person_id else None

    def title(self) -> str:
        return _("Une clé d’accès à votre compte vient d’être créée : « %(name)s »", name=self.data["name"])

    def path(self) -> str:
        return "/profil/cles"

    def reason(self) -> str:
        return _(
            "Ce message est envoyé pour votre sécurité à chaque nouvelle clé. "
            "Si vous n’en êtes pas à l’origine, révoquez-la."
        )
