"""One event told to 10,000 members, against inserting as many rows of the same width."""

import ground
import sqlalchemy as sa

from core import clock, jobs
from core.db import db, transaction
from core.people import Person
from core.publications import Placement
from notifications import fanout
from notifications.events import Event
from notifications.inbox import Notification
from notifications.preferences import MailSettings
from webapp.announcements.events import AnnouncementPublished
from webapp.announcements.models import Announcement


def main() -> None:
    wanted = ground.arguments(__doc__, members=10_000)
    with ground.house(postgres=wanted.postgres):
        space = ground.a_space()
        ids = ground.people(wanted.members, space=space)
        space_id = space.id

        def plain_rows() -> None:
            now = clock.now()
            with transaction():
                db.session.execute(sa.delete(Notification))
                event = AnnouncementPublished(done_at=now, space_id=space_id)
                db.session.add(event)
                db.session.flush()
                db.session.execute(
                    sa.insert(Notification),
                    [
                        {
                            "created_at": now,
                            "person_id": n,
                            "event_id": event.id,
                            "space_id": space_id,
                            "rhythm": "daily",
                        }
                        for n in ids
                    ],
                )

        def an_event() -> None:
            with transaction():
                author = db.session.get(Person, ids[0])
                assert author is not None
                announcement = Announcement(
                    title="Mesure", author=author, state="published", published_at=clock.now()
                )
                announcement.placements.append(Placement(space_id=space_id))
                db.session.add(announcement)
                db.session.flush()
                event = AnnouncementPublished(publication=announcement, actor=author, space_id=space_id)
                db.session.add(event)

        def dispatch() -> None:
            assert jobs.run_due(Event, fanout.dispatch) >= 1

        yardstick = ground.measure("insert of plain rows (yardstick)", plain_rows, runs=wanted.runs)
        quiet = ground.measure("dispatch, all by digest", dispatch, runs=wanted.runs, before=an_event)
        told = db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) or 0
        with transaction():
            db.session.execute(sa.delete(MailSettings))
            db.session.execute(
                sa.insert(MailSettings),
                [{"person_id": n, "rhythm": "now", "weekdays": [0, 1, 2, 3, 4]} for n in ids],
            )
        at_once = ground.measure("dispatch, all at once by mail", dispatch, runs=wanted.runs, before=an_event)
    print(f"{wanted.members} members, {told} notifications in all")
    ground.report(yardstick, quiet, at_once, per=wanted.members, unit="member")


if __name__ == "__main__":
    main()
