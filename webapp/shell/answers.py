"""Each request and its answer: a reference to cite, one line in the log, figures for the metrics."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from core.config import Settings

log = structlog.get_logger("access")

#: Asked every few seconds by machines: a log of them would hide the rest.
UNTOLD = frozenset({"probes.alive", "probes.ready", "probes.metrics", "assets.built", "assets.favicon"})
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class _Figures:
    """Made once for the process: an application made again, in tests, counts on the same ones."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.answers = Counter(
            "maillage_http_answers", "Answers by page and status", ["page", "status"], registry=registry
        )
        self.seconds = Histogram(
            "maillage_http_seconds",
            "Time to answer",
            ["page"],
            registry=registry,
            buckets=(0.01, 0.05, 0.1, 0.4, 1, 5),
        )


_figures = _Figures(REGISTRY)


def init_app(app: Flask, _settings: Settings) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def reference() -> str:
    """The reference of the current request: in its log lines, in its answer, on the page of an error."""
    return str(g.get("request_id", ""))


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _SANE.fullmatch(given) else secrets.token_hex(8)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = reference()
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    page = request.endpoint or "unknown"
    _figures.answers.labels(page, response.status_code).inc()
    _figures.seconds.labels(page).observe(seconds)
    if page not in UNTOLD:
        # The path without its query: what people search for is their affair.
        log.info(
            "http",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
    return response
