"""Who may know a space: asked of every page there is under its address, for everybody, and answered alike everywhere."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from core.db import db
from core.spaces import Space
from tests.village import Village
from tests.visitors import Browser

SignIn = Callable[[Any], Browser]


def pages_of_a_space(app: Flask, slug: str) -> Iterator[str]:
    """Every address one may read under /espaces/<slug>, whichever feature answers."""
    for rule in app.url_map.iter_rules():
        if (
            rule.rule.startswith("/espaces/<slug>")
            and "GET" in (rule.methods or ())
            and rule.arguments == {"slug"}
        ):
            yield rule.rule.replace("<slug>", slug)


def is_closed(browser: Browser, address: str) -> bool:
    """Unknown: not there, or behind a sign-in that every address asks for, known or not."""
    answer = browser.get(address)
    if browser.person is None and answer.status_code == 303:
        return "/connexion" in answer.location
    return bool(answer.status_code == 404)


@pytest.mark.parametrize("name", ["visitor", "ines", "helene", "maud", "nadege", "emre", "kevin"])
def test_a_members_only_space_does_not_exist_for_others(
    app: Flask, village: Village, sign_in: SignIn, client: Browser, name: str
) -> None:
    browser = client if name == "visitor" else sign_in(getattr(village, name))
    pages = list(pages_of_a_space(app, "ssde"))
    assert len(pages) >= 10
    assert [page for page in pages if not is_closed(browser, page)] == []


@pytest.mark.parametrize("name", ["visitor", "ines", "kevin", "corentin"])
def test_a_space_of_the_network_does_not_exist_outside_of_it(
    app: Flask, village: Village, sign_in: SignIn, client: Browser, name: str
) -> None:
    browser = client if name == "visitor" else sign_in(getattr(village, name))
    assert [page for page in pages_of_a_space(app, "fle") if not is_closed(browser, page)] == []


@pytest.mark.parametrize("name", ["driss", "emre", "nadege", "maud", "helene", "beatrice"])
def test_a_space_of_the_network_shows_itself_to_the_network(
    village: Village, sign_in: SignIn, name: str
) -> None:
    browser = sign_in(getattr(village, name))
    for page in ("/espaces/fle", "/espaces/fle/a-propos", "/espaces/fle/membres"):
        assert browser.get(page).status_code == 200, page


@pytest.mark.parametrize(
    ("name", "cares", "settles"),
    [
        ("driss", False, False),
        ("emre", False, False),
        ("maud", True, False),
        ("helene", True, True),
        ("beatrice", True, True),
    ],
)
def test_pages_of_those_in_charge_exist_for_them_alone(
    village: Village, sign_in: SignIn, name: str, cares: bool, settles: bool
) -> None:
    browser = sign_in(getattr(village, name))
    for page, open_to in (
        ("/espaces/fle/demandes", cares),
        ("/espaces/fle/journal", cares),
        ("/espaces/fle/reglages", settles),
    ):
        assert browser.get(page).status_code == (200 if open_to else 404), page


def test_a_guest_sees_the_space_until_the_date(village: Village, sign_in: SignIn, at: Any) -> None:
    browser = sign_in(village.corentin)
    assert browser.get("/espaces/ssde").status_code == 200
    at("2026-03-14 09:00")
    assert browser.get("/espaces/ssde").status_code == 404


def test_a_public_space_is_read_by_visitors_without_its_members(village: Village, client: Browser) -> None:
    village.fle.visibility = "public"
    assert client.get("/espaces/fle").status_code == 200
    page = client.get("/espaces/fle/membres")
    assert page.status_code == 200
    assert "Emre" not in page.text
    assert "Hélène" not in client.get("/espaces/fle/a-propos").text


def test_the_directory_shows_what_one_may_know(village: Village, sign_in: SignIn, client: Browser) -> None:
    for browser, known in (
        (client, set()),
        (sign_in(village.ines), set()),
        (sign_in(village.emre), {"fle", "citoyennete"}),
        (sign_in(village.corentin), {"ssde"}),
        (sign_in(village.driss), {"fle", "citoyennete", "ssde"}),
        (sign_in(village.beatrice), {"fle", "citoyennete", "ssde"}),
    ):
        page = browser.get("/espaces").text
        assert {slug for slug in ("fle", "citoyennete", "ssde") if f'"/espaces/{slug}"' in page} == known


def test_a_hidden_parent_stays_hidden(village: Village, sign_in: SignIn) -> None:
    village.citoyennete.parent_id = village.ssde.id
    assert "Fait partie de" not in sign_in(village.emre).get("/espaces/citoyennete/a-propos").text
    assert "Fait partie de" in sign_in(village.driss).get("/espaces/citoyennete/a-propos").text


def test_the_directory_costs_the_same_with_more_spaces(
    village: Village, sign_in: SignIn, count_queries: Any
) -> None:
    browser = sign_in(village.emre)
    browser.get("/espaces")
    with count_queries() as few:
        browser.get("/espaces")
    for number in range(30):
        db.session.add(
            Space(name=f"Espace {number}", short_name=f"E{number}", slug=f"e-{number}", kind="groupe")
        )
    with count_queries() as many:
        assert "Espace 29" in browser.get("/espaces").text
    assert len(many) == len(few)
