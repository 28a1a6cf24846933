"""The permission asked of many people at once is the permission asked of each: the digest lets through what the page does."""

from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db, transaction
from core.people import Person
from core.publications import SCOPES, STATES, Placement, Publication, readable_by, readable_by_each
from core.spaces import Space
from notifications.events import Event
from notifications.inbox import Notification, may_know, may_know_each
from tests.village import Village
from webapp.announcements.events import AnnouncementPublished
from webapp.announcements.models import Announcement


@pytest.fixture
def everything(village: Village) -> None:
    """A publication for each scope, state and set of spaces, told to everyone, by mistake, everywhere."""
    people = [one for one in vars(village).values() if isinstance(one, Person)]
    spaces = [one for one in vars(village).values() if isinstance(one, Space)]
    with transaction():
        for scope in SCOPES:
            for state in STATES:
                for places in ([spaces[0]], [spaces[2]], spaces[:2]):
                    publication = Announcement(
                        title="Essai",
                        author=village.nadege,
                        scope=scope,
                        state=state,
                        published_at=clock.now(),
                    )
                    publication.placements = [Placement(space_id=space.id) for space in places]
                    db.session.add(publication)
                    db.session.flush()
                    _tell(AnnouncementPublished(publication=publication, data={}), people, places[0])
        for space in spaces:
            _tell(AnnouncementPublished(space=space, person=village.kevin, data={}), people, space)


def _tell(event: Event, people: list[Person], space: Space) -> None:
    db.session.add(event)
    db.session.flush()
    db.session.add_all(
        Notification(
            person_id=person.id,
            event=event,
            publication_id=event.publication_id,
            space_id=space.id,
            rhythm="daily",
        )
        for person in people
    )


def test_publications_are_read_by_the_same_people(everything: None) -> None:
    at_once = sa.select(Person.id, Publication.id).join(Publication, sa.true()).where(readable_by_each())
    one_by_one = {
        (person.id, number)
        for person in db.session.scalars(sa.select(Person)).all()
        for number in db.session.scalars(sa.select(Publication.id).where(readable_by(person)))
    }
    assert {(row[0], row[1]) for row in db.session.execute(at_once)} == one_by_one


def test_notifications_are_known_to_the_same_people(everything: None, village: Village) -> None:
    joined: Any = sa.select(Notification.id).join(Notification.event).join(Notification.person)
    at_once = set(db.session.scalars(joined.where(may_know_each())))
    one_by_one = {
        number
        for person in db.session.scalars(sa.select(Person)).all()
        for number in db.session.scalars(
            sa.select(Notification.id)
            .join(Notification.event)
            .where(Notification.person_id == person.id, may_know(person))
        )
    }
    assert at_once == one_by_one
    of_ines = sa.select(Notification.id).where(
        Notification.person_id == village.ines.id, Notification.publication_id.is_(None)
    )
    assert at_once.isdisjoint(db.session.scalars(of_ines))
