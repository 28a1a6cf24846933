"""Whatever is sent, wherever: a page that says no, and never a failure of ours."""

from http import HTTPStatus

import pytest
from flask import Flask

from core.db import db
from core.people import Person

ODD = [
    "\x00",
    "a\x00b",
    "\ufffd\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "x" * 70_000,
    "9" * 40,
    "-1",
    "2147483648",
    "' OR 1=1 --",
    "\r\nSet-Cookie: a=b",
    "\u202egnp.exe",
    "%",
    "[]",
    "{}",
    "//[",
]
RAW = [b"\xff\xfe=\xff", b"a=%ff%fe", b"=&=&&", b"%00=%00", b"a=" + b"%" * 100, b"\x00" * 50]


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.get("/number/<int:number>")
    def number(number: int) -> str:
        return str(db.session.get(Person, number))

    @app.get("/asked")
    def asked() -> str:
        from flask import request  # noqa: PLC0415

        return str(db.session.get(Person, request.args.get("number", 0, type=int)))

    return app


@pytest.fixture
def browser(village, sign_in):
    return sign_in(village.beatrice)


def test_a_query_string_never_breaks_a_page(browser):
    for path in _paths(browser.application, "GET"):
        for odd in ODD[:8]:
            query = dict.fromkeys(
                ("q", "page", "avant", "apres", "next", "after", "limit", "etat", "espace", "mois"), odd
            )
            _no_failure(browser.get(path, query_string=query), path, odd)


def test_a_form_never_breaks_a_page(browser):
    for path in _paths(browser.application, "POST"):
        for odd in ODD:
            names = (
                "name",
                "title",
                "text",
                "email",
                "language",
                "next",
                "version",
                "once",
                "starts_at",
                "reason",
                "choix",
            )
            _no_failure(browser.post(path, data=dict.fromkeys(names, odd)), path, odd)
        _no_failure(browser.open(path, method="POST", json={"title": 1}), path, "json")
        _no_failure(browser.open(path, method="POST", json=[1, None]), path, "json")


def test_a_body_that_is_no_form_never_breaks_a_page(browser):
    path = "/langue"
    for raw in RAW:
        for kind in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "text/plain",
            "",
        ):
            _no_failure(browser.open(path, method="POST", data=raw, content_type=kind), path, raw)


@pytest.mark.parametrize(
    "path",
    ["/%00", "/a%00b", "/%ff%fe", "/%c3%28", "/" + "x" * 9000, "/espaces/%00", "/espaces/%ff", "/espaces/" + "x" * 5000,
     "/..%2f..%2fetc/passwd", "/%2Fevil.example/", "/%2e%2e/", "/espaces/%F0%9F%92%A9"],
)  # fmt: skip
def test_an_address_never_breaks_the_house(browser, path):
    answer = browser.get(path)
    _no_failure(answer, path, "")
    assert answer.status_code in (404, 301, 308)


@pytest.mark.parametrize("number", ["0", "2147483647", "2147483648", "9" * 40, "-1", "1.5", "１"])
def test_a_number_that_no_row_bears_is_an_address_that_does_not_exist(browser, number):
    assert browser.get(f"/number/{number}").status_code in (200, 404)
    assert browser.get("/asked", query_string={"number": number}).status_code in (200, 400)


@pytest.mark.parametrize("cookie", ["\x00", "é" * 300, "a.b.c", "x" * 3000, '"'])
def test_a_cookie_never_breaks_a_page(client, cookie):
    for name in ("session", "form", "language", "theme"):
        answer = client.get(
            "/a-propos", headers={"Cookie": f"{name}={cookie}".encode("utf-8", "replace").decode("latin-1")}
        )
        assert answer.status_code == 200


HEADERS = (
    "Accept-Language", "Authorization", "X-Request-ID", "Origin", "Referer", "If-None-Match", "X-Forwarded-For", "Range",
    "Accept", "Sec-Fetch-Site", "User-Agent", "X-CSRFToken", "X-Fragment",
)  # fmt: skip


@pytest.mark.parametrize("value", ["\x7f", "é" * 200, ";;;,,,===", "x" * 5000, "http://[", "*"])
def test_a_header_never_breaks_a_page(client, value):
    value = value.encode().decode("latin-1")
    for header in HEADERS:
        _no_failure(client.get("/a-propos", headers={header: value}), header, value)
        _no_failure(client.post("/langue", data={"language": "fr"}, headers={header: value}), header, value)


def _paths(app: Flask, method: str) -> list[str]:
    """The addresses without a variable, but for those that end the session of whoever walks through them."""
    found = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if method in rule.methods
        and not rule.arguments
        and not rule.rule.startswith("/api/")
        and "connexion" not in rule.rule
    }
    return sorted(found)


def _no_failure(answer, path, sent):
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (path, str(sent)[:60])
