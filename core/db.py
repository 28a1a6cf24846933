"""The database: the base of every table, the engine's habits, one transaction at a time, and what follows a commit."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core import clock


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept in UTC. SQLite knows no zones, so a naive value is refused on the way in."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json, list[int]: Json}  # noqa: RUF012 - SQLAlchemy reads it as is


class Identified:
    """A table with a plain number as its key."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Dated:
    """A table whose rows say when they were made."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)


db = SQLAlchemy(metadata=Base.metadata)

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_AFTER_COMMIT = "after_commit"


def init_app(app: Flask, url: str) -> None:
    """Bind the database at `url` to the application and give its engine the house's habits."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _teach_sqlite(db.engine)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {
            "connect_args": {"timeout": 30, "check_same_thread": False},
            "pool_size": 40,
            "max_overflow": 60,
        }
    # Connections are verified before use: a restarted database must not cost a request.
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 30}


def _teach_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        # Transactions are begun by us: the driver's own habit cannot say IMMEDIATE.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            # NORMAL may lose the last commits at a power cut, and « saved » must mean saved.
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A reader that becomes a writer mid-way fails at once with SQLITE_BUSY, without waiting its turn:
        # whoever means to write takes the turn at the start.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def session() -> Any:
    """The current session: the request's, or the job's."""
    return db.session


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work that writes: committed at the end, undone on any error. Never nested.

    What was asked through `after_commit` runs once the commit has succeeded.
    """
    if _writing.get():
        raise RuntimeError("a transaction is already open here: the frame commits, features never do")
    db.session.rollback()  # a read left open would keep an old snapshot, and on SQLite could not start to write
    forget_after_commit()
    mark = _writing.set(True)
    try:
        yield
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        _writing.reset(mark)


def commit() -> None:
    """Make the change and its facts last, then wake whoever must know. For the frame only."""
    db.session.commit()
    callbacks = _callbacks()
    waiting, callbacks[:] = list(callbacks), []
    for callback in waiting:
        callback()


def rollback() -> None:
    db.session.rollback()
    forget_after_commit()


def after_commit(callback: Callable[[], object]) -> None:
    """Run `callback` once the current transaction has been committed; forget it if it is undone."""
    callbacks = _callbacks()
    if callback not in callbacks:
        callbacks.append(callback)


def forget_after_commit() -> None:
    _callbacks().clear()


def _callbacks() -> list[Callable[[], object]]:
    waiting: list[Callable[[], object]] = db.session().info.setdefault(_AFTER_COMMIT, [])
    return waiting


def insert_ignore(table: sa.Table | type[Base], *unique: str) -> Any:
    """An INSERT that skips rows already there by the columns `unique`: for set-based, replayable writes.

    On SQLite a SELECT given to it needs a WHERE clause, else « ON CONFLICT » is read as a join. The result's `rowcount`
    says how many rows were new; on PostgreSQL, SQLAlchemy answers -1 to that unless asked to keep it.
    """
    dialect = db.engine.dialect.name
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    ignoring = insert.on_conflict_do_nothing(index_elements=list(unique) or None)
    return ignoring.execution_options(preserve_rowcount=True)


def upsert(
    table: sa.Table | type[Base], values: dict[str, Any], unique: tuple[str, ...], update: tuple[str, ...]
) -> Any:
    """An INSERT of one row that updates the columns `update` when the row is already there by `unique`."""
    dialect = db.engine.dialect.name
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    statement = insert.values(**values)
    return statement.on_conflict_do_update(
        index_elements=list(unique), set_={name: getattr(statement.excluded, name) for name in update}
    )
