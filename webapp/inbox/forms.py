"""The forms of one's choices: rhythm, hour and days, each space, language; and the pause."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from wtforms import RadioField, SelectField, validators

from core import clock, locale
from core.locale import _, lazy_
from core.people import Person
from notifications.preferences import RHYTHMS, MailSettings
from webapp.inbox.queries import SpaceRhythm
from webapp.shell.forms import BoxesField, DayField, HouseForm

RHYTHM_LABELS = {
    "now": lazy_("Tout de suite"),
    "daily": lazy_("Chaque jour"),
    "weekly": lazy_("Chaque semaine"),
    "never": lazy_("Jamais"),
}
RHYTHM_NOTES = {
    "now": lazy_("un courriel par publication, dès qu’elle paraît"),
    "daily": lazy_("un seul récapitulatif de tous vos espaces, à l’heure choisie"),
    "weekly": lazy_("un seul récapitulatif de tous vos espaces, une fois par semaine"),
    "never": lazy_("rien par courriel ; tout reste dans vos notifications"),
}
STEP = 30


class PreferencesForm(HouseForm):
    """Everything that decides which mail leaves, and when. Fields for the spaces are added by `of`."""

    rhythm = RadioField(lazy_("Pour l’ensemble de vos espaces"), validators=[validators.InputRequired()])
    minute = SelectField(lazy_("Heure du récapitulatif"), coerce=int)
    weekdays = BoxesField(
        lazy_("Jours du récapitulatif quotidien"),
        coerce=int,
        validators=[validators.InputRequired(lazy_("Choisissez au moins un jour de la semaine."))],
    )
    weekly_day = SelectField(lazy_("Jour du récapitulatif hebdomadaire"), coerce=int)
    language = SelectField(lazy_("Langue"))
    timezone = SelectField(lazy_("Fuseau horaire"))

    @classmethod
    def of(cls, person: Person, settings: MailSettings, spaces: Sequence[SpaceRhythm]) -> "PreferencesForm":
        """The form of a person, with a field for each of their spaces."""
        fields = {space_field_name(one): _space_field(one) for one in spaces}
        made = type("PreferencesFormOfSpaces", (cls,), fields)
        form: PreferencesForm = made(
            data={
                "rhythm": settings.rhythm,
                "minute": settings.digest_minute,
                "weekdays": settings.weekdays,
                "weekly_day": settings.weekly_day,
                "language": person.locale,
                "timezone": person.timezone,
            }
            | {space_field_name(one): one.rhythm or "" for one in spaces}
        )
        form.rhythm.choices = [(name, RHYTHM_LABELS[name]) for name in reversed(RHYTHMS)]
        form.minute.choices = _hours(settings.digest_minute)
        form.weekdays.choices = form.weekly_day.choices = [
            (day, locale.weekday_name(day)) for day in range(7)
        ]
        form.language.choices = list(locale.LANGUAGES.items())
        form.timezone.choices = [(zone, zone.replace("_", " ")) for zone in _zones(person.timezone)]
        return form

    def space_field(self, one: SpaceRhythm) -> Any:
        return self[space_field_name(one)]

    def rhythm_of(self, one: SpaceRhythm) -> str | None:
        """What was chosen for a space; None: like the rest of the network."""
        return self.space_field(one).data or None


class PauseForm(HouseForm):
    """Until which day nothing is sent."""

    until = DayField(lazy_("Jusqu’au"), validators=[validators.InputRequired()])

    def instant(self, person: Person) -> datetime | None:
        """The start of the chosen day on the person's own clock: mail comes back that morning."""
        if self.until.data is None:
            return None
        return datetime.combine(self.until.data, time.min, ZoneInfo(person.timezone))


def space_field_name(one: SpaceRhythm) -> str:
    return f"space_{one.space.id}"


def _space_field(one: SpaceRhythm) -> Any:
    choices = [
        ("", _("Comme le reste du réseau")),
        *((name, RHYTHM_LABELS[name]) for name in reversed(RHYTHMS)),
    ]
    return SelectField(one.space.name, choices=choices, validators=[validators.Optional()])


def _hours(chosen: int) -> list[tuple[int, str]]:
    """Every half hour, and the present choice if an API call made it finer."""
    minutes = sorted({*range(0, 24 * 60, STEP), chosen})
    return [(minute, locale.hour(time(minute // 60, minute % 60))) for minute in minutes]


def _zones(chosen: str) -> list[str]:
    return sorted({*_places(), chosen})


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """The zones that bear a place's name: nobody lives in « Etc/GMT+3 »."""
    continents = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return frozenset(name for name in available_timezones() if name.startswith(continents))


def usual_pauses() -> list[tuple[str, str]]:
    """(day, label) of the pauses most asked for: one week, two, a month."""
    today = clock.today(locale.zone())
    lengths = ((7, _("une semaine")), (14, _("deux semaines")), (31, _("un mois")))
    return [((today + timedelta(days=days)).isoformat(), label) for days, label in lengths]
