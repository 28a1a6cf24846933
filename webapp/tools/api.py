"""The calls of tools."""

from typing import Annotated, Any, ClassVar

import pydantic

from core.locale import _
from webapp.publications.api import (
    Calls,
    PublicationChange,
    PublicationIn,
    PublicationOut,
    PublicationQuery,
    known,
)
from webapp.shell.api import Line, Text
from webapp.tools import feature, queries
from webapp.tools.languages import CODES
from webapp.tools.licences import LICENCES
from webapp.tools.models import Tool

Language = Annotated[Line, known(CODES), pydantic.Field(json_schema_extra={"enum": list(CODES)})]
Licence = Annotated[Line, known(tuple(LICENCES)), pydantic.Field(json_schema_extra={"enum": list(LICENCES)})]


def _on_the_web(address: str) -> str:
    if address and not address.startswith(("https://", "http://")):
        raise ValueError(_("Donnez une adresse complète, qui commence par https://."))
    return address


Purpose = Annotated[Text, pydantic.Field(max_length=500, description="What it is for.")]
Audience = Annotated[Line, pydantic.Field(max_length=200, description="With whom it is used.")]
Link = Annotated[Line, pydantic.Field(max_length=500), pydantic.AfterValidator(_on_the_web)]


class ToolIn(PublicationIn):
    """A tool to write. To be submitted it needs a purpose, and a link or a file."""

    purpose: Purpose = ""
    audience: Audience = ""
    language: Language = "fr"
    licence: Licence = "reserved"
    link: Link = ""


class ToolChange(PublicationChange):
    """What changes in a tool."""

    purpose: Purpose | None = None
    audience: Audience | None = None
    language: Language | None = None
    licence: Licence | None = None
    link: Link | None = None


class ToolOut(PublicationOut):
    """A tool."""

    own: ClassVar[tuple[str, ...]] = ("purpose", "audience", "language", "licence", "link")

    purpose: str
    audience: str
    language: str = pydantic.Field(description="ISO 639; `mul` for several, `zxx` for none.")
    licence: str
    link: str


class ToolQuery(PublicationQuery):
    """Which tools."""

    audience: Line | None = pydantic.Field(None, max_length=200, description="Words of the audience.")
    language: Language | None = None
    licence: Licence | None = None


class Tools(Calls):
    """The common calls, with filters by audience, language and licence."""

    kind = Tool
    body = ToolIn
    change = ToolChange
    out = ToolOut
    query = ToolQuery
    one = "a tool"
    many = "tools"

    def conditions(self, query: Any) -> list[Any]:
        return queries.matching(
            audience=query.audience or "", language=query.language or "", licence=query.licence or ""
        )


Tools(feature)
