"""Structured logs: one event a line, with the request or the job it belongs to, and never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Addresses whose last part is a secret: a link that signs in or unsubscribes must not be readable in a log.
_SECRETS = re.compile(
    r"/(entrer|connexion/lien|desabonnement|invitations|profil/adresse|abonnement|calendrier)/[^/?\s\"]+"
)


def configure(log_format: str) -> None:
    """Set up logging for the process: `text` for people, `json` for machines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        # Plain tracebacks: the pretty ones print every local variable, secrets included, for seconds.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ]
            if log_format == "json"
            else [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("werkzeug", "socketio", "engineio", "dramatiq", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _hide_secrets(_logger: object, _name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in ("path", "event"):
        if isinstance(entry.get(key), str):
            entry[key] = _SECRETS.sub(r"/\1/…", entry[key])
    return entry
