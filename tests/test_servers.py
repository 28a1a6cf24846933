"""The servers that the tests start are real, and nothing else can be reached."""

import os
import smtplib
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Browser

from tests import servers

MESSAGE = b"From: a@liege.example\r\nTo: b@liege.example\r\nSubject: Bonjour\r\n\r\n.un point\r\n"
FORBID = "import socket; from tests import servers; servers.forbid_network()"


def test_valkey_keeps_what_it_is_given() -> None:
    with servers.valkey() as valkey, redis.Redis.from_url(valkey.url) as client:
        client.set("salle", "Droixhe")
        assert client.get("salle") == b"Droixhe"


def test_postgres_makes_databases_that_speak_unicode() -> None:
    with servers.postgres() as postgres:
        first, second = postgres.create("un"), postgres.create("deux")
        with psycopg.connect(first) as connection:
            row = connection.execute("SELECT upper('été'), current_database()").fetchone()
            assert row == ("ÉTÉ", "un")
        assert second != first


def test_a_server_dies_with_the_tests_even_if_they_are_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent("""
            import os, signal
            from tests import servers
            with servers.valkey() as valkey:
                print(valkey.process.popen.pid, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
        """)
    )
    environment = {**os.environ, "PYTHONPATH": str(servers.ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False
    )
    server = int(done.stdout)
    give_up = time.monotonic() + 5
    while _is_alive(server) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _is_alive(server)


def _is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_the_mail_server_keeps_the_very_bytes_it_took() -> None:
    with servers.smtp_server() as smtp, _client(smtp) as client:
        client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        (received,) = smtp.wait_for(1)
    assert received.content == MESSAGE
    assert received.recipients == ("b@liege.example",)
    assert received.message["Subject"] == "Bonjour"


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_the_mail_server_refuses_at_the_phase_it_is_told_to_and_only_once(phase: servers.Phase) -> None:
    with servers.smtp_server() as smtp, _client(smtp) as client:
        smtp.refuse(phase, "451 4.3.0 Plus tard")
        with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as refusal:
            client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        assert "451" in str(refusal.value)
        assert smtp.messages == []
        client.rset()
        client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        assert len(smtp.messages) == 1


@pytest.mark.parametrize(("phase", "taken"), [("mail", 0), ("rcpt", 0), ("data", 0), ("dot", 1)])
def test_the_mail_server_hangs_up_without_a_word(phase: servers.Phase, taken: int) -> None:
    with servers.smtp_server() as smtp, _client(smtp) as client:
        smtp.cut(phase)
        with pytest.raises((smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused, ConnectionError)):
            client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        assert len(smtp.messages) == taken


def test_the_mail_server_holds_its_answer_for_as_long_as_it_is_told() -> None:
    with servers.smtp_server() as smtp, _client(smtp, timeout=0.3) as client, smtp.hold("dot"):
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
    assert len(smtp.messages) == 1


def test_the_mail_server_may_want_to_know_who_sends() -> None:
    with servers.smtp_server(credentials=("maillage", "fil-tendu")) as smtp, _client(smtp) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        client.login("maillage", "fil-tendu")
        client.sendmail("a@liege.example", ["b@liege.example"], MESSAGE)
        assert len(smtp.messages) == 1


def _client(smtp: servers.SmtpServer, *, timeout: float = 5) -> smtplib.SMTP:
    return smtplib.SMTP(servers.LOOPBACK, smtp.port, timeout=timeout)


@pytest.mark.browser
def test_chromium_draws_a_page(chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto("data:text/html,<title>Maillage</title><h1>Bonjour</h1>")
    assert page.title() == "Maillage"
    assert page.locator("h1").inner_text() == "Bonjour"
    page.close()


@pytest.mark.parametrize("attempt", ["connect", "connect_ex", "sendto", "look_up"])
def test_the_rest_of_the_world_is_out_of_reach(attempt: str) -> None:
    # In a process of its own: what is forbidden stays forbidden.
    tries = {
        "connect": "socket.socket().connect(('192.0.2.1', 80))",
        "connect_ex": "socket.socket().connect_ex(('192.0.2.1', 80))",
        "sendto": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.1', 53))",
        "look_up": "socket.getaddrinfo('liege.example', 80)",
    }
    code = f"{FORBID}; {tries[attempt]}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=servers.ROOT, capture_output=True, text=True, check=False
    )
    assert "NetworkForbidden" in done.stderr


def test_this_machine_stays_within_reach() -> None:
    with socket.create_server((servers.LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        code = f"{FORBID}; socket.create_connection(('localhost', {port}))"
        subprocess.run([sys.executable, "-c", code], cwd=servers.ROOT, check=True)
