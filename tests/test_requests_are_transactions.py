"""One transaction for each request that writes: a success lasts, anything else leaves no trace."""

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import after_commit, db
from core.errors import Refused
from core.organisations import Organisation

ANSWERS = {"success": 200, "led-elsewhere": 303, "to-correct": 422, "not-found": 404, "failure": 500}


@pytest.fixture
def rung() -> list[str]:
    return []


@pytest.fixture
def app(app: Flask, rung: list[str]) -> Flask:
    @app.post("/write/<how>")
    def write(how: str):
        db.session.add(Organisation(name="Trace", sort_name="trace", slug="trace"))
        db.session.flush()
        after_commit(lambda: rung.append(how))
        if how == "raised":
            raise Refused("Non.")
        if how == "broken":
            raise RuntimeError
        return how, ANSWERS[how], {"Location": "/"}

    @app.get("/read")
    def read():
        db.session.add(Organisation(name="Trace", sort_name="trace", slug="trace"))
        db.session.flush()
        return ""

    return app


@pytest.mark.parametrize("how", ["success", "led-elsewhere"])
def test_a_success_lasts_and_is_then_told(client, rung, how):
    client.post(f"/write/{how}")
    assert _traces() == 1
    assert rung == [how]


@pytest.mark.parametrize("how", ["to-correct", "not-found", "failure", "raised", "broken"])
def test_anything_else_leaves_no_trace_and_is_not_told(client, rung, how):
    assert client.post(f"/write/{how}").status_code >= 400
    assert _traces() == 0
    assert rung == []


def test_a_page_that_is_read_changes_nothing(client):
    client.get("/read")
    assert _traces() == 0


def _traces() -> int:
    return len(db.session.scalars(sa.select(Organisation.id).where(Organisation.slug == "trace")).all())
