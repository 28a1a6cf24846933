"""The main path in a browser that runs no script: everything is a link or a form."""

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_one_enters_announces_and_answers(demo_house: DemoHouse) -> None:
    with demo_house.visitor(java_script_enabled=False, size=PHONE) as seat:
        page = seat.page
        seat.go("/connexion")
        page.locator("#email").first.fill(demo_house.address("Cédric"))
        page.get_by_role("button", name="Recevoir mon lien").click()
        page.get_by_role("link", name="Ouvrir le courrier sortant").click()
        page.locator(".outbox-subject a").first.click()
        page.frame_locator("iframe").get_by_role("link", name="Entrer").first.click()
        page.get_by_role("button", name="Entrer").click()
        seat.go("/espaces/fle/annonces/nouvelle")
        page.locator("[name=title]").fill("Sans aucun script")
        page.locator("[name=text]").fill("Et pourtant **publiée**.")
        page.get_by_role("button", name="Publier").click()
        expect(page.get_by_role("heading", name="Sans aucun script", level=1)).to_be_visible()
        expect(page.locator(".prose strong")).to_have_text("publiée")
        seat.go("/espaces/fle/reunions")
        page.locator(".entry-title a").first.click()
        page.get_by_role("button", name="Je viens", exact=True).click()
        expect(page.get_by_text("Votre réponse : vous venez.")).to_be_visible()
        assert seat.complaints() == []


def test_one_reads_and_decides(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Maud", java_script_enabled=False) as seat:
        page = seat.page
        seat.go("/moderation")
        first = page.locator(".queue-item").first
        title = first.locator("h2").inner_text()
        first.get_by_text("Demander des modifications").click()
        first.get_by_label("Que faut-il changer ?").fill("Dites pour qui, et avec quel matériel.")
        first.get_by_role("button", name="Envoyer la demande").click()
        expect(page.locator(".queue-item h2", has_text=title)).to_have_count(0)
        page.get_by_title("Mon compte").first.click()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()
        assert seat.complaints() == []
