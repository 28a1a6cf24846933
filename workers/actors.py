"""The actors: one for each kind of work, which does all that is due when it is called, and needs to be told nothing."""

from collections.abc import Callable
from functools import partial

import dramatiq
import structlog
from flask import Flask

from core import wakeups
from core.config import Settings
from workers import broker as brokers
from workers import due

log = structlog.get_logger(__name__)


def declare(app: Flask, settings: Settings) -> dramatiq.Broker:
    """Set up the broker and its actors, and have the house's bell call them; the broker, for whoever runs workers."""
    broker = brokers.make(settings)
    dramatiq.set_broker(broker)
    actors: dict[str, dramatiq.Actor[[], None]] = {}
    bell = brokers.bell(settings, lambda queue: actors[queue].send())
    for name, work in due.WORK.items():
        do = partial(_answer, app, bell, name, work)
        actors[name] = dramatiq.actor(actor_name=name, queue_name=name, broker=broker)(do)
    wakeups.answer_with(bell)
    return broker


def _answer(app: Flask, bell: brokers.Bell, name: str, work: Callable[[], int]) -> None:
    # First: what becomes due while we are at it may come too late for our last look.
    bell.answered(name)
    try:
        with app.app_context():
            work()
    except Exception:
        # The rows are still due, and the clock will call again: the message itself is worth nothing.
        log.exception("work.failed", work=name)
