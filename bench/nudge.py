"""From the POST to the browser's nudge, embedded and scaled, against the same POST's own answer."""

import argparse
import contextlib
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator

import ground
import requests
import socketio

from core import clock, config, sessions
from core.db import db, transaction
from core.people import Person
from core.spaces import Membership, Space
from tests import servers
from webapp import create_app

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument(
        "--scaled", action="store_true", help="PostgreSQL, Valkey, two web and two worker processes"
    )
    wanted = parser.parse_args()
    with _house(scaled=wanted.scaled) as (url, writer, listener):
        answers, nudges = _measure(url, writer, listener, wanted.runs)
    yardstick = ground.Timing("POST to its answer (yardstick)", tuple(answers))
    nudged = ground.Timing("POST to the other browser's nudge", tuple(nudges))
    print(
        "scaled" if wanted.scaled else "embedded",
        f"· {wanted.runs} announcements · p95 {_p95(nudges) * 1e3:.0f} ms",
    )
    ground.report(yardstick, nudged, unit="POST")


def _measure(url: str, writer: str, listener: str, runs: int) -> tuple[list[float], list[float]]:
    heard = threading.Event()
    client = socketio.Client()

    @client.on("nudge")
    def on_nudge(nudge: dict[str, object]) -> None:
        if nudge["space"] == "mesure":
            heard.set()

    client.connect(url, transports=["websocket"], headers={"Cookie": f"session={listener}"})
    assert client.call("subscribe", {"space": "mesure", "after": 0})["ok"]
    browser = requests.Session()
    browser.cookies.set("session", writer)
    token = TOKEN.search(browser.get(f"{url}/espaces/mesure").text)
    assert token is not None
    answers, nudges = [], []
    for n in range(runs + 3):
        heard.clear()
        form = {"csrf_token": token.group(1), "title": f"Mesure {n}", "text": "Bonjour.", "scope": "space",
                "spaces": "1", "action": "share"}  # fmt: skip
        start = time.perf_counter()
        answer = browser.post(f"{url}/espaces/mesure/annonces", data=form, allow_redirects=False)
        answered = time.perf_counter() - start
        assert answer.status_code == 303, answer.text[:500]
        assert heard.wait(20), "no nudge within 20 s"
        nudged = time.perf_counter() - start
        if n >= 3:  # the first ones warm the house up
            answers.append(answered)
            nudges.append(nudged)
    client.disconnect()
    return answers, nudges


@contextlib.contextmanager
def _house(*, scaled: bool) -> Iterator[tuple[str, str, str]]:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="maillage-bench-"))
        port = servers.free_port()
        settings = {
            "MAILLAGE_DATA_DIR": folder,
            "MAILLAGE_SECRET_KEY": "bench" * 10,
            "MAILLAGE_BASE_URL": f"http://localhost:{port}",
            "MAILLAGE_PORT": str(port),
        }
        if scaled:
            settings["MAILLAGE_DATABASE_URL"] = stack.enter_context(servers.postgres()).create("bench")
            settings["MAILLAGE_REDIS_URL"] = stack.enter_context(servers.valkey()).url
        stack.enter_context(servers.maillage("migrate", settings=settings)).popen.wait(120)
        writer, listener = _people(settings)
        roles = ("serve", "serve", "work", "work", "clock") if scaled else ("serve",)
        running = [stack.enter_context(servers.maillage(role, settings=settings)) for role in roles]
        url = settings["MAILLAGE_BASE_URL"]
        running[0].wait_until(lambda: servers.answers(f"{url}/readyz"), timeout=60)
        yield url, writer, listener


def _people(settings: dict[str, str]) -> tuple[str, str]:
    app = create_app(config.load(settings))
    with app.app_context():
        with transaction():
            space = Space(
                name="Mesure",
                short_name="Mesure",
                slug="mesure",
                modules=["announcements"],
                visibility="network",
            )
            secrets = []
            for name, role in (("Ada Mesure", "animator"), ("Bob Mesure", "member")):
                person = Person(name=name, email=f"{name[:3].lower()}@liege.example", account_at=clock.now())
                db.session.add(Membership(person=person, space=space, role=role))
                db.session.flush()
                secrets.append(sessions.open_session(person, method="link")[1])
        db.session.remove()
        db.engine.dispose()
    return secrets[0], secrets[1]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    main()
