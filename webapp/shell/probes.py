"""What watches the house: is it alive, can it serve, how is it doing. Never anything of what people share."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from core import clock, jobs
from core.config import Settings
from core.db import db
from notifications.events import Event
from notifications.mail.deliveries import Delivery

blueprint = Blueprint("probes", __name__)


def init_app(app: Flask, _settings: Settings) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers, with its tables: requests may come."""
    try:
        db.session.execute(sa.text("SELECT 1 FROM network LIMIT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ready")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For Prometheus."""
    waiting = CollectorRegistry()
    waiting.register(_Waiting())
    return Response(generate_latest(REGISTRY) + generate_latest(waiting), content_type=CONTENT_TYPE_LATEST)


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
        for model in (Event, Delivery):
            number, since = db.session.execute(
                sa.select(sa.func.count(), sa.func.min(model.due_at)).where(
                    jobs.is_open(model), model.due_at <= now
                )
            ).one()
            aside = db.session.scalar(
                sa.select(sa.func.count()).select_from(model).where(model.failed_at.is_not(None))
            )
            due.add_metric([model.__tablename__], number)
            oldest.add_metric([model.__tablename__], (now - since).total_seconds() if number else 0)
            failed.add_metric([model.__tablename__], aside or 0)
        yield from (due, oldest, failed)
