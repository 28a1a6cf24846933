"""The communes of the territory, by INS code (Statbel, REFNIS 2019), read once from the file beside."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core import text

FILE = Path(__file__).with_name("communes.csv")


@dataclass(frozen=True)
class Commune:
    """`ins` is its key; `postal_code` the principal one only; `lat` and `lon` the middle of its territory."""

    ins: str
    name: str
    arrondissement: str
    postal_code: str
    lat: float
    lon: float


@cache
def communes() -> dict[str, Commune]:
    """All of them by INS code, by name."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: text.fold(row["commune"]))
    return {
        row["ins"]: Commune(
            row["ins"],
            row["commune"],
            row["arrondissement"],
            row["postal_code"],
            float(row["lat"]),
            float(row["lon"]),
        )
        for row in rows
    }


def named(word: str) -> list[str]:
    """The names of the communes that a word of a search may mean, accents and « St » for « Saint » forgiven."""
    wanted = _folded(word)
    return [commune.name for commune in communes().values() if wanted and wanted in _folded(commune.name)]


def _folded(name: str) -> str:
    words = text.fold(name).replace("-", " ").split()
    return " ".join("saint" if word == "st" else word for word in words)
