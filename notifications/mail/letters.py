"""Letters: mails that hold a secret or that nobody may refuse, written at once, within the caller's transaction."""

from datetime import datetime

from core import wakeups
from core.db import db
from core.network import the_network
from core.people import Person
from notifications.mail import compose
from notifications.mail.deliveries import Delivery


def write(
    *,
    to: str,
    person: Person | None = None,
    template: str,
    stream: str = "account",
    key: str | None = None,
    expires_at: datetime | None = None,
    **context: object,
) -> Delivery:
    """Write a mail from the pair of templates « template ».html and .txt, and queue it.

    It is made now, because its secret is known now only. `key`: what may be sent once only (the database refuses the
    second); `expires_at`: after it, the mail would be of no use and does not leave. `person`: whose language it
    speaks; for an address without one, the network's.
    """
    composed = compose.letter(to=to, person=person, template=template, context=context, network=the_network())
    delivery = Delivery(
        person=person,
        address=to,
        stream=stream,
        key=key,
        expires_at=expires_at,
        subject=composed.subject,
        message_id=composed.message_id,
        raw=composed.raw,
    )
    db.session.add(delivery)
    wakeups.ring("mail")
    return delivery
