"""The administration: for the staff alone; people, the network's own settings, and what is stuck."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db
from core.errors import Refused
from core.network import the_network
from core.people import Person, by_email
from core.spaces import membership_of
from notifications.events import Event
from notifications.mail.deliveries import Delivery
from tests.village import Village
from tests.visitors import Browser
from webapp.admin import service
from webapp.spaces.events import MembershipLeft

SignIn = Callable[[Any], Browser]


def addresses(app: Flask, method: str) -> list[str]:
    return [
        rule.rule.replace("<int:id>", "1")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/administration") and method in (rule.methods or ())
    ]


@pytest.mark.parametrize("name", ["helene", "emre", "driss", "corentin", "ines", "kevin"])
def test_for_whoever_is_not_staff_it_does_not_exist(
    app: Flask, village: Village, sign_in: SignIn, name: str
) -> None:
    browser = sign_in(getattr(village, name))
    assert len(addresses(app, "GET")) >= 8
    assert {browser.get(address).status_code for address in addresses(app, "GET")} == {404}
    assert {browser.post(address).status_code for address in addresses(app, "POST")} == {404}


def test_a_visitor_is_led_to_sign_in(app: Flask, village: Village, client: Browser) -> None:
    assert {client.get(address).status_code for address in addresses(app, "GET")} == {303}


def test_the_staff_opens_every_page(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    for page in (
        "",
        "/personnes",
        "/personnes/nouvelle",
        "/espaces",
        "/organisations",
        "/reseau",
        "/taches",
        "/courriels",
    ):
        assert browser.get(f"/administration{page}").status_code == 200, page
    assert browser.get(f"/administration/personnes/{village.emre.id}").status_code == 200
    assert browser.get("/administration/personnes/99999").status_code == 404


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "benedetti"}, {"rosa"}),
        ({"q": "emre@liege"}, {"emre"}),
        ({"parmi": "courriel"}, {"rosa"}),
        ({"parmi": "equipe"}, {"beatrice"}),
        ({"parmi": "fermes"}, set()),
    ],
)
def test_people_are_found(village: Village, sign_in: SignIn, query: dict[str, str], found: set[str]) -> None:
    page = sign_in(village.beatrice).get("/administration/personnes", query_string=query).text
    names = ("rosa", "emre", "beatrice", "helene")
    assert {
        name for name in names if f'/administration/personnes/{getattr(village, name).id}"' in page
    } == found


def test_someone_is_added_with_an_account_and_let_in_by_a_link(
    village: Village, sign_in: SignIn, mails: Any
) -> None:
    form = {"name": "Fatou Ndiaye", "email": "fatou@liege.example", "with_account": "y"}
    sign_in(village.beatrice).post("/administration/personnes", data=form)
    person = by_email("fatou@liege.example")
    assert person
    assert person.has_account
    assert [mail.address for mail in mails()] == ["fatou@liege.example"]


def test_someone_is_added_for_mail_only_or_for_the_directory(village: Village, mails: Any) -> None:
    reader = service.add_person(by=village.beatrice, name="Paul Mahy", email="paul@liege.example")
    entry = service.add_person(by=village.beatrice, name="Ana Ruiz")
    assert not reader.has_account
    assert entry.email is None
    assert mails() == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "email": ""}, "nécessaire"),
        ({"name": "A", "email": "EMRE@liege.example"}, "déjà cette adresse"),
        ({"name": "A", "email": "mauvaise"}, "mal écrite"),
        ({"name": "A", "email": "", "with_account": "y"}, "Sans adresse"),
    ],
)
def test_a_wrong_person_gets_a_sentence(
    village: Village, sign_in: SignIn, form: dict[str, str], sentence: str
) -> None:
    answer = sign_in(village.beatrice).post("/administration/personnes", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_last_of_the_staff_stays(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    for path, data in (("equipe", {"equipe": "non"}), ("fermeture", {})):
        answer = browser.post(f"/administration/personnes/{village.beatrice.id}/{path}", data=data)
        assert answer.status_code == 422
    assert village.beatrice.is_staff


def test_a_colleague_is_chosen_told_and_may_then_replace(
    village: Village, sign_in: SignIn, work: Any, mails: Any
) -> None:
    sign_in(village.beatrice).post(
        f"/administration/personnes/{village.helene.id}/equipe", data={"equipe": "oui"}
    )
    work()
    assert mails()[-1].address == "helene@liege.example"
    sign_in(village.helene).post(
        f"/administration/personnes/{village.beatrice.id}/equipe", data={"equipe": "non"}
    )
    assert sign_in(village.beatrice).get("/administration").status_code == 404


def test_nobody_without_an_account_joins_the_staff(village: Village) -> None:
    with pytest.raises(Refused):
        service.choose_staff(person=village.rosa, is_staff=True, by=village.beatrice)


def test_an_account_is_closed_and_what_leans_on_it_is_said(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    answer = browser.post(f"/administration/personnes/{village.helene.id}/fermeture")
    assert answer.status_code == 422
    assert "dernière à animer" in answer.text
    emre = sign_in(village.emre)
    assert browser.post(f"/administration/personnes/{village.emre.id}/fermeture").status_code == 303
    assert emre.get("/mon-fil").status_code == 303
    assert village.emre.closed_at


def test_the_staff_seats_someone_in_a_space(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    address = f"/administration/personnes/{village.ines.id}/espaces"
    assert browser.post(address, data={"space": "ssde", "role": "guest"}).status_code == 422
    form = {"space": "ssde", "role": "guest", "until": "2026-03-10"}
    assert browser.post(address, data=form).status_code == 303
    seat = membership_of(village.ines, village.ssde)
    assert seat
    assert seat.role == "guest"


def test_the_list_of_people_costs_the_same_with_more_of_them(
    village: Village, sign_in: SignIn, count_queries: Any
) -> None:
    browser = sign_in(village.beatrice)
    browser.get("/administration/personnes")
    with count_queries() as few:
        browser.get("/administration/personnes")
    db.session.add_all([Person(name=f"Personne {n:03}", email=f"p{n}@liege.example") for n in range(80)])
    with count_queries() as many:
        assert "La suite" in browser.get("/administration/personnes").text
    assert len(many) == len(few)


# ── The network ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_network_is_named_by_its_staff(village: Village, sign_in: SignIn) -> None:
    form = {
        "name": "Fédération d’essai", "tagline": "Ensemble", "presentation": "**Nous**.", "colour": "prune",
        "operator": "Un centre", "contact_email": "contact@liege.example",
    }  # fmt: skip
    browser = sign_in(village.beatrice)
    assert browser.post("/administration/reseau", data=form).status_code == 303
    assert the_network().name == "Fédération d’essai"
    assert "Fédération d’essai" in browser.get("/").text
    wrong = browser.post("/administration/reseau", data=form | {"colour": "rose", "contact_email": "x"})
    assert wrong.status_code == 422


# ── What is stuck ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def stuck(village: Village) -> Event:
    event = MembershipLeft(
        space=village.fle, actor=village.emre, person=village.emre, failed_at=clock.now(), attempts=8,
        last_error="OperationalError: la base est fermée",
    )  # fmt: skip
    db.session.add(event)
    db.session.commit()
    return event


def test_stuck_work_is_shown_and_relaunched(
    village: Village, stuck: Event, sign_in: SignIn, work: Any
) -> None:
    browser = sign_in(village.beatrice)
    assert "la base est fermée" in browser.get("/administration/taches").text
    browser.post(f"/administration/taches/{stuck.id}/relance")
    work()
    assert db.session.get(Event, stuck.id).done_at  # type: ignore[union-attr]
    assert "Tout aboutit" in browser.get("/administration/taches").text


def test_stuck_work_is_abandoned_with_a_reason(village: Village, stuck: Event, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    assert browser.post(f"/administration/taches/{stuck.id}/abandon").status_code == 422
    browser.post(f"/administration/taches/{stuck.id}/abandon", data={"reason": "Trop tard"})
    assert "Tout aboutit" in browser.get("/administration/taches").text
    assert "Trop tard" in browser.get("/journal").text


def test_work_that_waits_for_its_hour_is_not_stuck(village: Village, sign_in: SignIn, at: Any) -> None:
    event = MembershipLeft(space=village.fle, actor=village.emre, due_at=clock.now() + timedelta(days=1))
    db.session.add(event)
    db.session.commit()
    browser = sign_in(village.beatrice)
    assert "Tout aboutit" in browser.get("/administration/taches").text
    at("2026-03-04 09:30")
    assert "en retard" in browser.get("/administration/taches").text


def test_work_that_is_not_stuck_is_not_touched(village: Village, sign_in: SignIn) -> None:
    event = MembershipLeft(space=village.fle, actor=village.emre, done_at=clock.now())
    db.session.add(event)
    db.session.commit()
    assert sign_in(village.beatrice).post(f"/administration/taches/{event.id}/relance").status_code == 404


def test_a_refused_mail_is_found_by_its_address_and_sent_again(village: Village, sign_in: SignIn) -> None:
    delivery = Delivery(
        person=village.emre, address="emre@liege.example", stream="notice", subject="Réunion de mars",
        failed_at=clock.now(), outcome="refused", reply="550 mailbox full",
    )  # fmt: skip
    db.session.add(delivery)
    db.session.commit()
    browser = sign_in(village.beatrice)
    assert "550 mailbox full" in browser.get("/administration/courriels").text
    assert "Réunion de mars" in browser.get("/administration/courriels?adresse=EMRE@").text
    assert "Réunion de mars" not in browser.get("/administration/courriels?adresse=rosa").text
    browser.post(f"/administration/courriels/{delivery.id}/renvoi")
    again = db.session.scalar(sa.select(Delivery).where(Delivery.id == delivery.id))
    assert again
    assert again.failed_at is None
    assert "emre@liege.example" not in browser.get("/journal").text


def test_a_mail_is_abandoned_with_a_reason(village: Village, sign_in: SignIn) -> None:
    delivery = Delivery(
        address="x@liege.example", stream="notice", subject="Trop tard", failed_at=clock.now()
    )
    db.session.add(delivery)
    db.session.commit()
    browser = sign_in(village.beatrice)
    address = f"/administration/courriels/{delivery.id}/abandon"
    assert browser.post(address, data={"reason": ""}).status_code == 422
    assert browser.post(address, data={"reason": "Adresse morte"}).status_code == 303
    assert "Tout est parti" in browser.get("/administration/courriels").text
    assert browser.post(address, data={"reason": "encore"}).status_code == 409
