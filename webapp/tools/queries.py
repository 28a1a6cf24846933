"""Named selects about tools."""

import sqlalchemy as sa

from core.db import db
from core.people import Person
from core.publications import is_current, placed_in, readable_by
from core.spaces import Space
from webapp.tools.models import Tool


def matching(*, audience: str = "", language: str = "", licence: str = "") -> list[sa.ColumnElement[bool]]:
    """The conditions of a search among tools; what is empty asks nothing."""
    conditions: list[sa.ColumnElement[bool]] = []
    if audience:
        conditions.append(Tool.audience.icontains(audience, autoescape=True))
    if language:
        conditions.append(Tool.language == language)
    if licence:
        conditions.append(Tool.licence == licence)
    return conditions


def in_use(person: Person | None, space: Space) -> tuple[list[str], list[str]]:
    """The languages and the licences of the tools of a space: what its filters may offer."""
    query = (
        sa.select(Tool.language, Tool.licence)
        .where(readable_by(person), is_current(), placed_in(space))
        .distinct()
    )
    rows = db.session.execute(query).all()
    return sorted({language for language, _licence in rows}), sorted({licence for _language, licence in rows})
