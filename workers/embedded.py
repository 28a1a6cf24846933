"""Everything in one process: worker threads and the clock beside the web server, on data that nobody else serves."""

import fcntl
import os
import threading
import time
from pathlib import Path

import dramatiq
from flask import Flask

from core import jobs
from core.config import Settings
from core.errors import Misconfigured
from workers import actors
from workers.clock import Clock

#: How long work under way may take to end when the process is asked to stop, in milliseconds.
LAST_WORK = 1500
#: How long a serving process takes to notice that the one above it was killed, in seconds.
LAST_BREATH = 3


class Engine:
    """Workers and a clock. What they do is rows, so that stopping them short loses nothing."""

    def __init__(self, app: Flask, settings: Settings, *, clock: bool = True) -> None:
        self._worker = dramatiq.Worker(
            actors.declare(app, settings), worker_threads=settings.worker_threads, worker_timeout=500
        )
        self._clock = Clock(app) if clock else None
        self._stopping = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        self._worker.start()
        if self._clock:
            threading.Thread(target=self._clock.run, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Within two seconds: finish what is in hand, give back what was not begun. The second call waits for the first."""
        jobs.stopping.set()
        with self._stopping:
            if self._stopped:
                return
            self._stopped = True
            if self._clock:
                self._clock.stop()
            self._worker.stop(timeout=LAST_WORK)


def hold(data_dir: Path) -> int:
    """Serve this data alone until the end of the process: the lock's file, open. Raises `Misconfigured`.

    Two would each believe to hold all open sockets and all counters. Whoever was killed a moment ago is given the time
    to leave.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = os.open(data_dir / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    give_up = time.monotonic() + LAST_BREATH
    while not _locked(lock):
        if time.monotonic() > give_up:
            os.close(lock)
            raise Misconfigured(
                f"Maillage sert déjà les données de « {data_dir} ». Arrêtez-le d’abord, ou donnez un autre dossier "
                "par MAILLAGE_DATA_DIR. Pour plusieurs processus, il faut PostgreSQL et Redis : "
                "MAILLAGE_DATABASE_URL et MAILLAGE_REDIS_URL."
            )
        time.sleep(0.1)
    return lock


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
