"""What could not be done is told in plain words, with the right status and a reference."""

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, Refused, TooMany
from core.spaces import Membership
from webapp.shell import errors

RAISED = {
    "refused": Refused("", ends_at="La fin vient avant le début."),
    "not-allowed": NotAllowed(),
    "not-found": NotFound(),
    "conflict": Conflict("Maud a validé cet outil."),
    "too-many": TooMany("Doucement.", retry_after=42),
    "bug": RuntimeError("a secret of the machine"),
}


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.get("/raise/<what>")
    def raise_it(what: str) -> str:
        raise RAISED[what]

    @app.get("/api/v1/raise/<what>")
    def raise_it_in_the_api(what: str) -> str:
        raise RAISED[what]

    @app.get("/without-database")
    def without_database() -> str:
        db.session.execute(sa.text("SELECT * FROM no_such_table"))
        return ""

    return app


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("refused", 422, "La fin vient avant le début."),
        ("not-allowed", 403, "Cette action ne vous est pas ouverte"),
        ("not-found", 404, "Cette page n’existe pas"),
        ("conflict", 409, "Maud a validé cet outil."),
        ("too-many", 429, "Doucement."),
        ("bug", 500, "Une erreur de notre côté"),
    ],
)
def test_each_has_its_page(client, what, status, said):
    answer = client.get(f"/raise/{what}")
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize(("what", "status"), [("not-found", 404), ("conflict", 409), ("bug", 500)])
def test_the_api_answers_problems(client, what, status):
    answer = client.get(f"/api/v1/raise/{what}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status


def test_asking_too_often_says_when_to_come_back(client):
    assert client.get("/raise/too-many").headers["Retry-After"] == "42"


def test_an_address_that_does_not_exist(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Revenir à l’accueil" in answer.get_data(as_text=True)


def test_a_method_that_an_address_does_not_know(client):
    answer = client.post("/a-propos")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_too_much_at_once(client):
    answer = client.post(
        "/langue", data=b"x" * (3 * 1024 * 1024), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "trop lourd" in answer.get_data(as_text=True)


def test_a_failure_says_its_reference_and_nothing_of_the_machine(client):
    answer = client.get("/raise/bug")
    page = answer.get_data(as_text=True)
    assert answer.headers["X-Request-ID"] in page
    assert "secret of the machine" not in page
    assert "Traceback" not in page


def test_a_failure_is_told_even_when_the_database_has_failed(client, monkeypatch):
    broken = sa.exc.OperationalError("SELECT", {}, Exception("away"))

    def away() -> None:
        raise broken

    # The database cannot be stopped under SQLite: what asks it on every page fails instead.
    monkeypatch.setattr("webapp.shell.page.the_network", away)
    answer = client.get("/a-propos")
    assert answer.status_code == 500
    assert "Une erreur de notre côté" in answer.get_data(as_text=True)


def test_a_query_that_fails_leaves_a_page_that_works(client):
    assert client.get("/without-database").status_code == 500
    assert client.get("/a-propos").status_code == 200


def test_who_writes_second_what_may_be_written_once_is_told_so(app, village, client):
    @app.get("/written-twice")
    @app.get("/api/v1/written-twice", endpoint="api_written_twice")
    def write_twice() -> str:
        seat = {"person_id": village.nadege.id, "space_id": village.fle.id, "role": "member"}
        db.session.execute(sa.insert(Membership).values(**seat, joined_at=clock.now()))
        return "never"

    assert client.get("/written-twice").status_code == 409
    answer = client.get("/api/v1/written-twice")
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")


def test_a_sane_reference_is_kept_and_another_is_replaced(client):
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abcd-1234-ef"}).headers["X-Request-ID"]
        == "abcd-1234-ef"
    )
    for mad in ("short", "x" * 200, "a b c d e f g h", "<script>alert(1)</script>"):
        given = client.get("/healthz", headers={"X-Request-ID": mad}).headers["X-Request-ID"]
        assert given != mad
        assert len(given) == 16


def test_every_status_the_house_knows_has_its_sentence():
    statuses = {error.status for error in (Refused, NotAllowed, NotFound, Conflict, TooMany)}
    assert statuses <= set(errors.SENTENCES)
