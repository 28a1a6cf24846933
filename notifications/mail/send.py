"""Sending: a state machine on rows. Nothing is lost without a trace; at most one double, with the same bytes.

The one instant where nobody can know (RFC 5321, 4.2.5) is between the final dot and its answer: a delivery found there
is sent once more, a quarter of an hour later, then let be. Everything else is either not taken, and tried again in
safety, or taken, and signed off.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import undefer

from core import clock, jobs, wakeups
from core.config import Settings
from core.db import db, transaction
from core.errors import Refused
from core.jobs import Lease, LeaseLost
from core.locale import _
from notifications.inbox import Notification
from notifications.mail import compose, message, smtp
from notifications.mail.checks import LASTS, Checks, expires_at
from notifications.mail.deliveries import Delivery

log = structlog.get_logger(__name__)

A_BATCH = 20
#: Longer than a server may take for one step, so that nobody else takes a delivery that is being sent.
WHILE_SENDING = timedelta(minutes=5)
#: Longer than the answer to the dot may take; a delivery that was cut off there waits as long before its second try.
AFTER_DOT = timedelta(minutes=15)
#: When nothing can be sent at all.
PAUSE = timedelta(minutes=1)
BYTES_KEPT = timedelta(days=30)

_random = secrets.SystemRandom()


def send_due(*, limit: int = A_BATCH) -> int:
    """Send what is due, what must be received first; returns how many deliveries were accepted.

    Several may run at once, in threads or on machines: a lease is taken on each delivery, and asked for again before
    each step that cannot be undone. Without a mail server, what is due goes to the outgoing mailbox.
    """
    url = _settings().smtp_url
    if url is None:
        return _keep_due(limit * 5)
    with smtp.Conversation(smtp.Address.of(url), compose.mail_domain()) as conversation:
        run = _Run(conversation)
        while leases := _claim(limit):
            if not run.send_all(_make_ready(leases)):
                break
    return run.accepted


def relaunch(*, delivery: Delivery) -> None:
    """Send again what was set aside, as new, with the same bytes. Raises `Refused` when it can be of no use any more."""
    if delivery.accepted_at is not None:
        raise Refused(_("Ce courriel est déjà parti."))
    if delivery.stream == "account" and expires_at(delivery) <= clock.now():
        raise Refused(
            _("Ce courriel contenait un lien qui ne vaut plus : la personne peut en demander un autre.")
        )
    jobs.relaunch(delivery)
    delivery.done_at = None
    delivery.phase = delivery.outcome = ""
    if delivery.stream != "account":
        delivery.expires_at = clock.now() + LASTS[delivery.stream]
    wakeups.ring("mail")


def forget_old() -> int:
    """Drop the bytes of what ended a month ago; returns how many. What was set aside keeps its own until sent again."""
    with transaction():
        result: Any = db.session.execute(
            sa.update(Delivery)
            .where(Delivery.raw.is_not(None), Delivery.done_at < clock.now() - BYTES_KEPT)
            .values(raw=None)
            .execution_options(synchronize_session=False)
        )
    return int(result.rowcount)


# ── Before the attempt ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ready:
    """A delivery whose bytes are kept: they may leave. `again`: a server may already have them."""

    lease: Lease
    recipient: str
    raw: bytes
    again: bool
    notification_id: int | None


def _claim(limit: int) -> list[Lease]:
    """What must be received goes before ten thousand digests."""
    return jobs.claim(Delivery, limit=limit, where=Delivery.stream == "account") or jobs.claim(
        Delivery, limit=limit
    )


def _make_ready(leases: Sequence[Lease]) -> list[Ready]:
    """Compose what has no bytes yet and keep them, close what need not leave: one transaction for the batch."""
    ready: list[Ready] = []
    broken: list[tuple[Lease, Exception]] = []
    with transaction():
        found = _deliveries(leases)
        checks = Checks()
        for lease in leases:
            delivery = found.get(lease.id)
            if delivery is None or delivery.lease_token != lease.token:
                continue
            try:
                with db.session.begin_nested():
                    one = _made_ready(lease, delivery, checks)
            except Exception as error:
                log.exception("mail.not_composed", delivery=lease.id)
                broken.append((lease, error))
            else:
                ready += [one] if one else []
    for lease, reason in broken:
        jobs.give_back(lease, reason)
    return ready


def _deliveries(leases: Sequence[Lease]) -> dict[int, Delivery]:
    query = (
        sa.select(Delivery)
        .where(Delivery.id.in_([lease.id for lease in leases]))
        .options(
            undefer(Delivery.raw),
            sa.orm.joinedload(Delivery.person),
            sa.orm.joinedload(Delivery.notification).joinedload(Notification.event),
        )
    )
    return {delivery.id: delivery for delivery in db.session.scalars(query)}


def _made_ready(lease: Lease, delivery: Delivery, checks: Checks) -> Ready | None:
    begun = delivery.phase == "dot"
    if begun and (delivery.outcome == "uncertain" or delivery.stream == "account"):
        # Tried twice, or a link that can be asked for again: a double would be worse than a doubt.
        _close(lease, "uncertain")
        return None
    again = begun or delivery.outcome == "uncertain"
    outcome = checks.why_not(delivery)
    if outcome:
        _close_unsent(lease, delivery, outcome)
        return None
    try:
        recipient = message.wire_address(_address(delivery))
    except message.Unmailable:
        _fail(lease, "bad_address", "5.6.7")
        return None
    raw = delivery.raw or _compose(delivery)
    jobs.renew(
        lease,
        raw=raw,
        message_id=delivery.message_id,
        subject=delivery.subject,
        address=delivery.address,
        phase="data",
        outcome="uncertain" if again else "",
        lease_time=WHILE_SENDING,
    )
    return Ready(lease, recipient, raw, again, delivery.notification_id)


def _address(delivery: Delivery) -> str:
    """Where the person reads their mail now, until the message is written."""
    if delivery.raw is None and delivery.person is not None and delivery.person.email:
        delivery.address = delivery.person.email
    return delivery.address


def _compose(delivery: Delivery) -> bytes:
    if delivery.notification is None:
        raise ValueError("a delivery without bytes needs something to tell")
    composed = compose.notice(delivery.notification, delivery.address)
    delivery.message_id, delivery.subject, delivery.raw = composed.message_id, composed.subject, composed.raw
    return composed.raw


# ── The attempt ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Run:
    """One sender at work on one connection, one message and one recipient at a time.

    An answer is written down together with the next dot to come: one commit for each mail, and still at most one mail
    in doubt, the one whose answer was read last.
    """

    def __init__(self, conversation: smtp.Conversation) -> None:
        self.conversation = conversation
        self.sender = message.wire_address(compose.sender()[1])
        self.accepted = 0
        self._answered: tuple[Ready, str] | None = None

    def send_all(self, ready: Sequence[Ready]) -> bool:
        """Send a batch; False when no other should be begun: nothing can be sent, or the process stops."""
        for number, one in enumerate(ready):
            if jobs.stopping.is_set():
                self.settle()
                jobs.release([rest.lease for rest in ready[number:]])
                return False
            try:
                self.send(one)
            except smtp.Away as away:
                self.settle()
                _put_off(ready[number:], away)
                return False
        self.settle()
        return True

    def send(self, one: Ready) -> None:
        """Send one message. Raises `smtp.Away`, with the delivery as it was."""
        after_dot = False
        try:
            self.conversation.offer(self.sender, one.recipient, len(one.raw))
            self.conversation.body(one.raw)
            self._about_to_end(one)
            after_dot = True
            answer = self.conversation.dot()
        except smtp.Refused as refused:
            _refused(one, refused)
        except smtp.Cut as cut:
            if after_dot:
                _doubt(one, cut)
            else:
                _try_later(one.lease, f"cut: {cut}")
        except LeaseLost:
            self.conversation.hang_up()
            log.warning("mail.lease_lost", delivery=one.lease.id)
        else:
            self._answered = (one, answer)

    def settle(self) -> None:
        """Write down the last answer."""
        if self._answered is not None:
            with transaction():
                self._sign_off_answered()
        self._forget_answered()

    def _about_to_end(self, one: Ready) -> None:
        """Write down that the dot is about to be said. Raises `LeaseLost`: then it must not be."""
        lost = False
        with transaction():
            self._sign_off_answered()
            try:
                jobs.renew(one.lease, lease_time=AFTER_DOT, phase="dot")
            except LeaseLost:
                lost = True
        self._forget_answered()
        if lost:
            raise LeaseLost

    def _sign_off_answered(self) -> None:
        if self._answered is not None:
            self.accepted += _accept([self._answered[0]], self._answered[1])

    def _forget_answered(self) -> None:
        self._answered = None


def _accept(taken: Sequence[Ready], answer: str) -> int:
    """Within the caller's transaction, sign off what was taken, and what it told as told; how many were still ours."""
    now, told, signed = clock.now(), [], 0
    for one in taken:
        try:
            jobs.sign_off(one.lease, phase="accepted", accepted_at=now, outcome="", reply=answer[:500])
        except LeaseLost:
            # It is in someone else's hands, as a doubt: they will know what to do.
            log.warning("mail.late_answer", delivery=one.lease.id, answer=answer)
        else:
            signed += 1
            told += [one.notification_id] if one.notification_id else []
    if told:
        db.session.execute(
            sa.update(Notification)
            .where(Notification.id.in_(told))
            .values(mailed_at=now)
            .execution_options(synchronize_session=False)
        )
    return signed


