"""In a demonstration the door proposes people to enter as; nowhere else, and never where mails really leave."""

from collections.abc import Callable

import pytest

from core.db import db, transaction
from core.network import the_network
from tests.conftest import Browser
from tests.servers import SmtpServer
from tests.village import Village


@pytest.fixture
def demonstration(village: Village) -> None:
    with transaction():
        network = the_network()
        network.is_demo = True
        network.suggested = [{"person": village.nadege.id, "note": "ses groupes de français"}]
        db.session.add(network)


def test_a_newcomer_enters_as_someone_proposed(
    demonstration: None, client: Browser, work: Callable[[], None]
) -> None:
    page = client.get("/connexion").get_data(as_text=True)
    assert "ses groupes de français" in page
    answer = client.post("/connexion", {"email": "nadege@liege.example"})
    assert answer.status_code == 303
    work()
    assert "nadege@liege.example" in client.get("/courrier-sortant").get_data(as_text=True)


def test_a_real_network_proposes_nobody(village: Village, client: Browser) -> None:
    assert "Essayer la démonstration" not in client.get("/connexion").get_data(as_text=True)


def test_where_mails_really_leave_nobody_is_proposed(
    smtp: SmtpServer, demonstration: None, client: Browser
) -> None:
    assert "nadege@liege.example" not in client.get("/connexion").get_data(as_text=True)
