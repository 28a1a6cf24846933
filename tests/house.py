"""The whole house under test, with its real processes: in one on SQLite, in several on PostgreSQL and Valkey."""

import re
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import requests
import socketio
import sqlalchemy as sa
from flask import Flask

from core import clock, config, sessions
from core.db import db, transaction
from core.people import Person
from core.publications import Placement, Publication
from core.spaces import Space
from notifications.events import publish
from tests import servers
from tests.visitors import let_go

#: How long something that takes a second may take on a machine busy with other tests.
PATIENCE = 20.0
#: What each role runs, and how many of it, when there are several processes.
SCALED = {"web": ("serve", 2), "worker": ("work", 2), "clock": ("clock", 1)}
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Estate:
    """The processes of a run of tests: started once, and anew after a test that killed some; each test finds it empty."""

    def __init__(self, settings: dict[str, str], smtp: servers.SmtpServer) -> None:
        port = servers.free_port()
        self.url = f"http://localhost:{port}"
        self.settings = settings | {
            "MAILLAGE_PORT": str(port),
            "MAILLAGE_BASE_URL": self.url,
            "MAILLAGE_SMTP_URL": smtp.url,
        }
        self.smtp = smtp
        self.processes: dict[str, list[servers.Process]] = {}
        self._stack = ExitStack()

    @property
    def scaled(self) -> bool:
        return "MAILLAGE_REDIS_URL" in self.settings

    def open(self) -> None:
        """Have every process run, and ready."""
        if not self.processes:
            for role, (_command, number) in SCALED.items() if self.scaled else {"web": ("serve", 1)}.items():
                for _ in range(number):
                    self.start(role)
        for process in self.processes["web"]:
            process.wait_until(lambda: servers.answers(f"{self.url}/readyz"), timeout=90)

    def start(self, role: str) -> servers.Process:
        command = SCALED[role][0] if self.scaled else "serve"
        process = self._stack.enter_context(servers.maillage(command, settings=self.settings))
        self.processes.setdefault(role, []).append(process)
        return process

    def close(self) -> None:
        """Ask all to stop at once: each would otherwise be waited for in its turn."""
        for process in [process for role in self.processes.values() for process in role]:
            process.popen.terminate()
        self._stack.close()
        self.processes = {}

    def empty(self) -> None:
        """Forget whatever the test before has left, under the feet of processes that go on."""
        self.smtp.clear()
        if self.scaled:
            redis.Redis.from_url(self.settings["MAILLAGE_REDIS_URL"]).flushall()
        engine = sa.create_engine(config.load(self.settings).database_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            tables = [table.name for table in reversed(db.metadata.sorted_tables)]
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
            else:
                for name in tables:
                    connection.execute(sa.text(f"DELETE FROM {name}"))  # noqa: S608 - names of our own tables


@dataclass
class House:
    """Its address, its processes, its mail server, and the ways in. `app` sees the same database, from outside."""

    app: Flask
    estate: Estate
    changed: bool = False
    _ears: list["Ear"] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.estate.url

    @property
    def smtp(self) -> servers.SmtpServer:
        return self.estate.smtp

    @property
    def processes(self) -> dict[str, list[servers.Process]]:
        """By role: « web », « worker », « clock ». In the embedded house, « web » does everything."""
        return self.estate.processes

    # Processes

    def kill(self, role: str) -> None:
        """`kill -9` one process of a role, with those it started."""
        self.changed = True
        process = self.processes[role if self.estate.scaled else "web"].pop(0)
        children = children_of(process.popen.pid)
        process.kill()
        for pid in children:
            servers.kill(pid)

    def start(self, role: str) -> None:
        """One more process of a role, once it is ready."""
        self.changed = True
        self.estate.start(role if self.estate.scaled else "web")
        self.estate.open()

    def flush_redis(self) -> None:
        """Let Redis forget everything. The embedded house has none to forget."""
        if self.estate.scaled:
            redis.Redis.from_url(self.estate.settings["MAILLAGE_REDIS_URL"]).flushall()

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command of Maillage's on this house: its exit code and what it said."""
        return run(*arguments, settings=self.estate.settings)

    def close(self) -> None:
        for ear in self._ears:
            ear.hang_up()
        if self.changed:
            self.estate.close()

    # Ways in

    def visitor(self) -> "Caller":
        return Caller(self.url)

    def sign_in(self, person: Person) -> "Caller":
        """A browser where someone is signed in."""
        caller = Caller(self.url)
        caller.session.cookies.set(self.app.config["IDENTITY_COOKIE"], self.cookie(person))
        return caller

    def cookie(self, person: Person) -> str:
        """The secret of a new session of someone's."""
        let_go()
        with transaction():
            _session, secret = sessions.open_session(db.session.merge(person), method="link")
        return secret

    def key(self, person: Person, *scopes: str) -> str:
        """The secret of a new API token of someone's."""
        let_go()
        with transaction():
            _token, secret = sessions.create_token(
                db.session.merge(person), name="essai", scopes=list(scopes or ("read",))
            )
        return secret

    def socket(self, person: Person | None = None, **how: Any) -> "Ear":
        """An open live channel of someone's, as their browser would hold it. See `Ear`."""
        if person is not None:
            name = self.app.config["IDENTITY_COOKIE"]
            how["headers"] = {"Cookie": f"{name}={self.cookie(person)}"}
            how.setdefault("origin", self.url)
        ear = Ear(self.url, **how)
        self._ears.append(ear)
        return ear

    # What happens

    def announce(self, space: Space, *, by: Person, title: str = "Portes ouvertes") -> int:
        """Something is published in a space, due to be told at once; its event's number."""
        from webapp.announcements.events import AnnouncementPublished  # noqa: PLC0415
        from webapp.announcements.models import Announcement  # noqa: PLC0415

        let_go()
        with transaction():
            said: Publication = Announcement(
                title=title, author_id=by.id, state="published", published_at=clock.now(), text="Venez."
            )
            said.placements.append(Placement(space_id=space.id))
            event = publish(AnnouncementPublished(publication=said, actor_id=by.id, space_id=space.id))
            db.session.flush()
            return event.id


def run(*arguments: str, settings: dict[str, str]) -> tuple[int, str]:
    """A command of Maillage's with these settings: its exit code and what it said."""
    with servers.maillage(*arguments, settings=settings) as process:
        process.popen.wait(120)
        return process.popen.returncode, process.output


class Caller:
    """A browser over real HTTP: it shows our forms' token, and follows nowhere by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self._token = ""

    def get(self, path: str, **how: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=PATIENCE, allow_redirects=False, **how)

    def post(self, path: str, data: Any = None, **how: Any) -> requests.Response:
        """Send a form, with its token."""
        how.setdefault("headers", {}).setdefault("X-CSRFToken", self.token())
        return self.session.post(self.url + path, data=data, timeout=PATIENCE, allow_redirects=False, **how)

    def token(self) -> str:
        if not self._token:
            for path in ("/preferences", "/connexion"):
                found = TOKEN.search(self.get(path).text)
                if found:
                    self._token = found[1]
                    break
        return self._token


class Ear:
    """A live channel held open: what it hears, and what it asks.

    `headers` and `origin` travel with the handshake (a program has no origin), `auth` in the Socket.IO connection.
    Raises `socketio.exceptions.ConnectionError` when it is refused.
    """

    def __init__(
        self, url: str, *, headers: dict[str, str] | None = None, origin: str | None = None, auth: Any = None
    ) -> None:
        self.nudges: list[dict[str, Any]] = []
        self.gone = threading.Event()
        self._heard = threading.Condition()
        session = requests.Session()
        session.trust_env = False
        self._client = socketio.Client(
            reconnection=False,
            http_session=session,
            handle_sigint=False,
            websocket_extra_options={"origin": origin} if origin else {"suppress_origin": True},
        )
        self._client.on("nudge", self._hear)
        self._client.on("disconnect", lambda *_reason: self.gone.set())
        self._client.connect(
            url, headers=headers or {}, auth=auth, transports=["websocket"], wait_timeout=PATIENCE
        )

    def subscribe(self, space: str | int | None, after: int | None = None) -> dict[str, Any]:
        """Ask to hear a space (None: what concerns oneself); the answer."""
        asked: dict[str, Any] = {"space": space}
        if after is not None:
            asked["after"] = after
        return self.call("subscribe", asked)

    def call(self, name: str, content: Any) -> Any:
        return self._client.call(name, content, timeout=PATIENCE)

    def hear(self, number: int = 1, *, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait for so many nudges in all; those heard so far."""
        with self._heard:
            self._heard.wait_for(lambda: len(self.nudges) >= number, timeout)
            assert len(self.nudges) >= number, f"{len(self.nudges)} nudges instead of {number}"
            return list(self.nudges)

    def hear_nothing_more(self, seconds: float = 1.5) -> None:
        number = len(self.nudges)
        time.sleep(seconds)
        assert self.nudges[number:] == []

    def hang_up(self) -> None:
        self._client.disconnect()

    def _hear(self, nudge: dict[str, Any]) -> None:
        with self._heard:
            self.nudges.append(nudge)
            self._heard.notify_all()


def wait_for(what: Callable[[], Any], *, timeout: float = PATIENCE) -> Any:
    """Ask until the answer is something; that answer."""
    give_up = time.monotonic() + timeout
    while not (found := what()):
        assert time.monotonic() < give_up, f"still nothing after {timeout} s"
        time.sleep(0.05)
        let_go()
    return found


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []
