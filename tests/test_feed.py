"""My feed: what is new in all my spaces, latest first, nothing from elsewhere, at the same cost for fifty and five hundred."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db, transaction
from core.publications import Placement
from core.spaces import Membership
from webapp.announcements.models import Announcement


@pytest.fixture
def share(app):
    """Something stands in some spaces since a while; its number."""

    def made(author, title, *spaces, ago=timedelta(minutes=5), times=1, **values):
        given = {"state": "published", "scope": "space", "published_at": clock.now() - ago} | values
        with transaction():
            publications = [Announcement(title=title, author_id=author.id, **given) for _ in range(times)]
            for publication in publications:
                publication.placements = [Placement(space_id=space.id) for space in spaces]
            db.session.add_all(publications)
            db.session.flush()
            return publications[-1].id

    return made


def titles(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_visitor_is_led_to_sign_in(client):
    assert client.get("/mon-fil").status_code == 303
    assert client.get("/mon-fil/nouveautes?after=x").status_code == 303


def test_all_my_spaces_stand_on_one_page_latest_first(sign_in, village, share):
    share(village.helene, "Plus ancienne", village.fle, ago=timedelta(days=2))
    share(village.helene, "Plus récente", village.citoyennete, ago=timedelta(hours=1))
    share(village.driss, "D’ailleurs", village.ssde)
    page = titles(sign_in(village.nadege).get("/mon-fil"))
    assert page.index("Plus récente") < page.index("Plus ancienne")
    assert "D’ailleurs" not in page


def test_one_publication_in_two_of_my_spaces_comes_once(api, village, share):
    share(village.helene, "Une seule fois", village.fle, village.citoyennete)
    items = api(village.nadege, "read").call("GET", "/api/v1/feed").json["items"]
    assert [item["title"] for item in items] == ["Une seule fois"]
    assert set(items[0]["spaces"]) == {"fle", "citoyennete"}


@pytest.mark.parametrize(
    "values",
    [
        {"state": "draft"},
        {"state": "submitted"},
        {"state": "withdrawn"},
        {"published_at": None},
        {"published_at": clock.now() + timedelta(days=9999)},
        {"expires_at": clock.now() - timedelta(days=9999)},
    ],
)
def test_only_what_stands_now_is_there(sign_in, village, share, values):
    share(village.helene, "Pas maintenant", village.fle, **values)
    assert "Pas maintenant" not in titles(sign_in(village.nadege).get("/mon-fil"))


def test_who_was_removed_or_never_came_sees_nothing_of_a_space(sign_in, api, village, share):
    share(village.helene, "Entre nous", village.fle)
    for person in (village.kevin, village.ines, village.driss, village.corentin):
        assert "Entre nous" not in titles(sign_in(person).get("/mon-fil"))
        assert sign_in(person).get("/mon-fil?espace=fle").status_code == 404
        assert api(person, "read").call("GET", "/api/v1/feed").json["items"] == []


def test_leaving_empties_the_feed_at_once(sign_in, village, share):
    share(village.helene, "Entre nous", village.fle)
    browser = sign_in(village.emre)
    assert "Entre nous" in titles(browser.get("/mon-fil"))
    with transaction():
        db.session.query(Membership).filter_by(person_id=village.emre.id).update({"ended_at": clock.now()})
    assert "Entre nous" not in titles(browser.get("/mon-fil"))


def test_the_address_keeps_one_space_or_one_kind(sign_in, village, share):
    share(village.helene, "Chez FLE", village.fle)
    share(village.helene, "Chez Citoyenneté", village.citoyennete)
    browser = sign_in(village.nadege)
    page = titles(browser.get("/mon-fil?espace=fle"))
    assert "Chez FLE" in page
    assert "Chez Citoyenneté" not in page
    assert "Chez FLE" in titles(browser.get("/mon-fil?nature=announcement"))
    assert "Chez FLE" not in titles(browser.get("/mon-fil?nature=meeting"))


@pytest.mark.parametrize("wrong", ["espace=ssde", "espace=x", "nature=x", "nature=publication", "avant=x"])
def test_what_does_not_exist_for_me_is_not_found(sign_in, village, wrong):
    assert sign_in(village.nadege).get(f"/mon-fil?{wrong}").status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(api, village, share):
    shared = [share(village.helene, f"N° {number}", village.fle) for number in range(7)]  # at one instant
    caller, seen, after = api(village.nadege, "read"), [], ""
    while True:
        page = caller.call("GET", f"/api/v1/feed?limit=3{after}").json
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(shared, reverse=True)


def next_address(page):
    feed = page.split("<live-feed", 1)[1]
    return feed.split('data-src="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


def test_what_appears_meanwhile_is_given_on_top_and_says_where_to_ask_next(sign_in, village, share, at):
    share(village.helene, "Déjà là", village.fle, ago=timedelta(hours=1))
    browser = sign_in(village.nadege)
    address = next_address(titles(browser.get("/mon-fil")))
    at("2026-03-03 09:10")
    number = share(village.helene, "À l’instant", village.fle, ago=timedelta())
    answer = browser.get(address)
    assert "À l’instant" in titles(answer)
    assert "<html" not in titles(answer)
    assert f'id="fil-{number}"' in titles(answer)  # by which the page knows what it shows already
    assert "Déjà là" not in titles(browser.get(answer.headers["X-Next"]))


def test_an_empty_feed_says_what_it_is_for(sign_in, village):
    assert "aucun espace" in titles(sign_in(village.ines).get("/mon-fil"))
    assert "Votre fil attend" in titles(sign_in(village.nadege).get("/mon-fil"))


def test_the_cost_is_the_same_at_fifty_and_at_five_hundred(sign_in, village, share, count_queries):
    browser, costs = sign_in(village.nadege), []
    for number in (50, 450):
        share(village.helene, "Une parmi d’autres", village.fle, village.citoyennete, times=number)
        with count_queries() as seen:
            assert browser.get("/mon-fil").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert costs[1] <= 25
