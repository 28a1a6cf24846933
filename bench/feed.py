"""A space's feed at 50 and at 5,000 publications: time for a page, p99 and queries, against a page without a database."""

import statistics
import time

import ground
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event

from core import clock, sessions
from core.db import db, transaction
from core.people import Person
from core.publications import Placement
from webapp.announcements.models import Announcement


def main() -> None:
    wanted = ground.arguments(__doc__, pages=200)
    with ground.house(postgres=wanted.postgres) as app:
        space = ground.a_space()
        (reader, *_rest) = ground.people(100, space=space)
        space_id, address = space.id, f"/espaces/{space.slug}"
        client = _signed_in(app, reader)
        timings, lines = [], []
        yardstick = ground.Timing("/healthz (yardstick)", _visit(client, "/healthz", wanted.pages))
        for number in (50, 5_000):
            _publish(number, space_id=space_id, author_id=reader)
            queries = _queries(client, address)
            seconds = _visit(client, address, wanted.pages)
            timings.append(ground.Timing(f"feed of {number}", seconds))
            p99 = statistics.quantiles(seconds, n=100)[-1]
            lines.append(
                f"{number:>6} publications: {queries} queries, {1 / statistics.mean(seconds):.0f} pages a second,"
                f" p99 {p99 * 1e3:.1f} ms"
            )
    print("\n".join(lines))
    ground.report(yardstick, *timings, unit="page")


def _signed_in(app: object, person_id: int) -> FlaskClient:
    with transaction():
        person = db.session.get(Person, person_id)
        assert person is not None
        _session, secret = sessions.open_session(person, method="link")
    client: FlaskClient = app.test_client()  # type: ignore[attr-defined]
    client.set_cookie("session", secret)
    return client


def _publish(number: int, *, space_id: int, author_id: int) -> None:
    now = clock.now()
    with transaction():
        db.session.execute(sa.delete(Placement))
        for n in range(number):
            announcement = Announcement(
                title=f"Annonce {n}",
                text="Bonjour. " * 40,
                author_id=author_id,
                state="published",
                published_at=now,
            )
            announcement.placements.append(Placement(space_id=space_id))
            db.session.add(announcement)


def _visit(client: FlaskClient, address: str, pages: int) -> tuple[float, ...]:
    taken = []
    for _ in range(pages):
        start = time.perf_counter()
        answer = client.get(address)
        taken.append(time.perf_counter() - start)
        assert answer.status_code == 200, answer.status_code
    return tuple(taken)


def _queries(client: FlaskClient, address: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.get(address)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


if __name__ == "__main__":
    main()
