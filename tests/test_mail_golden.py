"""Every mail of the house's own frame, as it reads: compared with a copy kept under tests/golden.

After a change that is meant: `GOLDEN=renew .venv/bin/python -m pytest tests/test_mail_golden.py`, then read the difference.
"""

import email
import os
import re
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core import clock, jobs
from core.db import db, transaction
from core.people import Person
from notifications import digests, fanout
from notifications.events import Event
from notifications.inbox import Notification
from notifications.mail import send
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings
from tests.test_digests import announce, call_meeting, choose, received
from tests.village import Village
from tests.visitors import let_go
from webapp.tokens.events import TokenCreated

GOLDEN = Path(__file__).parent / "golden"
RENEW = os.environ.get("GOLDEN") == "renew"
LISTS = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "List-Archive", "Precedence")


@pytest.fixture
def settings() -> dict[str, str]:
    return {
        "MAILLAGE_BASE_URL": "https://reseau.example",
        "MAILLAGE_MAIL_FROM": "Réseau d’essai <avis@reseau.example>",
    }


@pytest.fixture
def digest(village: Village, at: Any) -> Delivery:
    announce(
        village.helene,
        village.fle,
        title="Grille de positionnement : la version 4",
        text="Deux items ont **changé**.",
    )
    announce(village.helene, village.fle, village.citoyennete, title="Les tables de conversation reprennent")
    call_meeting(
        village.helene,
        village.fle,
        title="Préparer la rentrée",
        starts_at=datetime(2026, 3, 12, 9, 30, tzinfo=ZoneInfo("Europe/Brussels")),
    )
    at("2026-03-04 07:30")
    digests.plan_due()
    return received(village.nadege)[0]


@pytest.fixture
def notice(village: Village) -> Delivery:
    choose(village.nadege, rhythm="now")
    announce(village.helene, village.fle, title="Écrire en été", text="Un atelier.")
    send.send_due()
    return only_notice_to(village.nadege)


@pytest.fixture
def key_made(village: Village) -> Delivery:
    """An event without a mail of its own, and that nobody may refuse."""
    with transaction():
        person = db.session.merge(village.nadege)
        db.session.add(
            TokenCreated(person_id=person.id, actor_id=person.id, data={"name": "Agenda", "id": 1})
        )
    jobs.run_due(Event, fanout.dispatch)
    send.send_due()
    return only_notice_to(village.nadege)


def only_notice_to(person: Person) -> Delivery:
    let_go()
    query = sa.select(Delivery).where(Delivery.person_id == person.id, Delivery.stream == "notice")
    return db.session.scalars(query.options(sa.orm.undefer(Delivery.raw))).one()


def read(delivery: Delivery) -> EmailMessage:
    return email.message_from_bytes(delivery.raw or b"", policy=policy.default)


@pytest.mark.parametrize("name", ["digest", "key_made"])
def test_the_mail_reads_as_it_was_approved(name: str, request: pytest.FixtureRequest) -> None:
    message = read(request.getfixturevalue(name))
    kept = {"txt": f"{message['Subject']}\n\n{body(message, 'plain')}", "html": body(message, "html")}
    for extension, now in kept.items():
        path = GOLDEN / f"{name}.{extension}"
        if RENEW:
            path.parent.mkdir(exist_ok=True)
            path.write_text(now, encoding="utf-8")
        assert now == path.read_text(encoding="utf-8"), f"{path.name} has changed: renew it if that is meant"


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_digest_bears_one_click_and_no_thread(digest: Delivery) -> None:
    message = read(digest)
    assert message["From"] == "Réseau d’essai <avis@reseau.example>"
    assert message["Message-ID"].endswith(".2026-03-04@reseau.example>")
    assert message["List-Id"] == "<recapitulatif.reseau.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://reseau\.example/desabonnement/[a-z0-9.]+>", message["List-Unsubscribe"])
    assert len(message["List-Unsubscribe"]) <= 72
    assert message["References"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_notice_belongs_to_its_space_s_list_and_its_publication_s_thread(
    notice: Delivery, village: Village
) -> None:
    message = read(notice)
    assert message["Subject"] == "[FLE] Écrire en été" == notice.subject
    assert message["List-Id"] == f'"FLE" <espace-{village.fle.id}.reseau.example>'
    assert message["List-Archive"] == "<https://reseau.example/espaces/fle>"
    assert re.fullmatch(r"<t\.\d+@reseau\.example>", message["References"])
    assert message["In-Reply-To"] == message["References"]
    assert re.fullmatch(r"<n\.[a-z2-7]{24}@reseau\.example>", message["Message-ID"])
    assert message["Archived-At"] == "<https://reseau.example/annonces/1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_nobody_may_refuse_speaks_of_no_list(key_made: Delivery) -> None:
    message = read(key_made)
    assert all(message[name] is None for name in LISTS if name != "Precedence")
    assert "/desabonnement/" not in body(message, "plain") + body(message, "html")


@pytest.mark.parametrize("name", ["digest", "notice", "key_made"])
def test_a_mail_tells_nobody_that_it_is_read(name: str, request: pytest.FixtureRequest) -> None:
    html = body(read(request.getfixturevalue(name)), "html")
    assert "<img" not in html
    assert "url(" not in html
    assert set(re.findall(r"https?://([^/\"' <]+)", html)) <= {"reseau.example"}
    assert html.count("<h1") == 1
    assert 'lang="fr"' in html


# ── Before it leaves ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ("withdrawn", "lapsed"),
        ("read", "read"),
        ("removed", "no_access"),
        ("never", "unsubscribed"),
        ("paused", "paused"),
    ],
)
def test_what_is_no_longer_true_allowed_or_wanted_does_not_leave(
    village: Village, change: str, outcome: str
) -> None:
    choose(village.nadege, rhythm="now")
    announce(village.helene, village.fle)
    with transaction():
        notification = db.session.scalars(
            sa.select(Notification).where(Notification.person_id == village.nadege.id)
        ).one()
        chosen = db.session.get_one(MailSettings, village.nadege.id)
        if change == "withdrawn" and notification.publication:
            notification.publication.state = "withdrawn"
        elif change == "read":
            notification.read_at = clock.now()
        elif change == "removed":
            db.session.execute(
                sa.text("UPDATE memberships SET ended_at = '2026-01-01' WHERE person_id = :one"),
                {"one": village.nadege.id},
            )
        elif change == "never":
            chosen.rhythm = "never"
        else:
            chosen.paused_until = clock.now() + timedelta(days=1)
    assert send.send_due() == 0
    assert only_notice_to(village.nadege).outcome == outcome
