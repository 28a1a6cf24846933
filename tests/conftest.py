"""What every test stands on: a fresh house, the village in it, a clock that stands still, and no network."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from alembic import command
from flask import Flask

import migrations
from core import config, sessions
from core.db import db, transaction
from core.people import Person
from tests import servers
from tests.house import Estate, House
from tests.village import Village, build
from tests.visitors import Browser, Program, let_go
from webapp.identity import passwords

if TYPE_CHECKING:
    from playwright.sync_api import Browser as ChromiumBrowser

    from tests.browser import DemoHouse

servers.forbid_network()
passwords.keep_lightly()
# What the person's shell says about their own Maillage must not reach the tests.
BACKEND = os.environ.get("MAILLAGE_TEST_BACKEND", "embedded")
for _name in [name for name in os.environ if name.startswith(config.PREFIX)]:
    del os.environ[_name]

BRUSSELS = ZoneInfo("Europe/Brussels")
#: A Tuesday of March, in the morning, before summer time.
START = datetime(2026, 3, 3, 9, 0, tzinfo=BRUSSELS)
SECRET = "a secret for the tests, long enough to be one"


@dataclass
class Clock:
    """The clock of a test: it stands still until it is moved."""

    traveller: Any

    def __call__(self, moment: str | datetime) -> "Hold":
        """Go to a moment, on Brussels' clock when nothing else is said: `at("2026-03-04 09:30")`, or `with at(…):`."""
        instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        instant = instant if instant.tzinfo else instant.replace(tzinfo=BRUSSELS)
        before = datetime.now(BRUSSELS)
        self.traveller.move_to(instant, tick=False)
        return Hold(instant, partial(self.traveller.move_to, before, tick=False))


@dataclass(frozen=True)
class Hold:
    """An instant at which the clock stands; leaving a `with` block goes back to the one before."""

    instant: datetime
    go_back: Callable[[], object]

    def __enter__(self) -> datetime:
        return self.instant

    def __exit__(self, *_raised: object) -> None:
        self.go_back()


@pytest.fixture
def at(request: pytest.FixtureRequest) -> Iterator[Callable[[str | datetime], Hold]]:
    """The frozen clock. Journeys run with real processes, on the real clock."""
    real = any(request.node.get_closest_marker(name) for name in ("journey", "browser"))
    if real or "house" in request.fixturenames:
        yield lambda moment: pytest.fail(f"nobody takes real processes to {moment}: see `maillage tick --at`")
        return
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and nothing in them, made once and copied for each test."""
    from webapp import create_app  # noqa: PLC0415 - a test that needs no house must not build one

    folder = tmp_path_factory.mktemp("template")
    app = create_app(config.load(_settings(folder)))
    with app.app_context():
        db.create_all()
        _stamp()
        # One file to copy: nothing may be left in the journal beside it.
        db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    return folder / "maillage.sqlite3"


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings to add to the house's own: override this fixture, or fill it before asking for `app`."""
    return {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A PostgreSQL with a template of ours: an empty database with its tables."""
    from webapp import create_app  # noqa: PLC0415

    with servers.postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = server.create("maillage_template")
        app = create_app(config.load(_settings(Path(folder)) | {"MAILLAGE_DATABASE_URL": url}))
        with app.app_context():
            db.create_all()
            _stamp()
            db.session.remove()
            db.engine.dispose()
        yield server


@pytest.fixture
def backend() -> str:
    """Which set-up the journeys run on: "embedded" or "scaled"."""
    return BACKEND


@pytest.fixture(scope="session")
def valkey() -> Iterator[servers.Valkey]:
    """A Valkey, emptied before each test of the house."""
    with servers.valkey() as server:
        yield server


def _stamp() -> None:
    with db.engine.connect() as connection:
        command.stamp(migrations.config_on(connection), "head")


@pytest.fixture(scope="session")
def estate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The real processes that the tests of a run share, on a database that each finds empty."""
    folder = tmp_path_factory.mktemp("house")
    settings = _settings(folder)
    if BACKEND == "scaled":
        _add_servers(request, settings)
    else:
        shutil.copy(request.getfixturevalue("template"), folder / "maillage.sqlite3")
    with servers.smtp_server() as smtp:
        estate = Estate(settings, smtp)
        yield estate
        estate.close()


def _add_servers(request: pytest.FixtureRequest, settings: dict[str, str]) -> None:
    postgres: servers.Postgres = request.getfixturevalue("postgres")
    valkey: servers.Valkey = request.getfixturevalue("valkey")
    name = f"test_{secrets.token_hex(6)}"
    settings["MAILLAGE_DATABASE_URL"] = postgres.create(name, template="maillage_template")
    settings["MAILLAGE_REDIS_URL"] = valkey.url


@pytest.fixture
def database(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    """An empty database of the test's own: a copy of the template, or the emptied house's."""
    if "house" in request.fixturenames:
        estate: Estate = request.getfixturevalue("estate")
        estate.empty()
        settings |= estate.settings
        return
    folder = tmp_path / "var"
    folder.mkdir()
    settings |= {name: value for name, value in _settings(folder).items() if name not in settings}
    if BACKEND == "scaled" and request.node.get_closest_marker("journey"):
        _add_servers(request, settings)
    else:
        shutil.copy(template, folder / "maillage.sqlite3")


@pytest.fixture
def app(request: pytest.FixtureRequest, database: None, at: Any, settings: dict[str, str]) -> Iterator[Flask]:
    """A fresh house on a database of its own; its context is pushed."""
    del at
    if "smtp" in request.fixturenames:
        request.getfixturevalue("smtp")  # it adds to the settings, wherever the test names it
    from webapp import create_app  # noqa: PLC0415

    made = create_app(config.load(settings))
    made.testing = True
    made.test_client_class = Browser
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def house(app: Flask, estate: Estate, village: Village) -> Iterator[House]:
    """The whole house with its real processes, and the village in it: see `tests/house.py`."""
    del village
    estate.open()
    house = House(app, estate)
    yield house
    house.close()


@pytest.fixture
def smtp(request: pytest.FixtureRequest, settings: dict[str, str]) -> Iterator[servers.SmtpServer]:
    """A real mail server, which the house of the test sends to."""
    if "house" in request.fixturenames:
        yield request.getfixturevalue("estate").smtp
        return
    with servers.smtp_server() as server:
        settings["MAILLAGE_SMTP_URL"] = server.url
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator["ChromiumBrowser"]:
    """A real Chromium, driven by Playwright: see `tests/browser.py`."""
    from tests import browser  # noqa: PLC0415 - Playwright is slow to import, and only these tests need it

    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="session")
def demo_house(
    chromium: "ChromiumBrowser", template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["DemoHouse"]:
    """The demo network in a house of its own, served for real: all tests of a run share it, and undo nothing."""
    from tests import browser  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(template, folder / "maillage.sqlite3")
    with browser.demo_house(_settings(folder), chromium) as house:
        yield house


@pytest.fixture
def village(app: Flask) -> Village:
    """The people and spaces of the tests, in the house."""
    del app
    return build()


@pytest.fixture
def client(app: Flask) -> Browser:
    """A visitor."""
    return Browser(app, app.response_class)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], Browser]:
    """A browser where someone is signed in."""

    def open_browser(person: Person) -> Browser:
        let_go()
        with transaction():
            _session, secret = sessions.open_session(db.session.merge(person), method="link")
        browser = Browser(app, app.response_class)
        browser.person = person
        browser.set_cookie(app.config["IDENTITY_COOKIE"], secret)
        return browser

    return open_browser


