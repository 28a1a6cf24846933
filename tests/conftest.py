"""What every test stands on: a fresh house, the village in it, a clock that stands still, and no network."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core import config, sessions
from core.db import db, transaction
from core.people import Person
from tests import servers
from tests.village import Village, build

servers.forbid_network()

BRUSSELS = ZoneInfo("Europe/Brussels")
#: A Tuesday of March, in the morning, before summer time.
START = datetime(2026, 3, 3, 9, 0, tzinfo=BRUSSELS)
SECRET = "a secret for the tests, long enough to be one"


@dataclass
class Clock:
    """The clock of a test: it stands still until it is moved."""

    traveller: Any

    def __call__(self, moment: str | datetime) -> datetime:
        """Go to a moment, on Brussels' clock when nothing else is said: `at("2026-03-04 09:30")`."""
        instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        instant = instant if instant.tzinfo else instant.replace(tzinfo=BRUSSELS)
        self.traveller.move_to(instant, tick=False)
        return instant


@pytest.fixture
def at(request: pytest.FixtureRequest) -> Iterator[Clock | None]:
    """The frozen clock. Journeys run with real processes, on the real clock."""
    if request.node.get_closest_marker("journey") or request.node.get_closest_marker("browser"):
        yield None
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
        db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    return folder / "maillage.sqlite3"


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings to add to the house's own: override this fixture, or fill it before asking for `app`."""
    return {}


@pytest.fixture
def app(template: Path, tmp_path: Path, at: Clock | None, settings: dict[str, str]) -> Iterator[Flask]:
    """A fresh house on a database of its own; its context is pushed."""
    del at
    from webapp import create_app  # noqa: PLC0415

    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(template, folder / "maillage.sqlite3")
    made = create_app(config.load(_settings(folder) | settings))
    made.testing = True
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def smtp(settings: dict[str, str]) -> Iterator[servers.SmtpServer]:
    """A real mail server, which the house of the test sends to: ask for it before `app` and `village`."""
    with servers.smtp_server() as server:
        settings["MAILLAGE_SMTP_URL"] = server.url
        yield server


@pytest.fixture
def village(app: Flask) -> Village:
    """The people and spaces of the tests, in the house."""
    del app
    return build()


@dataclass
class Browser:
    """A browser: a test client that sends the token of our forms, as a page would."""

    client: FlaskClient
    person: Person | None = None
    forms: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **options: Any) -> Any:
        return self.client.get(address, **options)

    def post(self, address: str, data: Any = None, **options: Any) -> Any:
        """Send a form, with its token."""
        sent = dict(data or {})
        sent.setdefault("csrf_token", self.token())
        return self.client.post(address, data=sent, **options)

    def token(self) -> str:
        """The token of a page of ours, as its forms carry it."""
        page = self.client.get("/connexion").get_data(as_text=True)
        return page.split('name="csrf-token" content="', 1)[1].split('"', 1)[0]


@pytest.fixture
def client(app: Flask) -> Browser:
    """A visitor."""
    return Browser(app.test_client())


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], Browser]:
    """A browser where someone is signed in."""

    def open_browser(person: Person) -> Browser:
        with transaction():
            _session, secret = sessions.open_session(db.session.merge(person), method="link")
        browser = Browser(app.test_client(), person)
        browser.client.set_cookie(app.config["IDENTITY_COOKIE"], secret)
        return browser

    return open_browser


@dataclass
class Program:
    """A program that calls the API with a token, or without."""

    client: FlaskClient
    headers: dict[str, str]

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """One call: `call("POST", "/api/v1/spaces/fle/tools", {...})`."""
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        options = {} if body is None else {"json": body}
        return self.client.open(address, method=method, headers=given, **options)


@pytest.fixture
def api(app: Flask) -> Callable[..., Program]:
    """A program with the token of someone: `api(village.nadege, "read", "write")`; `api()` has none."""

    def open_program(person: Person | None = None, *scopes: str) -> Program:
        if person is None:
            return Program(app.test_client(), {})
        with transaction():
            _token, secret = sessions.create_token(
                db.session.merge(person), name="essai", scopes=list(scopes or ("read", "write", "moderate"))
            )
        return Program(app.test_client(), {"Authorization": f"Bearer {secret}"})

    return open_program


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Do everything that is due, as the workers would: facts, digests, mails."""
    del app
    from core import jobs  # noqa: PLC0415
    from notifications import digests, fanout  # noqa: PLC0415
    from notifications.events import Event  # noqa: PLC0415
    from notifications.mail import send  # noqa: PLC0415

    def do_everything() -> None:
        while jobs.run_due(Event, fanout.dispatch) + digests.plan_due() + send.send_due():
            pass

    return do_everything


@pytest.fixture
def mails(app: Flask) -> Callable[[], list[Any]]:
    """The mails made so far, in their order, each with `.address`, `.subject`, `.stream` and `.raw`."""
    del app
    from notifications.mail.deliveries import Delivery  # noqa: PLC0415

    def all_of_them() -> list[Any]:
        db.session.rollback()
        return list(
            db.session.scalars(
                sa.select(Delivery).options(sa.orm.undefer(Delivery.raw)).order_by(Delivery.id)
            )
        )

    return all_of_them


@contextmanager
def counting_queries() -> Iterator[list[str]]:
    """The statements sent to the database inside the block, transactions' own left out."""
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


#: Which set-up the journeys run on.
BACKEND = os.environ.get("MAILLAGE_TEST_BACKEND", "embedded")
