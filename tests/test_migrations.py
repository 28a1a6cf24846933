"""Migrations: they lead to the database that the code describes, on both databases, and only once when two start."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import migrations
from core import config
from core.db import Base
from tests import servers
from webapp import create_app


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> config.Settings:
    """Those of an empty database: SQLite, or PostgreSQL where journeys are told to use it."""
    given = {"MAILLAGE_DATA_DIR": str(tmp_path), "MAILLAGE_SECRET_KEY": "x" * 40}
    if request.getfixturevalue("backend") == "scaled":
        postgres: servers.Postgres = request.getfixturevalue("postgres")
        given["MAILLAGE_DATABASE_URL"] = postgres.create(f"migrated_{tmp_path.name}")
    return config.load(given)


@pytest.mark.journey
def test_they_lead_to_what_the_code_describes(settings: config.Settings) -> None:
    create_app(settings)  # every table is known once it returns
    assert migrations.is_behind(settings)
    assert migrations.upgrade(settings) == migrations.all_of_them()
    assert not migrations.is_behind(settings)
    with sa.create_engine(settings.database_url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.journey
def test_two_that_start_together_migrate_once(settings: config.Settings) -> None:
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda: done.append(migrations.upgrade(settings))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == [[], migrations.all_of_them()]
