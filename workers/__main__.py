"""The command `maillage`: serve, work, keep the clock, and what whoever runs the house needs to do from a terminal."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

import click
from flask import Flask

import migrations
from core import addresses, clock, config, log, sessions
from core.config import Settings
from core.db import transaction
from core.errors import HouseError, Misconfigured
from core.people import by_email
from webapp import create_app
from webapp.invitations import service as invitations
from workers import actors, doctor, due, embedded, kinds, serving
from workers.clock import Clock


def main() -> None:
    """Every refusal is a sentence; 2 says that the command could not begin, 1 that it did not succeed."""
    try:
        maillage(prog_name="maillage", standalone_mode=False)
    except Misconfigured as error:
        _refuse(str(error), code=2)
    except HouseError as error:
        _refuse(error.sentence)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


def _refuse(sentence: str, code: int = 1) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def maillage(context: click.Context) -> None:
    """Maillage : l’espace partagé d’un réseau d’associations. Les réglages sont les variables MAILLAGE_*."""
    if "--help" in sys.argv or "-h" in sys.argv:
        return
    settings = config.load()
    log.configure(settings.log_format)
    context.obj = settings


# ── Running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@maillage.command()
@click.option("--host", metavar="ADRESSE", help="L’adresse d’écoute (MAILLAGE_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Le port (MAILLAGE_PORT).")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Sert le site ; sans Redis, travaille et tient l’horloge aussi.

    Avec PostgreSQL et Redis, cette commande peut être lancée plusieurs fois : les processus partagent le port.
    """
    _must_be_migrated(settings)
    if settings.embedded:
        embedded.hold(settings.data_dir)
    with _leaving_at_once():
        serving.Server(_listening_at(settings, host, port)).run()


def _listening_at(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says; a site without an address of its own is where it listens."""
    heard = replace(settings, host=host or settings.host, port=port or settings.port)
    if settings.base_url != f"http://localhost:{settings.port}":
        return heard
    return replace(heard, base_url=f"http://localhost:{heard.port}")


@maillage.command()
@click.pass_obj
def work(settings: Settings) -> None:
    """Fait ce qui est dû : annonces, récapitulatifs, courriels. Autant de fois qu’on veut, avec Redis."""
    app = _one_of_several(settings, "work")
    engine = embedded.Engine(app, settings, clock=False)
    with _leaving_at_once():
        engine.start()
        _until_asked_to_stop().wait()
        engine.stop()


@maillage.command("clock")
@click.pass_obj
def keep_clock(settings: Settings) -> None:
    """Réveille les travailleurs quand une heure arrive. Une fois, avec Redis ; deux ne nuisent pas."""
    app = _one_of_several(settings, "clock")
    actors.declare(app, settings)
    ticking = Clock(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ticking.stop())
    with _leaving_at_once():
        ticking.run()


@contextmanager
def _leaving_at_once() -> Iterator[None]:
    """What had to be ended was; the interpreter's own farewell to a thousand modules would take longer than all of it."""
    code = 0
    try:
        yield
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _one_of_several(settings: Settings, command: str) -> Flask:
    if settings.embedded:
        raise Misconfigured(
            f"« maillage {command} » n’a de sens qu’avec Redis (MAILLAGE_REDIS_URL) : sans lui, « maillage serve » "
            "travaille et tient l’horloge lui-même."
        )
    _must_be_migrated(settings)
    app = create_app(settings)
    kinds.report_unknown(app)
    return app


def _must_be_migrated(settings: Settings) -> None:
    if migrations.is_behind(settings):
        raise Misconfigured("La base de données n’est pas à jour : lancez d’abord « maillage migrate ».")


def _until_asked_to_stop() -> threading.Event:
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    return asked


# ── Preparing ────────────────────────────────────────────────────────────────────────────────────────────────────────


@maillage.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Met la base de données à jour."""
    done = migrations.upgrade(settings)
    click.echo(
        f"Base de données mise à jour : {', '.join(done)}." if done else "Base de données déjà à jour."
    )


@maillage.command("demo")
@click.pass_obj
def load_demo(settings: Settings) -> None:
    """Charge le réseau de démonstration dans une base vide."""
    from workers import demo  # noqa: PLC0415 - its pages of text are nobody else's business

    _must_be_migrated(settings)
    app = create_app(settings)
    with app.app_context():
        if not kinds.is_empty_house():
            _refuse(
                "La base de données n’est pas vide : la démonstration ne se charge que dans une base vide."
            )
        demo.load()
    click.echo("Réseau de démonstration chargé.")


@maillage.command()
@click.argument("email")
@click.option("--name", default="", metavar="NOM", help="Le nom de la personne, si elle est nouvelle.")
@click.pass_obj
def staff(settings: Settings, email: str, name: str) -> None:
    """Invite quelqu’un dans l’équipe du réseau, et donne l’adresse par laquelle entrer.

    C’est ainsi qu’on entre dans un réseau vide.
    """
    _must_be_migrated(settings)
    with create_app(settings).app_context(), transaction():
        _invitation, door = invitations.invite_staff(address=addresses.well_written(email), name=name)
    click.echo(door)


@maillage.group()
def token() -> None:
    """Clés d’accès à l’API."""


@token.command("create")
@click.argument("email")
@click.option("--name", default="Ligne de commande", metavar="NOM", help="À quoi elle sert.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sessions.SCOPES),
    help="Répétable ; read par défaut.",
)
@click.pass_obj
def create_token(settings: Settings, email: str, name: str, scopes: tuple[str, ...]) -> None:
    """Crée une clé d’accès pour la personne de cette adresse, et l’écrit seule sur la sortie."""
    _must_be_migrated(settings)
    with create_app(settings).app_context(), transaction():
        person = by_email(email)
        if person is None or not person.has_account:
            _refuse(f"Personne n’a de compte à l’adresse « {email} ».")
        if "staff" in scopes and not person.is_staff:
            _refuse("Le droit « staff » est réservé à l’équipe du réseau.")
        _token, secret = sessions.create_token(person, name=name, scopes=list(scopes or ("read",)))
    click.echo(secret)


# ── Looking after ────────────────────────────────────────────────────────────────────────────────────────────────────


@maillage.command()
@click.option(
    "--at", "instant", metavar="INSTANT", help="Comme s’il était cette heure : « 2026-03-03 09:30 »."
)
@click.pass_obj
def tick(settings: Settings, instant: str | None) -> None:
    """Fait tout ce qui est dû, maintenant ou à INSTANT, puis s’arrête."""
    _must_be_migrated(settings)
    app = create_app(settings)
    with clock.at(_instant(settings, instant)), app.app_context():
        done = due.do_all()
    click.echo(
        f"Faits annoncés : {done['events']} ; récapitulatifs préparés : {done['digests']} ; "
        f"courriels traités : {done['mail']}."
    )


def _instant(settings: Settings, text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"« {text} » n’est pas un instant : écrivez 2026-03-03T09:30.") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=settings.zone)


@maillage.command("doctor")
def examine() -> None:
    """Examine l’installation : ce qui tient, ce qui ne tient pas, et comment le réparer."""
    sys.exit(0 if doctor.examine() else 1)


if __name__ == "__main__":
    main()
