"""What is due: facts to tell, digests to plan, mails to send, in the order in which each makes work for the next."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import sqlalchemy as sa

from core import clock, jobs
from core.db import db
from notifications import digests, fanout
from notifications.events import Event
from notifications.mail import send
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings


def tell_events() -> int:
    """Tell the facts whose hour has come; how many."""
    return jobs.run_due(Event, fanout.dispatch)


def plan_digests() -> int:
    """Plan the digests of those whose hour has come; for how many people."""
    return digests.plan_due()


def send_mail() -> int:
    """Send the mails that wait; how many left."""
    return send.send_due()


#: What is done, by the name of the bell that calls for it.
WORK: Mapping[str, Callable[[], int]] = MappingProxyType(
    {"events": tell_events, "digests": plan_digests, "mail": send_mail}
)


def do_all() -> dict[str, int]:
    """Everything, until nothing is due any more; how much of each."""
    done = dict.fromkeys(WORK, 0)
    while True:
        found = {name: do() for name, do in WORK.items()}
        if not any(found.values()):
            return done
        done = {name: done[name] + found[name] for name in done}


def waiting() -> list[str]:
    """The bells to ring: the clock asks every second, and rings."""
    return [name for name, due in _DUE.items() if due()]


def _digest_due() -> bool:
    due = sa.exists().where(MailSettings.next_digest_at <= clock.now())
    return bool(db.session.scalar(sa.select(due)))


_DUE: Mapping[str, Callable[[], bool]] = MappingProxyType(
    {
        "events": lambda: jobs.any_due(Event),
        "digests": _digest_due,
        "mail": lambda: jobs.any_due(Delivery),
    }
)
