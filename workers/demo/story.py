"""What happened in the demo network: each act is done by its author, at its hour, through the house's own verbs."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from core import clock
from core.db import db
from core.people import Person
from core.publications import Publication, kind_named
from notifications import fanout
from notifications.events import Event
from webapp.files import service as files
from webapp.meetings import service as meetings
from webapp.meetings.models import ANSWERS, Meeting, MeetingAnswer
from webapp.publications import service as publications
from workers.demo import doors, papers, pictures
from workers.demo.founding import Cast
from workers.demo.records import Book, Record

#: Something done at an instant, to nothing yet or to a publication.
Act = tuple[datetime, Callable[[], object]]
Step = tuple[datetime, Callable[[Any], object]]


def play(book: Book, cast: Cast) -> None:
    """Do all of it in the order of time; each fact is told at its own hour, to those who sat there then."""
    acts = list(doors.acts(book, cast))
    for record in book.publications:
        acts += Life(record, book, cast).acts()
    for at, do in sorted(acts, key=lambda act: act[0]):
        instant = min(at, cast.now)
        tell_until(instant)
        with clock.at(instant):
            do()
            db.session.flush()
    tell_until(cast.now)


def tell_until(instant: datetime) -> None:
    """Tell the facts due until an instant, each at its hour: what the workers would have done."""
    waiting = (
        sa.select(Event)
        .where(Event.done_at.is_(None), Event.due_at <= instant)
        .order_by(Event.due_at, Event.id)
        .limit(1)
    )
    while (event := db.session.scalar(waiting)) is not None:
        with clock.at(event.due_at):
            fanout.dispatch(event)
            _sign_off(event)


def _sign_off(event: Event) -> None:
    """A plain update: the session's own way of writing, four hundred times over, would cost seconds."""
    told = sa.update(Event).where(Event.id == event.id)
    values = {"done_at": clock.now(), "attempts": 1, "lapsed": bool(event.lapsed)}
    db.session.expire(event)
    db.session.execute(told.values(**values).execution_options(synchronize_session=False))


def _on_the_one(made: list[Publication], do: Callable[[Any], object]) -> None:
    do(made[0])


