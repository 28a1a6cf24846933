"""Speaking to someone: in their language and on their clock, wherever the words are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from core import locale
from core.config import Settings
from core.people import Person


@contextmanager
def speaking_to(person: Person | None) -> Iterator[None]:
    """Speak to a person, or, to an address without one, as the network does."""
    language = person.locale if person else _settings().locale
    with locale.spoken_to(language, zone_of(person)):
        yield


def zone_of(person: Person | None) -> ZoneInfo:
    """A person's time zone; the network's own when they have none, or one that is no longer known."""
    try:
        return ZoneInfo(person.timezone) if person else _settings().zone
    except (KeyError, ValueError, OSError):
        return _settings().zone


def _settings() -> Settings:
    return cast(Settings, current_app.config["MAILLAGE"])
