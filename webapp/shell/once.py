"""Sent twice, done once: each form carries a word, and the same form sent again goes where the first led."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from core import clock
from core.db import Base, Dated, Identified, db, insert_ignore
from webapp.shell.identity import me
from webapp.shell.problems import is_api

FIELD = "once"
KEPT = timedelta(days=2)
LONGEST_LOCATION = 500
_WORD = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: A form's token changes when its page is loaded again: two sendings of one form may differ by it.
_NOT_CONTENT = {FIELD, "csrf_token"}


class Submission(Identified, Dated, Base):
    """A form that was accepted, by its fingerprint, and the page it led to."""

    __tablename__ = "submissions"
    __table_args__ = (sa.Index("ix_submissions_created", "created_at"),)

    fingerprint: Mapped[str] = mapped_column(sa.String(64), unique=True)
    location: Mapped[str] = mapped_column(sa.String(LONGEST_LOCATION), default="", server_default="")


def word() -> str:
    """A new word for a form about to be shown."""
    return secrets.token_urlsafe(12)


def begin() -> Response | None:
    """Within the request's transaction: note the form, or answer as the first time.

    The second of two requests at the same instant waits here, at the unique key, until the first is committed; if the
    first is undone, the second is done in its place.
    """
    fingerprint = _fingerprint()
    if fingerprint is None:
        return None
    noted: Any = db.session.execute(
        insert_ignore(Submission, "fingerprint").values(
            fingerprint=fingerprint, created_at=clock.now(), location=""
        )
    )
    if noted.rowcount:
        return None
    first = db.session.scalar(sa.select(Submission.location).where(Submission.fingerprint == fingerprint))
    return redirect(first or "/", 303)


def finish(answer: Response) -> None:
    """Remember where an accepted form led. One that showed its result in place is left to be sent again."""
    fingerprint = _fingerprint()
    if fingerprint is None:
        return
    mine = Submission.fingerprint == fingerprint
    location = answer.location or ""
    if 300 <= answer.status_code < 400 and len(location) <= LONGEST_LOCATION:
        db.session.execute(sa.update(Submission).where(mine).values(location=location))
    else:
        db.session.execute(sa.delete(Submission).where(mine))


def forget_old() -> int:
    """Drop the forms sent days ago: for the daily housekeeping, inside its transaction."""
    result: Any = db.session.execute(sa.delete(Submission).where(Submission.created_at < clock.now() - KEPT))
    return int(result.rowcount)


def _fingerprint() -> str | None:
    """What makes two sendings the same: who, where, the form's word, and what was typed.

    Someone who goes back, corrects the text and sends again sends something else. Visitors have none: a second
    sign-in must bring its own cookie.
    """
    person = me()
    if person is None or is_api(request.path) or not _WORD.fullmatch(request.form.get(FIELD, "")):
        return None
    digest = hashlib.sha256(
        f"{person.id}\n{request.path}\n{request.form[FIELD]}\n".encode("utf-8", "replace")
    )
    for name, value in _content():
        digest.update(f"{len(name)}:{name}={len(value)}:{value}\n".encode("utf-8", "replace"))
    return digest.hexdigest()


def _content() -> Iterator[tuple[str, str]]:
    for name, values in request.form.lists():
        if name not in _NOT_CONTENT:
            yield from ((name, value) for value in values)
    for name, files in request.files.lists():
        yield from ((name, f"{file.filename} {_size(file)}") for file in files)


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size
