"""Sending: whatever happens, at whichever instant, no mail is lost without a trace, and at most one is doubled, byte for byte."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, jobs
from core.db import db, transaction
from core.errors import Refused
from core.people import Person
from notifications.mail import letters, send
from notifications.mail.deliveries import Delivery
from tests.servers import Phase, SmtpServer, smtp_server
from tests.village import Village
from tests.visitors import let_go

RAW = b"From: <a@b.example>\r\nSubject: essai\r\n\r\nBonjour\r\n.\r\n..fin\r\n"


class Crash(BaseException):
    """The process dies here: nothing after it runs, nothing is tidied up."""


def crash_in(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool = False) -> None:
    """Die at the call of `name`, or once it has returned."""
    whole = getattr(owner, name)

    def dying(*args: Any, **options: Any) -> Any:
        if after:
            whole(*args, **options)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dying)
        with pytest.raises(Crash):
            send.send_due()
    let_go()


def queue(number: int = 1, *, stream: str = "notice", raw: bytes | None = RAW, **values: Any) -> list[int]:
    """Deliveries whose bytes are kept already."""
    with transaction():
        rows = [
            Delivery(
                address=f"personne{n}@liege.example",
                stream=stream,
                raw=raw,
                message_id=f"<{stream}{n}@b.example>",
                **values,
            )
            for n in range(number)
        ]
        db.session.add_all(rows)
    return [row.id for row in rows]


def delivery(number: int) -> Delivery:
    let_go()
    return db.session.scalars(
        sa.select(Delivery).where(Delivery.id == number).options(sa.orm.undefer(Delivery.raw))
    ).one()


def connections_to(smtp: SmtpServer) -> int:
    """Those of the house: the first is the server's own, which looks whether it listens."""
    return smtp.connections - 1


def wait(at: Callable[..., Any], **delay: int) -> None:
    at(clock.now() + timedelta(**delay))


# ── All is well ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_arrives_as_the_bytes_that_were_kept(app: Flask, smtp: SmtpServer) -> None:
    (number,) = queue()
    assert send.send_due() == 1
    (received,) = smtp.messages
    assert received.content == RAW
    assert received.recipients == ("personne0@liege.example",)
    sent = delivery(number)
    assert (sent.phase, sent.outcome, sent.raw) == ("accepted", "", RAW)
    assert sent.accepted_at == sent.done_at == clock.now()
    assert sent.reply.startswith("250")
    assert send.send_due() == 0


def test_many_mails_share_one_connection_and_no_two_share_a_transaction(app: Flask, smtp: SmtpServer) -> None:
    queue(30)
    assert send.send_due() == 30
    assert connections_to(smtp) == 1
    assert {len(received.recipients) for received in smtp.messages} == {1}


def test_what_must_be_received_does_not_wait_behind_a_crowd(app: Flask, smtp: SmtpServer) -> None:
    queue(30, stream="digest")
    queue(1, stream="account")
    send.send_due(limit=5)
    assert smtp.messages[0].recipients == ("personne0@liege.example",)
    assert delivery(31).accepted_at is not None
    assert smtp.messages[0].content == RAW


def test_without_a_server_mails_are_kept_in_the_outgoing_mailbox(app: Flask) -> None:
    (number,) = queue()
    assert send.send_due() == 1
    assert delivery(number).phase == "accepted"
    assert delivery(number).raw == RAW


def test_a_server_that_wants_a_password_gets_it(settings: dict[str, str], request: Any) -> None:
    with smtp_server(credentials=("maillage", "s&cret@")) as server:
        settings["MAILLAGE_SMTP_URL"] = f"smtp://maillage:s%26cret%40@127.0.0.1:{server.port}"
        request.getfixturevalue("app")
        queue()
        assert send.send_due() == 1


