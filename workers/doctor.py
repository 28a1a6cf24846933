"""The doctor: looks at each organ of an installation, says what holds, what does not, and how to mend it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click
import redis
import sqlalchemy as sa
from flask import Flask

import migrations
from core import clock, config, jobs
from core.config import Settings
from core.db import db
from core.errors import Misconfigured
from notifications.events import Event
from notifications.mail import smtp
from notifications.mail.deliveries import Delivery
from webapp import create_app
from webapp.shell import assets
from workers import broker, kinds

#: Below that, the next files and mails may not be kept; in bytes.
LEAST_ROOM = 500 * 1024 * 1024
#: Beyond that, digests leave at the wrong hour; in seconds.
MOST_DRIFT = 5
LATE = 120


@dataclass(frozen=True)
class Finding:
    """What was found of one organ; `mend` says what to do when it does not hold."""

    organ: str
    holds: bool
    said: str
    mend: str = ""


def examine() -> bool:
    """Examine and print; True when everything holds."""
    try:
        settings = config.load()
    except Misconfigured as error:
        return _print(Finding("réglages", holds=False, said=str(error)))
    held = [_print(Finding("réglages", holds=True, said="compris"))]
    held += [_print(finding) for finding in _findings(settings)]
    return all(held)


def _print(finding: Finding) -> bool:
    mark = click.style("✓", fg="green") if finding.holds else click.style("✗", fg="red")
    click.echo(f"{mark} {finding.organ} : {finding.said}")
    if finding.mend:
        click.echo(f"    → {finding.mend}")
    return finding.holds


def _findings(settings: Settings) -> Iterator[Finding]:
    for look in (_secret_key, _data_folder, _assets):
        yield look(settings)
    reached = _database(settings)
    yield reached
    if reached.holds:
        yield from _inside(settings)
    for look in (_broker, _smtp):
        yield look(settings)


def _secret_key(settings: Settings) -> Finding:
    organ = "clé secrète"
    if (
        len(settings.secret_key) < config.SHORTEST_SECRET
        or settings.secret_key.lower() in config.WEAK_SECRETS
    ):
        return Finding(
            organ, holds=False, said="trop courte ou devinable",
            mend="MAILLAGE_SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')",
        )  # fmt: skip
    kept = settings.data_dir / "secret_key"
    if kept.exists() and kept.stat().st_mode & 0o077:
        return Finding(
            organ, holds=False, said="lisible par d’autres que son propriétaire", mend=f"chmod 600 {kept}"
        )
    return Finding(organ, holds=True, said="longue et à l’abri")


def _data_folder(settings: Settings) -> Finding:
    folder, organ = settings.data_dir, "dossier des données"
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Finding(
            organ, holds=False, said=f"« {folder} » manque, ou rien ne peut y être écrit",
            mend=f"mkdir -p {folder}, et donnez-le à qui lance Maillage ; ou changez MAILLAGE_DATA_DIR",
        )  # fmt: skip
    free = shutil.disk_usage(folder).free
    if free < LEAST_ROOM:
        return Finding(
            organ, holds=False, said=f"il reste {free // 1024**2} Mo sur le disque de « {folder} »",
            mend="libérez de la place, ou déplacez MAILLAGE_DATA_DIR",
        )  # fmt: skip
    return Finding(organ, holds=True, said=f"« {folder} », {free / 1024**3:.0f} Go libres")


def _assets(settings: Settings) -> Finding:
    del settings
    if (assets.DIST / "manifest.json").exists():
        return Finding("mise en forme", holds=True, said="construite")
    return Finding(
        "mise en forme", holds=False, said="les styles et scripts n’ont pas été construits",
        mend="bin/run les construit dès que npm est joignable ; un paquet installé par pip les contient",
    )  # fmt: skip


def _database(settings: Settings) -> Finding:
    organ, name = "base de données", sa.make_url(settings.database_url).render_as_string(hide_password=True)
    try:
        behind = migrations.is_behind(settings)
    except Misconfigured as error:
        return Finding(organ, holds=False, said=str(error), mend=f"vérifiez MAILLAGE_DATABASE_URL ({name})")
    if behind:
        return Finding(organ, holds=False, said=f"{name} n’est pas à jour", mend="maillage migrate")
    return Finding(organ, holds=True, said=f"{name}, à jour")


def _inside(settings: Settings) -> Iterator[Finding]:
    """What only a database that answers can tell."""
    app = create_app(settings)
    with app.app_context():
        for look in (_clocks, _kinds, _work):
            yield look(app)


def _clocks(app: Flask) -> Finding:
    """The machine's clock against the database's: two machines that disagree send digests at the wrong hour."""
    organ, zone = "horloge", app.config["MAILLAGE"].timezone
    now = clock.now()
    if db.engine.dialect.name == "postgresql":
        there = db.session.scalar(sa.select(sa.func.clock_timestamp()))
        drift = abs((there - clock.now()).total_seconds()) if there else 0.0
        if drift > MOST_DRIFT:
            return Finding(
                organ, holds=False, said=f"{drift:.0f} s de différence avec celle de la base de données",
                mend="mettez les deux machines à l’heure (NTP)",
            )  # fmt: skip
    return Finding(organ, holds=True, said=f"{now.astimezone(app.config['MAILLAGE'].zone):%H:%M} ({zone})")


def _kinds(app: Flask) -> Finding:
    del app
    unknown = kinds.unknown()
    if unknown:
        return Finding(
            "sortes connues", holds=False, said=", ".join(f"{kind} ({number})" for kind, number in unknown.items()),
            mend="une version de Maillage qui les connaît, ou la migration qui les retire",
        )  # fmt: skip
    return Finding("sortes connues", holds=True, said="toutes celles de la base de données")


def _work(app: Flask) -> Finding:
    """Work that is late says that nobody works; work set aside says that someone must look."""
    del app
    late, aside = 0, 0
    for model in (Event, Delivery):
        before = clock.now() - timedelta(seconds=LATE)
        late += _number(model, sa.and_(jobs.is_open(model), model.due_at < before))
        aside += _number(model, model.failed_at.is_not(None))
    if late:
        return Finding(
            "travail", holds=False, said=f"{late} tâches attendent depuis plus de deux minutes",
            mend="« maillage serve » tourne-t-il ? avec Redis, « maillage work » et « maillage clock » aussi",
        )  # fmt: skip
    if aside:
        return Finding(
            "travail", holds=False, said=f"{aside} tâches ont échoué trop souvent",
            mend="leur raison est dans les pages de l’équipe, où elles peuvent être relancées",
        )  # fmt: skip
    return Finding("travail", holds=True, said="rien n’attend, rien n’a été mis de côté")


def _number(model: Any, condition: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model).where(condition)) or 0)


def _broker(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("messager", holds=True, said="en mémoire : un seul processus fait tout")
    if settings.database_url.startswith("sqlite"):
        return Finding(
            "messager", holds=False, said="Redis relie plusieurs processus, mais SQLite n’en sert qu’un",
            mend="donnez aussi MAILLAGE_DATABASE_URL=postgresql://…, ou retirez MAILLAGE_REDIS_URL",
        )  # fmt: skip
    try:
        redis.Redis.from_url(broker.redis_address(settings.redis_url), socket_timeout=3).ping()
    except (redis.RedisError, OSError) as error:
        return Finding(
            "messager", holds=False, said=f"Redis ne répond pas : {error}", mend="vérifiez MAILLAGE_REDIS_URL"
        )
    return Finding("messager", holds=True, said="Redis répond")


def _smtp(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding(
            "courrier", holds=not settings.secure, said="aucun serveur : les courriels restent dans la boîte d’envoi",
            mend="MAILLAGE_SMTP_URL=smtp://utilisateur:mot-de-passe@serveur:587" if settings.secure else "",
        )  # fmt: skip
    address = smtp.Address.of(settings.smtp_url)
    try:
        with smtp.Conversation(address, settings.mail_domain) as conversation:
            conversation.introduce()
    except smtp.Away as away:
        return Finding(
            "courrier", holds=False, said=f"{address.host} : {away}", mend="vérifiez MAILLAGE_SMTP_URL"
        )
    return Finding("courrier", holds=True, said=f"{address.host}:{address.port} répond, et nous reconnaît")
