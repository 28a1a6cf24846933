"""What a tool must be, beyond any publication; its verbs are those of `webapp.publications.service`."""

from core.errors import Refused
from core.locale import _
from webapp.publications import queries
from webapp.publications.service import guard
from webapp.tools.languages import CODES
from webapp.tools.licences import LICENCES
from webapp.tools.models import Tool


@guard(Tool, when="written")
def is_well_described(tool: Tool) -> None:
    """Its licence and its language are known ones."""
    if tool.licence not in LICENCES:
        raise Refused(licence=_("Choisissez l’une des licences proposées."))
    if tool.language not in CODES:
        raise Refused(language=_("Choisissez l’une des langues proposées."))


@guard(Tool, when="shared")
def can_be_taken(tool: Tool) -> None:
    """There is something to take: a file, or an address to go to."""
    if not tool.link and not queries.files_of(tool):
        raise Refused(link=_("Joignez un fichier, ou donnez l’adresse où se trouve l’outil."))
    if not tool.purpose:
        raise Refused(purpose=_("Dites à quoi sert cet outil."))
