"""The calendar of the demo network: every date is so many days before or after today, on Brussels' clock."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core import locale
from core.clock import BRUSSELS

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFFSET = re.compile(r"(?P<days>[+-]\d+)(?: (?P<weekday>[a-z]{3}))?(?: (?P<hour>\d\d:\d\d))?")
SATURDAY = 5


@dataclass(frozen=True)
class Days:
    """Today, and the days around it: « -6 09:05 », « +9 thu », « +6 tue 09:30 »."""

    today: date

    def before(self, offset: str) -> datetime:
        """An instant in the working past: « -6 09:05 » is six working days ago at five past nine."""
        days, _weekday, hour = _parse(offset)
        day = self.today
        for _one in range(-days):
            day -= timedelta(days=1)
            while day.weekday() >= SATURDAY:
                day -= timedelta(days=1)
        return _instant(day, hour)

    def at(self, offset: str) -> datetime:
        """An instant of the calendar: see `day`."""
        _days, _weekday, hour = _parse(offset)
        return _instant(self.day(offset), hour)

    def day(self, offset: str) -> date:
        """A day of the calendar.

        With a weekday, the first such day from there on, or the last one until there when it is in the past. Without
        one, a working day, but for tomorrow, which is tomorrow.
        """
        days, weekday, _hour = _parse(offset)
        day = self.today + timedelta(days=days)
        step = timedelta(days=1 if days >= 0 else -1)
        if weekday is not None:
            while day.weekday() != weekday:
                day += step
        elif abs(days) > 1:
            while day.weekday() >= SATURDAY:
                day += step
        return day

    def in_words(self, offset: str) -> str:
        """« mardi 3 mars »."""
        return locale.day(self.day(offset))

    @property
    def last_working_day(self) -> datetime:
        """The midnight at which the last working day before today began: what is newer may still wait for a digest."""
        return self.before("-1 00:00")


def _parse(offset: str) -> tuple[int, int | None, time]:
    match = _OFFSET.fullmatch(offset)
    if match is None:
        raise ValueError(f"« {offset} » is not an offset")
    weekday = _WEEKDAYS.index(match["weekday"]) if match["weekday"] else None
    return int(match["days"]), weekday, time.fromisoformat(match["hour"] or "00:00")


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, BRUSSELS).astimezone(UTC)