# ── The server says no ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_a_server_that_says_later_is_asked_later(app: Flask, smtp: SmtpServer, at: Any, phase: Phase) -> None:
    (number,) = queue()
    smtp.refuse(phase, "451 4.3.0 Try later")
    assert send.send_due() == 0
    waiting = delivery(number)
    assert (waiting.done_at, waiting.failed_at, waiting.phase, waiting.attempts) == (None, None, "", 1)
    assert timedelta(seconds=30) <= waiting.due_at - clock.now() <= timedelta(minutes=1)
    assert "451" in waiting.reply
    wait(at, minutes=1)
    assert send.send_due() == 1
    assert [received.content for received in smtp.messages] == [RAW]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 No such user", "no_such_address"),
        ("556 5.1.10 Null MX", "no_such_address"),
        ("553 5.1.3 Bad address", "bad_address"),
        ("552 5.2.2 Mailbox full", "full"),
        ("550 5.7.26 Not authenticated", "policy"),
        ("552 5.3.4 Too big", "too_big"),
        ("554 Transaction failed", "refused"),
    ],
)
def test_a_refusal_for_good_is_set_aside_with_its_meaning(
    app: Flask, smtp: SmtpServer, answer: str, outcome: str
) -> None:
    (number,) = queue()
    smtp.refuse("rcpt", answer)
    assert send.send_due() == 0
    failed = delivery(number)
    assert failed.failed_at is not None
    assert failed.outcome == outcome
    assert failed.reply == answer
    assert failed.raw == RAW
    assert not smtp.messages


def test_a_refusal_of_one_does_not_stop_the_others(app: Flask, smtp: SmtpServer) -> None:
    queue(3)
    smtp.refuse("rcpt", "550 5.1.1 No such user")
    assert send.send_due() == 2
    assert connections_to(smtp) == 1


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("mail", "550 5.7.1 You may not send"),
        ("mail", "530 5.7.0 Authentication required"),
        ("rcpt", "421 4.7.0 Slow down"),
        ("dot", "421 4.3.2 Closing"),
    ],
)
def test_when_nothing_can_be_sent_everything_pauses_and_no_mail_is_blamed(
    app: Flask, smtp: SmtpServer, at: Any, phase: Phase, answer: str
) -> None:
    numbers = queue(3)
    smtp.refuse(phase, answer)
    assert send.send_due() == 0
    for number in numbers:
        held = delivery(number)
        assert (held.attempts, held.done_at, held.failed_at, held.lease_token) == (0, None, None, None)
        assert held.due_at > clock.now()
    wait(at, minutes=2)
    assert send.send_due() == 3
    assert Counter(received.recipients[0] for received in smtp.messages) == {
        f"personne{n}@liege.example": 1 for n in range(3)
    }


def test_a_server_that_is_not_there_costs_no_attempt(settings: dict[str, str], request: Any) -> None:
    settings["MAILLAGE_SMTP_URL"] = "smtp://127.0.0.1:9"
    request.getfixturevalue("app")
    (number,) = queue()
    assert send.send_due() == 0
    assert delivery(number).attempts == 0
    assert delivery(number).last_error


def test_a_wrong_password_costs_no_attempt(settings: dict[str, str], request: Any) -> None:
    with smtp_server(credentials=("maillage", "juste")) as server:
        settings["MAILLAGE_SMTP_URL"] = f"smtp://maillage:faux@127.0.0.1:{server.port}"
        request.getfixturevalue("app")
        (number,) = queue()
        assert send.send_due() == 0
        assert delivery(number).attempts == 0
        assert "SMTPAuthenticationError" in str(delivery(number).last_error)


def test_an_address_beyond_ascii_is_set_aside_without_troubling_the_server(
    app: Flask, smtp: SmtpServer
) -> None:
    queue(1)
    with transaction():
        db.session.execute(sa.update(Delivery).values(address="nadège@liege.example"))
    assert send.send_due() == 0
    assert delivery(1).outcome == "bad_address"
    assert connections_to(smtp) == 0


# ── The line is cut ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_cut_off_before_the_dot_it_is_sent_again_in_safety(
    app: Flask, smtp: SmtpServer, at: Any, phase: Phase
) -> None:
    (number,) = queue()
    smtp.cut(phase)
    assert send.send_due() == 0
    assert delivery(number).outcome == ""
    wait(at, minutes=1)
    assert send.send_due() == 1
    assert len(smtp.messages) == 1


