"""A tool: something to work with, by its files or its address."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.locale import lazy_
from core.publications import Publication
from webapp.tools import languages, licences
from webapp.tools.licences import Licence


class Tool(Publication):
    """A tool. `text` says how to use it; `purpose` what it is for, in a few lines."""

    __tablename__ = "tools"

    id: Mapped[int] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    #: With whom it is used: « adultes débutants à l’écrit ».
    audience: Mapped[str] = mapped_column(sa.String(200), default="", server_default="", index=True)
    #: An ISO 639 code: see `webapp.tools.languages`.
    language: Mapped[str] = mapped_column(sa.String(8), default="fr", server_default="fr", index=True)
    #: A key of `webapp.tools.licences.LICENCES`.
    licence: Mapped[str] = mapped_column(
        sa.String(20), default="reserved", server_default="reserved", index=True
    )
    link: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")

    __mapper_args__ = {"polymorphic_identity": "tool"}  # noqa: RUF012 - SQLAlchemy reads it as is

    label = lazy_("Outil")
    label_plural = lazy_("Outils")
    icon: ClassVar[str] = "tools"
    module: ClassVar[str] = "tools"
    needs_approval: ClassVar[bool] = True

    @property
    def terms(self) -> Licence:
        return licences.LICENCES.get(self.licence, licences.LICENCES["other"])

    @property
    def language_name(self) -> str:
        return languages.name_of(self.language)
