"""One's own profile: what is said of oneself, one's data, and leaving."""

import json

import pytest
import sqlalchemy as sa

from core import sessions
from core.db import db
from core.errors import Conflict
from core.people import Person
from core.spaces import Membership, membership_of
from notifications.events import Event
from tests.mailbox import text_of
from webapp.people import service

GIVEN = {
    "name": "Nadège Lambrecht-Noël", "job_title": "Formatrice FLE", "phone": "04 220 00 00", "about": "Ateliers du soir.",
    "locale": "fr", "timezone": "Europe/Brussels",
}  # fmt: skip


def test_a_visitor_has_none(client, village):
    for address in ("/profil", "/profil/mes-donnees", "/profil/fermeture", "/profil/securite"):
        assert client.get(address).location.startswith("/connexion?next=")


def test_one_changes_it(sign_in, village):
    browser = sign_in(village.nadege)
    assert browser.post("/profil", GIVEN).status_code == 303
    page = browser.get("/profil").text
    for words in ("Nadège Lambrecht-Noël", "Formatrice FLE", "04 220 00 00", "Ateliers du soir."):
        assert words in page
    assert village.nadege.sort_name.startswith("lambrecht-noel")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "a" * 121},
        {"locale": "tlh"},
        {"timezone": "Mars/Base"},
        {"phone": "0" * 41},
        {"about": "a" * 2001},
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept(sign_in, village, wrong):
    browser = sign_in(village.nadege)
    page = browser.post("/profil", GIVEN | wrong)
    assert page.status_code == 422
    assert "has-error" in page.text
    assert "Ateliers du soir." in page.text or "about" in wrong
    assert village.nadege.name == "Nadège Lambrecht"


def test_a_name_holds_no_line_break_nor_reversal(sign_in, village):
    sign_in(village.nadege).post("/profil", GIVEN | {"name": "Na\u202edège\r\nBcc: x"})
    assert village.nadege.name in ("Nadège Lambrecht", "Nadège Bcc: x")


def test_nobody_makes_themself_staff(sign_in, village):
    sign_in(village.nadege).post("/profil", GIVEN | {"is_staff": "y", "email": "autre@exemple.be", "id": "1"})
    assert not village.nadege.is_staff
    assert village.nadege.email == "nadege@liege.example"


def test_the_page_speaks_the_language_chosen(sign_in, village):
    browser = sign_in(village.nadege)
    browser.post("/profil", GIVEN | {"locale": "en"})
    assert '<html lang="en"' in browser.get("/profil").text


def test_mandates_are_read_and_changes_asked_of_staff(sign_in, village, work, mails):
    browser = sign_in(village.nadege)
    assert "Les Mots Voisins asbl" in browser.get("/profil").text
    assert browser.post("/profil/organisations", {"message": "Je passe à l’EPS."}).status_code == 303
    assert browser.post("/profil/organisations", {"message": ""}).status_code == 422
    event = db.session.scalars(sa.select(Event).where(Event.kind == "person.mandate_change_asked")).one()
    told = set(db.session.scalars(sa.select(event.audience().subquery().c.person_id)))
    assert told == {village.beatrice.id}


def test_one_takes_one_s_data_away(sign_in, village):
    answer = sign_in(village.nadege).get("/profil/mes-donnees")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mes-donnees-2026-03-03.json"'
    data = json.loads(answer.get_data())
    assert data["person"]["email"] == "nadege@liege.example"
    assert [one["organisation"] for one in data["organisations"]] == ["Les Mots Voisins asbl"]
    assert {one["role"] for one in data["spaces"]} == {"member"}
    text = answer.get_data(as_text=True)
    assert village.emre.name not in text
    assert "secret_digest" not in text
    assert "password_hash" not in text


# ── Leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_leaving_asks_to_be_sure(sign_in, village):
    browser = sign_in(village.nadege)
    assert "ancien·ne membre" in browser.get("/profil/fermeture").text
    assert browser.post("/profil/fermeture").status_code == 422
    assert village.nadege.closed_at is None


def test_leaving_keeps_nothing_personal(sign_in, api, village, mails):
    browser, phone = sign_in(village.nadege), sign_in(village.nadege)
    program = api(village.nadege, "read")
    browser.post("/profil", GIVEN)
    assert browser.post("/profil/fermeture", {"sure": "y"}).status_code == 200
    person = db.session.get(Person, village.nadege.id)
    assert person.name == "Ancien·ne membre"
    assert (person.email, person.email_key, person.phone, person.about, person.password_hash) == (
        None,
        None,
        "",
        "",
        None,
    )
    assert person.closed_at is not None
    assert membership_of(person, village.fle) is None
    assert phone.get("/profil").status_code == 303
    assert program.call("GET", "/api/v1/sessions").status_code == 401
    assert sessions.session_for(browser.get_cookie("session").value) is None
    assert mails()[-1].subject == "Votre compte est fermé"
    assert "dernier message" in text_of(mails()[-1])


def test_what_was_sent_to_whoever_left_forgets_their_address_and_its_words(
    sign_in, client, village, mails, work
):
    client.post("/connexion", {"email": village.nadege.email})
    work()
    assert mails()[0].accepted_at is not None
    sign_in(village.nadege).post("/profil/fermeture", {"sure": "y"})
    assert (mails()[0].address, mails()[0].raw) == ("", None)
    assert mails()[0].accepted_at is not None


def test_whoever_left_cannot_come_back_by_the_same_door(sign_in, client, village, mails):
    sign_in(village.nadege).post("/profil/fermeture", {"sure": "y"})
    told = len(mails())
    client.post("/connexion", {"email": "nadege@liege.example"})
    assert len(mails()) == told


def test_mails_that_wait_for_whoever_left_do_not_leave(sign_in, client, village, mails):
    client.post("/connexion", {"email": village.nadege.email})
    sign_in(village.nadege).post("/profil/fermeture", {"sure": "y"})
    assert mails()[0].outcome == "lapsed"
    assert mails()[0].done_at is not None


def test_the_last_animator_cannot_leave(sign_in, village):
    browser = sign_in(village.helene)
    page = browser.get("/profil/fermeture").text
    assert "Nommez d’abord quelqu’un d’autre" in page
    assert village.fle.name in page
    assert browser.post("/profil/fermeture", {"sure": "y"}).status_code == 409
    assert village.helene.closed_at is None
    db.session.add(Membership(person=village.ines, space=village.fle, role="animator"))
    db.session.commit()
    assert browser.post("/profil/fermeture", {"sure": "y"}).status_code == 200


def test_the_last_of_the_staff_cannot_leave(app, village):
    with pytest.raises(Conflict):
        service.close_account(person=village.beatrice)
