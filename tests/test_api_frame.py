"""The API's frame: who calls, what they may, and how everything that goes wrong is told."""

from datetime import timedelta

import pytest

from core import clock, sessions
from core.db import db, transaction
from core.sessions import ApiToken


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def key(app, village):
    """Makes a key for someone: its row's number and its secret."""

    def make(person, *scopes, **values):
        with transaction():
            token, secret = sessions.create_token(person, name="Essai", scopes=list(scopes), **values)
            db.session.flush()
            return token.id, secret

    return make


def send(caller, content, media_type):
    """A PATCH of preferences with these very bytes."""
    address = "/api/v1/preferences"
    return caller.client.patch(address, data=content, content_type=media_type, headers=caller.headers)


def problem(answer, status):
    """The problem that an answer is; fails when it is none."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["type"].startswith("http")
    return answer.json


def test_a_token_speaks_for_its_person(api, village):
    me = api(village.nadege, "read").call("GET", "/api/v1/me").json
    assert me["name"] == village.nadege.name
    assert {space["slug"] for space in me["spaces"]} == {"fle", "citoyennete"}


def test_without_a_token_the_answer_says_how_to_present_one(client):
    answer = client.get("/api/v1/me")
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_token_is_refused_even_where_none_is_needed(client):
    answer = client.get("/api/v1/openapi.json", headers=bearer("mlg_inventé"))
    problem(answer, 401)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_revoked_an_expired_and_a_closed_account_s_token_open_nothing(client, village, key):
    _id, expired = key(village.nadege, "read", expires_at=clock.now() - timedelta(seconds=1))
    revoked_id, revoked = key(village.nadege, "read")
    _id, closed = key(village.emre, "read")
    assert client.get("/api/v1/me", headers=bearer(revoked)).status_code == 200
    with transaction():
        db.session.get_one(ApiToken, revoked_id).revoked_at = clock.now()
        village.emre.closed_at = clock.now()
        db.session.add(village.emre)
    for secret in (expired, revoked, closed):
        problem(client.get("/api/v1/me", headers=bearer(secret)), 401)


def test_the_cookie_of_a_browser_opens_nothing_here(sign_in, village):
    problem(sign_in(village.nadege).get("/api/v1/me"), 401)


def test_reading_keys_do_not_write(api, village):
    answer = api(village.nadege, "read").call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"})
    assert "write" in problem(answer, 403)["detail"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_the_last_use_is_written_at_most_every_five_minutes(client, village, key, at):
    number, secret = key(village.nadege, "read")

    def last_use(moment):
        at(moment)
        client.get("/api/v1/me", headers=bearer(secret))
        db.session.expire_all()
        return db.session.get_one(ApiToken, number).last_used_at

    first = last_use("2026-03-03 09:30")
    assert last_use("2026-03-03 09:34") == first
    assert last_use("2026-03-03 09:36") > first


def test_an_unknown_address_and_another_method_are_problems_too(api, village):
    caller = api(village.nadege, "read")
    problem(caller.call("GET", "/api/v1/nulle-part"), 404)
    answer = caller.call("PUT", "/api/v1/me")
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_numbers_too_large_for_the_database_are_simply_not_found(api, village):
    problem(api(village.nadege, "write").call("DELETE", "/api/v1/tokens/99999999999999999999"), 404)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"rhythm": "\\ud800"}', "application/json", 400),
        (b"", "application/json", 400),
        (b'{"rhythm": "daily"}', "text/plain", 415),
        (b"rhythm=daily", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 422),
        (b'{"rhythm": "hourly"}', "application/json", 422),
        (b'{"rythm": "daily"}', "application/json", 422),
        (b'{"weekly_day": "1"}', "application/json", 422),
        (b'{"timezone": "Europe\\u0000"}', "application/json", 422),
        (b'{"paused_until": "2026-12-24T10:00:00"}', "application/json", 422),
        (b'{"paused_until": "0001-01-01T00:00:00+14:00"}', "application/json", 422),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_right_status(api, village, content, media_type, status):
    caller = api(village.nadege, "write")
    problem(send(caller, content, media_type), status)


def test_each_wrong_field_is_named_in_the_caller_s_language(api, village):
    caller = api(village.nadege, "write")
    sent = {"rhythm": "hourly", "nothing": 1}
    french = problem(caller.call("PATCH", "/api/v1/preferences", sent), 422)
    assert {error["field"] for error in french["errors"]} == {"rhythm", "nothing"}
    assert "never" in next(e["message"] for e in french["errors"] if e["field"] == "rhythm")
    english = problem(caller.call("PATCH", "/api/v1/preferences", sent, Accept_Language="en"), 422)
    assert english["errors"][0]["field"] == french["errors"][0]["field"]


def test_what_a_verb_refuses_changes_nothing(api, village):
    caller = api(village.nadege, "write")
    problem(caller.call("PATCH", "/api/v1/preferences", {"language": "en", "timezone": "Mars/Olympus"}), 422)
    assert caller.call("GET", "/api/v1/preferences").json["language"] == "fr"


def test_unknown_questions_in_an_address_are_refused(api, village):
    caller = api(village.nadege, "read")
    problem(caller.call("GET", "/api/v1/notifications?unred=1"), 422)
    problem(caller.call("GET", "/api/v1/notifications?limit=5&limit=6"), 422)
    problem(caller.call("GET", "/api/v1/notifications?limit=0"), 422)
    problem(caller.call("GET", "/api/v1/notifications?after=n-importe-quoi"), 422)


def test_the_same_key_gives_the_same_answer_and_does_the_work_once(api, village):
    caller, headers = api(village.nadege, "write"), {"Idempotency_Key": "pause-1"}
    first = caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"}, **headers)
    caller.call("PATCH", "/api/v1/preferences", {"rhythm": "never"})
    again = caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"}, **headers)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert caller.call("GET", "/api/v1/preferences").json["rhythm"] == "never"


def test_the_same_key_for_another_request_is_refused(api, village):
    caller, headers = api(village.nadege, "write"), {"Idempotency_Key": "k"}
    caller.call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"}, **headers)
    problem(caller.call("PATCH", "/api/v1/preferences", {"rhythm": "never"}, **headers), 422)


def test_an_error_is_not_kept_so_that_it_may_be_mended(api, village):
    caller, headers = api(village.nadege, "write"), {"Idempotency_Key": "k"}
    problem(caller.call("PATCH", "/api/v1/preferences", {"rhythm": "hourly"}, **headers), 422)
    assert caller.call("PATCH", "/api/v1/preferences", {"rhythm": "daily"}, **headers).status_code == 200


def test_two_people_may_choose_the_same_key(api, village):
    headers = {"Idempotency_Key": "k"}
    for person in (village.nadege, village.emre):
        answer = api(person, "write").call("PATCH", "/api/v1/preferences", {"rhythm": "weekly"}, **headers)
        assert "Idempotency-Replayed" not in answer.headers


def test_too_many_calls_are_told_when_to_come_back(app, api, village):
    app.config["API_TOKEN_RATE"] = "2/minute"
    caller = api(village.nadege, "read")
    assert [caller.call("GET", "/api/v1/me").status_code for _ in range(2)] == [200, 200]
    answer = caller.call("GET", "/api/v1/me")
    problem(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert (
        api(village.nadege, "read").call("GET", "/api/v1/me").status_code == 200
    )  # each key counts for itself


def test_the_description_is_valid_and_the_page_tells_every_call(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    page = client.get("/api").get_data(as_text=True)
    for path in document["paths"]:
        assert path in page
