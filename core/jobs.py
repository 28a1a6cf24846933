"""Work as rows: claimed with a lease, done and signed off in one transaction, retried with patience, set aside when poison."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, declared_attr, has_inherited_table, mapped_column

from core import clock
from core.db import db, transaction

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
#: Waiting time after the first, second, third… failure; the last one serves for all that follow.
PATIENCE = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))


class Job:
    """The columns that make a row something to do. A row is open until `done_at` or `failed_at` is set."""

    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_token: Mapped[str | None] = mapped_column(sa.String(32))
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy hands the class
        if has_inherited_table(cls):  # type: ignore[arg-type]
            return ()
        open_rows = sa.text("done_at IS NULL AND failed_at IS NULL")
        return (
            sa.Index(
                f"ix_{cls.__tablename__}_open",  # type: ignore[attr-defined]
                "due_at",
                sqlite_where=open_rows,
                postgresql_where=open_rows,
            ),
            *getattr(cls, "table_extras", ()),
        )


AnyJob = TypeVar("AnyJob", bound=Any)

#: Set when the process is asked to stop: nothing new is claimed, and what was not begun is given back at once.
stopping = threading.Event()


class LeaseLost(Exception):
    """Someone else took the job over while we were at it: what we did must be undone."""


@dataclass(frozen=True)
class Lease:
    """The right to do one job, until `token` is replaced by another's."""

    model: type[Any]
    id: int
    token: str
    attempts: int


def run_due(
    model: type[AnyJob], do: Callable[[AnyJob], None], *, limit: int = 50, lease: timedelta = LEASE
) -> int:
    """Do all the rows of `model` that are due, each in its own transaction; returns how many were signed off.

    `do` may be called again for the same row after a crash: its effects and the sign-off share a transaction,
    so that they last together or not at all.
    """
    done = 0
    while leases := claim(model, limit=limit, lease=lease):
        for number, one in enumerate(leases):
            if stopping.is_set():
                release(leases[number:])
                break
            done += _attempt(one, do)
    return done


def claim(model: type[Any], *, limit: int, lease: timedelta = LEASE, where: Any = None) -> list[Lease]:
    """Take a lease on up to `limit` due rows, oldest first; nobody else gets them until it runs out.

    None at all once the process is `stopping`.
    """
    if stopping.is_set():
        return []
    now, token = clock.now(), secrets.token_hex(8)
    with transaction():
        due = (
            sa.select(model.id)
            .where(
                is_open(model), model.due_at <= now, is_free(model, now), *([] if where is None else [where])
            )
            .order_by(model.due_at, model.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = db.session.execute(
            sa.update(model)
            .where(model.id.in_(due))
            .values(lease_token=token, leased_until=now + lease, attempts=model.attempts + 1)
            .returning(model.id, model.attempts, model.due_at)
            .execution_options(synchronize_session=False)
        ).all()
    return [Lease(model, row.id, token, row.attempts) for row in sorted(rows, key=lambda r: (r.due_at, r.id))]


def is_open(model: type[Any]) -> Any:
    return sa.and_(model.done_at.is_(None), model.failed_at.is_(None))


def is_free(model: type[Any], now: datetime) -> Any:
    return sa.or_(model.leased_until.is_(None), model.leased_until < now)


def any_due(model: type[Any]) -> bool:
    """Whether something is waiting: the clock asks this before it wakes anyone."""
    now = clock.now()
    waiting = sa.exists().where(is_open(model), model.due_at <= now, is_free(model, now))
    return bool(db.session.scalar(sa.select(waiting)))


def _attempt(lease: Lease, do: Callable[[Any], None]) -> bool:
    try:
        with transaction():
            job = db.session.get(lease.model, lease.id)
            if job is None or job.lease_token != lease.token:
                raise LeaseLost
            do(job)
            db.session.flush()
            sign_off(lease)
        return True
    except LeaseLost:
        log.warning("job.lease_lost", model=lease.model.__name__, id=lease.id)
    except Exception as error:
        log.exception("job.failed", model=lease.model.__name__, id=lease.id, attempts=lease.attempts)
        give_back(lease, error)
    return False


def sign_off(lease: Lease, **values: Any) -> None:
    """Close the job. Raises `LeaseLost` when it is no longer ours: the caller's transaction must then be undone."""
    closing = {"done_at": clock.now(), "lease_token": None, "leased_until": None, "last_error": None} | values
    _update_own(lease, closing)


def renew(lease: Lease, *, lease_time: timedelta = LEASE, **values: Any) -> None:
    """Keep the job a little longer and note `values` on it. Raises `LeaseLost`."""
    _update_own(lease, {"leased_until": clock.now() + lease_time} | values)


def give_back(
    lease: Lease, error: BaseException | str, *, wait: timedelta | None = None, most: int = MOST_ATTEMPTS
) -> None:
    """Return a job that could not be done: it comes back after `wait`, or is set aside after `most` attempts."""
    values: dict[str, Any] = {"lease_token": None, "leased_until": None, "last_error": describe(error)}
    if lease.attempts >= most:
        values["failed_at"] = clock.now()
    else:
        values["due_at"] = clock.now() + (wait or PATIENCE[min(lease.attempts, len(PATIENCE)) - 1])
    try:
        with transaction():
            _update_own(lease, values)
    except LeaseLost:
        log.warning("job.lease_lost", model=lease.model.__name__, id=lease.id)


def release(leases: list[Lease]) -> None:
    """Hand back jobs that were not begun, as if they had never been taken: another process need not wait for the lease."""
    with transaction():
        for lease in leases:
            db.session.execute(
                sa.update(lease.model)
                .where(lease.model.id == lease.id, lease.model.lease_token == lease.token)
                .values(lease_token=None, leased_until=None, attempts=lease.attempts - 1)
                .execution_options(synchronize_session=False)
            )


def _update_own(lease: Lease, values: dict[str, Any]) -> None:
    model = lease.model
    result: Any = db.session.execute(
        sa.update(model)
        .where(model.id == lease.id, model.lease_token == lease.token)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise LeaseLost


def describe(error: BaseException | str) -> str:
    if isinstance(error, str):
        return error[:2000]
    return f"{type(error).__name__}: {error}"[:2000]


def relaunch(job: Any) -> None:
    """Put a job that was set aside back in the queue, as new."""
    job.failed_at = None
    job.attempts = 0
    job.due_at = clock.now()
