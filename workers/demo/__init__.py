"""The demo network: an invented network of Liège, the same each time, dated from today, for whoever opens the house empty."""

from dataclasses import dataclass

import sqlalchemy as sa

from core import clock, db, locale, wakeups
from core.errors import Conflict
from core.locale import _
from core.network import Network
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from workers.demo import founding, reading, story
from workers.demo.days import Days
from workers.demo.records import Book

#: What everything that looks like chance is drawn from.
SEED = 20


@dataclass(frozen=True)
class Loaded:
    """What now stands in the house."""

    people: int
    spaces: int
    publications: int


def load() -> Loaded:
    """Load the demo network into an empty database, all of it or nothing. Raises `Conflict` when it is not empty.

    The process holds the clock in the past while it works: nothing else may run in it.
    """
    with locale.spoken_to("fr", clock.BRUSSELS), db.transaction():
        _check_empty()
        now = clock.now()
        days = Days(now.astimezone(clock.BRUSSELS).date())
        book, cast = Book(days), founding.Cast(days=days, now=now, seed=SEED)
        founding.found(book, cast)
        story.play(book, cast)
        reading.settle(cast)
        # Nobody listened while the past was told: what it would have said is forgotten, and workers are woken once.
        db.forget_after_commit()
        wakeups.ring("events")
        return _loaded()


def _check_empty() -> None:
    for table in (Network, Person, Space):
        if db.session().scalar(sa.select(sa.exists().select_from(table))):
            raise Conflict(
                _(
                    "La base de données contient déjà un réseau : la démonstration ne se charge que dans une base vide."
                )
            )


def _loaded() -> Loaded:
    count = [
        int(db.session().scalar(sa.select(sa.func.count()).select_from(table)) or 0)
        for table in (Person, Space, Publication)
    ]
    return Loaded(*count)
