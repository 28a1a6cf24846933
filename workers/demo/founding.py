"""The first day of the demo network: whose it is, its organisations, its people, its spaces, who sits where, its programmes."""

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.clock import BRUSSELS
from core.db import db
from core.network import Network
from core.organisations import Mandate, Organisation
from core.people import Person
from core.spaces import Membership, Space
from core.text import fold, slugify
from notifications import digests
from notifications.preferences import MailSettings, SpacePreference
from webapp.programmes.models import Axis, AxisSeat, Programme
from workers.demo.days import Days
from workers.demo.records import Book, Record

#: The word for it in `people.csv`: « fle:moderator<-400>+30 ».
_PLACE = re.compile(r"(?P<space>[a-z-]+?)(?::(?P<role>[a-z]+))?(?:<(?P<since>-\d+))?(?:>(?P<until>[+-]\d+))?")
_MANDATE = re.compile(r"(?P<code>O\d\d)(?P<referent>\*?)<(?P<since>-\d+)(?:>(?P<until>[+-]\d+))?")
#: Since when the house is open, in days, and who sits there without a date of their own came in the first months.
OPENED = 480


@dataclass
class Cast:
    """Everyone and everything by the name that the content uses."""

    days: Days
    #: The instant at which the network is loaded: nothing is done after it.
    now: datetime
    seed: int
    people: dict[str, Person] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    #: The first organisation of each person: in its name they speak.
    speaks_for: dict[str, Organisation] = field(default_factory=dict)
    #: Who sits in each space as more than a guest, in the order of the content.
    seats: dict[str, list[str]] = field(default_factory=dict)
    in_charge: dict[str, list[str]] = field(default_factory=dict)
    with_account: set[str] = field(default_factory=set)

    def chance(self, *about: str) -> random.Random:
        """The dice for one matter: what is drawn for one does not depend on the others."""
        return random.Random(":".join([str(self.seed), *about]))  # noqa: S311 - nothing here is a secret


def found(book: Book, cast: Cast) -> None:
    """Write it all; nothing is told to anyone."""
    _organisations(book, cast)
    _people(book, cast)
    _spaces(book, cast)
    _memberships(book, cast)
    _mail_settings(book, cast)
    _programmes(book, cast)
    _network(book, cast)
    db.session.flush()


def _network(book: Book, cast: Cast) -> None:
    said = book.data("network.json")
    suggested = [
        {"person": cast.people[one["person"]].id, "note": one["note"]} for one in said["suggestions"]
    ]
    values = {name: value for name, value in said.items() if name != "suggestions"}
    db.session.add(Network(**values, suggested=suggested, is_demo=True))


# ── Organisations and people ─────────────────────────────────────────────────────────────────────────────────────────


def _organisations(book: Book, cast: Cast) -> None:
    opened = _ago(cast, OPENED)
    for row in book.organisations:
        cast.organisations[row["code"]] = Organisation(
            name=row["name"],
            sort_name=fold(row["name"]),
            slug=slugify(row["domain"].rpartition(".")[0], 80),
            form=row["form"],
            sector=row["sector"],
            description=row["presentation"],
            ins=row["ins"],
            commune=row["commune"],
            address=row["address"],
            website=f"https://www.{row['domain']}",
            email=f"info@{row['domain']}",
            phone=row["phone"],
            created_at=opened,
        )
    db.session.add_all(cast.organisations.values())
    db.session.flush()


def _people(book: Book, cast: Cast) -> None:
    domains = {row["code"]: row["domain"] for row in book.organisations}
    for number, row in enumerate(book.people):
        mandates = [_match(_MANDATE, word) for word in row["mandates"].split()]
        domain = domains[mandates[0]["code"]] if mandates else "courriel.example"
        cast.people[row["key"]] = _person(row, domain, number, cast)
        if mandates:
            cast.speaks_for[row["key"]] = cast.organisations[mandates[0]["code"]]
    db.session.add_all(cast.people.values())
    db.session.flush()
    db.session.add_all(
        mandate for row in book.people for mandate in _mandates(row, cast.people[row["key"]], cast)
    )
    db.session.flush()


def _person(row: dict[str, str], domain: str, number: int, cast: Cast) -> Person:
    chance = cast.chance("person", row["key"])
    came = _ago(cast, OPENED - chance.randrange(60), chance.randrange(8 * 60, 18 * 60))
    has_account = row["status"] in ("account", "staff", "closed")
    person = Person(
        name=row["name"],
        job_title=row["job"],
        about=row["about"],
        is_staff=row["status"] == "staff",
        created_at=came,
    )
    if row["status"] != "listed":
        person.email = f"{_mailbox(row['name'])}@{domain}"
        person.phone = f"04 000 {number // 100:02d} {number % 100:02d}" if chance.random() < 0.4 else ""
    if has_account:
        cast.with_account.add(row["key"])
        person.account_at = person.email_verified_at = came + timedelta(minutes=chance.randrange(5, 3000))
        person.last_seen_at = cast.now - timedelta(minutes=chance.randrange(50, 6 * 1440))
    return person


def _mailbox(name: str) -> str:
    """« Me Corentin Delvoye » is corentin.delvoye."""
    words = name.removeprefix("Me\u00a0").removeprefix("Me ").split()
    return ".".join(slugify(word) for word in (words[0], "".join(words[1:])))


