"""The mails that the outgoing mailbox shows."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from core.db import db
from core.errors import NotFound
from core.text import normalise_email
from notifications.mail.deliveries import Delivery


def latest(*, address: str = "", before: int | None = None, limit: int = 50) -> list[Delivery]:
    """The mails whose bytes are kept, newest first; those for one address, when one is given."""
    query = (
        sa.select(Delivery)
        .where(Delivery.accepted_at.is_not(None), Delivery.raw.is_not(None))
        .options(joinedload(Delivery.person))
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    if address:
        query = query.where(sa.func.lower(Delivery.address) == normalise_email(address))
    if before is not None:
        query = query.where(Delivery.id < before)
    return list(db.session.scalars(query))


def one(number: int) -> Delivery:
    """A mail with its bytes. Raises `NotFound`."""
    query = (
        sa.select(Delivery)
        .where(Delivery.id == number, Delivery.accepted_at.is_not(None), Delivery.raw.is_not(None))
        .options(undefer(Delivery.raw), joinedload(Delivery.person))
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found
