"""One's choices: each takes effect at once, for the mail to come and for what already waits."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db, transaction
from notifications.inbox import Notification
from notifications.preferences import MailSettings, SpacePreference
from webapp.inbox import service
from webapp.tokens.events import TokenCreated


@pytest.fixture
def waiting(app):
    """Someone was told something that waits for a digest."""

    def made(person, rhythm, space=None):
        with transaction():
            event = TokenCreated(person_id=person.id, data={"name": "x"}, done_at=clock.now())
            db.session.add(event)
            db.session.flush()
            notification = Notification(
                person_id=person.id, event_id=event.id, space_id=space.id if space else None, rhythm=rhythm
            )
            db.session.add(notification)
            db.session.flush()
            return notification.id

    return made


def rhythm_of(number):
    db.session.expire_all()
    return db.session.get_one(Notification, number).rhythm


def settings(person):
    db.session.expire_all()
    return db.session.get_one(MailSettings, person.id)


def chosen(browser, **changes):
    given = {
        "rhythm": "daily",
        "minute": "450",
        "weekdays": ["0", "1", "2", "3", "4"],
        "weekly_day": "0",
        "language": "fr",
        "timezone": "Europe/Brussels",
    }
    return browser.post("/preferences", data=given | changes)


def test_the_page_shows_each_space_as_inheriting(sign_in, village):
    page = sign_in(village.nadege).get("/preferences").get_data(as_text=True)
    assert village.fle.name in page
    assert village.citoyennete.name in page
    assert village.ssde.name not in page
    assert page.count("Comme le reste du réseau") == 2


def test_everything_is_kept_from_one_form(sign_in, village):
    answer = chosen(
        sign_in(village.nadege),
        rhythm="weekly",
        minute="1080",
        weekdays=["5"],
        weekly_day="6",
        language="en",
        timezone="Europe/Lisbon",
        **{f"space_{village.fle.id}": "now"},
    )
    assert answer.status_code == 303
    kept = settings(village.nadege)
    assert (kept.rhythm, kept.digest_minute, kept.weekdays, kept.weekly_day) == ("weekly", 1080, [5], 6)
    assert (kept.person.locale, kept.person.timezone) == ("en", "Europe/Lisbon")
    own = db.session.query(SpacePreference).filter_by(person_id=village.nadege.id).one()
    assert (own.space_id, own.rhythm) == (village.fle.id, "now")


def test_going_back_to_the_network_s_rhythm_leaves_no_trace(sign_in, village):
    browser = sign_in(village.nadege)
    chosen(browser, **{f"space_{village.fle.id}": "now"})
    chosen(browser, **{f"space_{village.fle.id}": ""})
    assert db.session.query(SpacePreference).filter_by(person_id=village.nadege.id).count() == 0


def test_a_space_one_is_not_in_cannot_be_chosen_for(sign_in, api, village):
    chosen(sign_in(village.nadege), **{f"space_{village.ssde.id}": "now"})
    assert db.session.query(SpacePreference).count() == 0
    for person in (village.nadege, village.kevin):
        slug = "ssde" if person is village.nadege else "fle"
        answer = api(person, "write").call("PUT", f"/api/v1/preferences/spaces/{slug}", {"rhythm": "now"})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"rhythm": "hourly"},
        {"minute": "1440"},
        {"minute": "midi"},
        {"weekdays": []},
        {"weekdays": ["7"]},
        {"weekly_day": "-1"},
        {"language": "tlh"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
    ],
)
def test_what_is_not_offered_is_refused_at_its_field(sign_in, village, wrong):
    page = chosen(sign_in(village.nadege), **wrong)
    assert page.status_code == 422
    assert "field-error" in page.get_data(as_text=True)


def test_the_next_digest_moves_at_once(api, village, at):
    at("2026-03-03 06:00")  # a Tuesday
    caller = api(village.nadege, "write")
    answer = caller.call("PATCH", "/api/v1/preferences", {"rhythm": "daily", "digest_time": "18:00"})
    assert answer.json["next_digest_at"] == "2026-03-03T17:00:00Z"
    answer = caller.call("PATCH", "/api/v1/preferences", {"digest_time": "05:00"})
    assert answer.json["next_digest_at"] == "2026-03-04T04:00:00Z"
    answer = caller.call(
        "PATCH", "/api/v1/preferences", {"timezone": "Europe/Lisbon", "digest_time": "07:30"}
    )
    assert answer.json["next_digest_at"] == "2026-03-03T07:30:00Z"


def test_what_waits_for_a_digest_follows_a_never(village, waiting):
    number = waiting(village.nadege, "daily", village.fle)
    with transaction():
        service.choose_rhythm(person=village.nadege, rhythm="never")
    assert rhythm_of(number) == "never"


def test_what_waits_goes_out_with_the_weekly_one(village, waiting):
    number = waiting(village.nadege, "daily", village.fle)
    with transaction():
        service.choose_rhythm(person=village.nadege, rhythm="weekly")
    assert rhythm_of(number) == "weekly"


def test_what_waited_is_not_lost_when_one_wants_everything_at_once(village, waiting):
    number = waiting(village.nadege, "weekly", village.fle)
    with transaction():
        service.choose_rhythm(person=village.nadege, rhythm="now")
    assert rhythm_of(number) == "daily"
    assert settings(village.nadege).next_digest_at is not None


def test_a_space_with_its_own_rhythm_is_left_alone(village, waiting):
    with transaction():
        service.choose_space_rhythm(person=village.nadege, space=village.fle, rhythm="daily")
    in_fle, elsewhere = (
        waiting(village.nadege, "daily", village.fle),
        waiting(village.nadege, "daily", village.citoyennete),
    )
    with transaction():
        service.choose_rhythm(person=village.nadege, rhythm="never")
    assert rhythm_of(in_fle) == "daily"
    assert rhythm_of(elsewhere) == "never"


def test_what_was_never_to_be_mailed_stays_so(village, waiting):
    number = waiting(village.nadege, "never", village.fle)
    with transaction():
        service.choose_rhythm(person=village.nadege, rhythm="daily")
    assert rhythm_of(number) == "never"


def test_a_pause_ends_on_the_morning_of_the_chosen_day(sign_in, village, at):
    at("2026-07-01 12:00")
    browser = sign_in(village.nadege)
    assert browser.post("/preferences/pause", data={"until": "2026-08-01"}).status_code == 303
    assert settings(village.nadege).paused_until.isoformat() == "2026-07-31T22:00:00+00:00"
    assert "samedi 1er août" in browser.get("/preferences").get_data(as_text=True)
    browser.post("/preferences/reprise")
    assert settings(village.nadege).paused_until is None


@pytest.mark.parametrize("day", ["2020-01-01", "2099-01-01", "hier", "2026-02-30", ""])
def test_a_pause_until_a_day_that_makes_no_sense_is_refused(sign_in, village, day):
    assert sign_in(village.nadege).post("/preferences/pause", data={"until": day}).status_code == 422


def test_the_api_pauses_and_resumes(api, village):
    caller = api(village.nadege, "write")
    until = (clock.now() + timedelta(days=3)).isoformat()
    assert caller.call("PATCH", "/api/v1/preferences", {"paused_until": until}).json["paused_until"]
    assert caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"}).json["paused_until"]
    assert caller.call("PATCH", "/api/v1/preferences", {"paused_until": None}).json["paused_until"] is None
    past = (clock.now() - timedelta(days=3)).isoformat()
    assert caller.call("PATCH", "/api/v1/preferences", {"paused_until": past}).status_code == 422


def test_the_next_digest_shown_is_that_of_the_chosen_rhythm(api, village, at):
    at("2026-03-03 06:00")  # a Tuesday
    caller = api(village.nadege, "write")
    caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly", "weekly_day": 3})
    assert caller.call("GET", "/api/v1/preferences").json["next_digest_at"] == "2026-03-05T06:30:00Z"
    caller.call("PATCH", "/api/v1/preferences", {"rhythm": "now"})
    assert caller.call("GET", "/api/v1/preferences").json["next_digest_at"] is None


def test_the_digest_may_be_sent_now_and_says_nothing_twice(sign_in, village, work, mails):
    browser = sign_in(village.nadege)
    browser.post("/preferences/envoi")
    assert "Rien de neuf" in browser.get("/preferences").get_data(as_text=True)
    work()
    assert mails() == []