def _keep_due(limit: int) -> int:
    """The outgoing mailbox: accepted at once, and read on its page."""
    kept = 0
    while leases := _claim(limit):
        ready = _make_ready(leases)
        with transaction():
            kept += _accept(ready, "")
    return kept


# ── After it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _refused(one: Ready, refused: smtp.Refused) -> None:
    if refused.for_good:
        log.warning("mail.refused", delivery=one.lease.id, answer=str(refused))
        with transaction():
            _fail(one.lease, failure_of(refused), str(refused))
    else:
        _try_later(one.lease, str(refused))


def failure_of(refused: smtp.Refused) -> str:
    """What a refusal for good means, by its enhanced status (RFC 3463) or, without one, by its code."""
    if refused.code == 556 or refused.status in ("5.1.1", "5.1.2", "5.1.10", "5.2.1"):
        return "no_such_address"
    if refused.status == "5.1.3" or refused.code in (501, 553):
        return "bad_address"
    if refused.status == "5.2.2":
        return "full"
    if refused.status in ("5.3.4", "5.2.3"):
        return "too_big"
    if refused.status.startswith("5.7"):
        return "policy"
    return "refused"


def _try_later(lease: Lease, answer: str) -> None:
    """Put it back for a while that grows, drawn at random so that a crowd does not come back at once."""
    wait = jobs.PATIENCE[min(lease.attempts, len(jobs.PATIENCE)) - 1]
    wait *= _random.uniform(0.5, 1)
    with transaction():
        _release(lease, due_at=clock.now() + wait, phase="", reply=answer[:500], last_error=answer)


