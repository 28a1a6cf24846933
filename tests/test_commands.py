"""The command `maillage`: what it prints, what it refuses, and with which exit code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import clock, config, sessions
from core.db import db, transaction
from notifications.events import Event, publish
from tests import servers
from tests.house import House, run
from tests.village import Village
from tests.visitors import let_go
from webapp.tokens.events import TokenCreated


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Settings of an installation where nothing was done yet."""
    return {"MAILLAGE_DATA_DIR": str(tmp_path / "var"), "MAILLAGE_PORT": str(servers.free_port())}


def test_an_unknown_setting_stops_every_command_with_a_sentence(bare: dict[str, str]) -> None:
    for command in ("serve", "work", "clock", "migrate", "tick"):
        code, said = run(command, settings=bare | {"MAILLAGE_SMTP": "x"})
        assert code == 2
        assert "MAILLAGE_SMTP" in said
        assert "MAILLAGE_SMTP_URL" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("SMTP_URL", "x"),
        ("BASE_URL", "exemple.be"),
        ("BASE_URL", "https://exemple.be/chemin"),
        ("BASE_URL", "https://exemple.be"),  # without a secret key
        ("MAIL_FROM", "personne"),
        ("MAIL_FROM", "a\nBcc: b@c.be <a@b.be>"),
        ("PORT", "huit"),
        ("PORT", "70000"),
        ("TIMEZONE", "Mars/Olympus"),
        ("LOCALE", "de"),
        ("OIDC_PROVIDERS", "{"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str, tmp_path: Path) -> None:
    given = {"MAILLAGE_DATA_DIR": str(tmp_path), f"MAILLAGE_{name}": value}
    with pytest.raises(config.Misconfigured, match="MAILLAGE_"):
        config.load(given)


def test_a_weak_secret_is_refused_in_production_only(tmp_path: Path) -> None:
    given = {"MAILLAGE_DATA_DIR": str(tmp_path), "MAILLAGE_SECRET_KEY": "changeme"}
    assert config.load(given).secret_key == "changeme"
    with pytest.raises(config.Misconfigured, match="SECRET_KEY"):
        config.load(given | {"MAILLAGE_BASE_URL": "https://exemple.be"})


def test_a_secret_is_drawn_once_and_kept_to_oneself(tmp_path: Path) -> None:
    given = {"MAILLAGE_DATA_DIR": str(tmp_path / "var")}
    assert config.load(given).secret_key == config.load(given).secret_key
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_an_empty_network_opens_with_its_first_staff_person(bare: dict[str, str]) -> None:
    code, said = run("staff", "beatrice@centre.example", settings=bare)
    assert code == 2
    assert "maillage migrate" in said
    assert run("migrate", settings=bare)[0] == 0
    code, said = run("staff", "beatrice@centre.example", "--name", "Béatrice Hanquet", settings=bare)
    assert code == 0, said
    assert re.search(r"^http://localhost:\d+/\S+$", said.strip().splitlines()[-1])
    code, said = run("staff", "pas une adresse", settings=bare)
    assert code == 1
    assert "Traceback" not in said


def test_work_and_clock_make_no_sense_in_one_process(bare: dict[str, str]) -> None:
    for command in ("work", "clock"):
        code, said = run(command, settings=bare)
        assert code == 2
        assert "MAILLAGE_REDIS_URL" in said


def test_two_on_the_same_data_are_one_too_many(house: House) -> None:
    code, said = house.run("serve", "--port", str(servers.free_port()))
    assert code == 2
    assert "sert déjà" in said
    assert "Traceback" not in said


def test_a_database_that_does_not_answer_is_said_so(bare: dict[str, str]) -> None:
    nowhere = f"postgresql://x@127.0.0.1:{servers.free_port()}/x"
    code, said = run("migrate", settings=bare | {"MAILLAGE_DATABASE_URL": nowhere})
    assert code == 2
    assert "ne répond pas" in said
    assert "Traceback" not in said


@pytest.mark.journey
def test_a_key_is_written_alone_and_opens_what_was_asked(house: House, village: Village) -> None:
    code, said = house.run("token", "create", village.nadege.email, "--name", "Agenda", "--scope", "read")
    assert code == 0, said
    let_go()
    token = sessions.token_for(said.strip().splitlines()[-1])
    assert token is not None
    assert token.person_id == village.nadege.id
    assert token.scopes == ["read"]
    assert house.run("token", "create", "personne@nulle-part.example")[0] == 1
    assert house.run("token", "create", village.rosa.email)[0] == 1, "she has no account"
    assert house.run("token", "create", village.nadege.email, "--scope", "staff")[0] == 1


@pytest.mark.journey
def test_a_tick_plays_time_forward_and_prints_what_it_did(house: House, village: Village) -> None:
    let_go()
    with transaction():
        waiting = publish(
            TokenCreated(
                person_id=village.emre.id, data={"name": "x"}, due_at=clock.now() + timedelta(days=2)
            )
        )
        db.session.flush()
        number = waiting.id
    code, said = house.run("tick")
    assert code == 0, said
    assert "Faits annoncés : 0" in said
    code, said = house.run("tick", "--at", (clock.now() + timedelta(days=3)).isoformat())
    assert code == 0, said
    assert "Faits annoncés : 1" in said
    let_go()
    assert db.session.get_one(Event, number).done_at is not None


@pytest.mark.journey
def test_the_doctor_finds_a_living_house_well(house: House) -> None:
    _code, said = house.run("doctor")
    for organ in ("réglages", "clé secrète", "dossier des données", "base de données", "horloge", "courrier"):
        assert f"✓ {organ}" in said, said


def test_the_doctor_says_how_to_mend(bare: dict[str, str]) -> None:
    code, said = run(
        "doctor",
        settings=bare
        | {
            "MAILLAGE_SECRET_KEY": "court",
            "MAILLAGE_REDIS_URL": f"redis://127.0.0.1:{servers.free_port()}/0",
            "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{servers.free_port()}",
        },
    )
    assert code == 1
    for organ in ("clé secrète", "base de données", "messager", "courrier"):
        assert f"✗ {organ}" in said, said
    assert "maillage migrate" in said
    assert said.count("→") >= 4
    assert "Traceback" not in said


def test_a_row_of_an_unknown_kind_is_told_at_the_start(app, village: Village) -> None:
    from workers import kinds  # noqa: PLC0415

    assert kinds.unknown() == {}
    db.session.execute(
        sa.text(
            "INSERT INTO events (kind, created_at, due_at, data, attempts, lapsed)"
            " VALUES ('petition.signed', '2026-01-01', '2026-01-01', '{}', 0, false)"
        )
    )
    let_go()
    assert kinds.unknown() == {"event petition.signed": 1}


def test_an_hour_that_is_none_is_refused(bare: dict[str, str]) -> None:
    assert run("migrate", settings=bare)[0] == 0
    code, said = run("tick", "--at", "demain", settings=bare)
    assert code == 2
    assert "n’est pas un instant" in said
    assert "Traceback" not in said
