"""The live channel, as a browser or a program hears it: the contract, who may hear, and nothing lost on the way."""

import itertools
import time
from datetime import timedelta

import pytest
from socketio.exceptions import ConnectionError as Refused

from core import clock
from core.db import db, transaction
from core.sessions import ApiToken, Session
from notifications.inbox import Notification
from notifications.live import MOST_REPLAYED, LiveChannel, LiveEntry
from tests.house import House, wait_for
from tests.village import Village
from tests.visitors import let_go
from webapp.tokens.events import TokenCreated

pytestmark = pytest.mark.journey

#: « A person removed from a space stops receiving within 5 seconds. »
SOON = 5.0


def test_a_member_hears_what_is_published_and_nothing_of_what_it_says(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    answer = ear.subscribe("fle")
    assert answer == {"ok": True, "seq": 0}
    event = house.announce(village.fle, by=village.nadege, title="Secret de polichinelle")
    [nudge] = ear.hear(1)
    assert nudge == {"seq": 1, "event": event, "kind": "announcement.published", "space": "fle"}


def test_a_person_hears_what_they_are_told(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    assert ear.subscribe(None) == {"ok": True, "seq": 0}
    event = house.announce(village.fle, by=village.nadege)
    [nudge] = ear.hear(1)
    assert nudge == {"seq": 1, "event": event, "kind": "announcement.published", "space": None}
    assert db.session.query(Notification.seq).filter_by(person_id=village.emre.id).scalar() == 1


def test_a_space_may_be_named_by_its_number(house: House, village: Village) -> None:
    assert house.socket(village.emre).subscribe(village.fle.id)["ok"]


def test_what_was_missed_is_said_again_in_order_and_once(house: House, village: Village) -> None:
    first = house.socket(village.emre)
    first.subscribe("fle")
    house.announce(village.fle, by=village.nadege)
    seen = first.hear(1)[-1]["seq"]
    first.hang_up()
    events = [house.announce(village.fle, by=village.nadege, title=f"n° {n}") for n in range(3)]
    wait_for(lambda: house.socket(village.emre).subscribe("fle")["seq"] == 4)
    again = house.socket(village.emre)
    answer = again.subscribe("fle", after=seen)
    assert answer == {"ok": True, "seq": 4}
    assert [nudge["seq"] for nudge in again.hear(3)] == [2, 3, 4]
    assert {nudge["event"] for nudge in again.nudges} == set(events)
    again.hear_nothing_more()


def test_too_much_missed_asks_for_a_new_page(house: House, village: Village) -> None:
    let_go()
    with transaction():
        made = [TokenCreated(done_at=clock.now(), data={"name": "x"}) for _ in range(MOST_REPLAYED + 1)]
        db.session.add_all(made)
        db.session.flush()
        db.session.add(LiveChannel(name=f"space:{village.fle.id}", seq=len(made)))
        db.session.add_all(
            LiveEntry(space_id=village.fle.id, seq=number, event_id=event.id)
            for number, event in enumerate(made, start=1)
        )
    ear = house.socket(village.emre)
    assert ear.subscribe("fle", after=0) == {"ok": True, "seq": MOST_REPLAYED + 1, "reload": True}
    assert ear.nudges == []
    assert ear.subscribe("fle", after=1) == {"ok": True, "seq": MOST_REPLAYED + 1}
    assert len(ear.hear(MOST_REPLAYED)) == MOST_REPLAYED


def test_a_forbidden_space_and_an_unknown_one_answer_the_same(house: House, village: Village) -> None:
    ears = [house.socket(person) for person in (village.ines, village.kevin, village.driss)]
    for ear in ears:
        forbidden = ear.subscribe("fle")
        assert forbidden == ear.subscribe("nulle-part") == ear.subscribe(village.fle.id)
        assert forbidden == ear.subscribe(10**12) == ear.subscribe("\0") == ear.subscribe("x" * 500)
        assert forbidden["ok"] is False
    house.announce(village.fle, by=village.nadege)
    ears[0].hear_nothing_more(2.5)
    assert [ear.nudges for ear in ears] == [[], [], []]


def test_staff_hears_every_space_and_a_guest_their_own(house: House, village: Village) -> None:
    assert house.socket(village.beatrice).subscribe("ssde")["ok"]
    guest = house.socket(village.corentin)
    assert guest.subscribe("ssde")["ok"]
    assert not guest.subscribe("fle")["ok"]


def test_whoever_loses_the_right_hears_nothing_after_five_seconds(house: House, village: Village) -> None:
    removed, guest, staying = (
        house.socket(person) for person in (village.emre, village.corentin, village.helene)
    )
    signed_out, closed = house.socket(village.maud), house.socket(village.nadege)
    program = house.socket(auth={"token": house.key(village.helene, "read")})
    for ear in (removed, staying, signed_out, closed, program):
        assert ear.subscribe("fle")["ok"]
    assert guest.subscribe("ssde")["ok"]
    let_go()
    with transaction():
        village.membership(village.emre, village.fle).ended_at = clock.now()
        village.membership(village.corentin, village.ssde).until = clock.now() - timedelta(seconds=1)
        db.session.query(Session).filter_by(person_id=village.maud.id).update({"ended_at": clock.now()})
        db.session.query(ApiToken).filter_by(person_id=village.helene.id).update({"revoked_at": clock.now()})
        village.nadege.closed_at = clock.now()
    time.sleep(SOON)
    assert all(ear.gone.is_set() for ear in (signed_out, closed, program))
    house.announce(village.fle, by=village.maud)
    house.announce(village.ssde, by=village.driss)
    staying.hear(1)
    removed.hear_nothing_more()
    assert removed.nudges == guest.nudges == signed_out.nudges == closed.nudges == program.nudges == []
    assert not removed.subscribe("fle")["ok"]
    assert removed.subscribe(None)["ok"], "their own channel stays theirs"


def test_nobody_in_particular_is_refused(house: House, village: Village) -> None:
    for auth in (None, {}, {"token": "mlg_inventé"}, {"token": 7}, "x", ["x"]):
        with pytest.raises(Refused):
            house.socket(auth=auth)


def test_another_site_s_page_is_refused_though_it_brings_the_cookie(house: House, village: Village) -> None:
    with pytest.raises(Refused):
        house.socket(village.emre, origin="https://mechant.example")


def test_what_makes_no_sense_breaks_nothing(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    for asked in (
        None,
        "fle",
        7,
        [],
        {"space": []},
        {"space": {"a": 1}},
        {"space": "fle", "after": "0"},
        {"space": True},
    ):
        assert isinstance(ear.call("subscribe", asked)["ok"], bool)
    assert ear.subscribe("fle")["ok"]


def test_who_asks_without_end_is_put_out(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    for _ in itertools.takewhile(lambda _: not ear.gone.is_set(), range(400)):
        ear._client.emit("subscribe", {"space": "fle"})
    assert ear.gone.wait(SOON)


def test_a_message_too_large_is_not_even_read(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    ear._client.emit("subscribe", {"space": "x" * 100_000})
    assert ear.gone.wait(SOON)
    assert house.socket(village.emre).subscribe("fle")["ok"]