def _mandates(row: dict[str, str], person: Person, cast: Cast) -> list[Mandate]:
    found = []
    for word in row["mandates"].split():
        read = _match(_MANDATE, word)
        found.append(
            Mandate(
                person_id=person.id,
                organisation_id=cast.organisations[read["code"]].id,
                title=row["job"],
                is_referent=bool(read["referent"]),
                starts_on=_day(cast, read["since"]),
                ends_on=_day(cast, read["until"]) if read["until"] else None,
            )
        )
    return found


# ── Spaces and seats ─────────────────────────────────────────────────────────────────────────────────────────────────


def _spaces(book: Book, cast: Cast) -> None:
    opened = _ago(cast, OPENED)
    for position, record in enumerate(book.spaces, start=1):
        cast.spaces[record["slug"]] = _space(record, position, opened, cast)
    db.session.add_all(cast.spaces.values())
    db.session.flush()


def _space(record: Record, position: int, opened: datetime, cast: Cast) -> Space:
    return Space(
        kind=record["kind"],
        name=record["name"],
        short_name=record["short"],
        slug=record["slug"],
        colour=record["colour"],
        icon=record["icon"],
        description=record.text,
        charter=record.get("charter").replace(" / ", "\n"),
        parent=cast.spaces.get(record.get("parent")),
        modules=record.words("modules"),
        join_policy=record["join"],
        visibility=record["visibility"],
        position=position,
        created_at=opened,
    )


def _memberships(book: Book, cast: Cast) -> None:
    for row in book.people:
        for word in row["places"].split():
            read = _match(_PLACE, word)
            role = read["role"] or "member"
            chance = cast.chance("seat", row["key"], read["space"])
            since = -int(read["since"]) if read["since"] else OPENED - 30 - chance.randrange(90)
            db.session.add(
                Membership(
                    person=cast.people[row["key"]],
                    space=cast.spaces[read["space"]],
                    organisation=cast.speaks_for.get(row["key"]),
                    role=role,
                    joined_at=_ago(cast, min(since, OPENED), chance.randrange(8 * 60, 18 * 60)),
                    until=_end(cast, read["until"]) if role == "guest" else None,
                )
            )
            if role != "guest":
                cast.seats.setdefault(read["space"], []).append(row["key"])
            if role in ("moderator", "animator"):
                cast.in_charge.setdefault(read["space"], []).append(row["key"])
    db.session.flush()


def _mail_settings(book: Book, cast: Cast) -> None:
    """Each person's own rhythm, and the instant of their next digest."""
    for row in book.people:
        if row["status"] in ("listed", "closed"):
            continue
        person = cast.people[row["key"]]
        rhythm, hour, others = _rhythm(row["rhythm"])
        settings = MailSettings(
            person=person,
            rhythm=rhythm,
            digest_minute=hour,
            weekdays=[int(one) for one in others.pop("days", "01234")],
            weekly_day=int(others.pop("weekly", "0")),
        )
        if "pause" in others:
            settings.paused_until = _end(cast, others.pop("pause"))
        db.session.add(settings)
        for slug, own in others.items():
            db.session.add(SpacePreference(person_id=person.id, space_id=cast.spaces[slug].id, rhythm=own))
        db.session.flush()
        digests.plan_next(settings)


def _rhythm(written: str) -> tuple[str, int, dict[str, str]]:
    """« daily 07:30 days=0134 isp=weekly »: a rhythm, an hour in minutes since midnight, and the rest."""
    words = written.split()
    others = dict(word.split("=") for word in words[1:] if "=" in word)
    hour = next((word for word in words[1:] if ":" in word), "07:30")
    return words[0], int(hour[:2]) * 60 + int(hour[3:]), others


# ── Programmes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _programmes(book: Book, cast: Cast) -> None:
    for said in book.data("programmes.json"):
        programme = Programme(
            **{name: said[name] for name in ("slug", "name", "short_name", "carried_by", "description")},
            starts_on=_year(cast, said["starts_on"]),
            ends_on=_year(cast, said["ends_on"], last=True),
        )
        for position, axis in enumerate(said["axes"], start=1):
            programme.axes.append(_axis(axis, position, cast))
        db.session.add(programme)


def _axis(said: dict[str, Any], position: int, cast: Cast) -> Axis:
    axis = Axis(position=position, name=said["name"], description=said["description"])
    axis.bridge = cast.spaces.get(said["bridge"] or "")
    axis.seats = [AxisSeat(space=cast.spaces[slug]) for slug in said["seats"]]
    return axis


def _year(cast: Cast, written: str, *, last: bool = False) -> date:
    """A date, or « years:+3 »: the first or last day of that year, counted from this one."""
    if not written.startswith("years:"):
        return date.fromisoformat(written)
    year = cast.days.today.year + int(written.removeprefix("years:"))
    return date(year, 12, 31) if last else date(year, 1, 1)


# ── Days ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(cast: Cast, offset: str) -> date:
    return cast.days.today + timedelta(days=int(offset))


def _ago(cast: Cast, days: int, minute: int = 9 * 60) -> datetime:
    midnight = datetime.combine(cast.days.today - timedelta(days=days), datetime.min.time(), BRUSSELS)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def _end(cast: Cast, offset: str) -> datetime:
    """The last instant of a day."""
    return _ago(cast, -int(offset), 23 * 60 + 59)


def _match(pattern: re.Pattern[str], word: str) -> re.Match[str]:
    found = pattern.fullmatch(word)
    if found is None:
        raise ValueError(f"« {word} » is not understood")
    return found
