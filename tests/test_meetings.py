"""Meetings: called, answered, full, moved and cancelled in the open, never taken back."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from core.db import db, transaction
from core.errors import Conflict, NotAllowed, Refused
from core.people import Person
from tests.conftest import Browser
from tests.village import Village
from webapp.meetings import queries, service
from webapp.meetings.models import Meeting
from webapp.publications import service as publications

BRUSSELS = ZoneInfo("Europe/Brussels")
START = datetime(2026, 3, 10, 14, tzinfo=BRUSSELS)
FORM = {
    "title": "Suivi des besoins",
    "starts_at": "2026-03-10T14:00",
    "ends_at": "2026-03-10T16:30",
    "place": "Maison des langues, Herstal",
    "online_url": "https://visio.example/salle",
    "text": "Ordre du jour : **le soir** et la garde.",
    "scope": "space",
    "action": "share",
}


@pytest.fixture
def meeting(village: Village) -> Meeting:
    """A meeting of fle, tomorrow in a week, for three."""
    with transaction():
        made = service.draft(
            by=village.helene, spaces=[village.fle], title="Grille d’oral", starts_at=START,
            ends_at=START + timedelta(hours=2), place="Herstal", online_url="https://visio.example/x", capacity=2,
        )  # fmt: skip
        publications.share(made, by=village.helene)
    return made


def say(meeting: Meeting, person: Person, answer: str, comment: str = "") -> None:
    with transaction():
        service.answer(meeting, by=person, answer=answer, comment=comment)


def test_a_member_calls_a_meeting_from_its_form_and_finds_it_in_the_agenda(
    village: Village, sign_in: Callable[[Person], Browser]
) -> None:
    browser = sign_in(village.nadege)
    answer = browser.post("/espaces/fle/reunions", FORM | {"spaces": str(village.fle.id)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = browser.get(answer.location).get_data(as_text=True)
    assert "mardi 10 mars, de 14\u00a0h à 16\u00a0h\u00a030" in page
    assert "Maison des langues" in page
    assert "Suivi des besoins" in browser.get("/espaces/fle/reunions").get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"ends_at": "2026-03-10T13:00"}, "ends_at", "La fin doit venir après le début."),
        ({"starts_at": "2026-03-01T14:00"}, "starts_at", "Ce moment est passé."),
        ({"starts_at": "2026-03-29T02:30", "ends_at": "2026-03-29T05:00"}, "starts_at", "heure d’été"),
        ({"starts_at": "demain"}, "starts_at", "Donnez un jour et une heure"),
        ({"starts_at": ""}, "starts_at", "Donnez un jour et une heure"),
        ({"capacity": "0"}, "capacity", "entre 1 et 10 000"),
        ({"capacity": "beaucoup"}, "capacity", "nombre entier"),
        ({"online_url": "javascript:alert(1)"}, "online_url", "https://"),
        ({"title": ""}, "title", "Donnez un titre."),
        ({"title": "x" * 201}, "title", "200 caractères au plus"),
        ({"ends_at": "2026-06-10T13:00"}, "ends_at", "un mois au plus"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    village: Village, sign_in: Callable[[Person], Browser], wrong: dict[str, str], field: str, sentence: str
) -> None:
    sent = FORM | {"spaces": str(village.fle.id)} | wrong
    answer = sign_in(village.nadege).post("/espaces/fle/reunions", sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert f'id="{field}-erreur"' in page
    assert "le soir" in page
    assert db.session.query(Meeting).count() == 0


def test_the_online_address_is_for_those_who_come(
    village: Village, meeting: Meeting, sign_in: Callable[[Person], Browser]
) -> None:
    address = f"/reunions/{meeting.id}"
    browser = sign_in(village.emre)
    assert "visio.example" not in browser.get(address).get_data(as_text=True)
    assert b"visio.example" not in browser.get(f"{address}.ics").data
    browser.post(f"{address}/reponse", {"answer": "maybe"})
    assert "visio.example" in browser.get(address).get_data(as_text=True)
    assert b"visio.example" in browser.get(f"{address}.ics").data
    browser.post(f"{address}/reponse", {"answer": "no"})
    assert "visio.example" not in browser.get(address).get_data(as_text=True)


def test_a_later_answer_replaces_the_first_and_keeps_its_word(village: Village, meeting: Meeting) -> None:
    say(meeting, village.nadege, "yes", "J’apporte le café")
    say(meeting, village.nadege, "maybe", "Peut-être en retard")
    answer = queries.answer_of(village.nadege, meeting)
    assert answer is not None
    assert (answer.answer, answer.comment) == ("maybe", "Peut-être en retard")
    assert queries.count_coming(meeting) == 0


def test_the_last_place_is_taken_once_and_whoever_has_one_keeps_it(
    village: Village, meeting: Meeting
) -> None:
    say(meeting, village.nadege, "yes")
    say(meeting, village.emre, "yes")
    with pytest.raises(Refused):
        say(meeting, village.maud, "yes")
    say(meeting, village.maud, "maybe")
    say(meeting, village.emre, "yes", "toujours là")
    say(meeting, village.nadege, "no")
    say(meeting, village.maud, "yes")
    assert queries.count_coming(meeting) == 2


def test_places_cannot_become_fewer_than_those_who_come(village: Village, meeting: Meeting) -> None:
    say(meeting, village.nadege, "yes")
    say(meeting, village.emre, "yes")
    with pytest.raises(Refused) as refused, transaction():
        service.edit(meeting, by=village.helene, version=meeting.version, capacity=1)
    assert "capacity" in refused.value.fields


def test_strangers_and_removed_members_cannot_see_nor_answer(
    village: Village, meeting: Meeting, sign_in: Callable[[Person], Browser], client: Browser
) -> None:
    for person in (village.driss, village.kevin, village.ines):
        browser = sign_in(person)
        assert browser.get(f"/reunions/{meeting.id}").status_code == 404
        assert browser.get(f"/reunions/{meeting.id}.ics").status_code == 404
        assert browser.get(f"/reunions/{meeting.id}/reponses").status_code == 404
        assert browser.post(f"/reunions/{meeting.id}/reponse", {"answer": "yes"}).status_code == 404
        assert browser.post(f"/reunions/{meeting.id}/annulation", {"reason": "x"}).status_code == 404
    assert client.get(f"/reunions/{meeting.id}").status_code == 404
    assert queries.answers_to(meeting)["yes"] == []


def test_a_moved_meeting_tells_at_once_those_who_come_with_before_and_after(
    village: Village, meeting: Meeting, work: Callable[[], None], mails: Callable[[], list[Any]]
) -> None:
    say(meeting, village.nadege, "yes")
    say(meeting, village.maud, "no")
    work()
    with transaction():
        service.edit(
            meeting, by=village.helene, version=meeting.version, starts_at=START + timedelta(days=1),
            ends_at=START + timedelta(days=1, hours=2),
        )  # fmt: skip
    work()
    told = [mail for mail in mails() if mail.stream == "notice"]
    assert [mail.address for mail in told] == ["nadege@liege.example"]
    text = told[0].raw.decode()
    assert "Changement" in told[0].subject
    assert "mardi 10 mars" in _plain(text)
    assert "Mercredi 11 mars" in _plain(text)
    assert meeting.sequence == 1


def test_a_new_title_is_not_a_move(
    village: Village, meeting: Meeting, work: Callable[[], None], mails: Any
) -> None:
    say(meeting, village.nadege, "yes")
    with transaction():
        service.edit(meeting, by=village.helene, version=meeting.version, title="Grille d’oral commune")
    work()
    assert meeting.sequence == 0
    assert [mail for mail in mails() if mail.stream == "notice"] == []


def test_a_cancelled_meeting_stays_says_why_and_tells_those_who_came(
    village: Village,
    meeting: Meeting,
    sign_in: Callable[[Person], Browser],
    work: Callable[[], None],
    mails: Any,
) -> None:
    say(meeting, village.nadege, "yes")
    work()
    browser = sign_in(village.helene)
    assert browser.post(f"/reunions/{meeting.id}/annulation", {"reason": "  "}).status_code == 422
    answer = browser.post(f"/reunions/{meeting.id}/annulation", {"reason": "La salle est inondée."})
    assert answer.status_code == 303
    work()
    page = sign_in(village.emre).get(f"/reunions/{meeting.id}").get_data(as_text=True)
    assert "Cette réunion est annulée" in page
    assert "La salle est inondée." in page
    told = [mail for mail in mails() if mail.stream == "notice"]
    assert [mail.address for mail in told] == ["nadege@liege.example"]
    assert "Annulée" in told[0].subject


def test_of_two_people_who_cancel_the_second_is_told(village: Village, meeting: Meeting) -> None:
    with transaction():
        service.cancel(meeting, by=village.helene, reason="Un")
    with pytest.raises(Conflict), transaction():
        service.cancel(meeting, by=village.maud, reason="Deux")
    assert meeting.cancel_reason == "Un"


def test_a_plain_member_does_not_cancel_the_meeting_of_another(village: Village, meeting: Meeting) -> None:
    with pytest.raises(NotAllowed), transaction():
        service.cancel(meeting, by=village.emre, reason="Non")


def test_an_announced_meeting_is_never_taken_back(village: Village, meeting: Meeting) -> None:
    with pytest.raises((NotAllowed, Conflict)), transaction():
        publications.withdraw(meeting, by=village.helene)
    assert meeting.state == "published"


def test_the_calendar_is_read_by_a_calendar(village: Village, meeting: Meeting, sign_in: Any) -> None:
    answer = sign_in(village.emre).get(f"/reunions/{meeting.id}.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["uid"] == meeting.uid
    assert event.decoded("dtstart").astimezone(BRUSSELS) == START
    assert event["summary"] == "Grille d’oral"
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


def test_an_all_day_meeting_is_days_in_the_calendar(village: Village, sign_in: Any) -> None:
    with transaction():
        made = service.draft(
            by=village.helene, spaces=[village.fle], title="Petit salon", starts_at=START, ends_at=START + timedelta(days=1),
            all_day=True,
        )  # fmt: skip
        publications.share(made, by=village.helene)
    (event,) = Calendar.from_ical(sign_in(village.emre).get(f"/reunions/{made.id}.ics").data).walk("VEVENT")
    assert (event.decoded("dtstart").isoformat(), event.decoded("dtend").isoformat()) == (
        "2026-03-10",
        "2026-03-12",
    )
    page = sign_in(village.emre).get(f"/reunions/{made.id}").get_data(as_text=True)
    assert "du mardi 10 mars au mercredi 11 mars" in page


def test_the_agenda_costs_the_same_at_five_and_at_fifty_meetings(
    village: Village, sign_in: Any, count_queries: Any
) -> None:
    browser = sign_in(village.nadege)

    def add(number: int) -> None:
        with transaction():
            for n in range(number):
                made = service.draft(
                    by=village.helene, spaces=[village.fle], title=f"Réunion {n}", starts_at=START + timedelta(days=n),
                    ends_at=START + timedelta(days=n, hours=1),
                )  # fmt: skip
                publications.share(made, by=village.helene)

    counted = []
    for number in (5, 45):
        add(number)
        browser.get("/espaces/fle/reunions")
        with count_queries() as seen:
            browser.get("/espaces/fle/reunions")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def _plain(raw: str) -> str:
    import email  # noqa: PLC0415
    import email.policy  # noqa: PLC0415

    message = email.message_from_string(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return re.sub(r"\s+", " ", body.get_content())
