"""What arrives by itself in an open page: said within a second, shown when asked, missed by nobody and doubled for nobody."""

from collections.abc import Iterator

import pytest

from tests.browser import DemoHouse, Seat, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: « Within a second », on a machine that may be busy with other tests.
SOON = 4_000


@pytest.fixture
def reader(demo_house: DemoHouse) -> Iterator[Seat]:
    """Hélène, whose window is too small for all she reads, somewhere below the top of the French platform's page."""
    with demo_house.sign_in("Hélène", size=(1280, 700)) as seat:
        yield seat


def announce(seat: Seat, title: str, space: str = "fle") -> None:
    seat.go(f"/espaces/{space}/annonces/nouvelle")
    seat.page.locator("[name=title]").fill(title)
    seat.page.locator("[name=text]").fill("Venez avec **ce que vous avez**.")
    seat.page.get_by_role("button", name="Publier").click()
    seat.page.get_by_role("heading", name=title, level=1).wait_for()


def open_feed(seat: Seat, path: str = "/espaces/fle") -> None:
    """Look at a feed until the channel stands: nothing is heard before."""
    with seat.page.expect_websocket() as opened:
        seat.go(path)
    opened.value.wait_for_event("framereceived")
    seat.page.wait_for_timeout(500)


def test_a_pill_says_that_there_is_news_and_nothing_moves(demo_house: DemoHouse, reader: Seat) -> None:
    page = reader.page
    open_feed(reader)
    page.mouse.wheel(0, 420)
    page.locator(".entry-title a").nth(1).focus()
    page.wait_for_timeout(300)
    where = "[scrollY, document.activeElement.href, document.activeElement.getBoundingClientRect().top]"
    before = page.evaluate(where)
    with demo_house.sign_in("Nadège") as writer:
        announce(writer, "Dictionnaires à donner")
        # The clock runs from the answer to the writer.
        page.locator(".news-pill", has_text="1 nouveauté").wait_for(timeout=SOON)
        assert writer.complaints() == []
    assert page.evaluate(where) == before
    assert page.get_by_role("link", name="Dictionnaires à donner").count() == 0
    page.locator(".news-pill").click()
    entry = page.get_by_role("link", name="Dictionnaires à donner")
    entry.wait_for()
    assert entry.count() == 1
    assert page.evaluate("document.activeElement.innerText").count("Dictionnaires à donner") == 1
    assert page.locator(".news-pill").is_hidden()
    assert reader.complaints() == []


def test_the_number_of_unread_follows_in_the_header_and_in_the_title(
    demo_house: DemoHouse, reader: Seat
) -> None:
    page = reader.page
    open_feed(reader, "/preferences")
    number = page.locator(".site-tools [data-number]")
    before = int(number.text_content() or 0)
    with demo_house.sign_in("Nadège") as writer:
        announce(writer, "Local libre le jeudi")
    until(lambda: int(number.text_content() or 0) == before + 1)
    assert page.title().startswith(f"({before + 1}) ")
    assert reader.complaints() == []


def test_a_server_that_dies_loses_and_doubles_nothing(demo_house: DemoHouse, reader: Seat) -> None:
    page = reader.page
    open_feed(reader)
    demo_house.kill()
    demo_house.open()
    with demo_house.sign_in("Nadège") as writer:
        announce(writer, "Premier après la panne")
        announce(writer, "Second après la panne")
    page.locator(".news-pill", has_text="2 nouveautés").wait_for(timeout=30_000)
    page.locator(".news-pill").click()
    for title in ("Premier après la panne", "Second après la panne"):
        page.get_by_role("link", name=title).wait_for()
        assert page.get_by_role("link", name=title).count() == 1
    # Asking again, as the page does from time to time, brings nothing twice.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1500)
    assert page.locator(".news-pill").is_hidden()


def test_someone_removed_hears_no_more_after_five_seconds(demo_house: DemoHouse, reader: Seat) -> None:
    with demo_house.sign_in("Martine") as leaving:
        open_feed(leaving)
        reader.go("/espaces/fle/membres?q=Martine")
        reader.page.get_by_role("link", name="Modifier – Martine").click()
        reader.page.get_by_text("Retirer Martine", exact=False).first.click()
        reader.page.get_by_role("button", name="Retirer de l’espace").click()
        reader.page.wait_for_url(lambda url: url.endswith("/membres"))
        leaving.page.wait_for_timeout(5_000)
        with demo_house.sign_in("Nadège") as writer:
            announce(writer, "Rien que pour les membres")
        leaving.page.wait_for_timeout(2_000)
        assert leaving.page.locator(".news-pill").is_hidden()
        assert leaving.page.get_by_role("link", name="Rien que pour les membres").count() == 0
