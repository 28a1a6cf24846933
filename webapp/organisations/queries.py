"""Named selects about organisations, who acts for them and what is shared in their name."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectin_polymorphic

from core import text
from core.db import db
from core.errors import NotFound
from core.organisations import Mandate, Organisation, is_current
from core.people import Person
from core.publications import Publication, kinds, readable_by
from core.publications import is_current as stands
from core.spaces import Membership, Space, is_active, visible_to
from webapp.organisations.communes import named


@dataclass(frozen=True)
class Filters:
    """What a reader keeps of the directory; it stands in the address."""

    search: str = ""
    sector: str = ""
    commune: str = ""
    space: Space | None = None

    @property
    def any(self) -> bool:
        return bool(self.search or self.sector or self.commune or self.space)


def listed(filters: Filters, *, after: int | None = None, limit: int = 40) -> list[Organisation]:
    """Organisations by name; `after` is the id of the last one shown. At most `limit` + 1 come back."""
    query = (
        sa.select(Organisation)
        .where(*_conditions(filters))
        .order_by(Organisation.sort_name, Organisation.id)
        .limit(limit + 1)
    )
    if after is not None:
        last = db.session.get(Organisation, after)
        if last is None:
            raise NotFound
        place = sa.tuple_(Organisation.sort_name, Organisation.id)
        query = query.where(place > sa.tuple_(sa.literal(last.sort_name), sa.literal(last.id)))
    return list(db.session.scalars(query))


def page(
    filters: Filters, *, after: tuple[datetime, int] | None = None, limit: int = 20
) -> list[Organisation]:
    """The same for programs, the oldest entry first; at most `limit` + 1 come back."""
    instant = Organisation.created_at
    query = sa.select(Organisation).where(*_conditions(filters)).order_by(instant, Organisation.id)
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], instant.type), sa.literal(after[1]))
        query = query.where(sa.tuple_(instant, Organisation.id) > place)
    return list(db.session.scalars(query.limit(limit + 1)))


def count(filters: Filters) -> int:
    query = sa.select(sa.func.count(Organisation.id)).where(*_conditions(filters))
    return int(db.session.scalar(query) or 0)


def sectors() -> dict[str, int]:
    """The sectors there are, with how many organisations each."""
    return _counted(Organisation.sector)


def communes_present() -> dict[str, int]:
    """The communes where organisations stand, with how many each."""
    return _counted(Organisation.commune)


def by_slug(slug: str) -> Organisation:
    """The sheet of an organisation, archived or not: sheets are public. Raises `NotFound`."""
    found = db.session.scalar(sa.select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise NotFound
    return found


def mandates(organisation: Organisation, *, past: bool = False) -> list[Mandate]:
    """Who acts for it today, referents first; with `past`, those who did before, the latest first."""
    query = (
        sa.select(Mandate)
        .join(Mandate.person)
        .where(Mandate.organisation_id == organisation.id, Person.closed_at.is_(None))
        .options(joinedload(Mandate.person))
    )
    if past:
        return list(db.session.scalars(query.where(~is_current()).order_by(Mandate.starts_on.desc())))
    return list(
        db.session.scalars(query.where(is_current()).order_by(Mandate.is_referent.desc(), Person.sort_name))
    )


def mandates_of(person: Person | None, organisation: Organisation) -> list[Mandate]:
    """One person's mandates here, whatever their dates."""
    if person is None:
        return []
    query = sa.select(Mandate).where(
        Mandate.person_id == person.id, Mandate.organisation_id == organisation.id
    )
    return list(db.session.scalars(query))


def one_mandate(organisation: Organisation, mandate_id: int) -> Mandate:
    """Raises `NotFound` for another organisation's."""
    found = db.session.scalar(
        sa.select(Mandate).where(Mandate.id == mandate_id, Mandate.organisation_id == organisation.id)
    )
    if found is None:
        raise NotFound
    return found


def spaces_of(organisation: Organisation, reader: Person | None) -> list[Space]:
    """The spaces where people sit in its name, of those the reader may know."""
    query = (
        sa.select(Space)
        .where(
            sa.exists().where(
                Membership.space_id == Space.id, Membership.organisation_id == organisation.id, is_active()
            ),
            visible_to(reader),
            Space.archived_at.is_(None),
        )
        .order_by(Space.position, Space.name)
    )
    return list(db.session.scalars(query))


def publications_of(organisation: Organisation, reader: Person | None, limit: int = 12) -> list[Publication]:
    """What was shared in its name that stands now and that the reader may read, latest first."""
    query = (
        sa.select(Publication)
        .options(selectin_polymorphic(Publication, kinds()))
        .where(Publication.organisation_id == organisation.id, readable_by(reader), stands())
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query).unique())


def free_slug(name: str) -> str:
    """An address for a new organisation, that no other has."""
    slug = text.slugify(name, 72)
    taken = set(db.session.scalars(sa.select(Organisation.slug).where(Organisation.slug.startswith(slug))))
    free, number = slug, 2
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Organisation.archived_on.is_(None)]
    if filters.sector:
        conditions.append(Organisation.sector == filters.sector)
    if filters.commune:
        conditions.append(Organisation.commune == filters.commune)
    if filters.space is not None:
        conditions.append(
            sa.exists().where(
                Membership.organisation_id == Organisation.id,
                Membership.space_id == filters.space.id,
                is_active(),
            )
        )
    return conditions + [_means(word) for word in text.fold(filters.search).split()]


def _means(word: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Organisation.sort_name.contains(word, autoescape=True),
        sa.func.lower(Organisation.acronym).contains(word, autoescape=True),
        sa.func.lower(Organisation.sector).contains(word, autoescape=True),
        Organisation.commune.in_(named(word)),
    )


def _counted(column: "sa.orm.InstrumentedAttribute[str]") -> dict[str, int]:
    query = (
        sa.select(column.label("name"), sa.func.count().label("number"))
        .where(Organisation.archived_on.is_(None), column != "")
        .group_by(column)
    )
    found = {row.name: row.number for row in db.session.execute(query)}
    return dict(sorted(found.items(), key=lambda one: text.fold(one[0])))
