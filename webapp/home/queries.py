"""Named selects of the home page: what is new in each of one's spaces, what one is expected to do, the first steps."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core import clock
from core.db import db
from core.organisations import Organisation, acted_for
from core.people import Person
from core.publications import Placement, Publication, is_current, readable_by
from core.spaces import Membership, Space, is_active
from notifications.inbox import Notification
from notifications.preferences import MailSettings, SpacePreference

#: Someone is new for so long after their account was opened, or until the steps are done.
NEW_FOR = timedelta(days=21)


@dataclass(frozen=True)
class News:
    """What is new in one space: how many unread, and the latest of them."""

    unread: int
    latest: Publication | None


@dataclass(frozen=True)
class Numbers:
    """The network in three figures, for visitors."""

    organisations: int
    spaces: int
    people: int


@dataclass(frozen=True)
class Steps:
    """What a newcomer has done yet."""

    profile: bool
    space: bool
    rhythm: bool
    organisation: bool

    @property
    def all_done(self) -> bool:
        return self.profile and self.space and self.rhythm


def news_of(person: Person, spaces: list[Space]) -> dict[int, News]:
    """What is new in these spaces, by the space's id: four queries, whatever their number."""
    ids = [space.id for space in spaces]
    unread = (
        sa.select(Placement.space_id, sa.func.count(sa.distinct(Notification.publication_id)).label("number"))
        .join(Notification, Notification.publication_id == Placement.publication_id)
        .join(Publication, Publication.id == Placement.publication_id)
        .where(
            Placement.space_id.in_(ids),
            Notification.person_id == person.id,
            Notification.read_at.is_(None),
            is_current(),
        )
        .group_by(Placement.space_id)
    )
    counted = {row.space_id: row.number for row in db.session.execute(unread)}
    latest = _latest_in(ids, person)
    return {number: News(counted.get(number, 0), latest.get(number)) for number in ids}


def _latest_in(ids: list[int], person: Person) -> dict[int, Publication]:
    """The last publication to appear in each of these spaces that a person may read."""
    # Under another name: the conditions of reading ask about placements of their own.
    here = aliased(Placement)
    rank = sa.func.row_number().over(
        partition_by=here.space_id, order_by=(Publication.published_at.desc(), Publication.id.desc())
    )
    ranked = (
        sa.select(here.space_id, Publication.id.label("publication_id"), rank.label("rank"))
        .join(Publication, Publication.id == here.publication_id)
        .where(here.space_id.in_(ids), readable_by(person), is_current())
        .subquery("ranked")
    )
    chosen = db.session.execute(
        sa.select(ranked.c.space_id, ranked.c.publication_id).where(ranked.c.rank == 1)
    ).all()
    wanted = sa.select(Publication).where(Publication.id.in_([row.publication_id for row in chosen]))
    found = {one.id: one for one in db.session.scalars(wanted).unique()}
    return {row.space_id: found[row.publication_id] for row in chosen}


def steps_of(person: Person) -> Steps | None:
    """The first steps of someone new; None for whoever has been here for a while."""
    since = person.account_at or person.created_at
    if since < clock.now() - NEW_FOR:
        return None
    seated = sa.exists().where(Membership.person_id == person.id, is_active())
    settled = sa.or_(
        sa.exists().where(SpacePreference.person_id == person.id),
        sa.exists().where(
            MailSettings.person_id == person.id,
            sa.or_(MailSettings.rhythm != "daily", MailSettings.digest_minute != 450),
        ),
    )
    space, rhythm = db.session.execute(sa.select(seated, settled)).one()
    return Steps(
        profile=bool(person.job_title or person.about),
        space=bool(space),
        rhythm=bool(rhythm),
        organisation=bool(acted_for(person)),
    )


def numbers() -> Numbers:
    """One statement."""
    organisations = sa.select(sa.func.count(Organisation.id)).where(Organisation.archived_on.is_(None))
    spaces = sa.select(sa.func.count(Space.id)).where(Space.archived_at.is_(None))
    people = sa.select(sa.func.count(sa.distinct(Membership.person_id))).where(is_active())
    row = db.session.execute(
        sa.select(organisations.scalar_subquery(), spaces.scalar_subquery(), people.scalar_subquery())
    ).one()
    return Numbers(*(int(number or 0) for number in row))
