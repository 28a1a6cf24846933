"""Stopping mail without signing in: no GET changes anything, one POST is enough, and there is a way back."""

import pytest

from core.db import db
from core.spaces import Membership
from notifications.events import Event
from notifications.mail import unsubscribe
from notifications.mail.unsubscribe import Origin
from notifications.preferences import MailSettings, SpacePreference

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path(person, space=None):
    return unsubscribe.PATH + Origin(person.id, space.id if space else None).word


@pytest.fixture
def reader(app):
    """Whoever reads the mail: no cookie, no page of ours, no token of our forms."""
    return app.test_client()


def rhythms(person):
    """The network's rhythm, and those of the spaces that have their own."""
    db.session.expire_all()
    settings = db.session.get(MailSettings, person.id)
    own = db.session.query(SpacePreference).filter_by(person_id=person.id)
    return settings.rhythm if settings else "daily", {one.space.slug: one.rhythm for one in own}


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_stops_the_space_at_once_without_leading_elsewhere(reader, village, media_type):
    answer = reader.post(path(village.rosa, village.fle), data=ONE_CLICK, content_type=media_type)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert rhythms(village.rosa) == ("daily", {"fle": "never"})


def test_one_click_on_a_digest_stops_the_digests(reader, village):
    reader.post(path(village.rosa), data=ONE_CLICK)
    assert rhythms(village.rosa) == ("never", {})


def test_the_second_click_changes_nothing_more(reader, village):
    for _ in range(2):
        assert reader.post(path(village.rosa), data=ONE_CLICK).status_code == 200
    assert db.session.query(Event).filter_by(kind="mail.stopped").count() == 1


def test_a_click_from_a_mail_reader_s_own_site_is_accepted(reader, village):
    headers = {
        "Origin": "https://mail.example",
        "Sec-Fetch-Site": "cross-site",
        "Referer": "https://mail.example/",
    }
    assert reader.post(path(village.rosa), data=ONE_CLICK, headers=headers).status_code == 200
    assert rhythms(village.rosa)[0] == "never"


def test_following_the_link_changes_nothing(reader, village):
    for _ in range(3):
        page = reader.get(path(village.rosa, village.fle))
        assert page.status_code == 200
        assert reader.head(path(village.rosa, village.fle)).status_code == 200
    assert rhythms(village.rosa) == ("daily", {})
    assert db.session.query(Event).filter_by(kind="mail.stopped").count() == 0


def test_the_page_does_not_show_the_whole_address(reader, village):
    assert village.rosa.email not in reader.get(path(village.rosa)).get_data(as_text=True)


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("space", ("daily", {"fle": "never"})),
        ("weekly", ("weekly", {})),
        ("digests", ("never", {})),
        ("everything", ("never", {})),
    ],
)
def test_the_page_offers_this_space_the_pace_the_digests_or_everything(reader, village, way, left):
    assert reader.post(path(village.rosa, village.fle), data={"choix": way}).status_code == 200
    assert rhythms(village.rosa) == left


def test_stopping_the_digests_leaves_what_is_wanted_at_once(reader, api, village):
    api(village.nadege, "write").call("PUT", "/api/v1/preferences/spaces/fle", {"rhythm": "now"})
    reader.post(path(village.nadege), data=ONE_CLICK)
    assert rhythms(village.nadege) == ("never", {"fle": "now"})
    reader.post(path(village.nadege), data={"choix": "everything"})
    assert rhythms(village.nadege) == ("never", {})


def test_what_was_stopped_comes_back_as_it_was(reader, api, village):
    caller = api(village.nadege, "write")
    caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"})
    caller.call("PUT", "/api/v1/preferences/spaces/fle", {"rhythm": "now"})
    reader.post(path(village.nadege), data={"choix": "everything"})
    assert "comme avant" in reader.get(path(village.nadege)).get_data(as_text=True)
    reader.post(path(village.nadege), data={"retablir": "1"})
    assert rhythms(village.nadege) == ("weekly", {"fle": "now"})
    assert "comme avant" not in reader.get(path(village.nadege)).get_data(as_text=True)


def test_a_choice_that_is_none_is_refused(reader, village):
    assert reader.post(path(village.rosa), data={}).status_code == 422
    assert reader.post(path(village.rosa), data={"choix": "space"}).status_code == 422
    assert rhythms(village.rosa) == ("daily", {})


def test_a_word_that_is_not_ours_opens_nothing(reader, village):
    word = Origin(village.rosa.id).word
    forged = Origin(village.emre.id).word.split(".")[:-1] + word.split(".")[-1:]
    for wrong in ("x", "1.2.3", word[:-1], ".".join(forged), "9" * 300):
        assert reader.get(unsubscribe.PATH + wrong).status_code == 404
        assert reader.post(unsubscribe.PATH + wrong, data=ONE_CLICK).status_code == 404


def test_it_still_works_after_leaving_the_space(reader, village):
    answer = reader.post(path(village.kevin, village.fle), data=ONE_CLICK)
    assert answer.status_code == 200
    assert rhythms(village.kevin)[1] == {"fle": "never"}
    assert db.session.query(Membership).filter_by(person_id=village.kevin.id).one().ended_at is not None


def test_the_header_stays_on_one_plain_line(app, village):
    headers = unsubscribe.headers(Origin(2**31 - 1, 2**31 - 1))
    word = Origin(2**31 - 1, 2**31 - 1).word
    assert len(word) < 78
    assert headers["List-Unsubscribe"].startswith("<http")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
