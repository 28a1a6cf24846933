"""Named selects of the moderation pages."""

import sqlalchemy as sa

from core.db import db
from core.people import Person
from core.publications import Placement, Publication
from core.spaces import Space
from webapp.spaces.queries import moderated_by


def spaces_with_counts(person: Person) -> list[tuple[Space, int]]:
    """The spaces a person moderates, with how many publications of others wait in each."""
    mine = moderated_by(person)
    query = (
        sa.select(Placement.space_id, sa.func.count())
        .join(Publication, Publication.id == Placement.publication_id)
        .where(
            Placement.space_id.in_([space.id for space in mine]),
            Publication.state == "submitted",
            Publication.author_id != person.id,
        )
        .group_by(Placement.space_id)
    )
    counts = dict(db.session.execute(query).all())
    return [(space, counts.get(space.id, 0)) for space in mine]
