"""Kinds that the database speaks of and the code no longer knows: a folder was removed without its migration."""

import sqlalchemy as sa
import structlog
from flask import Flask

from core.db import db
from core.people import Person
from core.publications import Publication, kind_named
from core.spaces import Space
from notifications import events
from notifications.events import Event

log = structlog.get_logger(__name__)


def unknown() -> dict[str, int]:
    """How many rows bear a kind without a class: « event meeting.moved » and the like. Loading one of them fails."""
    counts: dict[str, int] = {}
    for noun, column, named in (
        ("event", Event.__table__.c.kind, events.kind_named),
        ("publication", Publication.__table__.c.kind, kind_named),
    ):
        rows = db.session.execute(sa.select(column, sa.func.count()).group_by(column))
        counts |= {f"{noun} {kind}": int(number) for kind, number in rows if named(kind) is None}
    return counts


def report_unknown(app: Flask) -> None:
    """Say at the start what every list would otherwise stumble over."""
    with app.app_context():
        for kind, number in unknown().items():
            log.error("start.unknown_kind", kind=kind, rows=number)


def is_empty_house() -> bool:
    """Whether nobody and nothing is in the database yet."""
    return not any(db.session.scalar(sa.select(sa.exists().select_from(one))) for one in (Person, Space))
