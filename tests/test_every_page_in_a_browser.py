"""Every page that links lead to, as each kind of person sees it: whole, quiet, within the window, accessible."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Response

from tests import browser
from tests.browser import DemoHouse, Seat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: Where each begins: the doors that no link of theirs leads through. The rest is found by following links.
WALKS = {
    "": ["/", "/connexion", "/courrier-sortant", "/api", "/nulle-part", "/espaces/nulle-part", "/moderation"],
    "Nadège": ["/", "/profil/securite", "/moderation", "/administration"],
    "Maud": ["/moderation", "/espaces/racisme", "/espaces/pcs-liens"],
    "Béatrice": ["/administration", "/espaces/fle", "/programmes", "/organisations"],
}
#: What has no page of its own, as what is `.fresh`, and what only a mail or an outside provider leads to.
APART = {
    "assets.built": "a file",
    "assets.favicon": "a file",
    "files.show": "a file",
    "identity.go_to_provider": "an outside provider",
    "identity.link_sent": "after a form",
    "identity.new_identity": "an outside provider",
    "identity.provider_answer": "an outside provider",
    "identity.show_link": "the link of a mail",
    "inbox.count": "a fragment",
    "inbox.unsubscribing": "the link of a mail",
    "invitations.show": "the link of a mail",
    "meetings.agenda": "a file",
    "meetings.answers": "a fragment",
    "meetings.calendar": "a file",
    "moderation.waiting": "a fragment",
    "outbox.frame": "a mail, where no script may run, not even ours",
    "outbox.piece": "after a mail",
    "outbox.show": "after a mail",
    "outbox.source": "after a mail",
    "people.my_data": "a file",
    "people.show_address_change": "the link of a mail",
    "probes.alive": "for machines",
    "probes.metrics": "for machines",
    "probes.ready": "for machines",
    "publications.go": "the link of a mail",
    "publications.status": "a fragment",
    "spaces.ask": "one who asks to join",
}


@dataclass
class Walk:
    """What one person saw."""

    endpoints: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walk(demo_house: DemoHouse) -> Callable[[str], Walk]:
    """Walk as someone, once for all tests."""
    done: dict[str, Walk] = {}
    judged: set[str] = set()

    def walk_as(name: str) -> Walk:
        if name not in done:
            with demo_house.sign_in(name) if name else demo_house.visitor() as seat:
                done[name] = _walk(demo_house, seat, WALKS[name], judged)
        return done[name]

    return walk_as


def _walk(house: DemoHouse, seat: Seat, starts: list[str], judged: set[str]) -> Walk:
    """Only what is made of pieces not judged yet goes before axe: most of the time would go there."""
    walk = Walk()
    addresses = house.app.url_map.bind("localhost")

    def visit(path: str, answer: Response) -> None:
        found = []
        if "html" in answer.headers.get("content-type", ""):
            found += browser.too_wide_on_phones(seat.page)
            pieces = browser.pieces(seat.page)
            found += [] if pieces <= judged else browser.inaccessible(seat.page)
            judged.update(pieces)
        if answer.status >= 400 and path not in starts:
            found.append(f"answers {answer.status}")
        walk.faults += [f"{path}: {one}" for one in found + seat.complaints()]
        if answer.status < 400 and addresses.test(path.partition("?")[0], "GET"):
            walk.endpoints.add(addresses.match(path.partition("?")[0], "GET")[0])

    browser.walk(seat, starts, visit)
    return walk


@pytest.mark.parametrize("name", WALKS)
def test_no_page_is_at_fault(walk: Callable[[str], Walk], name: str) -> None:
    found = walk(name)
    assert found.faults == []
    assert len(found.endpoints) > 10


def test_no_page_is_forgotten(walk: Callable[[str], Walk], demo_house: DemoHouse) -> None:
    seen = set().union(*(walk(name).endpoints for name in WALKS))
    pages = {
        rule.endpoint
        for rule in demo_house.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith("/api/")
        and not rule.endpoint.endswith(".fresh")
    }
    assert pages - seen - set(APART) == set()


def test_a_space_one_is_outside_of_can_be_asked_for(demo_house: DemoHouse) -> None:
    with demo_house.sign_in("Maud") as seat:
        seat.go("/espaces/fle")
        seat.page.get_by_role("link", name="Demander à rejoindre").click()
        seat.page.wait_for_url("**/demande")
        assert browser.faults(seat.page) == []
        assert seat.complaints() == []
