"""The content of the demo network, written under `content/`: read, and set in French typography."""

import csv
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from workers.demo.days import Days

CONTENT = Path(__file__).parent / "content"
#: Between two records of a file.
_RULE = re.compile(r"^=====$", re.MULTILINE)
_HEAD = re.compile(r"([a-z_]+): *(.*)")
_DAY = re.compile(r"\{\{([^}]+)\}\}")
_TYPOGRAPHY = (
    (re.compile(r"« "), "«\u00a0"),
    (re.compile(r" ([»:;?!])"), "\u00a0\\1"),
    (re.compile(r"(\d) (h|€|%)\b"), "\\1\u00a0\\2"),
    (re.compile(r"(\u00a0h) (\d\d)\b"), "\\1\u00a0\\2"),
    (re.compile(r"\b(n°|Me|niveau) (?=[A-Z\d])"), "\\1\u00a0"),
)


@dataclass(frozen=True)
class Record:
    """A head of `name: value` lines, an empty line, and a text in Markdown."""

    head: dict[str, str]
    text: str
    #: The slug of the space whose file it stands in.
    space: str

    def __getitem__(self, name: str) -> str:
        return self.head[name]

    def get(self, name: str, default: str = "") -> str:
        return self.head.get(name, default)

    def words(self, name: str) -> list[str]:
        return self.get(name).split()

    def flag(self, name: str) -> bool:
        return self.get(name) == "yes"


@dataclass(frozen=True)
class Book:
    """Everything that is written, for one day: where it says « {{+3}} », the name of the day three days later stands."""

    days: Days
    folder: Path = field(default=CONTENT)
    _read_once: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def spaces(self) -> list[Record]:
        """The first record of each file, in the order of the network."""
        return [records[0] for records in self._files]

    @cached_property
    def publications(self) -> list[Record]:
        """All the other records, file after file."""
        return [record for records in self._files for record in records[1:]]

    @cached_property
    def people(self) -> list[dict[str, str]]:
        return self._rows("people.csv")

    @cached_property
    def organisations(self) -> list[dict[str, str]]:
        return self._rows("organisations.csv")

    def data(self, name: str) -> Any:
        """The content of a JSON file."""
        if name not in self._read_once:
            text = (self.folder / name).read_text(encoding="utf-8")
            self._read_once[name] = json.loads(text, object_hook=self._set_all)
        return self._read_once[name]

    @cached_property
    def _files(self) -> list[list[Record]]:
        order = [line for line in (self.folder / "spaces" / "order.txt").read_text().split("\n") if line]
        return [self._read(self.folder / "spaces" / f"{slug}.md") for slug in order]

    def _read(self, path: Path) -> list[Record]:
        pieces = _RULE.split(path.read_text(encoding="utf-8"))
        return [self._record(piece.strip(), path.stem) for piece in pieces]

    def _record(self, piece: str, space: str) -> Record:
        head, _, text = piece.partition("\n\n")
        found = {}
        for line in head.splitlines():
            match = _HEAD.fullmatch(line)
            if match is None:
                raise ValueError(f"{space}.md: « {line} » is not a line of a head")
            found[match[1]] = self._set(match[2])
        return Record(found, self._set(text), space)

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return [{key: typeset(value) for key, value in row.items()} for row in csv.DictReader(file)]

    def _set_all(self, found: dict[str, Any]) -> dict[str, Any]:
        return {
            key: self._set(value)
            if isinstance(value, str)
            else [self._set(one) if isinstance(one, str) else one for one in value]
            if isinstance(value, list)
            else value
            for key, value in found.items()
        }

    def _set(self, text: str) -> str:
        return typeset(_DAY.sub(lambda match: self.days.in_words(match[1]), text))


def typeset(text: str) -> str:
    """With the no-break spaces of French typography, which nobody types."""
    for pattern, replacement in _TYPOGRAPHY:
        text = pattern.sub(replacement, text)
    return text
