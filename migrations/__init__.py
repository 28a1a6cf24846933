"""Migrations: from any earlier database to the one that the code describes, on SQLite and on PostgreSQL."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.config import Settings
from core.errors import Misconfigured

FOLDER = Path(__file__).parent
#: Any number, as long as nobody else's.
_LOCK = 0x6D61696C6C616765


def upgrade(settings: Settings) -> list[str]:
    """Bring the database up to date; the migrations that were run. Two processes that start together migrate once.

    Raises `Misconfigured` when the database cannot be reached.
    """
    with _alone(settings) as connection:
        before = current(connection)
        command.upgrade(config_on(connection), "head")
        return [name for name in all_of_them() if name not in _until(before)]


def is_behind(settings: Settings) -> bool:
    """Whether the code knows migrations that the database has not seen. Raises `Misconfigured`."""
    with _connected(settings) as connection:
        return current(connection) != ScriptDirectory.from_config(config_on(connection)).get_current_head()


def current(connection: sa.Connection) -> str | None:
    """The last migration that the database has seen."""
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def all_of_them() -> list[str]:
    """The names of the migrations, in their order."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def config_on(connection: sa.Connection) -> Config:
    """Alembic's configuration, on an open connection: there is no file for it."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _until(revision: str | None) -> list[str]:
    names = all_of_them()
    return names[: names.index(revision) + 1] if revision in names else []


@contextmanager
def _alone(settings: Settings) -> Iterator[sa.Connection]:
    with _connected(settings) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
            connection.commit()
            # Released with the connection, whatever happens.
            yield connection
            return
        with (settings.data_dir / "migrating.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield connection


@contextmanager
def _connected(settings: Settings) -> Iterator[sa.Connection]:
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        _begin_in_earnest(engine)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        connection = engine.connect()
    except (sa.exc.OperationalError, OSError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Misconfigured(f"La base de données ne répond pas : {reason}") from error
    with connection:
        yield connection


def _begin_in_earnest(engine: sa.Engine) -> None:
    """The driver's own habit commits before each CREATE: a migration cut short would be half there."""

    @sa.event.listens_for(engine, "connect")
    def leave_it_to_us(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
