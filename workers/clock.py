"""The clock: every second it asks what is due and rings; once a day it has the house tidied. Two clocks do no harm."""

import threading
import time
from datetime import date

import structlog
from flask import Flask

from core import clock, wakeups
from workers import due, housekeeping

log = structlog.get_logger(__name__)

EVERY = 1.0


class Clock:
    """Ticks until it is asked to stop, in the thread that runs it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._asked_to_stop = threading.Event()
        self._tidied: date | None = None

    def run(self) -> None:
        while not self._asked_to_stop.is_set():
            start = time.monotonic()
            try:
                with self._app.app_context():
                    self._tick()
            except Exception:
                # The clock must outlive a database that is away for a moment.
                log.exception("clock.failed")
            self._asked_to_stop.wait(max(0.0, EVERY - (time.monotonic() - start)))

    def stop(self) -> None:
        self._asked_to_stop.set()

    def _tick(self) -> None:
        for name in due.waiting():
            wakeups.ring_now(name)
        today = clock.today(self._app.config["MAILLAGE"].zone)
        if self._tidied != today:
            self._tidied = today
            housekeeping.tidy()
