"""What one writes is kept while one writes, forgotten once it is sent, and seen beforehand as it will read."""

import pytest
from playwright.sync_api import expect

from tests.browser import DemoHouse, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NEW = "/espaces/citoyennete/annonces/nouvelle"
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('maillage-draft:')).length"


def test_a_draft_comes_back_after_an_accident_and_is_cleared_once_sent(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        page = seat.page
        seat.go(NEW)
        page.locator("[name=title]").fill("Une visite au musée")
        page.locator("[name=text]").fill("Départ à 9 h de la gare.")
        until(lambda: page.evaluate(KEPT) == 1)
        page.reload()
        expect(page.get_by_text("Brouillon retrouvé.")).to_be_visible()
        expect(page.locator("[name=title]")).to_have_value("Une visite au musée")
        expect(page.locator("[name=text]")).to_have_value("Départ à 9 h de la gare.")
        page.get_by_role("button", name="Publier").click()
        expect(page.get_by_role("heading", name="Une visite au musée", level=1)).to_be_visible()
        assert page.evaluate(KEPT) == 0
        seat.go(NEW)
        expect(page.locator("[name=title]")).to_have_value("")
        assert seat.complaints() == []


def test_one_may_start_again_from_nothing(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        page = seat.page
        seat.go(NEW)
        page.locator("[name=title]").fill("À jeter")
        until(lambda: page.evaluate(KEPT) == 1)
        page.reload()
        page.get_by_role("button", name="Repartir de zéro").click()
        expect(page.locator("[name=title]")).to_have_value("")
        assert page.evaluate(KEPT) == 0


def test_a_text_is_seen_as_it_will_read(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        page = seat.page
        seat.go(NEW)
        text = page.locator("[name=text]")
        text.fill("Une **bonne** nouvelle <script>alert(1)</script>")
        page.get_by_role("tab", name="Aperçu").click()
        expect(page.locator(".markdown-preview strong")).to_have_text("bonne")
        assert page.locator(".markdown-preview script").count() == 0
        page.keyboard.press("ArrowLeft")
        expect(text).to_be_visible()
        expect(text).to_have_value("Une **bonne** nouvelle <script>alert(1)</script>")
        assert seat.complaints() == []


def test_what_is_sent_twice_by_impatience_is_published_once(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        page = seat.page
        seat.go(NEW)
        page.locator("[name=title]").fill("Publié une fois")
        page.locator("[name=text]").fill("Et une seule.")
        page.get_by_role("button", name="Publier").dblclick()
        expect(page.get_by_role("heading", name="Publié une fois", level=1)).to_be_visible()
        seat.go("/espaces/citoyennete/annonces")
        assert page.get_by_role("link", name="Publié une fois").count() == 1
