"""Named selects about people: whom one may know, and what."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectin_polymorphic

from core import tokens
from core.db import db
from core.errors import NotFound
from core.organisations import Mandate, Organisation, is_current
from core.people import Person
from core.publications import Publication, kinds, readable_by
from core.publications import is_current as is_shown
from core.spaces import Membership, Space, belongs_to_network, is_active, space_ids_of, visible_to
from webapp.people.models import AddressChange


def known_to(reader: Person | None) -> sa.ColumnElement[bool]:
    """The condition of a person whom the reader may know: themself; for staff, everyone; who shares a space with them;
    and, between people who belong to the network, whoever belongs to it too. A visitor knows nobody."""
    if reader is None:
        return sa.false()
    if reader.is_staff:
        return sa.true()
    seated = sa.exists().where(Membership.person_id == Person.id, is_active())
    at_home = sa.exists().where(Membership.person_id == Person.id, is_active(), Membership.role != "guest")
    same_space = sa.exists().where(
        Membership.person_id == Person.id, is_active(), Membership.space_id.in_(space_ids_of(reader))
    )
    return sa.or_(
        Person.id == reader.id,
        sa.and_(seated, same_space),
        sa.and_(belongs_to_network(reader), sa.or_(at_home, Person.is_staff)),
    )


def known(person_id: int, reader: Person | None) -> Person:
    """Raises `NotFound` for whoever the reader may not know, and for whoever has left."""
    found = db.session.scalar(
        sa.select(Person).where(Person.id == person_id, Person.closed_at.is_(None), known_to(reader))
    )
    if found is None:
        raise NotFound
    return found


def shares_a_space(person: Person, reader: Person) -> bool:
    """Whether two people sit in one space as more than guests: what opens an address and a telephone number."""
    roles = ("member", "moderator", "animator")
    theirs = space_ids_of(person, *roles).where(Membership.space_id.in_(space_ids_of(reader, *roles)))
    return bool(db.session.scalar(sa.select(theirs.exists())))


def memberships_of(person: Person, reader: Person) -> list[Membership]:
    """Where someone sits now, of the spaces the reader may know of, in the network's order."""
    query = (
        sa.select(Membership)
        .join(Space, Space.id == Membership.space_id)
        .options(joinedload(Membership.space), joinedload(Membership.organisation))
        .where(
            Membership.person_id == person.id, is_active(), Space.archived_at.is_(None), visible_to(reader)
        )
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def mandates_of(person: Person, *, past: bool = False) -> list[Mandate]:
    """For which organisations someone acts today; with `past`, acted before too: latest first."""
    query = (
        sa.select(Mandate)
        .join(Organisation)
        .options(joinedload(Mandate.organisation))
        .where(Mandate.person_id == person.id)
        .order_by(Mandate.ends_on.is_not(None), Mandate.starts_on.desc(), Organisation.sort_name)
    )
    return list(db.session.scalars(query if past else query.where(is_current())))


def publications_of(person: Person, reader: Person, limit: int = 12) -> list[Publication]:
    """What someone has shared that stands now and that the reader may read, latest first."""
    query = (
        sa.select(Publication)
        .options(selectin_polymorphic(Publication, kinds()))
        .where(Publication.author_id == person.id, readable_by(reader), is_shown())
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query).unique())


def written_by(person: Person) -> list[Publication]:
    """Everything someone wrote here, in whatever state, oldest first: for themself."""
    query = sa.select(Publication).where(Publication.author_id == person.id).order_by(Publication.id)
    return list(db.session.scalars(query).unique())


def left_without_animator(person: Person) -> list[Space]:
    """The living spaces that this person is the last to animate."""
    others = sa.exists().where(
        Membership.space_id == Space.id,
        Membership.role == "animator",
        Membership.person_id != person.id,
        is_active(),
    )
    query = (
        sa.select(Space)
        .where(Space.id.in_(space_ids_of(person, "animator")), Space.archived_at.is_(None), ~others)
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def other_staff(person: Person) -> int:
    """How many others look after the network."""
    query = sa.select(sa.func.count()).where(
        Person.is_staff, Person.id != person.id, Person.closed_at.is_(None), Person.account_at.is_not(None)
    )
    return int(db.session.scalar(query) or 0)


def change_of(person: Person) -> AddressChange | None:
    """The change of address that waits, if there is one and it is not too old."""
    change = db.session.scalar(sa.select(AddressChange).where(AddressChange.person_id == person.id))
    return change if change is not None and change.is_open else None


def change_by_secret(secret: str) -> tuple[AddressChange, str] | None:
    """The change whose old or new mailbox received this secret, and which of the two: « old » or « new »."""
    digest = tokens.digest(secret)
    change = db.session.scalar(
        sa.select(AddressChange).where(
            sa.or_(AddressChange.old_digest == digest, AddressChange.new_digest == digest)
        )
    )
    if change is None or not change.is_open:
        return None
    return change, "old" if change.old_digest == digest else "new"
