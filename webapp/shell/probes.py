"""What watches the house: is it alive, can it serve, how is it doing. Never anything of what people share."""

import functools
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from core import clock, jobs
from core.config import Settings
from core.db import Base, db
from core.errors import NotFound
from notifications.mail.deliveries import Delivery

log = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.String))

blueprint = Blueprint("probes", __name__)
_DRAINING = "draining"


def init_app(app: Flask, _settings: Settings) -> None:
    app.extensions[_DRAINING] = False
    app.register_blueprint(blueprint)


def drain(app: Flask) -> None:
    """Say from now on that no new request should come here: the process is about to stop."""
    app.extensions[_DRAINING] = True


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Requests may come: the database answers, its tables are those of this version, and nothing is stopping."""
    if current_app.extensions[_DRAINING]:
        return jsonify(status="stopping"), 503
    try:
        missing = _missing_migrations()
    except SQLAlchemyError as error:
        log.warning("probes.database", error=str(error))
        db.session.rollback()
        return jsonify(status="database unavailable"), 503
    if missing:
        return jsonify(status="migrations to run"), 503
    return jsonify(status="ready")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For Prometheus, from this machine or its private network; for anyone else there is nothing here."""
    if not _is_near(request.remote_addr or ""):
        raise NotFound
    waiting = CollectorRegistry()
    waiting.register(_Waiting())
    return Response(generate_latest(REGISTRY) + generate_latest(waiting), content_type=CONTENT_TYPE_LATEST)


def _missing_migrations() -> bool:
    """Whether the tables are of another version. A database made without migrations, as tests do, has no version."""
    db.session.execute(sa.text("SELECT 1 FROM network LIMIT 1"))
    if not sa.inspect(db.session.connection()).has_table(VERSIONS.name):
        return False
    return set(db.session.scalars(sa.select(VERSIONS.c.version_num))) != _newest_migrations()


@functools.cache
def _newest_migrations() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def _is_near(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_loopback or found.is_private


class _Waiting(Collector):
    """What waits to be done, read in the tables: the truth, whoever asks and whichever process answers."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        due = GaugeMetricFamily("maillage_jobs_due", "Jobs that are due", labels=["table"])
        oldest = GaugeMetricFamily(
            "maillage_jobs_oldest_seconds", "Age of the oldest due job", labels=["table"]
        )
        failed = GaugeMetricFamily(
            "maillage_jobs_failed", "Jobs set aside after too many failures", labels=["table"]
        )
        now = clock.now()
        for model in _job_tables():
            number, since = db.session.execute(
                sa.select(sa.func.count(), sa.func.min(model.due_at)).where(
                    jobs.is_open(model), model.due_at <= now
                )
            ).one()
            aside = db.session.scalar(
                sa.select(sa.func.count()).select_from(model).where(model.failed_at.is_not(None))
            )
            due.add_metric([model.__tablename__], number)
            oldest.add_metric([model.__tablename__], (now - since).total_seconds() if since else 0)
            failed.add_metric([model.__tablename__], aside or 0)
        yield from (due, oldest, failed, _deliveries())


def _job_tables() -> list[Any]:
    """Every table of work there is, found as the features are: no list of them stands here."""
    found = [mapper.class_ for mapper in Base.registry.mappers if mapper.inherits is None]
    return sorted((one for one in found if issubclass(one, jobs.Job)), key=lambda one: str(one.__tablename__))


def _deliveries() -> GaugeMetricFamily:
    fate = sa.case(
        (Delivery.failed_at.is_not(None), "failed"),
        (Delivery.done_at.is_(None), "waiting"),
        (Delivery.outcome != "", Delivery.outcome),
        else_="accepted",
    ).label("fate")
    states = GaugeMetricFamily("maillage_deliveries", "Messages by what became of them", labels=["state"])
    for state, number in db.session.execute(
        sa.select(fate, sa.func.count()).group_by(sa.literal_column("fate"))
    ):
        states.add_metric([state], number)
    return states
