"""The main job from end to end, over real HTTP, sockets and SMTP: what a newcomer would see in a week."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.db import db, transaction
from notifications.preferences import MailSettings
from tests.house import Caller, House, wait_for
from tests.village import Village
from tests.visitors import let_go

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

BRUSSELS = ZoneInfo("Europe/Brussels")


def _share(caller: Caller, kind: str, village: Village, **fields: str) -> str:
    """Send the form of a kind in fle; the page it leads to."""
    form = {"spaces": str(village.fle.id), "scope": "space", "action": "share"} | fields
    answer = caller.post(f"/espaces/fle/{kind}", form)
    assert answer.status_code == 303, re.findall(r"field-error[^>]*>.*?</p>", answer.text, re.DOTALL)
    return answer.headers["Location"]


def _subjects(house: House, address: str) -> list[str]:
    return [str(received.message["Subject"]) for received in house.smtp.to(address)]


def _text(received: Any) -> str:
    body = received.message.get_body(("plain",))
    return re.sub(r"\s+", " ", str(body.get_content()))


def test_an_announcement_appears_in_open_pages_without_reloading(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    assert ear.subscribe("fle")["ok"]
    page = _share(
        house.sign_in(village.nadege), "annonces", village, title="Portes ouvertes", text="Venez mardi."
    )
    (nudge,) = ear.hear(1)
    assert (nudge["kind"], nudge["space"]) == ("announcement.published", "fle")
    assert "Venez mardi." in house.sign_in(village.emre).get(page).text
    for outsider in (village.driss, village.kevin, village.ines):
        assert house.sign_in(outsider).get(page).status_code == 404


def test_a_meeting_is_reminded_on_its_eve_to_those_who_come(house: House, village: Village) -> None:
    start = datetime.now(BRUSSELS).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=6)
    form = {
        "title": "Grille d’oral commune",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "place": "Herstal",
    }
    page = _share(house.sign_in(village.helene), "reunions", village, **form)
    for person, answer in ((village.nadege, "yes"), (village.emre, "maybe"), (village.maud, "no")):
        assert house.sign_in(person).post(f"{page}/reponse", {"answer": answer}).status_code == 303
    eve = start - timedelta(days=1)
    code, said = house.run("tick", "--at", f"{eve:%Y-%m-%dT10:00}")
    assert code == 0, said
    wait_for(lambda: any("Demain" in one for one in _subjects(house, "emre@liege.example")))
    reminded = [one for one in _subjects(house, "nadege@liege.example") if "Demain" in one]
    assert len(reminded) == 1
    assert "14" in reminded[0]
    assert not [one for one in _subjects(house, "maud@liege.example") if "Demain" in one]
    house.run("tick", "--at", f"{eve:%Y-%m-%dT11:00}")
    assert len([one for one in _subjects(house, "nadege@liege.example") if "Demain" in one]) == 1


def test_a_tool_waits_for_a_moderator_and_is_told_once_approved(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    ear.subscribe("fle")
    author, moderator = house.sign_in(village.nadege), house.sign_in(village.maud)
    page = _share(
        author, "outils", village, title="Le marché en dix situations", text="Dix saynètes.", purpose="Jouer le marché",
        audience="A1, oral", language="fr", licence="cc-by-sa", link="https://outils.example/marche",
    )  # fmt: skip
    assert house.sign_in(village.emre).get(page).status_code == 404
    ear.hear_nothing_more(1.0)
    number = page.rsplit("/", 1)[-1].split("#")[0]
    assert "Le marché en dix situations" in moderator.get("/moderation").text
    refused = author.post(f"/publications/{number}/validation", {"version": "1"})
    assert refused.status_code == 403
    version = re.search(r'name="version" value="(\d+)"', moderator.get("/moderation").text)
    assert version is not None
    approved = moderator.post(f"/publications/{number}/validation", {"version": version[1]})
    assert approved.status_code == 303
    assert ear.hear(1)[0]["kind"] == "tool.published"
    assert house.sign_in(village.emre).get(page).status_code == 200
    wait_for(lambda: [one for one in _subjects(house, "nadege@liege.example") if "publié" in one])
    again = moderator.post(f"/publications/{number}/validation", {"version": version[1]})
    assert again.status_code == 409


def test_one_digest_over_all_spaces_arrives_at_the_chosen_hour(house: House, village: Village) -> None:
    _share(
        house.sign_in(village.helene),
        "annonces",
        village,
        title="Où reste-t-il des places ?",
        text="Dites-le.",
    )
    wait_for(_every_fact_told)
    tomorrow = datetime.now(BRUSSELS) + timedelta(days=1)
    let_go()
    with transaction():
        for person in (village.emre, village.rosa):
            settings = db.session.get(MailSettings, person.id)
            assert settings is not None
            settings.weekdays, settings.digest_minute = list(range(7)), 8 * 60
            settings.next_digest_at = tomorrow.replace(hour=8, minute=0, second=0, microsecond=0)
    for hour, number in (("07:30", 0), ("08:15", 1), ("09:00", 1)):
        code, said = house.run("tick", "--at", f"{tomorrow:%Y-%m-%d}T{hour}")
        assert code == 0, said
        for address in ("emre@liege.example", "rosa@liege.example"):
            wait_for(lambda a=address, n=number: len(house.smtp.to(a)) >= n)
            assert len(house.smtp.to(address)) == number, _subjects(house, address)
    (digest,) = house.smtp.to("rosa@liege.example")
    assert "Où reste-t-il des places" in _text(digest)
    assert digest.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "=?" not in digest.message["List-Unsubscribe"]


def test_one_click_stops_the_digest_without_an_account(house: House, village: Village) -> None:
    test_one_digest_over_all_spaces_arrives_at_the_chosen_hour(house, village)
    (digest,) = house.smtp.to("rosa@liege.example")
    address = digest.message["List-Unsubscribe"].strip("<> ")
    path = address.removeprefix(house.url)
    visitor = house.visitor()
    for _ in range(3):
        assert visitor.get(path).status_code == 200
    answer = visitor.session.post(
        address, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 200
    _share(house.sign_in(village.helene), "annonces", village, title="Encore une", text="Voilà.")
    wait_for(_every_fact_told)
    later = datetime.now(BRUSSELS) + timedelta(days=3)
    house.run("tick", "--at", f"{later:%Y-%m-%d}T12:00")
    assert len(house.smtp.to("rosa@liege.example")) == 1


def _every_fact_told() -> bool:
    from notifications.events import Event  # noqa: PLC0415

    let_go()
    waiting = db.session.query(Event).filter(Event.done_at.is_(None), Event.due_at <= clock.now())
    return waiting.count() == 0
