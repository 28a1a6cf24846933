"""What the people of the demo network have read and received: inboxes that look alive, and no mail left to send for the past."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from core.db import db
from notifications.inbox import Notification
from notifications.mail.deliveries import Delivery
from workers.demo.founding import Cast

#: How many notifications someone has left unread, from the least to the most.
LEFT_UNREAD = (3, 8)


def settle(cast: Cast) -> None:
    """Decide what was read; say that all but the facts of the last working day has been received."""
    db.session.flush()
    _received(cast.days.last_working_day)
    for key in cast.with_account:
        _read(key, cast)
    db.session.flush()
    _forget_mails()


def _received(since: datetime) -> None:
    """What is older than `since` went into a mail; and what was wanted at once did so at once.

    What remains for those who chose daily or weekly waits for their next digest.
    """
    has_left = sa.or_(Notification.rhythm == "now", Notification.created_at < since)
    db.session.execute(
        sa.update(Notification)
        .where(Notification.rhythm != "never", has_left)
        .values(mailed_at=Notification.created_at)
        .execution_options(synchronize_session=False)
    )


def _read(key: str, cast: Cast) -> None:
    """The latest few are left, as far as what still waits for a digest reaches; the others were read in their time."""
    person, chance = cast.people[key], cast.chance("reading", key)
    rows = db.session.execute(
        sa.select(Notification.id, Notification.created_at, Notification.mailed_at)
        .where(Notification.person_id == person.id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    ).all()
    waiting = sum(1 for row in rows if row.mailed_at is None)
    left = max(chance.randint(*LEFT_UNREAD), min(waiting, LEFT_UNREAD[1] + 1))
    seen = [_seen(row, cast, chance) for row in rows[left:]]
    if seen:
        statement = sa.update(Notification).where(Notification.id == sa.bindparam("number"))
        db.session.connection().execute(statement.values(read_at=sa.bindparam("seen")), seen)


def _seen(row: Any, cast: Cast, chance: Random) -> dict[str, Any]:
    after = timedelta(minutes=chance.randrange(3, 1600))
    return {"number": row.id, "seen": min(row.created_at + after, cast.now)}


def _forget_mails() -> None:
    """What would have left in the past has left."""
    db.session.execute(sa.delete(Delivery).execution_options(synchronize_session=False))
