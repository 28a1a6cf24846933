"""The main job without touching the mouse: enter, announce, answer, approve; the focus always in sight."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser import DemoHouse, Seat, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_one_signs_in_by_the_link_of_a_mail(demo_house: DemoHouse) -> None:
    with demo_house.visitor() as seat:
        page = seat.page
        seat.go("/connexion")
        assert "adresse" in seat.focused()
        page.keyboard.type(demo_house.address("Rachida"))
        seat.press("Enter")
        expect(page.get_by_role("heading", name="Regardez votre courrier")).to_be_visible()
        seat.tab_to("Ouvrir le courrier sortant")
        seat.press("Enter")
        page.wait_for_url("**/courrier-sortant?*")
        seat.tab_to("lien")
        seat.press("Enter")
        page.wait_for_url("**/courrier-sortant/*")
        page.frame_locator("iframe").get_by_role("link").first.wait_for()
        seat.tab_to("Entrer")
        seat.press("Enter")
        page.wait_for_url("**/connexion/lien/*")
        assert "Entrer" in seat.focused()
        seat.press("Enter")
        expect(page.get_by_title("Mon compte").first).to_be_visible()
        assert seat.complaints() == []


def test_one_writes_an_announcement(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        seat.go("/espaces/fle")
        seat.tab_to("Nouvelle annonce")
        seat.press("Enter")
        seat.page.wait_for_url("**/annonces/nouvelle")
        seat.tab_to("Titre")
        seat.page.keyboard.type("Écrite sans souris")
        seat.tab_to("Texte")
        seat.page.keyboard.type("De bout en bout.")
        seat.tab_to("Publier", exact=True)
        seat.press("Enter")
        expect(seat.page.get_by_role("heading", name="Écrite sans souris", level=1)).to_be_visible()
        assert seat.complaints() == []


def test_one_answers_a_meeting(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        seat.go("/espaces/fle/reunions")
        seat.tab_to(seat.page.locator(".entry-title a").first.inner_text())
        seat.press("Enter")
        seat.page.wait_for_url("**/reunions/*")
        seat.tab_to("Je ne viens pas")
        seat.press("Enter")
        expect(seat.page.get_by_text("Votre réponse : vous ne venez pas.")).to_be_visible()
        assert seat.complaints() == []


def test_one_approves_what_waits(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Maud") as seat:
        seat.go("/moderation")
        waiting = seat.page.locator(".queue-item")
        before, title = waiting.count(), waiting.first.locator("h2").inner_text()
        seat.tab_to("Approuver")
        seat.press("Enter")
        expect(waiting).to_have_count(before - 1)
        expect(seat.page.locator(".queue-item h2", has_text=title)).to_have_count(0)
        assert seat.complaints() == []


def test_the_first_step_leads_past_the_navigation(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        seat.go("/mon-fil")
        seat.press("Tab")
        assert seat.focused() == "Aller au contenu"
        assert seat.focus_shows()
        seat.press("Enter", "Tab")
        assert seat.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_focus_goes_where_the_eye_goes(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Nadège") as seat:
        seat.go("/espaces/fle/annonces/nouvelle")
        assert seat.page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
        seat.page.locator("#contenu").focus()
        tops: list[int] = []
        while True:
            seat.press("Tab")
            if not seat.page.evaluate("document.querySelector('form.form').contains(document.activeElement)"):
                if tops:
                    break
                continue
            until(seat.focus_shows, timeout=2)
            tops.append(
                seat.page.evaluate("Math.round(document.activeElement.getBoundingClientRect().top + scrollY)")
            )
        # Within one line the buttons of a bar may stand a little higher or lower.
        assert all(later > sooner - 60 for sooner, later in pairwise(tops)), tops


@pytest.mark.parametrize("label", ["Mon compte", "Partager autre chose"])
def test_a_menu_closes_with_escape_and_gives_the_focus_back(demo_house: DemoHouse, label: str) -> None:
    with demo_house.sign_in("Nadège") as seat:
        seat.go("/espaces/fle")
        seat.tab_to(label)
        seat.press("Enter")
        menu = seat.page.locator("details[data-menu][open]")
        expect(menu).to_have_count(1)
        seat.press("Tab")
        assert _is_in_menu(seat)
        seat.press("Escape")
        expect(menu).to_have_count(0)
        assert label in seat.focused()


def _is_in_menu(seat: Seat) -> bool:
    return bool(seat.page.evaluate("!!document.activeElement.closest('.menu-panel')"))
