"""Any process may die, and Redis may forget: what was due is told, mailed and heard once, and only once."""

import time

import pytest

from core import clock
from core.db import db, transaction
from notifications.events import Event, publish
from notifications.inbox import Notification
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings
from tests.house import House, wait_for
from tests.village import Village
from tests.visitors import let_go
from webapp.tokens.events import TokenCreated

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

MANY = 30
#: Messages that two workers may have on the wire at one instant: one signed off with the next, on two lines each.
AT_THE_DOT = 4


def _wants_everything_now(village: Village) -> None:
    let_go()
    with transaction():
        db.session.query(MailSettings).filter_by(person_id=village.emre.id).update({"rhythm": "now"})


def _announce_many(house: House, village: Village) -> list[int]:
    return [house.announce(village.fle, by=village.nadege, title=f"n° {n}") for n in range(MANY)]


def _all_told(number: int) -> bool:
    let_go()
    return db.session.query(Event).filter(Event.done_at.is_(None)).count() == 0 and (
        db.session.query(Delivery).filter(Delivery.accepted_at.is_not(None)).count() >= number
    )


def _titles(house: House, address: str) -> list[str]:
    return sorted(str(received.message["Subject"]) for received in house.smtp.to(address))


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(house: House, village: Village) -> None:
    _wants_everything_now(village)
    ear = house.socket(village.maud) if house.estate.scaled else None
    if ear:
        ear.subscribe("fle")
    events = _announce_many(house, village)
    house.smtp.wait_for(2, timeout=60)
    house.kill("worker")
    house.start("worker")
    _release_the_dead()
    wait_for(lambda: _all_told(MANY), timeout=120)
    let_go()
    told = db.session.query(Notification).filter_by(person_id=village.emre.id).all()
    assert sorted(notification.event_id for notification in told) == events
    titles = _titles(house, village.emre.email)
    # What was being said at that instant is the one case where nobody can know: said again, with the same bytes. The
    # release above also frees what the other worker is saying, so there may be a few of them here.
    assert len(set(titles)) == MANY
    assert len(titles) - MANY <= AT_THE_DOT
    assert len({received.content for received in house.smtp.to(village.emre.email)}) == MANY
    if ear:
        assert sorted({nudge["event"] for nudge in ear.hear(MANY, timeout=60)}) == events


def _release_the_dead() -> None:
    """Two minutes later: the leases of whoever died have run out."""
    let_go()
    with transaction():
        for model in (Event, Delivery):
            db.session.query(model).filter(model.done_at.is_(None), model.leased_until.is_not(None)).update(
                {"leased_until": clock.now()}
            )
        db.session.query(Delivery).filter(Delivery.done_at.is_(None)).update({"due_at": clock.now()})


def test_a_web_process_killed_is_caught_up_with_by_whoever_was_listening(
    house: House, village: Village
) -> None:
    ear = house.socket(village.emre)
    ear.subscribe("fle")
    house.announce(village.fle, by=village.nadege)
    seen = ear.hear(1)[-1]["seq"]
    for _ in range(len(house.processes["web"])):
        house.kill("web")
    assert ear.gone.wait(10)
    missed = house.announce(village.fle, by=village.nadege, title="Pendant l’absence")
    house.start("web")
    wait_for(lambda: db.session.get_one(Event, missed).done_at, timeout=60)
    again = house.socket(village.emre)
    assert again.subscribe("fle", after=seen) == {"ok": True, "seq": seen + 1}
    assert [nudge["event"] for nudge in again.hear(1)] == [missed]
    again.hear_nothing_more()


def test_a_redis_that_forgets_everything_delays_nothing_for_long(house: House, village: Village) -> None:
    ear = house.socket(village.emre)
    ear.subscribe("fle")
    house.flush_redis()
    event = house.announce(village.fle, by=village.nadege)
    house.flush_redis()
    assert [nudge["event"] for nudge in ear.hear(1)] == [event]


def test_a_clock_killed_and_started_again_rings_for_what_waits(house: House, village: Village) -> None:
    house.kill("clock")
    with transaction():
        waiting = publish(TokenCreated(person_id=village.emre.id, data={"name": "x"}))
        db.session.flush()
        number = waiting.id
    time.sleep(2)
    house.start("clock")
    wait_for(lambda: db.session.get_one(Event, number).done_at, timeout=60)


def test_each_process_stops_when_asked_even_with_open_sockets(house: House, village: Village) -> None:
    house.changed = True
    ear = house.socket(village.emre)
    ear.subscribe("fle")
    for role, processes in house.processes.items():
        for process in processes:
            process.popen.terminate()
            # gunicorn left to itself waits thirty seconds for the sockets.
            assert process.popen.wait(15) == 0, role
    assert ear.gone.wait(1)
