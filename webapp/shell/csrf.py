"""Forms come from our own pages: a token in each, and the browser's own word on where a request was born."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from core.config import Settings
from webapp.shell.problems import is_api
from webapp.shell.transactions import SAFE

View = TypeVar("View", bound=Callable[..., Any])

_OPEN = "_without_csrf"


def init_app(app: Flask, _settings: Settings) -> None:
    # A token lives as long as its session: text typed over an afternoon must not be refused.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False)
    protection = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.method in SAFE or is_api(request.path) or request.endpoint is None:
            return
        view = current_app.view_functions.get(request.endpoint)
        if getattr(view, _OPEN, False):
            return
        _must_come_from_here()
        protection.protect()


def without_csrf(view: View) -> View:
    """Decorator: posted by machines that never saw a page of ours, as RFC 8058 asks for one-click unsubscription."""
    setattr(view, _OPEN, True)
    return view


def _must_come_from_here() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CSRFError("cross-site")
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        return
    here = {urlsplit(request.host_url).netloc, urlsplit(current_app.config["MAILLAGE"].base_url).netloc}
    if urlsplit(origin or "").netloc not in here:
        raise CSRFError("cross-origin")
