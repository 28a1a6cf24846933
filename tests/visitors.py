"""Who comes to the house in tests: a browser that carries the token of our forms, a program that carries a key."""

import secrets
from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from core.db import db
from core.people import Person

_SAFE = ("GET", "HEAD", "OPTIONS")


class Visitor(FlaskClient):
    """A client whose every request lives in a context of its own, as on a server.

    What the test has changed is committed before it, and what the test has in hand is read again after it.
    """

    person: Person | None = None

    def open(self, *args: Any, **options: Any) -> TestResponse:
        let_go()
        options["headers"] = self._headers(options)
        # Read to its end: a page still being written would be outside of its request.
        answer = Context().run(super().open, *args, **options | {"buffered": True})
        let_go()
        return answer

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return dict(options.get("headers") or {})

    @property
    def client(self) -> "Visitor":
        """For what must be sent with nothing added but what makes this visitor who they are."""
        return self


class Browser(Visitor):
    """A browser on our pages. Set `shows_token` to False to play a page of another site."""

    shows_token = True

    def post(self, address: str, data: Any = None, **options: Any) -> TestResponse:  # type: ignore[override]
        """Send a form, with its token."""
        return super().post(address, data=data, **options)

    def token(self) -> str:
        """The token that a page of ours would carry."""
        with self.session_transaction() as session:
            kept = session.setdefault("csrf_token", secrets.token_hex(20))
        key = self.application.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(kept))

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        headers = super()._headers(options)
        if self.shows_token and options.get("method", "GET") not in _SAFE:
            headers.setdefault("X-CSRFToken", Context().run(self.token))
        return headers


class Program(Visitor):
    """A program that calls the API, with the key in `headers` or without any."""

    headers: dict[str, str] = {}  # noqa: RUF012 - replaced, never filled

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> TestResponse:
        """One call: `call("POST", "/api/v1/spaces/fle/tools", {...}, Idempotency_Key="a")`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {} if body is None else {"json": body}
        return self.open(address, method=method, headers=given, **options)

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return self.headers | super()._headers(options)


def let_go() -> None:
    """End the test's own transaction: an open read would go on showing the database as it was."""
    if has_app_context():
        db.session.commit()
