"""Housekeeping: what is of no use any more leaves, once a day; done twice, it finds nothing the second time."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from core import clock, sessions
from core.db import Base, db, transaction
from notifications.mail import send
from webapp.files import service as files
from webapp.shell import idempotency, once

log = structlog.get_logger(__name__)

#: How long a session that is over is still shown to its owner.
LOOKED_AT = timedelta(days=30)


def tidy() -> dict[str, int]:
    """Do it all; one table that resists must not keep the others untidy."""
    done = {}
    for name, forget in (
        ("submissions", _forget_submissions),
        ("keyed_answers", _forget_keyed_answers),
        ("sessions", _forget_sessions),
        ("mails", send.forget_old),
        ("files", files.sweep),
    ):
        try:
            done[name] = forget()
        except Exception:
            log.exception("housekeeping.failed", of=name)
    log.info("housekeeping.done", **done)
    return done


def _forget_submissions() -> int:
    with transaction():
        return once.forget_old()


def _forget_keyed_answers() -> int:
    return _delete(
        idempotency.KeyedAnswer, idempotency.KeyedAnswer.created_at < clock.now() - idempotency.KEPT
    )


def _forget_sessions() -> int:
    past = clock.now() - LOOKED_AT
    over = sa.or_(
        sessions.Session.ended_at < past,
        sessions.Session.seen_at < past - sessions.IDLE,
        sessions.Session.created_at < past - sessions.LONGEST,
    )
    return _delete(sessions.Session, over)


def _delete(model: type[Base], over: sa.ColumnElement[bool]) -> int:
    with transaction():
        result: Any = db.session.execute(
            sa.delete(model).where(over).execution_options(synchronize_session=False)
        )
        return int(result.rowcount)
