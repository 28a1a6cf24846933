"""Language and time zone together, and how dates read: the doorkeeper of Flask-Babel."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from flask import Flask
from flask_babel import Babel, force_locale, get_locale, lazy_gettext
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from core import clock

LANGUAGES = {"fr": "Français", "en": "English"}
TRANSLATIONS = Path(__file__).parent / "translations"

lazy_ = lazy_gettext

#: Between a number and its unit, and before the high punctuation of French.
NBSP = "\u00a0"


def _(sentence: str, **values: Any) -> str:
    """The sentence, in the language of the person spoken to; its French is its key."""
    return str(_gettext(sentence, **values))


def _n(one: str, many: str, num: int, **values: Any) -> str:
    """The sentence for `num` things; %(num)s is the number."""
    return str(_ngettext(one, many, num, **values))


_zone: ContextVar[ZoneInfo] = ContextVar("zone", default=clock.BRUSSELS)
_babel = Babel()


def init_app(app: Flask, selector: Any) -> None:
    """`selector()` gives the language of the reader of the current request, or None for the default."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    _babel.init_app(app, locale_selector=selector)


@contextmanager
def spoken_to(language: str, zone: str | ZoneInfo) -> Iterator[None]:
    """Speak in someone's language and time zone: the two always go together."""
    mark = _zone.set(ZoneInfo(zone) if isinstance(zone, str) else zone)
    try:
        with force_locale(language):
            yield
    finally:
        _zone.reset(mark)


def set_zone(zone: str) -> None:
    """For the shell, at the start of a request: the reader's time zone until its end."""
    _zone.set(ZoneInfo(zone))


def zone() -> ZoneInfo:
    """The time zone of the person spoken to."""
    return _zone.get()


def language() -> str:
    """The two-letter language of the person spoken to."""
    found = get_locale()
    return found.language if found else "fr"


def local(instant: datetime) -> datetime:
    """An instant on the clock of the person spoken to."""
    return instant.astimezone(zone())


def day(value: date | datetime, *, year: bool | None = None) -> str:
    """« mardi 3 mars », with the year when it is not this one."""
    value = local(value).date() if isinstance(value, datetime) else value
    with_year = year if year is not None else value.year != clock.today(zone()).year
    if language() == "fr":
        text = dates.format_date(value, "EEEE d MMMM y" if with_year else "EEEE d MMMM", locale="fr")
        return text.replace(" 1 ", " 1er ", 1)
    return dates.format_date(value, "EEEE d MMMM y" if with_year else "EEEE d MMMM", locale=language())


def short_day(value: date | datetime) -> str:
    """« mar. 3 mars »."""
    value = local(value).date() if isinstance(value, datetime) else value
    return dates.format_date(value, "EEE d MMM", locale=language())


def hour(value: datetime | time) -> str:
    """« 9 h 30 » in French, « 9:30 » elsewhere; always 24 hours."""
    at = local(value).time() if isinstance(value, datetime) else value
    if language() == "fr":
        minutes = f"{NBSP}{at.minute:02d}" if at.minute else ""
        return f"{at.hour}{NBSP}h{minutes}"
    return f"{at.hour}:{at.minute:02d}"


def moment(instant: datetime) -> str:
    """« mardi 3 mars à 9 h 30 »."""
    return _("%(day)s à %(hour)s", day=day(instant), hour=hour(instant))


def span(start: datetime, end: datetime, *, all_day: bool = False) -> str:
    """« mardi 3 mars, de 9 h 30 à 12 h », or the days alone when it lasts all day."""
    first, last = local(start), local(end)
    last_day = (last - timedelta(microseconds=1)).date() if all_day else last.date()
    if first.date() == last_day:
        if all_day:
            return _("%(day)s, toute la journée", day=day(first.date()))
        return _("%(day)s, de %(start)s à %(end)s", day=day(first.date()), start=hour(start), end=hour(end))
    if all_day:
        return _("du %(first)s au %(last)s", first=day(first.date()), last=day(last_day))
    return _("du %(first)s au %(last)s", first=moment(start), last=moment(end))


def ago(instant: datetime) -> str:
    """« il y a 2 heures », « dans 3 jours »."""
    return dates.format_timedelta(instant - clock.now(), add_direction=True, locale=language(), threshold=1.2)


def weekday_name(number: int) -> str:
    """Monday is 0."""
    return str(dates.get_day_names("wide", context="stand-alone", locale=language())[number])
