"""Named selects of the moderation pages."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from core.db import db
from core.files import StoredFile
from core.people import Person
from core.publications import Placement, Publication
from core.spaces import Space
from webapp.spaces.queries import moderated_by


def files_of_all(publications: Sequence[Publication]) -> dict[int, list[StoredFile]]:
    """The files of each of these publications, covers first, by the publication's id: one query."""
    found: dict[int, list[StoredFile]] = defaultdict(list)
    query = (
        sa.select(StoredFile)
        .where(StoredFile.publication_id.in_([one.id for one in publications]))
        .order_by(StoredFile.use.desc(), StoredFile.position, StoredFile.id)
    )
    for file in db.session.scalars(query):
        found[file.publication_id].append(file)
    return found


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
    counts = dict(db.session.execute(query).tuples().all())
    return [(space, counts.get(space.id, 0)) for space in mine]
