"""Access keys: shown once, listed with their last use, revoked at once, and never anyone else's."""

import re

from core.db import db
from core.sessions import ApiToken

SECRET = re.compile(r"mlg_[\w-]{20,}")


def create(browser, **fields):
    given = {"name": "Agenda du site", "scopes": ["read"], "days": "90"} | fields
    return browser.post("/profil/cles", data=given)


def test_a_key_is_shown_once_and_works(sign_in, client, village):
    browser = sign_in(village.nadege)
    page = create(browser)
    assert page.status_code == 201
    assert "no-store" in page.headers["Cache-Control"]
    secret = SECRET.search(page.get_data(as_text=True))[0]
    assert (
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json["id"]
        == village.nadege.id
    )
    later = browser.get("/profil/cles").get_data(as_text=True)
    assert "Agenda du site" in later
    assert secret not in later


def test_the_database_holds_no_secret(sign_in, village):
    secret = SECRET.search(create(sign_in(village.nadege)).get_data(as_text=True))[0]
    token = db.session.query(ApiToken).filter_by(name="Agenda du site").one()
    assert secret not in repr(vars(token))


def test_its_owner_is_told_by_mail_without_the_secret(sign_in, village, work, mails):
    secret = SECRET.search(create(sign_in(village.nadege)).get_data(as_text=True))[0]
    work()
    told = [mail for mail in mails() if mail.address == village.nadege.email]
    assert len(told) == 1
    assert secret.encode() not in told[0].raw


def test_a_revoked_key_opens_nothing_any_more(sign_in, client, village):
    browser = sign_in(village.nadege)
    secret = SECRET.search(create(browser).get_data(as_text=True))[0]
    token = db.session.query(ApiToken).filter_by(name="Agenda du site").one()
    assert browser.post(f"/profil/cles/{token.id}/revocation").status_code == 303
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_nobody_revokes_someone_else_s_key(sign_in, api, village):
    create(sign_in(village.nadege))
    token = db.session.query(ApiToken).filter_by(name="Agenda du site").one()
    assert sign_in(village.emre).post(f"/profil/cles/{token.id}/revocation").status_code == 404
    assert api(village.emre, "write").call("DELETE", f"/api/v1/tokens/{token.id}").status_code == 404
    assert (
        api(village.beatrice, "staff", "write").call("DELETE", f"/api/v1/tokens/{token.id}").status_code
        == 404
    )


def test_a_visitor_is_led_to_sign_in(client):
    assert client.get("/profil/cles").status_code == 303


def test_the_staff_s_scope_is_for_the_staff(sign_in, village):
    assert create(sign_in(village.nadege), scopes=["staff"]).status_code == 422
    assert create(sign_in(village.beatrice), scopes=["staff"]).status_code == 201


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(sign_in, village):
    page = create(sign_in(village.nadege), name="x" * 81)
    assert page.status_code == 422
    assert "x" * 81 in page.get_data(as_text=True)
    assert create(sign_in(village.nadege), scopes=[]).status_code == 422
    assert create(sign_in(village.nadege), days="1000").status_code == 422


def test_a_key_makes_no_key_that_may_do_more_than_itself(api, village):
    caller = api(village.nadege, "write")
    assert caller.call("POST", "/api/v1/tokens", {"name": "x", "scopes": ["moderate"]}).status_code == 403
    made = caller.call("POST", "/api/v1/tokens", {"name": "x", "scopes": ["read"], "days": 1})
    assert made.status_code == 201
    listed = caller.call("GET", "/api/v1/tokens").json["items"]
    assert made.json["id"] in {token["id"] for token in listed}
    assert "secret" not in listed[0]


def test_a_repeated_creation_never_gives_the_secret_again(api, village):
    caller, headers = api(village.nadege, "write"), {"Idempotency_Key": "k"}
    sent = {"name": "x", "scopes": ["read"]}
    assert caller.call("POST", "/api/v1/tokens", sent, **headers).status_code == 201
    again = caller.call("POST", "/api/v1/tokens", sent, **headers)
    assert again.status_code == 409
    assert "mlg_" not in again.get_data(as_text=True)


def test_twenty_keys_are_enough(api, village):
    caller = api(village.nadege, "write")
    answers = [
        caller.call("POST", "/api/v1/tokens", {"name": f"n{i}", "scopes": ["read"]}).status_code
        for i in range(20)
    ]
    assert answers[:19] == [201] * 19
    assert answers[19] == 422  # the caller's own key counts
