"""The inbox: what one was told and may still know, read by POST, counted at the bell, and nobody else's."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db, transaction
from core.spaces import Membership
from notifications.inbox import Notification
from webapp.tokens.events import TokenCreated


@pytest.fixture
def tell(app):
    """Writes down that someone was told something."""

    def told(person, name="Essai", *, space=None, own=True, ago=timedelta()):
        with transaction():
            event = TokenCreated(
                person_id=person.id if own else None, data={"name": name}, done_at=clock.now()
            )
            db.session.add(event)
            db.session.flush()
            notification = Notification(
                person_id=person.id,
                event_id=event.id,
                space_id=space.id if space else None,
                rhythm="never",
                created_at=clock.now() - ago,
            )
            db.session.add(notification)
            db.session.flush()
            return notification.id

    return told


def read_at(number):
    db.session.expire_all()
    return db.session.get_one(Notification, number).read_at


def test_a_visitor_is_led_to_sign_in(client):
    for address in ("/notifications", "/notifications/nombre", "/preferences"):
        assert client.get(address).status_code == 303


def test_what_one_was_told_stands_under_its_day(sign_in, village, tell, at):
    at("2026-03-03 09:30")
    tell(village.nadege, "La veille", ago=timedelta(days=1))
    tell(village.nadege, "Ce matin")
    page = sign_in(village.nadege).get("/notifications").get_data(as_text=True)
    assert "Aujourd’hui" in page
    assert "Hier" in page
    assert "Ce matin" in page


def test_looking_at_the_list_reads_nothing(sign_in, village, tell):
    number = tell(village.nadege)
    sign_in(village.nadege).get("/notifications")
    assert read_at(number) is None


def test_opening_marks_it_read_and_leads_to_the_thing(sign_in, village, tell):
    number = tell(village.nadege)
    answer = sign_in(village.nadege).post(f"/notifications/{number}/lecture", data={"ouvrir": "1"})
    assert (answer.status_code, answer.location) == (303, "/profil/cles")
    assert read_at(number) is not None


def test_marking_one_leaves_the_others(sign_in, village, tell):
    one, other = tell(village.nadege), tell(village.nadege)
    browser = sign_in(village.nadege)
    browser.post(f"/notifications/{one}/lecture")
    assert read_at(other) is None
    assert browser.get("/notifications/nombre").json == {"unread": 1}
    browser.post("/notifications/lecture")
    assert browser.get("/notifications/nombre").json == {"unread": 0}


def test_the_unread_can_be_seen_alone(sign_in, village, tell):
    tell(village.nadege, "Encore neuve")
    number = tell(village.nadege, "Déjà lue")
    browser = sign_in(village.nadege)
    browser.post(f"/notifications/{number}/lecture")
    page = browser.get("/notifications?non-lues=1").get_data(as_text=True)
    assert "Encore neuve" in page
    assert "Déjà lue" not in page


def test_nobody_reads_someone_else_s(sign_in, api, village, tell):
    number = tell(village.nadege)
    assert sign_in(village.emre).post(f"/notifications/{number}/lecture").status_code == 404
    assert (
        api(village.beatrice, "staff", "write")
        .call("POST", f"/api/v1/notifications/{number}/reading")
        .status_code
        == 404
    )
    assert read_at(number) is None


def test_who_left_a_space_no_longer_reads_what_happens_there(sign_in, village, tell):
    tell(village.nadege, "Dans le cercle", space=village.fle, own=False)
    browser = sign_in(village.nadege)
    assert "Dans le cercle" in browser.get("/notifications").get_data(as_text=True)
    with transaction():
        db.session.query(Membership).filter_by(person_id=village.nadege.id, space_id=village.fle.id).update(
            {"ended_at": clock.now()}
        )
    assert "Dans le cercle" not in browser.get("/notifications").get_data(as_text=True)
    assert browser.get("/notifications/nombre").json == {"unread": 0}


def test_one_s_own_affairs_stay_after_leaving(sign_in, village, tell):
    tell(village.kevin, "Ma propre affaire", space=village.fle, own=True)
    assert "Ma propre affaire" in sign_in(village.kevin).get("/notifications").get_data(as_text=True)


def test_the_list_costs_the_same_for_ten_and_for_forty(sign_in, village, tell, count_queries):
    browser = sign_in(village.nadege)
    costs = []
    for number in (10, 30):
        for _ in range(number):
            tell(village.nadege, space=village.fle)
        with count_queries() as queries:
            assert browser.get("/notifications").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_pages_follow_each_other_without_gap_or_repeat(api, village, tell):
    told = [tell(village.nadege) for _ in range(7)]
    caller, seen, after = api(village.nadege, "read"), [], ""
    while True:
        page = caller.call("GET", f"/api/v1/notifications?limit=3{after}").json
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(told, reverse=True)


def test_the_api_reads_one_and_all(api, village, tell):
    caller = api(village.nadege, "write")
    number = tell(village.nadege)
    tell(village.nadege)
    assert caller.call("POST", f"/api/v1/notifications/{number}/reading").json["read_at"] is not None
    assert caller.call("GET", "/api/v1/notifications/unread").json == {"unread": 1}
    assert caller.call("POST", "/api/v1/notifications/reading").json == {"unread": 0}
    assert caller.call("GET", "/api/v1/notifications?unread=true").json["items"] == []
