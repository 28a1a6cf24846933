"""Sessions: listed with their device in words, closed one by one or together, at once."""

import pytest

from core import sessions
from core.db import db
from webapp.identity import devices

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


def open_with(sign_in, person, user_agent):
    browser = sign_in(person)
    secret = browser.get_cookie("session").value
    sessions.session_for(secret).user_agent = user_agent
    db.session.commit()
    return browser


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIREFOX, "Firefox sur Android"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome sur Mac"),
        ("curl/8.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)  # fmt: skip
def test_a_device_is_said_in_words(app, said, words):
    assert devices.describe(said) == words


def test_one_sees_where_one_is_signed_in(sign_in, village):
    here = open_with(sign_in, village.nadege, "Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/140.0")
    open_with(sign_in, village.nadege, FIREFOX)
    open_with(sign_in, village.emre, "Mozilla/5.0 (iPad) Safari/600")
    page = here.get("/profil/securite").text
    assert "Firefox sur Android" in page
    assert "Firefox sur Linux" in page
    assert page.count("cette session") == 1
    assert "iPad" not in page


def test_one_is_closed_at_once(app, sign_in, village):
    here, phone = sign_in(village.nadege), sign_in(village.nadege)
    closed = sessions.session_for(phone.get_cookie("session").value)
    assert here.post(f"/profil/sessions/{closed.id}/fin").status_code == 303
    assert phone.get("/profil/securite").status_code == 303
    assert here.get("/profil/securite").status_code == 200


def test_all_the_others_are_closed_together(sign_in, village):
    here, *others = [sign_in(village.nadege) for _turn in range(4)]
    assert "3 autres appareils" in here.get(here.post("/profil/sessions/fin").location).text
    assert {browser.get("/profil").status_code for browser in others} == {303}
    assert here.get("/profil/securite").status_code == 200


def test_nobody_closes_another_s(sign_in, village):
    emre, nadege = sign_in(village.emre), sign_in(village.nadege)
    hers = sessions.session_for(nadege.get_cookie("session").value)
    assert emre.post(f"/profil/sessions/{hers.id}/fin").status_code == 404
    assert emre.post("/profil/sessions/999999/fin").status_code == 404
    assert nadege.get("/profil/securite").status_code == 200


def test_closing_this_one_signs_out(sign_in, village):
    browser = sign_in(village.nadege)
    mine = sessions.session_for(browser.get_cookie("session").value)
    browser.post(f"/profil/sessions/{mine.id}/fin")
    assert browser.get_cookie("session") is None


def test_signing_out_needs_a_form_and_ends_the_session(sign_in, village):
    browser = sign_in(village.nadege)
    secret = browser.get_cookie("session").value
    assert browser.get("/deconnexion").status_code == 405
    browser.shows_token = False
    assert browser.post("/deconnexion").status_code == 400
    browser.shows_token = True
    assert sessions.session_for(secret) is not None
    answer = browser.post("/deconnexion", {"next": "//evil.example"})
    assert (answer.status_code, answer.location) == (303, "/")
    db.session.rollback()
    assert sessions.session_for(secret) is None
    assert browser.get_cookie("session") is None


def test_another_site_s_form_is_refused(sign_in, village):
    browser = sign_in(village.nadege)
    token = browser.token()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post("/deconnexion", {"csrf_token": token}, headers=headers).status_code == 400


def test_a_session_sleeps_thirty_days_at_most(sign_in, village, at):
    browser = sign_in(village.nadege)
    at("2026-04-01 09:00")
    assert browser.get("/profil/securite").status_code == 200
    at("2026-05-03 09:00")
    assert browser.get("/profil/securite").status_code == 303


def test_the_api_lists_and_closes_them(api, sign_in, village):
    browser = open_with(sign_in, village.nadege, FIREFOX)
    program = api(village.nadege, "read", "write")
    items = program.call("GET", "/api/v1/sessions").json["items"]
    assert [item["device"] for item in items] == ["Firefox sur Android"]
    assert api(village.emre, "write").call("DELETE", f"/api/v1/sessions/{items[0]['id']}").status_code == 404
    assert api().call("GET", "/api/v1/sessions").status_code == 401
    assert program.call("DELETE", f"/api/v1/sessions/{items[0]['id']}").status_code == 204
    assert browser.get("/profil/securite").status_code == 303


def test_the_page_costs_the_same_with_many_sessions(sign_in, village, count_queries):
    browser = sign_in(village.nadege)
    with count_queries() as few:
        browser.get("/profil/securite")
    for _turn in range(20):
        sign_in(village.nadege)
    with count_queries() as many:
        browser.get("/profil/securite")
    assert len(many) == len(few)