def _doubt(one: Ready, cut: smtp.Cut) -> None:
    """Cut off between the dot and its answer: once more later, with the same bytes, and no third time."""
    log.warning("mail.uncertain", delivery=one.lease.id, again=one.again, error=str(cut))
    with transaction():
        _release(one.lease, due_at=clock.now() + AFTER_DOT, reply=f"uncertain: {cut}"[:500])


def _put_off(ready: Sequence[Ready], away: smtp.Away) -> None:
    """Nothing can be sent: give everything back for a while, and hold it against no message."""
    log.error("mail.away", error=str(away), waiting=len(ready))
    wait = PAUSE * _random.uniform(1, 2)
    with transaction():
        for one in ready:
            _release(
                one.lease,
                due_at=clock.now() + wait,
                attempts=one.lease.attempts - 1,
                phase="",
                last_error=str(away)[:500],
            )


def _release(lease: Lease, **values: Any) -> None:
    try:
        jobs.renew(lease, **{"lease_token": None, "leased_until": None, **values})
    except LeaseLost:
        log.warning("mail.lease_lost", delivery=lease.id)


def _fail(lease: Lease, outcome: str, answer: str) -> None:
    _release(
        lease, failed_at=clock.now(), phase="", outcome=outcome, reply=answer[:500], last_error=answer[:500]
    )


def _close(lease: Lease, outcome: str) -> None:
    jobs.sign_off(lease, outcome=outcome)


def _close_unsent(lease: Lease, delivery: Delivery, outcome: str) -> None:
    """End it without sending. What was not told goes back to where a digest will find it."""
    if outcome == "expired" and delivery.reply:
        # It was tried and never taken: the staff must see it.
        _fail(lease, outcome, delivery.reply)
    else:
        _close(lease, outcome)
    if outcome in ("expired", "paused"):
        _wait_for_a_digest(delivery)


def _wait_for_a_digest(delivery: Delivery) -> None:
    waiting = Notification.id == delivery.notification_id
    values: dict[str, Any] = {"rhythm": "daily"}
    if delivery.digest_id is not None:
        waiting = Notification.digest_id == delivery.digest_id
        values = {"digest_id": None, "mailed_at": None}
    db.session.execute(sa.update(Notification).where(waiting).values(**values))


def _settings() -> Settings:
    return cast(Settings, current_app.config["MAILLAGE"])
