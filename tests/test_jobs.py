"""Work as rows: done once whoever comes, taken over after a crash, tried again with patience, set aside when poison."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from core import clock, jobs, wakeups
from core.db import after_commit, db, transaction
from notifications.events import Event, publish
from tests.visitors import let_go
from webapp.tokens.events import TokenCreated


@pytest.fixture
def waiting(app: Flask):
    """`waiting(3)`: so many facts are due now; their numbers."""

    def write(number: int = 1) -> list[int]:
        with transaction():
            events = [publish(TokenCreated(data={"name": f"n° {n}"})) for n in range(number)]
            db.session.flush()
            return [event.id for event in events]

    return write


def row(number: int) -> Event:
    let_go()
    return db.session.get_one(Event, number)


def test_what_is_due_is_done_once_and_what_is_not_waits(waiting) -> None:
    waiting(3)
    with transaction():
        publish(TokenCreated(data={"name": "demain"}, due_at=clock.now() + timedelta(days=1)))
    seen: list[str] = []
    assert jobs.run_due(Event, lambda event: seen.append(event.data["name"])) == 3
    assert jobs.run_due(Event, lambda event: seen.append(event.data["name"])) == 0
    assert seen == ["n° 0", "n° 1", "n° 2"]


def test_effects_and_signature_last_together_or_not_at_all(waiting) -> None:
    [number] = waiting()

    def fail_after_writing(event: Event) -> None:
        db.session.add(TokenCreated(data={"name": "effet"}, done_at=clock.now()))
        raise OSError("panne")

    assert jobs.run_due(Event, fail_after_writing) == 0
    assert db.session.query(Event).count() == 1
    assert row(number).done_at is None
    assert row(number).last_error == "OSError: panne"


def test_a_failure_is_tried_again_later_and_later_then_set_aside(waiting, at) -> None:
    [number] = waiting()

    def fail(_event: Event) -> None:
        raise ValueError("toujours")

    waits = []
    while row(number).failed_at is None:
        before = clock.now()
        jobs.run_due(Event, fail)
        waits.append(row(number).due_at - before)
        at(max(row(number).due_at, clock.now()))
    assert waits[:5] == list(jobs.PATIENCE)
    assert len(waits) == jobs.MOST_ATTEMPTS
    assert jobs.run_due(Event, fail) == 0
    with transaction():
        jobs.relaunch(db.session.get_one(Event, number))
    assert jobs.run_due(Event, lambda _event: None) == 1


def test_poison_does_not_stop_the_others(waiting) -> None:
    first, *_others = waiting(3)

    def fail_on_the_first(event: Event) -> None:
        if event.id == first:
            raise RuntimeError("poison")

    assert jobs.run_due(Event, fail_on_the_first) == 2


def test_two_workers_never_take_the_same_row(waiting) -> None:
    waiting(10)
    mine, theirs = jobs.claim(Event, limit=6), jobs.claim(Event, limit=6)
    assert len(mine) == 6
    assert len(theirs) == 4
    assert not {lease.id for lease in mine} & {lease.id for lease in theirs}


def test_a_dead_worker_s_row_is_taken_over_and_its_late_signature_refused(waiting, at) -> None:
    waiting()
    [dead] = jobs.claim(Event, limit=1)
    assert jobs.claim(Event, limit=1) == []
    at(clock.now() + jobs.LEASE + timedelta(seconds=1))
    assert jobs.run_due(Event, lambda _event: None) == 1
    with pytest.raises(jobs.LeaseLost), transaction():
        jobs.sign_off(dead)


def test_a_lease_lost_on_the_way_undoes_what_was_done(waiting) -> None:
    [number] = waiting()

    def lose_it(event: Event) -> None:
        db.session.add(TokenCreated(data={"name": "effet"}, done_at=clock.now()))
        event.lease_token = "someone else's"
        db.session.flush()

    assert jobs.run_due(Event, lose_it) == 0
    assert db.session.query(Event).count() == 1
    assert row(number).done_at is None


def test_whoever_is_asked_to_stop_gives_back_what_it_has_not_begun(waiting) -> None:
    numbers = waiting(5)

    def stop_after_this(_event: Event) -> None:
        jobs.stopping.set()

    try:
        assert jobs.run_due(Event, stop_after_this) == 1
        assert jobs.claim(Event, limit=5) == []
    finally:
        jobs.stopping.clear()
    let_go()
    left = db.session.query(Event).filter(Event.done_at.is_(None)).all()
    assert [event.id for event in left] == numbers[1:]
    assert all(event.attempts == 0 and event.leased_until is None for event in left)
    assert jobs.run_due(Event, lambda _event: None) == 4


def test_workers_side_by_side_do_each_thing_once(app: Flask, waiting) -> None:
    numbers = waiting(40)
    done: list[int] = []

    def work() -> None:
        with app.app_context():
            jobs.run_due(Event, lambda event: done.append(event.id), limit=3)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == numbers


def test_the_bell_rings_after_the_commit_once_and_never_for_what_was_undone(app: Flask) -> None:
    rung: list[tuple[str, int]] = []

    def ring(queue: str) -> None:
        rung.append((queue, db.session.query(Event).count()))

    wakeups.answer_with(ring)
    try:
        with transaction():
            for _ in range(3):
                publish(TokenCreated(data={"name": "x"}))
            assert rung == []
        assert rung == [("events", 3)]
        with pytest.raises(OSError, match="undone"):
            _publish_and_undo()
        assert rung == [("events", 3)]
    finally:
        wakeups.answer_with(None)


def test_what_follows_a_commit_does_not_follow_the_next_one(app: Flask) -> None:
    seen: list[int] = []
    with transaction():
        after_commit(lambda: seen.append(1))
    with transaction():
        pass
    assert seen == [1]


def _publish_and_undo() -> None:
    with transaction():
        publish(TokenCreated(data={"name": "x"}))
        raise OSError("undone")
