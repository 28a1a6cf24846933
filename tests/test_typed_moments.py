"""A day and an hour typed on the reader's own clock: as browsers write them, as people do, and never one that does not exist."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from wtforms import validators

from core.locale import spoken_to
from webapp.shell.forms import DayField, HouseForm, MomentField, moment, required

BRUSSELS = ZoneInfo("Europe/Brussels")


class Appointment(HouseForm):
    starts_at = MomentField("Début", validators=[required()])
    day = DayField("Jour", validators=[validators.Optional()])


@pytest.fixture
def send(app):
    def read(zone: str = "Europe/Brussels", **typed: str) -> Appointment:
        with app.test_request_context("/", method="POST", data=typed), spoken_to("fr", zone):
            form = Appointment()
            form.validate_on_submit()
            return form

    return read


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-03T09:30",
        "2026-03-03 09:30",
        "03/03/2026 09:30",
        "3.3.2026 9h30",
        "3/3/2026 à 9 h 30",
        "2026-03-03T09:30:00",
    ],
)
def test_it_is_read_as_browsers_write_it_and_as_people_do(send, typed):
    assert send(starts_at=typed).starts_at.data == datetime(2026, 3, 3, 8, 30, tzinfo=UTC)


def test_it_is_read_on_the_reader_s_own_clock(send):
    assert send("America/Montreal", starts_at="2026-03-03T09:30").starts_at.data == datetime(
        2026, 3, 3, 14, 30, tzinfo=UTC
    )


def test_an_hour_that_summer_time_skips_is_refused_with_a_sentence(send):
    form = send(starts_at="2026-03-29T02:30")
    assert "heure d’été" in form.starts_at.errors[0]
    assert "2\u00a0h\u00a030" in form.starts_at.errors[0]
    # What was typed stays in the field.
    assert form.starts_at._value() == "2026-03-29T02:30"


def test_the_hours_around_the_hole_exist(send):
    assert send(starts_at="2026-03-29T01:59").starts_at.data == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert send(starts_at="2026-03-29T03:00").starts_at.data == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert not send("America/Montreal", starts_at="2026-03-29T02:30").errors


def test_an_hour_that_comes_twice_is_the_first(send):
    assert send(starts_at="2026-10-25T02:30").starts_at.data == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["2026-02-30T09:30", "2026-03-03T25:00", "demain", "0000-00-00T00:00", "99999-01-01T00:00", "2026-03-03", "1-1-1T1:1",
     "2026-03-03T09:30+05:00", "٢٠٢٦-٠٣-٠٣T09:30", "\x00", "9" * 5000],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_a_sentence(send, typed):
    form = send(starts_at=typed)
    assert form.starts_at.data is None
    assert form.starts_at.errors[0].endswith(".")


def test_nothing_typed_is_nothing(send):
    assert send(starts_at="").starts_at.errors == ["Ce champ est nécessaire."]


def test_a_year_of_another_age_is_a_mistyping(send):
    assert send(starts_at="0226-03-03T09:30").starts_at.errors == ["Vérifiez l’année de cette date."]
    assert send(starts_at="2026-03-03T09:30", day="0226-03-03").day.errors == [
        "Vérifiez l’année de cette date."
    ]


@pytest.mark.parametrize("typed", ["2026-03-03", "03/03/2026", " 3/3/2026 ", "03.03.2026"])
def test_a_day_alone(send, typed):
    assert send(day=typed).day.data == date(2026, 3, 3)


def test_an_hour_that_exists_is_shown_as_it_was_typed(app):
    with app.test_request_context("/"), spoken_to("fr", "Europe/Brussels"):
        assert moment("2026-07-01T09:30", BRUSSELS) == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
        form = Appointment(starts_at=datetime(2026, 7, 1, 7, 30, tzinfo=UTC))
        assert 'value="2026-07-01T09:30"' in str(form.starts_at())
