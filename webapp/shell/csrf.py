"""Forms come from our own pages: a token in each, and the browser's own word on where a request was born."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from core.config import Settings
from core.sessions import LONGEST
from webapp.shell import resend
from webapp.shell.problems import is_api
from webapp.shell.transactions import SAFE

View = TypeVar("View", bound=Callable[..., Any])

_OPEN = "_without_csrf"
_protection = CSRFProtect()


def init_app(app: Flask, _settings: Settings) -> None:
    # A token lives as long as its session, and its session as long as one may stay signed in: what was typed over an
    # afternoon, or in a tab that the browser opened again the next day, must not be refused.
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # the Origin, checked below, is what browsers always send
        WTF_CSRF_CHECK_DEFAULT=False,
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    _protection.init_app(app)
    app.before_request(_check)


def token() -> str:
    """The token for a form about to be shown."""
    session.permanent = True
    return str(generate_csrf())


def without_csrf(view: View) -> View:
    """Decorator: posted by machines that never saw a page of ours, as RFC 8058 asks for one-click unsubscription."""
    setattr(view, _OPEN, True)
    return view


def _check() -> None:
    if request.method in SAFE or is_api(request.path) or request.endpoint is None:
        return
    if getattr(current_app.view_functions.get(request.endpoint), _OPEN, False):
        return
    if resend.is_foreign():
        raise CSRFError("cross-site")
    _protection.protect()