@pytest.fixture
def api(app: Flask) -> Callable[..., Program]:
    """A program with the key of someone: `api(village.nadege, "read", "write")`; `api()` has none."""

    def start_program(person: Person | None = None, *scopes: str) -> Program:
        program = Program(app, app.response_class, use_cookies=False)
        if person is not None:
            program.person = person
            program.headers = {
                "Authorization": f"Bearer {_key(person, scopes or ('read', 'write', 'moderate'))}"
            }
        return program

    return start_program


def _key(person: Person, scopes: tuple[str, ...]) -> str:
    let_go()
    with transaction():
        _token, secret = sessions.create_token(db.session.merge(person), name="essai", scopes=list(scopes))
    return secret


@pytest.fixture
def work(app: Flask) -> Callable[[], Any]:
    """Do everything that is due, as the workers would: facts, digests, mails."""
    del app
    from workers import due  # noqa: PLC0415

    def do_everything() -> Any:
        let_go()
        done = due.do_all()
        let_go()
        return done

    return do_everything


@pytest.fixture
def mails(app: Flask) -> Callable[[], list[Any]]:
    """The mails made so far, in their order, each with `.address`, `.subject`, `.stream` and `.raw`."""
    del app
    from notifications.mail.deliveries import Delivery  # noqa: PLC0415

    def all_of_them() -> list[Any]:
        let_go()
        return list(
            db.session.scalars(
                sa.select(Delivery).options(sa.orm.undefer(Delivery.raw)).order_by(Delivery.id)
            )
        )

    return all_of_them


@contextmanager
def counting_queries() -> Iterator[list[str]]:
    """The statements sent to the database inside the block, transactions' own left out."""
    let_go()
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """`with count_queries() as seen: …; assert len(seen) <= 12`."""
    del app
    return counting_queries


def _settings(folder: Path) -> dict[str, str]:
    return {
        "MAILLAGE_DATA_DIR": str(folder),
        "MAILLAGE_SECRET_KEY": SECRET,
        "MAILLAGE_BASE_URL": "http://localhost",
    }
