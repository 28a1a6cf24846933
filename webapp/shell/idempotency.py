"""The same write asked twice: `Idempotency-Key` gives the second the first's answer (an IETF draft of httpapi)."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Dated, Identified, db, insert_ignore
from core.errors import Conflict, Refused
from core.locale import _
from core.sessions import ApiToken

HEADER = "Idempotency-Key"
LONGEST = 255
#: What a header carries unharmed.
VISIBLE = "[!-~]"
KEPT = timedelta(hours=24)


class KeyedAnswer(Identified, Dated, Base):
    """The answer to a write that bore a key; the database refuses a second row for one token and key."""

    __tablename__ = "keyed_answers"
    __table_args__ = (
        sa.UniqueConstraint("token_id", "key"),
        sa.Index("ix_keyed_answers_token_created", "token_id", "created_at"),
    )

    token_id: Mapped[int] = mapped_column(sa.ForeignKey("api_tokens.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(LONGEST))
    #: Method, address and body: the same key for another request is a mistake, not a repetition.
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    #: 0 when the answer is not kept, because it holds a secret.
    status: Mapped[int] = mapped_column(default=0, server_default="0")
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(sa.Text, default="", server_default="")


def begin(token: ApiToken, key: str) -> KeyedAnswer | Response:
    """The row to fill with the answer about to be made, or the answer already given.

    Raises `Conflict` while the first is still under way, `Refused` when the key was used for something else.
    """
    _check(key)
    _take_turn(token, key)
    _forget_old(token)
    fingerprint = _fingerprint()
    made: Any = db.session.execute(
        insert_ignore(KeyedAnswer, "token_id", "key").values(
            created_at=clock.now(), token_id=token.id, key=key, fingerprint=fingerprint, headers={}
        )
    )
    row = db.session.scalars(
        sa.select(KeyedAnswer).where(KeyedAnswer.token_id == token.id, KeyedAnswer.key == key)
    ).one()
    if made.rowcount:
        return row
    if row.fingerprint != fingerprint:
        raise Refused(_("Cette clé d’idempotence a déjà servi pour une autre demande."))
    if not row.status:
        raise Conflict(_("Cette demande a déjà été faite, et sa réponse ne se donne qu’une fois."))
    return Response(row.body, row.status, headers={**row.headers, "Idempotency-Replayed": "true"})


def finish(row: KeyedAnswer, answer: Response) -> None:
    """Keep the answer with the change itself: they last together, or, when it is an error, not at all."""
    row.status = answer.status_code
    row.body = answer.get_data(as_text=True)
    row.headers = {
        name: value for name, value in answer.headers.items() if name in ("Content-Type", "Location", "ETag")
    }


def _check(key: str) -> None:
    if not re.fullmatch(rf"{VISIBLE}{{1,{LONGEST}}}", key):
        raise Refused(
            _("La clé d’idempotence compte de 1 à %(most)s caractères ASCII, sans espace.", most=LONGEST)
        )


def _take_turn(token: ApiToken, key: str) -> None:
    """On SQLite writers take turns: the second finds the first's answer. PostgreSQL would let it wait: say it instead."""
    if db.engine.dialect.name != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(f"{token.id}:{key}".encode()).digest()[:8], signed=True)
    if not db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(number))):
        raise Conflict(_("La même demande est déjà en cours : attendez sa réponse."))


def _forget_old(token: ApiToken) -> None:
    db.session.execute(
        sa.delete(KeyedAnswer)
        .where(KeyedAnswer.token_id == token.id, KeyedAnswer.created_at < clock.now() - KEPT)
        .execution_options(synchronize_session=False)
    )


def _fingerprint() -> str:
    parts = (request.method.encode(), request.full_path.encode(), request.get_data())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
