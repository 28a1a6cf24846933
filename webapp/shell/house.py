"""The application, made from its settings: floors first, then the frame, then whatever features are there."""

from pathlib import Path
from typing import Any

import jinja2
from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, Map

from core import db, locale
from core.config import Settings
from notifications import live
from webapp.shell import (
    answers,
    api,
    assets,
    csrf,
    errors,
    features,
    headers,
    identity,
    openapi,
    page,
    probes,
    rate,
    transactions,
)

NOTIFICATIONS = Path(live.__file__).parent


#: PostgreSQL's integer; SQLite would take more, and then fail on the largest.
LARGEST_ID = 2**31 - 1
#: What a form may hold in texts, in bytes; its files have their own limit.
MOST_TEXT = 2 * 1024 * 1024


class Number(IntegerConverter):
    """`<int:id>` in an address: a number that no row may bear is an address that does not exist."""

    def __init__(self, url_map: Map, *, max: int = LARGEST_ID, **options: Any) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(url_map, max=max, **options)


class House(Flask):
    """A Flask whose every writing request is one transaction."""

    def dispatch_request(self) -> ResponseReturnValue:
        return transactions.around(super().dispatch_request)


def create_app(settings: Settings) -> House:
    """The whole application, ready to serve, to work or to be asked for its tables."""
    app = House("webapp", static_folder=None)
    app.config.update(
        MAILLAGE=settings,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_file_bytes * 5,
        MAX_FORM_MEMORY_SIZE=MOST_TEXT,
        SESSION_COOKIE_NAME="__Host-form" if settings.secure else "form",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Where nobody in particular is spoken to: a worker's log, an error before the reader is known.
        BABEL_DEFAULT_LOCALE=settings.locale,
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
    )
    app.url_map.converters["int"] = Number
    app.before_request(_limit_texts)
    db.init_app(app, settings.database_url)
    locale.init_app(app, page.language_of_reader)
    for part in (rate, answers, assets, identity, api, csrf, headers, errors, page, probes, openapi):
        part.init_app(app, settings)
    app.jinja_loader = jinja2.ChoiceLoader(
        [
            jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            jinja2.FileSystemLoader(NOTIFICATIONS / "templates"),
        ]
    )
    app.extensions["features"] = features.discover()
    for feature in app.extensions["features"]:
        app.register_blueprint(feature)
        for starter in feature.starters:
            starter(app)
    live.init_app(app, settings)
    return app


def _limit_texts() -> None:
    """A form without files is read whole into memory: Werkzeug limits the fields of the other kind only."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = MOST_TEXT
