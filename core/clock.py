"""The one clock: everything that depends on the hour asks here, so that time can be played forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")

_played: list[datetime] = []


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _played:
        return _played[-1]
    return datetime.now(UTC)


def today(zone: ZoneInfo = BRUSSELS) -> date:
    """The calendar day it is in `zone`."""
    return now().astimezone(zone).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` (aware) for the whole process; `maillage tick --at` lives inside it."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    _played.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _played.pop()
