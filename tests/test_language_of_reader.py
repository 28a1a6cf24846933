"""Each reader is spoken to in their language, on their clock, in the appearance they chose."""

import pytest
from flask import Flask

from core import locale
from core.db import db
from core.people import Person
from webapp.shell.page import same_site


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.get("/spoken")
    def spoken() -> dict[str, str]:
        return {"language": locale.language(), "zone": str(locale.zone())}

    return app


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("en-GB,en;q=0.9", "en"), ("fr-BE", "fr"), ("nl-BE,nl", "fr"), ("nl,en;q=0.5", "en"), ("", "fr"), ("*", "fr"),
     ("x" * 500, "fr")],
)  # fmt: skip
def test_a_visitor_is_answered_in_the_language_of_their_browser(client, asked, spoken):
    assert client.get("/spoken", headers={"Accept-Language": asked}).json["language"] == spoken


def test_a_visitor_s_choice_is_kept_in_their_browser(client):
    answer = client.post("/langue", data={"language": "en", "next": "/a-propos"})
    assert (answer.status_code, answer.location) == (303, "/a-propos")
    assert client.get("/spoken", headers={"Accept-Language": "fr"}).json["language"] == "en"


def test_a_person_s_choice_is_kept_with_the_person(village, sign_in):
    sign_in(village.nadege).post("/langue", data={"language": "en"})
    assert db.session.get(Person, village.nadege.id).locale == "en"
    assert sign_in(village.nadege).get("/spoken").json["language"] == "en"


def test_a_language_that_is_not_spoken_changes_nothing(client):
    assert client.post("/langue", data={"language": "klingon"}).status_code == 303
    assert client.get("/spoken").json["language"] == "fr"


def test_the_clock_is_the_reader_s_and_is_not_inherited(village, sign_in, client):
    village.nadege.timezone = "America/Montreal"
    assert sign_in(village.nadege).get("/spoken").json["zone"] == "America/Montreal"
    assert client.get("/spoken").json["zone"] == "Europe/Brussels"


def test_a_zone_that_no_longer_exists_breaks_nothing(village, sign_in):
    village.nadege.timezone = "Atlantis/Capital"
    assert sign_in(village.nadege).get("/spoken").json["zone"] == "Europe/Brussels"


def test_the_page_says_its_language_and_its_appearance(client):
    client.set_cookie("theme", "dark")
    page = client.get("/a-propos", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page
    client.set_cookie("theme", '"><script>')
    assert "<script>" not in client.get("/a-propos").get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/espaces/fle?page=2", True),
        ("https://evil.example/", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/a\\b", False),
        ("javascript:alert(1)", False),
        ("/a\r\nSet-Cookie: x=y", False),
        ("http:evil", False),
        ("", False),
        ("//[", False),
    ],
)
def test_one_is_never_led_to_another_site(app: Flask, address, kept):
    with app.test_request_context("/"):
        assert same_site(address) == (address if kept else "/")


def test_the_frame_costs_few_queries(village, sign_in, count_queries):
    """The session, the network, my spaces, where their channels stand, the bell, the moderation queue."""
    browser = sign_in(village.nadege)
    browser.get("/a-propos")
    with count_queries() as seen:
        browser.get("/a-propos")
    assert len(seen) <= 8, seen


def test_a_fragment_is_drawn_without_the_frame(village, sign_in, count_queries):
    browser = sign_in(village.nadege)
    browser.get("/apercu")
    with count_queries() as seen:
        answer = browser.post("/apercu", data={"text": "**Bonjour**"}, headers={"X-Fragment": "1"})
    assert answer.get_data(as_text=True).strip() == "<p><strong>Bonjour</strong></p>"
    assert len(seen) <= 2, seen


def test_a_preview_is_safe_limited_and_for_people_known_here(village, sign_in, client):
    browser = sign_in(village.nadege)
    assert "<script" not in browser.post("/apercu", data={"text": "<script>x</script>"}).get_data(
        as_text=True
    )
    assert browser.post("/apercu", data={"text": "x" * 60_000}).status_code == 422
    assert client.post("/apercu", data={"text": "x"}).status_code == 303
