"""The web server: gunicorn's threads, one process with everything in it, or one of several that share a port."""

import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from core.config import Settings
from notifications import live
from webapp import create_app
from workers import actors, embedded, kinds

#: From the request to stop to the last connection, in seconds: an open socket would otherwise be waited for.
LAST_ANSWERS = 2
LAST_REQUEST = 0.3


class Server(BaseApplication):
    """`maillage serve`: one process. To use more cores, start it again: with Redis, all share the address's port."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        host, port = settings.host, settings.port
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._choices().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the serving process: threads started before the fork would not be in it."""
        app = create_app(self._settings)
        Worker.house = app
        kinds.report_unknown(app)
        if self._settings.embedded:
            Worker.engine = embedded.Engine(app, self._settings)
            Worker.engine.start()
        else:
            actors.declare(app, self._settings)
        return app

    def _choices(self) -> dict[str, Any]:
        threads = self._settings.web_threads
        return {
            "bind": self._address,
            "workers": 1,
            "worker_class": "workers.serving.Worker",
            "threads": threads,
            "worker_connections": threads + 1000,
            "reuse_port": not self._settings.embedded,
            "graceful_timeout": LAST_ANSWERS,
            "timeout": 60,
            "keepalive": 5,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - a heartbeat, not data
            "loglevel": "warning",
            "proc_name": "maillage",
        }


class Worker(ThreadWorker):
    """gunicorn's, which says goodbye to its sockets when it is asked to stop: they come back to whoever serves next."""

    house: Flask | None = None
    engine: embedded.Engine | None = None

    def handle_exit(self, sig: int, frame: Any) -> None:
        # Not in the signal's own frame: it may have interrupted whoever holds the lock that this needs.
        threading.Thread(target=self._say_goodbye, name="goodbye", daemon=True).start()
        super().handle_exit(sig, frame)

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        if self.house is not None:
            live.close(self.house)
        if self.engine is not None:
            self.engine.stop()

    def _cap_keepalive(self, deadline: float) -> None:
        # A browser keeps its connection open for a request that may never come.
        super()._cap_keepalive(min(deadline, time.monotonic() + LAST_REQUEST))
