"""The outgoing mailbox: every mail as it would be received, read at this machine and nowhere else."""

from typing import Any

import pytest
from flask import Flask

from core.db import db, transaction
from notifications.mail import letters, send
from tests.village import Village
from tests.visitors import Browser, let_go


@pytest.fixture
def written(village: Village) -> None:
    with transaction():
        letters.write(
            to="nadege@liege.example",
            person=db.session.merge(village.nadege),
            template="identity/mail/link",
            url="http://localhost/connexion/lien/secret",
            device="Firefox",
            minutes=30,
        )
    send.send_due()
    let_go()


def test_a_newcomer_finds_every_mail_with_its_text_and_its_headers(written: None, client: Browser) -> None:
    page = client.get("/courrier-sortant")
    assert "Votre lien pour entrer" in page.text
    assert "nadege@liege.example" in page.text
    mail = client.get("/courrier-sortant/1")
    assert "http://localhost/connexion/lien/secret" in mail.text
    assert "Auto-Submitted" in mail.text
    assert 'sandbox="allow-top-navigation-by-user-activation"' in mail.text


def test_the_mail_itself_stands_under_a_policy_of_its_own_where_nothing_runs(
    written: None, client: Browser
) -> None:
    frame = client.get("/courrier-sortant/1/message")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "sandbox" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert frame.headers["Cache-Control"] == "no-store"
    assert "Entrez d’un geste" in frame.text


def test_its_bytes_are_there_for_a_mail_program(written: None, client: Browser) -> None:
    source = client.get("/courrier-sortant/1/source")
    assert source.mimetype == "message/rfc822"
    assert source.data.startswith(b"Date: ")


def test_mails_for_one_address(written: None, client: Browser) -> None:
    assert "Votre lien" in client.get("/courrier-sortant?pour=Nadege@liege.example").text
    assert "Votre lien" not in client.get("/courrier-sortant?pour=emre@liege.example").text


@pytest.mark.parametrize(
    "from_elsewhere",
    [
        {"environ_base": {"REMOTE_ADDR": "192.168.1.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Host": "evil.example"}},
    ],
)
def test_from_another_machine_there_is_no_such_page(
    written: None, client: Browser, from_elsewhere: dict[str, Any]
) -> None:
    for address in ("/courrier-sortant", "/courrier-sortant/1", "/courrier-sortant/1/message"):
        assert client.get(address, **from_elsewhere).status_code == 404


@pytest.mark.parametrize(
    "address", ["/courrier-sortant/99", "/courrier-sortant/99/source", "/courrier-sortant/1/pieces/0"]
)
def test_what_is_not_there_is_not_found(written: None, client: Browser, address: str) -> None:
    assert client.get(address).status_code == 404


class TestElsewhere:
    """Where mails really leave, or the site is open to the world."""

    @pytest.fixture(params=["smtp", "https"])
    def settings(self, request: pytest.FixtureRequest) -> dict[str, str]:
        if request.param == "smtp":
            return {"MAILLAGE_SMTP_URL": "smtp://127.0.0.1:9"}
        return {"MAILLAGE_BASE_URL": "https://reseau.example"}

    def test_the_mailbox_does_not_exist(self, app: Flask, client: Browser) -> None:
        assert client.get("/courrier-sortant").status_code == 404
        assert "outbox.index" not in app.view_functions


def test_the_list_costs_as_many_queries_for_one_mail_as_for_thirty(
    written: None, village: Village, client: Browser, count_queries: Any
) -> None:
    with count_queries() as one:
        client.get("/courrier-sortant")
    with transaction():
        for _number in range(30):
            letters.write(
                to="emre@liege.example",
                person=db.session.merge(village.emre),
                template="identity/mail/link",
                url="",
                minutes=1,
            )
    send.send_due()
    with count_queries() as many:
        client.get("/courrier-sortant")
    assert len(many) == len(one)
