"""What watches the house: alive, ready, and figures that say nothing of what people share."""

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db, transaction
from notifications.mail.deliveries import Delivery
from webapp.shell import probes


def test_it_is_alive(client):
    assert client.get("/healthz").json == {"status": "alive"}


def test_it_is_ready_when_its_tables_answer(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_it_is_not_ready_without_its_tables(client):
    _execute("ALTER TABLE network RENAME TO elsewhere")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "database unavailable"})
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_before_its_migrations(client):
    _execute("UPDATE alembic_version SET version_num = 'of another age'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "migrations to run"})


def test_it_takes_nothing_more_while_it_stops(app: Flask, client):
    probes.drain(app)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_its_figures(client, village):
    with transaction():
        db.session.add(Delivery(address="nadege@exemple.be", stream="account", subject="Bonjour Nadège"))
        db.session.add(
            Delivery(
                address="emre@exemple.be",
                stream="account",
                failed_at=clock.now(),
                last_error="550 no such Emre",
            )
        )
    client.get("/a-propos")
    figures = client.get("/metrics").get_data(as_text=True)
    assert 'maillage_jobs_due{table="deliveries"} 1.0' in figures
    assert 'maillage_jobs_failed{table="deliveries"} 1.0' in figures
    assert 'maillage_deliveries{state="failed"} 1.0' in figures
    assert 'maillage_deliveries{state="waiting"} 1.0' in figures
    assert 'maillage_http_answers_total{page="pages.about",status="200"}' in figures
    for secret in ("nadege", "Nadège", "Emre", "a-propos"):
        assert secret not in figures


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "not-an-address"])
def test_its_figures_are_for_its_own_network(client, address):
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.2.3.4"])
def test_and_for_who_watches_from_there(client, address):
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == 200


def _execute(statement: str) -> None:
    with transaction():
        db.session.execute(sa.text(statement))