def test_an_old_connection_that_was_closed_meanwhile_is_opened_again_at_once(
    app: Flask, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(2)
    whole = send.smtp.Conversation.dot

    def then_cut(self: Any) -> str:
        smtp.cut("mail")
        return str(whole(self))

    with monkeypatch.context() as patch:
        patch.setattr(send.smtp.Conversation, "dot", then_cut)
        assert send.send_due() == 2
    assert connections_to(smtp) == 2


def test_cut_off_after_the_dot_it_is_sent_once_more_with_the_same_bytes_and_no_third_time(
    app: Flask, smtp: SmtpServer, at: Any
) -> None:
    (number,) = queue()
    smtp.cut("dot", times=5)
    assert send.send_due() == 0
    doubtful = delivery(number)
    assert doubtful.phase == "dot"
    assert doubtful.due_at - clock.now() == timedelta(minutes=15)
    wait(at, minutes=14)
    assert send.send_due() == 0
    assert len(smtp.messages) == 1
    wait(at, minutes=1)
    send.send_due()
    assert len(smtp.messages) == 2
    wait(at, minutes=15)
    send.send_due()
    wait(at, hours=3)
    send.send_due()
    assert len(smtp.messages) == 2
    assert {received.content for received in smtp.messages} == {RAW}
    closed = delivery(number)
    assert closed.outcome == "uncertain"
    assert closed.done_at is not None
    assert closed.accepted_at is None


def test_a_doubt_that_the_second_attempt_lifts_is_forgotten(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (number,) = queue()
    smtp.cut("dot")
    send.send_due()
    wait(at, minutes=15)
    assert send.send_due() == 1
    assert delivery(number).outcome == ""
    assert len(smtp.messages) == 2


def test_a_link_to_sign_in_is_never_sent_twice_on_a_doubt(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (number,) = queue(stream="account")
    smtp.cut("dot")
    send.send_due()
    wait(at, minutes=15)
    assert send.send_due() == 0
    assert len(smtp.messages) == 1
    assert delivery(number).outcome == "uncertain"


# ── The process dies ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("owner", "name", "after", "copies"),
    [
        ("send", "_make_ready", False, 1),  # C4: claimed, nothing said
        ("conversation", "offer", False, 1),
        ("conversation", "offer", True, 1),  # C5: MAIL, RCPT and DATA said
        ("conversation", "body", False, 1),
        ("conversation", "body", True, 1),  # C6: the body sent, not the dot
        ("conversation", "dot", False, 1),  # C7, when the dot had not left: nobody knows that
        ("conversation", "dot", True, 2),  # C8: accepted, not written down
        ("run", "settle", False, 2),
        ("run", "settle", True, 1),  # C9: accepted and written down
    ],
)
def test_killed_at_any_step_nothing_is_lost_and_only_the_dot_may_double(
    app: Flask,
    smtp: SmtpServer,
    at: Any,
    monkeypatch: pytest.MonkeyPatch,
    owner: str,
    name: str,
    after: bool,
    copies: int,
) -> None:
    (number,) = queue()
    owners = {"send": send, "conversation": send.smtp.Conversation, "run": send._Run}
    crash_in(monkeypatch, owners[owner], name, after=after)
    for _minutes in range(4):
        wait(at, minutes=16)
        send.send_due()
    smtp.wait_for(copies)
    assert len(smtp.messages) == copies
    assert {received.content for received in smtp.messages} == {RAW}
    assert delivery(number).accepted_at is not None


def test_killed_while_composing_the_mail_is_composed_again(
    village: Village, smtp: SmtpServer, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letter(village.nadege)
    crash_in(monkeypatch, send, "_made_ready")
    wait(at, minutes=3)
    assert send.send_due() == 1


def write_letter(person: Person, **options: Any) -> None:
    with transaction():
        letters.write(
            to=str(person.email),
            person=db.session.merge(person),
            template="identity/mail/link",
            url="http://localhost/connexion/lien/secret",
            device="",
            minutes=30,
            **options,
        )


# ── What cannot be made, what is too late ────────────────────────────────────────────────────────────────────────────


def test_a_mail_that_cannot_be_made_is_set_aside_after_its_attempts_and_holds_up_nothing(
    app: Flask, smtp: SmtpServer, at: Any
) -> None:
    (poison,) = queue(raw=None, expires_at=clock.now() + timedelta(days=30))
    with transaction():
        person = Person(name="Sans suite", email="sans@liege.example")
        db.session.add(person)
        db.session.flush()
        db.session.execute(sa.update(Delivery).values(person_id=None, notification_id=None))
    for _attempt in range(jobs.MOST_ATTEMPTS):
        queue_one_more()
        assert send.send_due() == 1
        wait(at, hours=5)
    assert delivery(poison).failed_at is not None
    assert "ValueError" in str(delivery(poison).last_error)


def queue_one_more() -> None:
    with transaction():
        db.session.add(
            Delivery(
                address="autre@liege.example",
                stream="notice",
                raw=RAW,
                expires_at=clock.now() + timedelta(days=1),
            )
        )


def test_what_has_expired_does_not_leave(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (number,) = queue(stream="account", expires_at=clock.now() + timedelta(minutes=30))
    wait(at, minutes=31)
    assert send.send_due() == 0
    assert delivery(number).outcome == "expired"
    assert not smtp.messages


def test_what_was_never_taken_in_time_is_shown_as_failed(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (number,) = queue()
    smtp.refuse("rcpt", "451 4.7.1 Greylisted", times=99)
    for _hour in range(60):
        send.send_due()
        wait(at, hours=1)
    assert delivery(number).failed_at is not None
    assert delivery(number).outcome == "expired"


def test_a_failed_mail_sent_again_leaves_with_the_same_bytes(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (number,) = queue()
    smtp.refuse("rcpt", "550 5.7.1 Blocked")
    send.send_due()
    wait(at, hours=72)
    with transaction():
        send.relaunch(delivery=db.session.get_one(Delivery, number))
    assert send.send_due() == 1
    assert [received.content for received in smtp.messages] == [RAW]


def test_what_has_left_or_holds_a_dead_link_is_not_sent_again(app: Flask, smtp: SmtpServer, at: Any) -> None:
    (left,) = queue()
    send.send_due()
    (dead,) = queue(stream="account", expires_at=clock.now() + timedelta(minutes=30))
    smtp.refuse("rcpt", "550 5.7.1 Blocked")
    send.send_due()
    wait(at, minutes=31)
    for number in (left, dead):
        with pytest.raises(Refused):
            send.relaunch(delivery=db.session.get_one(Delivery, number))


def test_bytes_are_forgotten_a_month_after_they_were_accepted_and_never_before(
    app: Flask, smtp: SmtpServer, at: Any
) -> None:
    (sent,) = queue()
    send.send_due()
    smtp.refuse("rcpt", "550 5.7.1 Blocked")
    (failed,) = queue(stream="digest")
    send.send_due()
    wait(at, days=29)
    assert send.forget_old() == 0
    wait(at, days=2)
    assert send.forget_old() == 1
    assert delivery(sent).raw is None
    assert delivery(failed).raw == RAW


# ── Several at once ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_two_senders_and_a_thousand_mails_none_twice(app: Flask, smtp: SmtpServer) -> None:
    queue(1000)
    errors: list[Exception] = []

    def work() -> None:
        try:
            with app.app_context():
                send.send_due()
                db.session.remove()
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(smtp.messages) == 1000
    assert len({received.recipients for received in smtp.messages}) == 1000
    assert connections_to(smtp) == 2
    let_go()
    open_ones = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.done_at.is_(None))
    assert db.session.scalar(open_ones) == 0


def test_a_sender_whose_lease_ran_out_sends_nothing_more(
    app: Flask, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = queue()
    whole = send.smtp.Conversation.body

    def slow(self: Any, raw: bytes) -> None:
        whole(self, raw)
        with transaction():
            db.session.execute(sa.update(Delivery).values(lease_token="another's"))

    monkeypatch.setattr(send.smtp.Conversation, "body", slow)
    assert send.send_due() == 0
    assert not smtp.messages
    assert delivery(number).accepted_at is None


def test_an_answer_that_comes_after_the_lease_changes_nothing(
    app: Flask, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = queue()
    whole = send.smtp.Conversation.dot

    def slow(self: Any) -> str:
        answer = whole(self)
        with transaction():
            db.session.execute(sa.update(Delivery).values(lease_token="another's"))
        return str(answer)

    monkeypatch.setattr(send.smtp.Conversation, "dot", slow)
    assert send.send_due() == 0
    assert delivery(number).lease_token == "another's"
    assert delivery(number).phase == "dot"


def test_a_process_asked_to_stop_gives_back_what_it_had_not_begun(app: Flask, smtp: SmtpServer) -> None:
    numbers = queue(3)
    jobs.stopping.set()
    try:
        assert send.send_due() == 0
    finally:
        jobs.stopping.clear()
    assert all(delivery(number).lease_token is None for number in numbers)
    assert send.send_due() == 3
