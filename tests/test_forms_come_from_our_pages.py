"""A form counts when it comes from a page of ours; one that has aged is given back, not lost."""

import pytest
from flask import Flask

from webapp.shell.csrf import without_csrf
from webapp.shell.identity import signed_in

HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
TEXT = "Un long texte, écrit un jeudi après-midi.\nEt sa seconde ligne <b>."


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.post("/write")
    def write() -> str:
        return "written"

    @app.post("/mine")
    @signed_in
    def mine() -> str:
        return "written"

    @app.post("/machine")
    @without_csrf
    def machine() -> str:
        return "done"

    return app


@pytest.fixture
def elsewhere(client):
    """A browser that shows no token."""
    client.shows_token = False
    return client


def test_a_form_of_ours_is_accepted(client):
    assert client.post("/write", data={"text": TEXT}, headers=HERE).status_code == 200
    assert client.post("/write", data={"text": TEXT}).status_code == 200


def test_a_form_without_a_token_is_refused(elsewhere):
    answer = elsewhere.post("/write", data={"text": TEXT})
    assert answer.status_code == 400
    assert "ne vient pas d’une page de ce site" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_a_form_born_elsewhere_is_refused_even_with_a_token(client, headers):
    answer = client.post("/write", data={"text": TEXT}, headers=headers)
    assert answer.status_code == 400
    # Its content is not offered to be sent again: someone else wrote it.
    assert "jeudi" not in answer.get_data(as_text=True)


def test_an_aged_page_gives_back_what_was_typed(elsewhere):
    answer = elsewhere.post("/write", data={"text": TEXT, "scope": "space"}, headers=HERE)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "écrit un jeudi après-midi.\nEt sa seconde ligne &lt;b&gt;." in page
    assert 'name="scope" value="space"' in page
    assert 'action="/write"' in page


def test_an_aged_page_never_shows_a_password(elsewhere):
    page = elsewhere.post("/write", data={"password": "secret de Nadège"}, headers=HERE).get_data(
        as_text=True
    )
    assert "secret de Nadège" not in page


def test_a_session_that_ended_gives_back_what_was_typed(village, sign_in):
    browser = sign_in(village.nadege)
    browser.set_cookie(browser.application.config["IDENTITY_COOKIE"], "ended")
    answer = browser.post("/mine", data={"text": TEXT}, headers=HERE)
    assert answer.status_code == 401
    assert "écrit un jeudi après-midi." in answer.get_data(as_text=True)
    assert "/connexion" in answer.get_data(as_text=True)


def test_a_visitor_is_led_to_the_door(client):
    answer = client.post("/mine", data={"text": TEXT})
    assert answer.status_code == 303
    assert answer.location.startswith("/connexion")


def test_machines_need_no_token_where_it_is_said(elsewhere):
    assert elsewhere.post("/machine").status_code == 200


def test_a_token_lives_as_long_as_one_may_stay_signed_in(client, at):
    client.get("/a-propos")
    token = client.token()
    client.shows_token = False
    at("2026-03-05 18:00")
    assert client.post("/write", data={"csrf_token": token}).status_code == 200
