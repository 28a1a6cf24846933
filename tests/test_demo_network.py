"""The demo network: all that it promises is there, it is the same twice, and it leaves nothing to be sent for the past."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from core import config, db
from core.errors import Conflict
from core.people import Person
from core.publications import Publication, placed_in, readable_by
from core.spaces import Space
from notifications.events import Event
from webapp import create_app
from workers import demo
from workers.demo import checks
from workers.demo.days import Days
from workers.demo.papers import pdf

pytestmark = pytest.mark.slow
#: A Monday: what is said to be of yesterday is then Friday's.
DAYS = {"a Monday": "2026-06-15 08:20", "the eve of summer time": "2026-03-28 19:00"}


def _house(template: Path, folder: Path) -> Flask:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "maillage.sqlite3")
    return create_app(config.load({"MAILLAGE_DATA_DIR": str(folder)}))


@pytest.fixture(scope="module", params=DAYS.values(), ids=DAYS.keys())
def loaded(
    request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The demo network on a given day, loaded once for all that is asked of it."""
    now = datetime.fromisoformat(request.param).replace(tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        app = _house(template, tmp_path_factory.mktemp("demo") / "var")
        with app.app_context():
            demo.load()
            yield app
            db.db.session.remove()
            db.db.engine.dispose()


def test_all_that_it_promises_is_there(loaded: Flask) -> None:
    assert checks.verify() == []


def test_it_refuses_a_house_where_someone_lives(loaded: Flask) -> None:
    with pytest.raises(Conflict):
        demo.load()


def test_what_is_past_is_told_and_what_is_to_come_waits(loaded: Flask) -> None:
    late = sa.select(sa.func.count(Event.id)).where(
        Event.done_at.is_(None), Event.due_at <= datetime.now(UTC)
    )
    assert db.session().scalar(late) == 0
    assert db.session().scalar(sa.select(sa.func.count(Event.id)).where(Event.done_at.is_(None))) > 10


def test_nothing_of_a_closed_space_is_read_outside_it(loaded: Flask) -> None:
    stranger = db.session().scalars(sa.select(Person).where(Person.name == "Nadège Lambrecht")).one()
    closed = db.session().scalars(sa.select(Space).where(Space.slug == "ssde")).one()
    titles = db.session().scalars(
        sa.select(Publication.title).where(
            placed_in(closed), Publication.scope == "space", readable_by(stranger)
        )
    )
    assert list(titles) == []


def test_it_is_the_same_twice(template: Path, tmp_path: Path) -> None:
    assert _told(template, tmp_path / "one") == _told(template, tmp_path / "two")


def _told(template: Path, folder: Path) -> list[tuple[object, ...]]:
    """Everything that people can see, but for what is random on purpose: secrets and names on the disk."""
    app = _house(template, folder)
    with time_machine.travel(datetime(2026, 10, 8, 9, 30, tzinfo=UTC), tick=False), app.app_context():
        demo.load()
        found: list[tuple[object, ...]] = []
        for name, hidden in (
            ("people", set()),
            ("memberships", set()),
            ("publications", set()),
            ("placements", set()),
            ("meetings", {"uid"}),
            ("meeting_answers", set()),
            ("files", {"storage_name"}),
            ("events", set()),
            ("notifications", set()),
            ("mail_settings", set()),
        ):
            table = db.Base.metadata.tables[name]
            columns = [column for column in table.columns if column.name not in hidden]
            rows = db.session().execute(sa.select(*columns).order_by(*table.primary_key.columns))
            found += [(name, *(str(value) for value in row)) for row in rows]
        db.db.session.remove()
        db.db.engine.dispose()
    return found


@pytest.mark.parametrize(
    ("offset", "day"),
    [
        ("+1", "2026-03-07"),
        ("+2", "2026-03-09"),
        ("+6 tue", "2026-03-17"),
        ("-4 tue", "2026-02-24"),
        ("-2", "2026-03-04"),
    ],
)
def test_days_are_working_days_but_for_tomorrow(offset: str, day: str) -> None:
    friday = Days(datetime(2026, 3, 6, tzinfo=UTC).date())
    assert friday.day(offset).isoformat() == day


def test_what_was_said_one_working_day_ago_was_said_on_friday() -> None:
    monday = Days(datetime(2026, 3, 9, tzinfo=UTC).date())
    assert monday.before("-1 15:40") == datetime(2026, 3, 6, 14, 40, tzinfo=UTC)


def test_the_references_of_a_pdf_are_counted_to_the_byte() -> None:
    content = pdf("Le marché (en dix situations)", ["« Oui »"] * 120)
    start = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert content[start:].startswith(b"xref")
    entries = content[start:].split(b" n \n")[:-1]
    for number, entry in enumerate(entries, start=1):
        place = int(entry.split(b"\n")[-1].split()[0])
        assert content[place:].startswith(b"%d 0 obj" % number)
    assert content.count(b"/Type /Page ") == 3
