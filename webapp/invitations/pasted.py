"""A pasted list of people, as mail programs and spreadsheets give it, read line by line and judged without losing any."""

import re
from dataclasses import dataclass

from core import text
from core.addresses import well_written
from core.errors import Refused
from core.locale import _

MOST = 200
#: « Nom <adresse> », « "Nom, Prénom" <adresse> », or the address alone.
_NAMED = re.compile(r"^\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>\s]+)\s*>\s*$")
#: A comma or a semicolon between two people: not inside quotes, nor between the angles of an address.
_BETWEEN = re.compile(r"""[,;\t](?=(?:[^"]*"[^"]*")*[^"]*$)(?![^<]*>)""")


@dataclass(frozen=True)
class Guest:
    """Someone to invite."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Mistake:
    """What could not be read, where: the number of its line, from 1."""

    line: int
    written: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """A list read: each address once, and every line that is wrong."""

    guests: list[Guest]
    mistakes: list[Mistake]
    repeated: int = 0


def read(pasted: str) -> Reading:
    """The people of a list: new lines, commas, semicolons or tabulations between them, as they come."""
    guests: dict[str, Guest] = {}
    mistakes: list[Mistake] = []
    repeated = 0
    for number, line in enumerate(pasted.splitlines(), 1):
        for written in _people_of(line):
            try:
                guest = _guest(written)
            except Refused as error:
                mistakes.append(Mistake(number, written[:120], error.sentence))
                continue
            key = text.normalise_email(guest.address)
            repeated += key in guests
            guests.setdefault(key, guest)
    if len(guests) > MOST:
        raise Refused(
            _("Au plus %(most)s personnes à la fois : envoyez la liste en plusieurs fois.", most=MOST)
        )
    return Reading(list(guests.values()), mistakes, repeated)


def _people_of(line: str) -> list[str]:
    """The parts of a line that each stand for someone: « Dupont, Marie <m@d.be> » and « Marie⇥m@d.be » are one person."""
    people: list[str] = []
    names: list[str] = []
    for part in (part.strip() for part in _BETWEEN.split(line)):
        if "@" not in part:
            names += [part] if part else []
            continue
        address = f"<{part}>" if names and "<" not in part else part
        people.append(" ".join([*names, address]))
        names = []
    return people + ([" ".join(names)] if names else [])


def _guest(written: str) -> Guest:
    found = _NAMED.match(written)
    if found:
        return Guest(well_written(found["address"]), text.one_line(found["name"].strip("\"' "))[:120])
    bare = written.strip("<>\"'() ").removeprefix("mailto:")
    if "@" not in bare:
        raise Refused(_("Il manque une adresse."))
    if " " in bare:
        raise Refused(_("Écrivez le nom devant, et l’adresse entre < et >."))
    return Guest(well_written(bare))
