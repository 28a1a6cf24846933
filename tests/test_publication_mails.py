"""The mails of publications and of moderation, word for word as people read them, against golden copies.

To accept new words: delete the copies in `tests/golden/publications/`, run, read what is written, commit.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db, transaction
from core.publications import Publication
from notifications.preferences import MailSettings
from tests.mailbox import text_of
from tests.village import Village
from webapp.announcements.models import Announcement
from webapp.projects.models import Project
from webapp.publications import service
from webapp.tools.models import Tool

GOLDEN = Path(__file__).parent / "golden" / "publications"
TEXT = "La table de conversation **reprend** mardi.\n\n- accueil dès 9 h\n- café offert"


@pytest.fixture
def eager(smtp: Any, village: Village) -> Village:
    """A village where everyone wants each mail at once, and a server that takes them."""
    with transaction():
        db.session.execute(sa.update(MailSettings).values(rhythm="now"))
    return village


def written(kind: type[Publication], village: Village, **values: Any) -> Publication:
    with transaction():
        made = service.draft(
            kind, by=village.nadege, spaces=[village.fle], text=TEXT, organisation=village.mots, **values
        )
        service.share(made, by=village.nadege)
    return made


def a_tool(village: Village) -> Publication:
    return written(
        Tool, village, title="Mémo des verbes", purpose="Réviser à deux.", audience="débutants",
        link="https://exemple.be/memo", licence="cc-by-sa",
    )  # fmt: skip


def an_announcement(village: Village) -> str:
    end = datetime(2026, 3, 10, 18, tzinfo=clock.BRUSSELS)
    written(Announcement, village, title="Reprise des tables de conversation", expires_at=end)
    return village.emre.email or ""


def a_submitted_tool(village: Village) -> str:
    a_tool(village)
    return village.maud.email or ""


def an_approved_tool(village: Village) -> str:
    made = a_tool(village)
    with transaction():
        service.approve(made, by=village.maud)
    return village.emre.email or ""


def an_approval(village: Village) -> str:
    an_approved_tool(village)
    return village.nadege.email or ""


def changes_asked(village: Village) -> str:
    made = a_tool(village)
    with transaction():
        service.ask_changes(made, by=village.maud, reason="Il manque la source des images.")
    return village.nadege.email or ""


def a_refusal(village: Village) -> str:
    made = a_tool(village)
    with transaction():
        service.refuse(made, by=village.maud, reason="Cet outil est vendu par son éditeur.")
    return village.nadege.email or ""


def a_project(village: Village) -> str:
    made = written(
        Project, village, title="Un jardin sur le toit", status="seeking_partners", partners="La Braise"
    )
    with transaction():
        service.approve(made, by=village.maud)
    return village.emre.email or ""


def withdrawn_by_a_moderator(village: Village) -> str:
    made = written(Announcement, village, title="Reprise")
    with transaction():
        service.withdraw(made, by=village.maud, reason="Un nom y est cité.")
    return village.nadege.email or ""


@pytest.mark.parametrize(
    "story",
    [
        an_announcement, a_submitted_tool, an_approved_tool, an_approval, changes_asked, a_refusal, a_project,
        withdrawn_by_a_moderator,
    ],
)  # fmt: skip
def test_the_mail_reads_as_its_golden_copy(
    eager: Village, work: Callable[[], None], mails: Callable[[], list[Any]], story: Callable[[Village], str]
) -> None:
    address = story(eager)
    work()
    received = [mail for mail in mails() if mail.address == address and mail.stream == "notice"]
    assert len(received) == 1
    [mail] = received
    found = f"{mail.subject}\n\n{text_of(mail)}".replace("\r\n", "\n").strip() + "\n"
    copy = GOLDEN / f"{story.__name__}.txt"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(found, encoding="utf-8")
        pytest.fail(f"{copy.name} was not there: read what was written, and commit it")
    assert found == copy.read_text(encoding="utf-8")