@dataclass(frozen=True)
class Life:
    """One publication, from its first draft to what became of it."""

    record: Record
    book: Book
    cast: Cast

    def acts(self) -> list[Act]:
        """Each step of its life."""
        made: list[Publication] = []
        steps = self._steps()
        return [
            (self._written_at, lambda: made.append(self._write())),
            *((at, partial(_on_the_one, made, do)) for at, do in steps),
        ]

    # How each state is reached

    def _steps(self) -> Iterator[Step]:
        reached = {
            "draft": self._draft,
            "submitted": self._submitted,
            "changes_asked": self._changes_asked,
            "refused": self._refused,
            "withdrawn": self._withdrawn,
            "archived": self._archived,
        }
        return reached.get(self.record.get("state"), self._published)()

    def _draft(self) -> Iterator[Step]:
        yield from ()

    def _submitted(self) -> Iterator[Step]:
        yield self._shared_at, self._share

    def _changes_asked(self) -> Iterator[Step]:
        yield self._shared_at, self._share
        yield (
            self._decided_at,
            lambda one: publications.ask_changes(one, by=self._decider, reason=self.record["note"]),
        )

    def _refused(self) -> Iterator[Step]:
        yield self._shared_at, self._share
        yield (
            self._decided_at,
            lambda one: publications.refuse(one, by=self._decider, reason=self.record["note"]),
        )

    def _published(self) -> Iterator[Step]:
        yield self._shared_at, self._share
        yield self._decided_at, self._let_out
        out = max(self._decided_at, self._shared_at)
        if self.record.flag("pinned"):
            yield out + timedelta(minutes=2), self._pin
        for number, slug in enumerate(self._places_by_others):
            yield out + timedelta(minutes=25 + 40 * number), partial(self._place, slug)
        yield from self._meeting_steps(out)

    def _withdrawn(self) -> Iterator[Step]:
        yield from self._published()
        yield self._later, lambda one: publications.withdraw(one, by=self._author)

    def _archived(self) -> Iterator[Step]:
        yield from self._published()
        yield self._later, lambda one: publications.archive(one, by=self._author)

    def _meeting_steps(self, out: datetime) -> Iterator[Step]:
        if self.record.get("answers"):
            yield out + timedelta(minutes=50), self._answer
        if self.record.get("moved"):
            yield self._past("moved"), self._move
        if self.record.get("cancelled"):
            yield (
                self._past("cancelled"),
                lambda one: meetings.cancel(one, by=self._author, reason=self.record["reason"]),
            )

    # When

    @property
    def _written_at(self) -> datetime:
        if self.record.get("written"):
            return self._past("written")
        asked = timedelta(minutes=12)
        return (
            self._past("at") - self._chance.randrange(4, 30) * timedelta(hours=1)
            if self._waits
            else self._past("at") - asked
        )

    @property
    def _shared_at(self) -> datetime:
        return self._written_at + timedelta(minutes=11)

    @property
    def _decided_at(self) -> datetime:
        if self.record.get("decided"):
            return self._past("decided")
        if self.record.get("written"):
            return self._shared_at + timedelta(minutes=1)
        return self._past("at")

    @property
    def _later(self) -> datetime:
        """When its author took it back or put it away: some days later, and before now."""
        out = max(self._decided_at, self._shared_at)
        return out + (self.cast.now - out) * 0.4

    def _past(self, name: str) -> datetime:
        return self.cast.days.before(self.record[name])

    # Who

    @property
    def _author(self) -> Person:
        return self.cast.people[self.record["by"]]

    @property
    def _decider(self) -> Person:
        """Whoever is named, else one of those in charge of its space, never its author."""
        if self.record.get("decided_by"):
            return self.cast.people[self.record["decided_by"]]
        able = [
            key
            for key in self.cast.in_charge[self.record.space]
            if key != self.record["by"] and key in self.cast.with_account
        ]
        return self.cast.people[self._chance.choice(able or ["beatrice"])]

    @property
    def _chance(self) -> Any:
        return self.cast.chance("life", self.record.space, self.record["title"], self.record["kind"])

    @property
    def _waits(self) -> bool:
        """Whether someone else reads it first: by its kind, or because it goes beyond the spaces its author moderates."""
        wide = self.record.get("scope", "space") != "space"
        moderates = all(self.record["by"] in self.cast.in_charge.get(slug, []) for slug in self._places)
        return self._kind.needs_approval or (wide and not moderates)

    @property
    def _kind(self) -> type[Publication]:
        kind = kind_named(self.record["kind"])
        if kind is None:
            raise ValueError(f"no kind is called « {self.record['kind']} »")
        return kind

    @property
    def _places(self) -> list[str]:
        """Its space, and those of « also » to which its author belongs."""
        also = [slug for slug in self.record.words("also") if self._belongs(slug)]
        return [self.record.space, *also]

    @property
    def _places_by_others(self) -> list[str]:
        """Those of « also » where someone in charge shows it later."""
        return [slug for slug in self.record.words("also") if not self._belongs(slug)]

    def _belongs(self, slug: str) -> bool:
        return self.record["by"] in self.cast.seats[slug] or self._author.is_staff

    # What is done

    def _write(self) -> Publication:
        common = {
            "by": self._author,
            "spaces": [self.cast.spaces[slug] for slug in self._places],
            "title": self.record["title"],
            "text": self.record.text,
            "organisation": self.cast.speaks_for.get(self.record["by"]),
            "scope": self.record.get("scope", "space"),
            "expires_at": self.cast.days.at(self.record["expires"] + " 22:00")
            if self.record.get("expires")
            else None,
            "published_at": self._appears_at,
        }
        writes = {"tool": self._as_tool, "project": self._as_project, "meeting": self._as_meeting}
        return writes.get(self.record["kind"], self._as_it_is)(common)

    @property
    def _appears_at(self) -> datetime | None:
        """Its hour, when it was written to appear later."""
        is_to_come = self.record.get("at").startswith("+")
        return self.cast.days.at(self.record["at"]) if is_to_come else None

    def _as_it_is(self, common: dict[str, Any]) -> Publication:
        return publications.draft(self._kind, **common)

    def _as_tool(self, common: dict[str, Any]) -> Publication:
        names = ("purpose", "audience", "language", "licence", "link")
        details: dict[str, Any] = {name: self.record.get(name) for name in names}
        made = publications.draft(self._kind, **common, **details)
        given = [(io.BytesIO(content), name) for name, content in papers.made_for(self.record, self._hue)]
        files.attach(made, given, by=self._author)
        return made

    def _as_project(self, common: dict[str, Any]) -> Publication:
        dates: dict[str, Any] = {
            name: self.cast.days.day(self.record[word]) if self.record.get(word) else None
            for name, word in (("starts_on", "starts"), ("ends_on", "ends"))
        }
        made = publications.draft(
            self._kind,
            **common,
            **dates,
            partners=self.record.get("partners"),
            status=self.record["status"],
        )
        pattern = self.record["pattern"]
        picture = pictures.cover(hue=self._hue, pattern=pattern, seed=self.record["title"])
        alt = self.book.data("patterns.json")[pattern]
        files.set_cover(made, (io.BytesIO(picture), "couverture.jpg"), alt=alt, by=self._author)
        return made

    def _as_meeting(self, common: dict[str, Any]) -> Publication:
        start, end = self._times(self.record.get("moved_from") or self.record["starts"])
        del common["published_at"]
        return meetings.draft(
            starts_at=start,
            ends_at=end,
            all_day=self.record.flag("all_day"),
            place=self.record.get("place"),
            online_url=self.record.get("online"),
            capacity=int(self.record["capacity"]) if self.record.get("capacity") else None,
            **common,
        )

    def _times(self, starts: str) -> tuple[datetime, datetime]:
        start = self.cast.days.at(starts)
        day = start.astimezone(clock.BRUSSELS)
        hour, minute = self.record["ends"].split(":")
        end = day.replace(hour=int(hour), minute=int(minute))
        return start, end if end > day else end + timedelta(days=1)

    @property
    def _hue(self) -> str:
        return self.cast.spaces[self.record.space].colour

    def _share(self, publication: Publication) -> None:
        publications.share(publication, by=self._author)

    def _let_out(self, publication: Publication) -> None:
        if publication.state == "submitted":
            publications.approve(publication, by=self._decider)

    def _pin(self, publication: Publication) -> None:
        space = self.cast.spaces[self.record.space]
        publications.pin(publication, space=space, by=self._in_charge(self.record.space))

    def _place(self, slug: str, publication: Publication) -> None:
        """What the network reads is taken up by whoever moderates there; what a space keeps is brought from it."""
        by = self._in_charge(slug) if publication.scope != "space" else self._bearer(slug)
        publications.place(publication, space=self.cast.spaces[slug], by=by)

    def _bearer(self, slug: str) -> Person:
        seated = [self.cast.people[key] for key in self.cast.seats[slug]]
        return self._author if self._author in seated else next(one for one in seated if one.is_staff)

    def _in_charge(self, slug: str) -> Person:
        return next(
            self.cast.people[key] for key in self.cast.in_charge[slug] if key in self.cast.with_account
        )

    def _move(self, meeting: Meeting) -> None:
        start, end = self._times(self.record["starts"])
        meetings.edit(meeting, by=self._author, version=meeting.version, starts_at=start, ends_at=end)

    def _answer(self, meeting: Meeting) -> None:
        """What its members answered, in one go: open pages were not there to see each of them."""
        wanted = [int(number) for number in self.record.words("answers")]
        answers = [answer for answer, number in zip(ANSWERS, wanted, strict=True) for _ in range(number)]
        if meeting.capacity is not None and wanted[0] > meeting.capacity:
            raise ValueError(f"« {meeting.title} » has more people than places")
        invited = self._invited()
        comments = self.book.data("answers.json")
        rows = [
            {
                "meeting_id": meeting.id,
                "person_id": person.id,
                "answer": answer,
                "comment": self._comment(comments[answer], number),
                "answered_at": self._answered_at(meeting, number),
            }
            for number, (person, answer) in enumerate(zip(invited, answers, strict=False))
        ]
        if rows:
            db.session.execute(sa.insert(MeetingAnswer), rows)

    def _invited(self) -> list[Person]:
        """Its author first, who comes; then its members in an order drawn for this meeting."""
        keys = [
            key for slug in self._places for key in self.cast.seats[slug] if key in self.cast.with_account
        ]
        others = sorted({key for key in keys if key not in self._gone} - {self.record["by"]})
        self._chance.shuffle(others)
        return [self.cast.people[key] for key in [self.record["by"], *others]]

    @property
    def _gone(self) -> set[str]:
        said = self.book.data("doors.json")
        return {one["person"] for one in [*said["departures"], *said["closed"]]}

    def _comment(self, known: list[str], number: int) -> str:
        chance = self.cast.chance("comment", self.record["title"], str(number))
        return str(chance.choice(known)) if chance.random() < 0.22 else ""

    def _answered_at(self, meeting: Meeting, number: int) -> datetime:
        """Most within two days, and never after it began, nor after the present."""
        chance = self.cast.chance("answered", self.record["title"], str(number))
        asked = clock.now()
        latest = min(meeting.starts_at, asked + timedelta(days=2), self.cast.now)
        return asked + (latest - asked) * chance.random()
