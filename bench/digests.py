"""The digests of 10,000 people, planned and rendered, against encoding and inserting as many messages of the same size."""

import quopri

import ground
import sqlalchemy as sa

from core import clock, jobs
from core.db import db, transaction
from core.people import Person
from core.publications import Placement
from notifications import digests, fanout
from notifications.digests import Digest
from notifications.events import Event
from notifications.inbox import Notification
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings
from webapp.announcements.events import AnnouncementPublished
from webapp.announcements.models import Announcement

TEXT = (
    "Bonjour à toutes et à tous. Les demandes affluent à la rentrée : mettez à jour l’état de vos groupes. "
    * 4
)


def main() -> None:
    wanted = ground.arguments(__doc__, people=10_000, items=12)
    with ground.house(postgres=wanted.postgres):
        space = ground.a_space()
        ids = ground.people(wanted.people, space=space)
        _announce(wanted.items, space_id=space.id, author_id=ids[0])
        with transaction():
            db.session.execute(
                sa.insert(MailSettings),
                [
                    {
                        "person_id": n,
                        "rhythm": "daily",
                        "weekdays": list(range(7)),
                        "next_digest_at": clock.now(),
                    }
                    for n in ids
                ],
            )

        def again() -> None:
            with transaction():
                db.session.execute(sa.delete(Delivery))
                db.session.execute(sa.update(Notification).values(mailed_at=None, digest_id=None))
                db.session.execute(sa.delete(Digest))
                db.session.execute(sa.update(MailSettings).values(next_digest_at=clock.now()))

        def plan() -> None:
            while digests.plan_due():
                pass

        plan()
        size = db.session.scalar(sa.select(sa.func.avg(sa.func.length(Delivery.raw)))) or 0
        made = db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) or 0

        def plain() -> None:
            now, body = clock.now(), (TEXT * 60)[: int(size * 0.8)].encode()
            with transaction():
                db.session.execute(sa.delete(Delivery))
                db.session.execute(
                    sa.insert(Delivery),
                    [
                        {"created_at": now, "due_at": now, "address": "a@liege.example", "stream": "digest",
                         "raw": quopri.encodestring(body)}
                        for _ in range(made)
                    ],
                )  # fmt: skip

        yardstick = ground.measure("encode and insert (yardstick)", plain, runs=wanted.runs)
        planned = ground.measure("plan and render", plan, runs=wanted.runs, before=again)
    print(f"{made} digests of {wanted.items} items, {int(size)} bytes each")
    ground.report(yardstick, planned, per=wanted.people, unit="person")


def _announce(number: int, *, space_id: int, author_id: int) -> None:
    with transaction():
        author = db.session.get(Person, author_id)
        assert author is not None
        for n in range(number):
            announcement = Announcement(
                title=f"Annonce {n}", text=TEXT, author=author, state="published", published_at=clock.now()
            )
            announcement.placements.append(Placement(space_id=space_id))
            db.session.add(announcement)
            db.session.flush()
            db.session.add(AnnouncementPublished(publication=announcement, actor=author, space_id=space_id))
    jobs.run_due(Event, fanout.dispatch)


if __name__ == "__main__":
    main()
