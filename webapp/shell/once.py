"""Sent twice, done once: each form carries a word, and the second request with the same word goes where the first led."""

import re
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from core import clock
from core.db import Base, Dated, Identified, db, insert_ignore
from webapp.shell.problems import is_api

FIELD = "once"
KEPT = timedelta(days=2)
_WORD = re.compile(r"[A-Za-z0-9_-]{16,64}")


class Submission(Identified, Dated, Base):
    """A form that was accepted, by its word, and the page it led to."""

    __tablename__ = "submissions"

    word: Mapped[str] = mapped_column(sa.String(160), unique=True)
    location: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")


def word() -> str:
    """A new word for a form about to be shown."""
    return secrets.token_urlsafe(12)


def begin() -> Response | None:
    """Within the request's transaction: hold the word, or answer as the first time.

    The second of two requests at the same instant waits here, at the unique key, until the first is committed.
    """
    held = _held()
    if held is None:
        return None
    statement = insert_ignore(Submission, "word").values(word=held, created_at=clock.now(), location="")
    result: Any = db.session.execute(statement)
    if result.rowcount:
        return None
    first = db.session.scalar(sa.select(Submission.location).where(Submission.word == held))
    return redirect(first or request.referrer or "/", 303)


def finish(answer: Response) -> None:
    """Remember where an accepted form led."""
    held = _held()
    if held is not None and 300 <= answer.status_code < 400:
        db.session.execute(
            sa.update(Submission).where(Submission.word == held).values(location=answer.location or "/")
        )


def forget_old() -> int:
    """Drop the words of forms sent days ago: for the daily housekeeping, inside its transaction."""
    result: Any = db.session.execute(sa.delete(Submission).where(Submission.created_at < clock.now() - KEPT))
    return int(result.rowcount)


def _held() -> str | None:
    if is_api(request.path) or request.mimetype not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        return None
    given = request.form.get(FIELD, "")
    # The path is part of it: a word copied to another form opens nothing.
    return f"{request.path[:90]}:{given}"[:160] if _WORD.fullmatch(given) else None
