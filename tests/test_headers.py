"""What every answer tells the browser to refuse."""

import pytest

from core import config
from tests.conftest import SECRET
from webapp import create_app

POLICY = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
}


@pytest.mark.parametrize("path", ["/a-propos", "/nowhere", "/healthz", "/static/dist/nothing.js"])
def test_every_answer_carries_them(client, path):
    answer = client.get(path)
    for name, beginning in POLICY.items():
        assert answer.headers[name].startswith(beginning), name


def test_nothing_inline_is_allowed(client):
    policy = client.get("/a-propos").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy


def test_a_page_holds_no_inline_code(client):
    page = client.get("/a-propos").get_data(as_text=True)
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_the_pages_of_someone_signed_in_are_kept_nowhere(village, sign_in, client):
    assert sign_in(village.nadege).get("/a-propos").headers["Cache-Control"] == "private, no-store"
    assert "no-store" not in client.get("/a-propos").headers["Cache-Control"]
    assert "Cookie" in client.get("/a-propos").headers["Vary"]


def test_https_is_remembered_only_where_it_is_served(client, tmp_path):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    secure = _house(tmp_path, MAILLAGE_BASE_URL="https://espace.exemple.be").test_client()
    assert secure.get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_cookies_are_locked_to_the_host_when_secure(tmp_path):
    app = _house(tmp_path, MAILLAGE_BASE_URL="https://espace.exemple.be")
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["IDENTITY_COOKIE"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_HTTPONLY"]


def test_forms_may_leave_for_the_providers_of_identity(tmp_path):
    provider = (
        '[{"name": "x", "label": "X", "issuer": "https://id.exemple.be/realm", '
        '"client_id": "a", "client_secret": "b"}]'
    )
    client = _house(tmp_path, MAILLAGE_OIDC_PROVIDERS=provider).test_client()
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "form-action 'self' https://id.exemple.be;" in policy


def test_addresses_never_come_from_the_host_header(client):
    answer = client.get("/a-propos", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("proxies", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_the_address_of_the_caller_is_believed_from_known_proxies_only(tmp_path, proxies, seen):
    app = _house(tmp_path, MAILLAGE_TRUSTED_PROXIES=proxies)

    @app.get("/who")
    def who() -> str:
        from flask import request  # noqa: PLC0415

        return request.remote_addr or ""

    answer = app.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert answer.get_data(as_text=True) == seen


def _house(folder, **settings):
    return create_app(
        config.load({"MAILLAGE_DATA_DIR": str(folder), "MAILLAGE_SECRET_KEY": SECRET} | settings)
    )
