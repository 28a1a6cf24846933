"""The built assets: found by their plain name, as small as the browser can take them, kept for ever."""

import json

import pytest
from flask import Flask

from webapp.shell import assets

CSS = "app-0123456789.css"


@pytest.fixture
def dist(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("dist")
    (folder / CSS).write_text("body{color:red}")
    (folder / f"{CSS}.br").write_bytes(b"brotli")
    (folder / f"{CSS}.gz").write_bytes(b"gzip")
    for name in ("sprite-1.svg", "icon-1.svg", "font-1.woff2", "app-1.js"):
        (folder / name).write_text("<svg/>")
    manifest = {"app.css": CSS, "sprite.svg": "sprite-1.svg", "icon.svg": "icon-1.svg"}
    (folder / "manifest.json").write_text(json.dumps({key: {"file": file} for key, file in manifest.items()}))
    (folder.parent / "secret.txt").write_text("of the machine")
    monkeypatch.setattr(assets, "DIST", folder)
    return folder


@pytest.fixture
def app(dist, app: Flask) -> Flask:
    # The house of the test was made before its folder: it reads it as it would at its start.
    app.extensions["assets"] = assets._manifest()
    return app


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("br, gzip", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("", None, b"body{color:red}"),
        ("identity", None, b"body{color:red}"),
    ],
)
def test_it_is_served_as_small_as_it_can_be(client, accepted, encoding, body):
    answer = client.get(f"/static/dist/{CSS}", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.data == body
    assert answer.mimetype == "text/css"
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_it_is_kept_for_ever(client):
    answer = client.get(f"/static/dist/{CSS}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"/static/dist/{CSS}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("file", "kind"),
    [("font-1.woff2", "font/woff2"), ("app-1.js", "text/javascript"), ("sprite-1.svg", "image/svg+xml")],
)
def test_its_type_does_not_depend_on_the_machine(client, file, kind):
    assert client.get(f"/static/dist/{file}").mimetype == kind


@pytest.mark.parametrize(
    "file", ["../secret.txt", "..%2fsecret.txt", "nothing.css", "%00", "a/../../secret.txt", ""]
)
def test_nothing_else_is_served(client, file):
    answer = client.get(f"/static/dist/{file}", headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 404
    assert b"of the machine" not in answer.data


def test_pages_point_to_them(app, client):
    assert assets.asset("app.css", app) == f"/static/dist/{CSS}"
    assert f'href="/static/dist/{CSS}"' in client.get("/a-propos").get_data(as_text=True)
    assert str(assets.icon("bell", app)) == (
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="/static/dist/sprite-1.svg#bell"></use></svg>'
    )


def test_browsers_that_read_no_link_find_the_mark(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"


def test_pages_do_without_them(dist, app, client):
    app.extensions["assets"].clear()
    assert assets.asset("app.css", app) is None
    assert str(assets.icon("bell", app)) == ""
    assert client.get("/a-propos").status_code == 200
    assert client.get("/favicon.ico").status_code == 404
