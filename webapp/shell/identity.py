"""Who is reading: found once for each request, from the cookie of a session or the token of an API call."""

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core import clock, sessions
from core.config import Settings
from core.db import db, transaction
from core.errors import NotFound
from core.people import Person
from webapp.shell import resend

Person_ = TypeVar("Person_", bound=Callable[..., Any])

#: Writing « seen just now » at every page would make every page a write.
SEEN_EVERY = timedelta(minutes=5)


class SignedOut(Exception):
    """Someone sent a form from a page of ours, but nobody is signed in any more: what they typed must be given back."""


def init_app(app: Flask, settings: Settings) -> None:
    app.config["IDENTITY_COOKIE"] = "__Host-session" if settings.secure else "session"
    app.before_request(_recognise)


def me() -> Person | None:
    """The person reading, or None for a visitor."""
    return cast("Person | None", g.get("person"))


def someone() -> Person:
    """The person reading, inside a route that asks to be signed in."""
    person = me()
    if person is None:
        raise NotFound
    return person


def my_session() -> sessions.Session | None:
    return cast("sessions.Session | None", g.get("session"))


def signed_in(view: Person_) -> Person_:
    """Decorator: a visitor is led to the sign-in page, and back here afterwards."""

    @functools.wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        if me() is None:
            return _to_sign_in()
        return view(*args, **values)

    return cast(Person_, guarded)


def staff_only(view: Person_) -> Person_:
    """Decorator: for whoever is not staff, the page does not exist."""

    @functools.wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        person = me()
        if person is None:
            return _to_sign_in()
        if not person.is_staff:
            raise NotFound
        return view(*args, **values)

    return cast(Person_, guarded)


def remember(response: Response, app: Flask, secret: str) -> None:
    """Give the browser the cookie of its session."""
    settings: Settings = app.config["MAILLAGE"]
    response.set_cookie(
        app.config["IDENTITY_COOKIE"],
        secret,
        max_age=int(sessions.LONGEST.total_seconds()),
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def forget(response: Response, app: Flask) -> None:
    response.delete_cookie(
        app.config["IDENTITY_COOKIE"],
        path="/",
        secure=app.config["MAILLAGE"].secure,
        httponly=True,
        samesite="Lax",
    )


def _recognise() -> None:
    g.person = g.session = g.token = None
    if request.path.startswith(("/static/", "/healthz", "/readyz", "/metrics", "/api/")):
        return  # the API knows people by their tokens alone: see `webapp.shell.api`
    secret = request.cookies.get(_cookie_name(), "")
    session = sessions.session_for(secret)
    if session is None:
        return
    g.session, g.person = session, session.person
    if session.seen_at < clock.now() - SEEN_EVERY:
        with transaction():
            session.seen_at = clock.now()
            session.person.last_seen_at = clock.now()
            db.session.add(session)


def _cookie_name() -> str:
    return str(current_app.config["IDENTITY_COOKIE"])


def _to_sign_in() -> ResponseReturnValue:
    """To the door, and back here afterwards."""
    if request.method == "GET":
        return redirect(url_for("identity.sign_in", next=request.full_path.rstrip("?")), 303)
    if _cookie_name() in request.cookies and resend.comes_from_here():
        raise SignedOut  # their session ended while they were writing
    return redirect(url_for("identity.sign_in", next="/"), 303)
