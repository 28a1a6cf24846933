"""What is due: facts to tell, digests to plan, mails to send, in the order in which each makes work for the next."""

from core import jobs
from notifications import digests, fanout
from notifications.events import Event
from notifications.mail import send


def events() -> int:
    """Tell the facts whose hour has come; returns how many."""
    return jobs.run_due(Event, fanout.dispatch)


def plan_digests() -> int:
    """Plan the digests of whoever's hour has come; returns for how many people."""
    return digests.plan_due()


def mail() -> int:
    """Send the mails that wait; returns how many left."""
    return send.send_due()


def do_all() -> dict[str, int]:
    """Everything, until nothing is due."""
    done = {"events": 0, "digests": 0, "mail": 0}
    while any(round_ := {"events": events(), "digests": plan_digests(), "mail": mail()}.values()):
        for name, number in zip(done, round_, strict=True):
            done[name] += number
    return done
