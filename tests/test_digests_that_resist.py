"""One digest that cannot be written, one fact that cannot be told: everybody else receives theirs, and nothing is lost."""

from collections.abc import Callable
from typing import Any

from core import clock
from core.db import db, transaction
from core.people import Person
from notifications import digests
from notifications.inbox import Notification
from notifications.preferences import MailSettings
from tests.test_digests import announce, received
from tests.village import Village
from webapp.meetings.events import MeetingPublished


def test_a_fact_that_cannot_be_put_into_words_is_left_out_and_the_digests_leave(
    village: Village, at: Callable[[str], Any]
) -> None:
    number = announce(village.helene, village.fle, title="Portes ouvertes")
    with transaction():
        # A fact of meetings about what is no meeting: it fails each time it is asked anything.
        broken = MeetingPublished(publication_id=number, done_at=clock.now(), space_id=village.fle.id)
        db.session.add(broken)
        db.session.flush()
        told = {"publication_id": number, "space_id": village.fle.id, "rhythm": "daily"}
        db.session.add(Notification(person_id=village.nadege.id, event_id=broken.id, **told))
    at("2026-03-04 07:30")
    digests.plan_due()
    assert [mail.subject for mail in received(village.nadege)] == ["1 annonce – FLE"]
    assert [mail.subject for mail in received(village.emre)] == ["1 annonce – FLE"]


def test_a_person_whose_digest_fails_waits_and_the_others_receive_theirs(
    village: Village, at: Callable[[str], Any]
) -> None:
    announce(village.helene, village.fle, title="Portes ouvertes")
    with transaction():
        db.session.get_one(Person, village.nadege.id).email = "pas une adresse"
        db.session.get_one(MailSettings, village.nadege.id).next_digest_at = clock.now()
    at("2026-03-04 07:30")
    digests.plan_due()
    assert received(village.nadege) == []
    assert [mail.subject for mail in received(village.emre)] == ["1 annonce – FLE"]
    with transaction():
        db.session.get_one(Person, village.nadege.id).email = "nadege@liege.example"
    at("2026-03-04 08:30")
    digests.plan_due()
    assert [mail.subject for mail in received(village.nadege)] == ["1 annonce – FLE"]
