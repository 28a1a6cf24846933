"""What measurements share: an empty house of its own, many people at once, and an honest table."""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import sqlalchemy as sa  # noqa: E402
import structlog  # noqa: E402

from core import clock, config  # noqa: E402
from core.db import db, transaction  # noqa: E402
from core.people import Person  # noqa: E402
from core.spaces import Membership, Space  # noqa: E402
from tests import servers  # noqa: E402
from webapp import create_app  # noqa: E402

# What the house says of itself is not what is measured.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))


@dataclass(frozen=True)
class Timing:
    """What several runs of one thing took, in seconds."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def arguments(description: str, **numbers: int) -> argparse.Namespace:
    """The command line: `--runs`, `--postgres`, and a number for each keyword."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


@contextlib.contextmanager
def house(*, postgres: bool = False) -> Iterator[Any]:
    """An application on a database of its own, with its tables, inside its context."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="maillage-bench-"))
        settings = {"MAILLAGE_DATA_DIR": folder, "MAILLAGE_SECRET_KEY": "bench" * 10}
        if postgres:
            server = stack.enter_context(servers.postgres())
            settings["MAILLAGE_DATABASE_URL"] = server.create("bench")
        app = create_app(config.load(settings))
        stack.enter_context(app.app_context())
        db.create_all()
        yield app


def people(number: int, *, space: Space) -> list[int]:
    """`number` members of a space, made set by set."""
    now = clock.now()
    with transaction():
        first = (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0) + 1
        ids = list(range(first, first + number))
        db.session.execute(
            sa.insert(Person),
            [
                {
                    "id": n,
                    "name": f"Personne {n}",
                    "sort_name": f"personne {n}",
                    "email": f"p{n}@liege.example",
                    "email_key": f"p{n}@liege.example",
                    "created_at": now,
                    "account_at": now,
                    "is_staff": False,
                }
                for n in ids
            ],
        )
        db.session.execute(
            sa.insert(Membership),
            [{"person_id": n, "space_id": space.id, "role": "member", "joined_at": now} for n in ids],
        )
    return ids


def a_space() -> Space:
    """A space with every module on."""
    with transaction():
        space = Space(
            name="Plateforme mesurée",
            short_name="Mesure",
            slug="mesure",
            modules=["announcements", "meetings", "tools", "projects"],
            visibility="network",
        )
        db.session.add(space)
    return space


def measure(
    name: str, do: Callable[[], object], *, runs: int, before: Callable[[], object] | None = None
) -> Timing:
    """Time `do` over several runs; `before` prepares each and is not counted."""
    taken = []
    for _ in range(runs):
        if before:
            before()
        start = time.perf_counter()
        do()
        taken.append(time.perf_counter() - start)
    return Timing(name, tuple(taken))


def report(yardstick: Timing, *timings: Timing, per: int = 1, unit: str = "row") -> None:
    """The table of a measurement."""
    print(f"{'':40} {'median':>10} {'min':>10} {'max':>10} {'per ' + unit:>12} {'ratio':>8}")
    for timing in (yardstick, *timings):
        low, high = min(timing.seconds), max(timing.seconds)
        each = timing.median / per * 1e6
        print(
            f"{timing.name:40} {timing.median * 1e3:8.1f}ms {low * 1e3:8.1f}ms {high * 1e3:8.1f}ms"
            f" {each:10.1f}µs {timing.median / yardstick.median:8.2f}"
        )
