"""The pages of tools."""

from typing import Any

import sqlalchemy as sa
from flask import request

from core import text
from core.spaces import Space
from webapp.publications.desk import Desk
from webapp.shell.identity import me
from webapp.tools import feature, languages, queries
from webapp.tools.forms import ToolForm
from webapp.tools.licences import LICENCES
from webapp.tools.models import Tool


class Tools(Desk[Tool]):
    """The common desk, with filters by audience, language and licence."""

    kind = Tool
    form = ToolForm
    path = "outils"
    new_path = "nouveau"

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        return queries.matching(
            audience=_asked("public"), language=_asked("langue"), licence=_asked("licence")
        )

    def filters(self, space: Space) -> dict[str, Any]:
        spoken, granted = queries.in_use(me(), space)
        return {
            "asked": {name: _asked(name) for name in ("public", "langue", "licence")},
            "languages": [(code, languages.name_of(code)) for code in spoken],
            "licences": [(code, str(LICENCES[code].name)) for code in granted if code in LICENCES],
        }


def _asked(name: str) -> str:
    return text.one_line(request.args.get(name, ""))[:100]


Tools(feature)
