"""Digests: one for each person and period, over all their spaces, at the hour they chose, nothing twice and nothing stale."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, jobs
from core.db import db, transaction
from core.people import Person
from core.publications import Publication
from core.spaces import Membership, Space
from notifications import digests, fanout
from notifications.contents import IN_ALL, PER_SPACE
from notifications.digests import Digest
from notifications.events import Event
from notifications.inbox import Notification, mark_read
from notifications.mail import send
from notifications.mail.deliveries import Delivery
from notifications.preferences import MailSettings, SpacePreference
from tests.village import Village
from tests.visitors import let_go
from webapp.announcements.events import AnnouncementPublished
from webapp.announcements.models import Announcement
from webapp.meetings.events import MeetingPublished
from webapp.meetings.models import Meeting

BRUSSELS = ZoneInfo("Europe/Brussels")


# ── What happens in the village ──────────────────────────────────────────────────────────────────────────────────────


def announce(author: Person, *spaces: Space, title: str = "Une annonce", **values: Any) -> int:
    """Something is announced, and told."""
    with transaction():
        publication = Announcement(
            title=title,
            author=db.session.merge(author),
            state="published",
            published_at=clock.now(),
            **values,
        )
        _place(publication, spaces)
        db.session.add(
            AnnouncementPublished(publication=publication, actor=publication.author, space_id=spaces[0].id)
        )
        number = publication.id
    jobs.run_due(Event, fanout.dispatch)
    return number


def call_meeting(author: Person, *spaces: Space, title: str, starts_at: datetime) -> int:
    with transaction():
        meeting = Meeting(
            title=title,
            author=db.session.merge(author),
            state="published",
            published_at=clock.now(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            place="Place Xavier-Neujean, Liège",
            uid=f"{title}@liege.example",
        )
        _place(meeting, spaces)
        db.session.add(MeetingPublished(publication=meeting, actor=meeting.author, space_id=spaces[0].id))
        number = meeting.id
    jobs.run_due(Event, fanout.dispatch)
    return number


def _place(publication: Publication, spaces: tuple[Space, ...]) -> None:
    from core.publications import Placement  # noqa: PLC0415

    publication.placements = [Placement(space_id=space.id) for space in spaces]
    db.session.add(publication)
    db.session.flush()


def choose(person: Person, **values: Any) -> None:
    with transaction():
        settings = db.session.get_one(MailSettings, person.id)
        for name, value in values.items():
            setattr(settings, name, value)
        db.session.flush()
        digests.plan_next(settings)


def next_digest(person: Person) -> datetime:
    let_go()
    found = db.session.get_one(MailSettings, person.id).next_digest_at
    assert found is not None
    return found.astimezone(BRUSSELS)


def received(person: Person) -> list[Delivery]:
    let_go()
    return list(
        db.session.scalars(
            sa.select(Delivery)
            .where(Delivery.person_id == person.id, Delivery.stream == "digest")
            .options(sa.orm.undefer(Delivery.raw))
            .order_by(Delivery.id)
        )
    )


def parts(delivery: Delivery) -> tuple[str, str]:
    message = message_from_bytes(delivery.raw or b"", policy=policy.default)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()).replace("\r\n", "\n"), str(html.get_content())


@pytest.fixture
def tomorrow(at: Callable[..., Any]) -> Callable[[], None]:
    """Go to Wednesday, half past seven, and write the digests."""

    def go() -> None:
        at("2026-03-04 07:30")
        digests.plan_due()

    return go


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_mail_says_what_is_new_in_all_the_spaces_of_a_person(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle, title="Grille de positionnement")
    announce(village.helene, village.citoyennete, title="Cherche local")
    call_meeting(
        village.helene, village.fle, title="Rentrée", starts_at=datetime(2026, 3, 12, 9, 30, tzinfo=BRUSSELS)
    )
    tomorrow()
    (mail,) = received(village.nadege)
    assert mail.subject == "2 annonces et 1 réunion – Citoyenneté, FLE"
    plain, html = parts(mail)
    for text in (plain, html):
        for said in (
            "Grille de positionnement",
            "Cherche local",
            "Rentrée",
            "jeudi 12 mars, de 9",
            "Hélène Vantomme",
        ):
            assert said in text
    assert plain.index("Rentrée") < plain.index("Grille de positionnement")
    assert plain.count("http://localhost/annonces/") == 2


def test_a_publication_in_two_spaces_is_told_once_with_its_places(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle, village.citoyennete, title="Tables de conversation")
    tomorrow()
    (mail,) = received(village.nadege)
    plain, _html = parts(mail)
    assert plain.count("Tables de conversation") == 1
    assert "aussi dans Citoyenneté" in plain
    assert "aussi dans" not in parts(received(village.emre)[0])[0]


def test_someone_without_an_account_reads_theirs_too_and_finds_no_page_they_cannot_open(
    village: Village, tomorrow: Any
) -> None:
    announce(village.helene, village.fle)
    tomorrow()
    (mail,) = received(village.rosa)
    plain, html = parts(mail)
    assert "/preferences" not in plain + html
    assert "/desabonnement/" in plain
    assert "/desabonnement/" in html


def test_nothing_new_means_no_mail(village: Village, tomorrow: Any) -> None:
    tomorrow()
    assert received(village.nadege) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Digest)) == 0


def test_own_read_past_expired_and_withdrawn_things_are_left_out(
    village: Village, at: Any, tomorrow: Any
) -> None:
    announce(village.nadege, village.fle, title="La mienne")
    read = announce(village.helene, village.fle, title="Déjà lue")
    withdrawn = announce(village.helene, village.fle, title="Retirée")
    announce(village.helene, village.fle, title="Expirée", expires_at=clock.now() + timedelta(hours=5))
    call_meeting(
        village.helene, village.fle, title="Ce soir", starts_at=datetime(2026, 3, 3, 19, tzinfo=BRUSSELS)
    )
    announce(village.helene, village.fle, title="La bonne")
    with transaction():
        mark_read(village.nadege, publication=db.session.get_one(Publication, read))
        db.session.get_one(Publication, withdrawn).state = "withdrawn"
    tomorrow()
    (mail,) = received(village.nadege)
    plain, _html = parts(mail)
    assert mail.subject == "1 annonce – FLE"
    assert "La bonne" in plain
    for said in ("La mienne", "Déjà lue", "Retirée", "Expirée", "Ce soir"):
        assert said not in plain


def test_a_removed_member_and_a_stranger_are_told_nothing_of_a_space(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle)
    with transaction():
        db.session.execute(
            sa.update(Membership).where(Membership.person_id == village.emre.id).values(ended_at=clock.now())
        )
    tomorrow()
    for person in (village.emre, village.kevin, village.ines, village.driss):
        assert received(person) == []
    assert len(received(village.nadege)) == 1


def test_a_long_digest_shows_twelve_a_space_forty_in_all_and_counts_the_rest(
    village: Village, tomorrow: Any
) -> None:
    with transaction():
        places = []
        for number in range(4):
            space = Space(
                name=f"Espace {number}", short_name=f"E{number}", slug=f"e{number}", position=number
            )
            db.session.add(space)
            db.session.flush()
            db.session.add(Membership(person_id=village.nadege.id, space_id=space.id))
            places.append(space)
    for space in places:
        for number in range(14):
            announce(village.helene, space, title=f"Nouvelle {number} de {space.name}", text="Mot. " * 200)
    tomorrow()
    (mail,) = received(village.nadege)
    plain, html = parts(mail)
    assert plain.count("Nouvelle ") == IN_ALL
    assert plain.count("de Espace 0") == PER_SPACE
    assert plain.count("de Espace 3") == IN_ALL - 3 * PER_SPACE
    assert "Et 2 autres nouvelles\nhttp://localhost/espaces/e0" in plain
    assert "Et 10 autres nouvelles" in plain
    assert mail.subject == "56 annonces – E0, E1, 2 autres espaces"
    assert len(html.encode()) < 90_000


def test_the_heaviest_digest_stays_under_the_size_at_which_mail_programs_cut(
    village: Village, tomorrow: Any
) -> None:
    for number in range(PER_SPACE):
        announce(village.helene, village.fle, title="é" * 199 + str(number % 10), text="œ’é " * 300)
        announce(village.helene, village.citoyennete, title="&" * 200, text='<&"> ' * 300)
    tomorrow()
    (mail,) = received(village.nadege)
    assert len(parts(mail)[1].encode()) < 90_000


def test_it_speaks_the_reader_s_language_on_the_reader_s_clock(village: Village, at: Any) -> None:
    call_meeting(
        village.helene, village.fle, title="Rentrée", starts_at=datetime(2026, 3, 12, 9, 30, tzinfo=BRUSSELS)
    )
    with transaction():
        db.session.get_one(Person, village.emre.id).timezone = "Atlantic/Azores"
    choose(village.emre)
    at("2026-03-04 09:30")  # half past seven in the Azores
    digests.plan_due()
    assert "de 7\u00a0h\u00a030" in parts(received(village.emre)[0])[0]
    assert "de 9\u00a0h\u00a030" in parts(received(village.nadege)[0])[0]


# ── When it leaves ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_digest_comes_the_working_day_after_joining(village: Village) -> None:
    assert next_digest(village.nadege) == datetime(2026, 3, 4, 7, 30, tzinfo=BRUSSELS)


def test_days_and_hour_are_those_that_were_chosen(village: Village) -> None:
    choose(village.nadege, digest_minute=18 * 60, weekdays=[5], weekly_day=5)
    assert next_digest(village.nadege) == datetime(2026, 3, 7, 18, tzinfo=BRUSSELS)


def test_an_hour_that_the_spring_night_skips_is_the_hour_after(village: Village, at: Any) -> None:
    choose(village.nadege, digest_minute=2 * 60 + 30, weekdays=[0, 1, 2, 3, 4, 5, 6])
    announced = at("2026-03-28 12:00")
    assert announced.instant
    choose(village.nadege)
    assert next_digest(village.nadege) == datetime(2026, 3, 29, 3, 30, tzinfo=BRUSSELS)


@pytest.mark.parametrize(("night", "minute"), [("2026-03-29", 150), ("2026-10-25", 150)])
def test_a_night_when_the_hour_changes_brings_one_digest(
    village: Village, at: Any, night: str, minute: int
) -> None:
    midnight = datetime.fromisoformat(f"{night} 00:00").replace(tzinfo=BRUSSELS)
    at(midnight - timedelta(hours=6))
    choose(village.nadege, digest_minute=minute, weekdays=[0, 1, 2, 3, 4, 5, 6])
    for quarter in range(24):
        at(midnight.astimezone(ZoneInfo("UTC")) + timedelta(minutes=15 * quarter))
        announce(village.helene, village.fle, title=f"Nouvelle {quarter}")
        digests.plan_due()
    assert len(received(village.nadege)) == 1
    assert next_digest(village.nadege).date() == midnight.date() + timedelta(days=1)


def test_a_pause_holds_everything_back_for_one_digest_at_its_end(village: Village, at: Any) -> None:
    choose(village.nadege, paused_until=datetime(2026, 3, 9, 0, 0, tzinfo=BRUSSELS))
    assert next_digest(village.nadege) == datetime(2026, 3, 9, 7, 30, tzinfo=BRUSSELS)
    for day in (3, 4, 5, 6):
        at(f"2026-03-0{day} 10:00")
        announce(village.helene, village.fle, title=f"Le {day}")
        digests.plan_due()
    at("2026-03-09 07:30")
    digests.plan_due()
    (mail,) = received(village.nadege)
    assert mail.subject == "4 annonces – FLE"


def test_what_someone_wants_at_once_waits_during_a_pause_for_the_digest_after_it(
    village: Village, at: Any
) -> None:
    choose(village.nadege, rhythm="now", paused_until=datetime(2026, 3, 5, 0, 0, tzinfo=BRUSSELS))
    announce(village.helene, village.fle)
    at("2026-03-05 07:30")
    digests.plan_due()
    assert [mail.subject for mail in received(village.nadege)] == ["1 annonce – FLE"]


def test_what_is_weekly_waits_for_its_day_and_what_is_daily_does_not(village: Village, at: Any) -> None:
    choose(village.nadege, weekly_day=4)
    with transaction():
        db.session.add(
            SpacePreference(person_id=village.nadege.id, space_id=village.citoyennete.id, rhythm="weekly")
        )
    announce(village.helene, village.fle, title="Du jour")
    announce(village.helene, village.citoyennete, title="De la semaine")
    for day in (4, 5, 6):
        at(f"2026-03-0{day} 07:30")
        digests.plan_due()
    assert [mail.subject for mail in received(village.nadege)] == [
        "1 annonce – FLE",
        "1 annonce – Citoyenneté",
    ]


def test_after_a_stop_of_several_days_one_digest_covers_them_all(village: Village, at: Any) -> None:
    choose(village.emre, rhythm="weekly", weekly_day=3)
    announce(village.helene, village.fle)
    at("2026-03-09 07:10")
    digests.plan_due()
    assert len(received(village.nadege)) == 1
    assert len(received(village.emre)) == 1  # the weekly day went by during the stop
    at("2026-03-09 07:30")
    announce(village.helene, village.fle, title="Toute fraîche")
    digests.plan_due()
    assert len(received(village.nadege)) == 1
    assert next_digest(village.nadege) == datetime(2026, 3, 10, 7, 30, tzinfo=BRUSSELS)


def test_a_digest_that_no_server_took_in_time_is_told_again_in_the_next(
    settings: dict[str, str], request: Any, at: Any
) -> None:
    settings["MAILLAGE_SMTP_URL"] = "smtp://127.0.0.1:9"
    village = request.getfixturevalue("village")
    announce(village.helene, village.fle)
    at("2026-03-04 07:30")
    digests.plan_due()
    send.send_due()
    at("2026-03-05 07:30")
    send.send_due()
    digests.plan_due()
    first, second = received(village.nadege)
    assert (first.outcome, second.outcome) == ("expired", "")
    assert first.subject == second.subject
    assert first.message_id != second.message_id


# ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_planned_again_and_again_it_leaves_once(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle)
    for _again in range(3):
        tomorrow()
        with transaction():
            db.session.execute(sa.update(MailSettings).values(next_digest_at=clock.now()))
            db.session.execute(sa.update(Notification).values(mailed_at=None))
    assert len(received(village.nadege)) == 1


def test_two_planners_at_once_write_one_digest_for_each(village: Village, app: Flask, at: Any) -> None:
    with transaction():
        people = [Person(name=f"Personne {n}", email=f"p{n}@liege.example") for n in range(60)]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(Membership(person_id=person.id, space_id=village.fle.id) for person in people)
        digests.enrol([person.id for person in people])
    announce(village.helene, village.fle)
    at("2026-03-04 07:30")
    errors: list[Exception] = []

    def plan() -> None:
        try:
            with app.app_context():
                digests.plan_due(limit=7)
                db.session.remove()
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    let_go()
    told = db.session.scalars(sa.select(Delivery.person_id).where(Delivery.stream == "digest")).all()
    assert len(told) == len(set(told)) == 60 + 4


def test_what_a_digest_told_is_not_told_again(village: Village, at: Any, tomorrow: Any) -> None:
    announce(village.helene, village.fle)
    tomorrow()
    at("2026-03-05 07:30")
    digests.plan_due()
    assert len(received(village.nadege)) == 1
    told = db.session.scalars(
        sa.select(Notification).where(Notification.person_id == village.nadege.id)
    ).one()
    assert told.mailed_at is not None
    assert told.digest_id is not None


def test_asked_for_now_it_leaves_now_and_the_next_does_not_repeat_it(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle)
    with transaction():
        sent = digests.preview(db.session.get_one(Person, village.nadege.id))
        assert sent is not None
        assert sent.subject == "1 annonce – FLE"
        assert digests.preview(db.session.get_one(Person, village.nadege.id)) is None
    tomorrow()
    assert len(received(village.nadege)) == 1


def test_whoever_came_in_without_settings_is_found(village: Village, tomorrow: Any) -> None:
    with transaction():
        db.session.execute(sa.delete(MailSettings))
    digests.plan_due()
    assert next_digest(village.nadege) == datetime(2026, 3, 4, 7, 30, tzinfo=BRUSSELS)
    announce(village.helene, village.fle)
    tomorrow()
    assert len(received(village.nadege)) == 1


def test_who_stopped_their_mail_after_it_was_written_does_not_get_it(village: Village, tomorrow: Any) -> None:
    announce(village.helene, village.fle)
    tomorrow()
    choose(village.nadege, rhythm="never")
    send.send_due()
    (mail,) = received(village.nadege)
    assert (mail.outcome, mail.accepted_at) == ("unsubscribed", None)
    assert received(village.emre)[0].accepted_at is not None


def test_as_many_queries_for_three_people_as_for_sixty(village: Village, at: Any, count_queries: Any) -> None:
    announce(village.helene, village.fle, village.citoyennete)
    call_meeting(
        village.helene, village.fle, title="Rentrée", starts_at=datetime(2026, 3, 12, 9, tzinfo=BRUSSELS)
    )
    at("2026-03-04 07:30")
    with count_queries() as few:
        assert digests.plan_due() == 10
    with transaction():
        people = [Person(name=f"Personne {n}", email=f"p{n}@liege.example") for n in range(60)]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(Membership(person_id=person.id, space_id=village.fle.id) for person in people)
        digests.enrol([person.id for person in people])
    announce(village.helene, village.fle, village.citoyennete, title="Une autre")
    call_meeting(
        village.helene, village.fle, title="Autre", starts_at=datetime(2026, 3, 13, 9, tzinfo=BRUSSELS)
    )
    at("2026-03-05 07:30")
    with count_queries() as many:
        assert digests.plan_due() == 70
    assert len(received(people[0])) == 1
    assert len(many) <= len(few)
