"""From a draft to the lists and back: who may do what, in which state, and what is told of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db, transaction
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.people import Person
from core.publications import Publication
from core.spaces import Membership, Space
from notifications.events import Event
from notifications.inbox import Notification
from tests.village import Village
from webapp.announcements.models import Announcement
from webapp.projects.models import Project
from webapp.publications import queries, service
from webapp.tools.models import Tool


def announce(by: Person, *spaces: Space, **values: Any) -> Announcement:
    with transaction():
        made = service.draft(
            Announcement, by=by, spaces=spaces, **{"title": "Portes ouvertes", "text": "Venez !"} | values
        )
        service.share(made, by=by)
    return made


def propose(by: Person, *spaces: Space, **values: Any) -> Tool:
    with transaction():
        given = {
            "title": "Mémo des verbes",
            "purpose": "Réviser à deux",
            "link": "https://exemple.be/memo",
        } | values
        made = service.draft(Tool, by=by, spaces=spaces, **given)
        service.share(made, by=by)
    return made


def told(publication: Publication, kind: str) -> list[str]:
    query = (
        sa.select(Person.name)
        .join(Notification, Notification.person_id == Person.id)
        .join(Event, Event.id == Notification.event_id)
        .where(Notification.publication_id == publication.id, Event.kind == kind)
    )
    return sorted(db.session.scalars(query))


def test_a_member_s_announcement_goes_out_at_once_and_is_told_to_all_but_its_author(
    village: Village, work: Callable[[], None]
) -> None:
    made = announce(village.nadege, village.fle)
    work()
    assert made.state == "published"
    assert told(made, "announcement.published") == [
        "Emre Kaplan-Dethier", "Hélène Vantomme", "Maud Collignon", "Rosa Benedetti",
    ]  # fmt: skip


def test_one_who_sits_in_two_of_its_spaces_is_told_once(village: Village, work: Callable[[], None]) -> None:
    with transaction():
        db.session.add(Membership(person_id=village.emre.id, space_id=village.citoyennete.id, role="member"))
    made = announce(village.nadege, village.fle, village.citoyennete)
    work()
    assert told(made, "announcement.published").count("Emre Kaplan-Dethier") == 1


def test_a_publication_placed_later_is_told_only_to_new_people(
    village: Village, work: Callable[[], None]
) -> None:
    with transaction():
        db.session.add(Membership(person_id=village.emre.id, space_id=village.citoyennete.id, role="member"))
        db.session.add(Membership(person_id=village.ines.id, space_id=village.citoyennete.id, role="member"))
    made = announce(village.nadege, village.fle)
    work()
    with transaction():
        service.place(made, space=village.citoyennete, by=village.nadege)
    work()
    names = told(made, "announcement.published")
    assert names.count("Emre Kaplan-Dethier") == 1
    assert "Inès Maréchal" in names


def test_placed_before_it_is_told_it_is_told_by_one_fact(village: Village, work: Callable[[], None]) -> None:
    made = announce(village.nadege, village.fle)
    with transaction():
        service.place(made, space=village.citoyennete, by=village.nadege)
    facts = db.session.scalars(sa.select(Event).where(Event.kind == "announcement.published")).all()
    assert len(facts) == 1


def test_a_publication_stands_once_in_a_space(village: Village) -> None:
    made = announce(village.nadege, village.fle)
    with pytest.raises(Conflict, match="déjà dans l’espace"), transaction():
        service.place(made, space=village.fle, by=village.nadege)


def test_a_scheduled_announcement_is_told_at_its_hour(
    village: Village, work: Callable[[], None], at: Callable[[str], Any]
) -> None:
    with transaction():
        later = announce_later(village)
    work()
    assert told(later, "announcement.published") == []
    assert later.is_scheduled
    with pytest.raises(NotFound):
        queries.readable(village.emre, later.id)
    at("2026-03-05 08:01")
    work()
    assert "Emre Kaplan-Dethier" in told(later, "announcement.published")
    assert queries.readable(village.emre, later.id).id == later.id


def announce_later(village: Village) -> Announcement:
    hour = datetime(2026, 3, 5, 8, tzinfo=clock.BRUSSELS)
    made = service.draft(
        Announcement, by=village.nadege, spaces=[village.fle], title="Plus tard", published_at=hour
    )
    return service.share(made, by=village.nadege)


def test_a_scheduled_announcement_follows_its_hour_and_lapses_when_withdrawn(
    village: Village, work: Callable[[], None], at: Callable[[str], Any]
) -> None:
    with transaction():
        made = announce_later(village)
    hour = datetime(2026, 3, 9, 8, tzinfo=clock.BRUSSELS)
    with transaction():
        service.edit(made, by=village.nadege, version=1, published_at=hour)
    at("2026-03-06 09:00")
    work()
    assert told(made, "announcement.published") == []
    with transaction():
        service.withdraw(made, by=village.nadege)
    at("2026-03-10 09:00")
    work()
    assert told(made, "announcement.published") == []


def test_an_expired_announcement_leaves_the_lists_and_keeps_its_page(
    village: Village, at: Callable[[str], Any]
) -> None:
    end = datetime(2026, 3, 10, 12, tzinfo=clock.BRUSSELS)
    made = announce(village.nadege, village.fle, expires_at=end)
    assert len(queries.feed(village.emre, space=village.fle).entries) == 1
    at("2026-03-10 12:01")
    assert queries.feed(village.emre, space=village.fle).is_empty
    assert queries.readable(village.emre, made.id).is_expired


def test_an_end_before_the_beginning_is_refused_at_its_field(village: Village) -> None:
    with pytest.raises(Refused) as refusal, transaction():
        service.draft(
            Announcement, by=village.nadege, spaces=[village.fle], title="x", expires_at=clock.now()
        )
    assert "expires_at" in refusal.value.fields


@pytest.mark.parametrize("scope", ["network", "public"])
def test_a_member_s_wider_announcement_waits_and_a_moderator_s_does_not(village: Village, scope: str) -> None:
    assert announce(village.nadege, village.fle, scope=scope).state == "submitted"
    assert announce(village.maud, village.fle, scope=scope).state == "published"


def test_who_moderates_one_space_does_not_widen_what_stands_in_two(village: Village) -> None:
    with transaction():
        db.session.add(Membership(person_id=village.maud.id, space_id=village.citoyennete.id, role="member"))
    assert announce(village.maud, village.fle, village.citoyennete, scope="public").state == "submitted"


def test_widening_what_is_out_needs_a_moderator_and_narrowing_never(village: Village) -> None:
    made = announce(village.nadege, village.fle)
    with pytest.raises(Refused) as refusal, transaction():
        service.edit(made, by=village.nadege, version=1, scope="public")
    assert "scope" in refusal.value.fields
    with transaction():
        service.edit(made, by=village.maud, version=1, scope="public")
    with transaction():
        service.edit(made, by=village.nadege, version=2, scope="space")
    assert made.scope == "space"


@pytest.mark.parametrize("kind", [Tool, Project])
@pytest.mark.parametrize("author", ["nadege", "maud", "helene", "beatrice"])
def test_what_needs_approval_waits_whoever_wrote_it(
    village: Village, kind: type[Publication], author: str
) -> None:
    by = getattr(village, author)
    with transaction():
        made = service.draft(kind, by=by, spaces=[village.fle], title="Un essai", text="Voici.")
        if isinstance(made, Tool):
            made.link, made.purpose = "https://exemple.be", "Essayer"
        service.share(made, by=by)
    assert made.state == "submitted"
    with pytest.raises(NotAllowed), transaction():
        service.approve(made, by=by)


def test_a_submitted_tool_is_told_to_those_who_decide_and_to_nobody_else(
    village: Village, work: Callable[[], None]
) -> None:
    made = propose(village.nadege, village.fle)
    work()
    assert told(made, "publication.submitted") == ["Hélène Vantomme", "Maud Collignon"]
    assert told(made, "tool.published") == []


def test_a_tool_no_one_else_may_decide_on_is_told_to_the_staff(
    village: Village, work: Callable[[], None]
) -> None:
    alone = propose(village.driss, village.ssde)
    nobody = propose(village.nadege, village.citoyennete)
    work()
    assert told(alone, "publication.submitted") == ["Béatrice Hanquet"]
    assert told(nobody, "publication.submitted") == ["Béatrice Hanquet"]


def test_an_approved_tool_is_told_once_and_its_author_learns_who_approved(
    village: Village, work: Callable[[], None]
) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.approve(made, by=village.maud, version=1)
    work()
    assert told(made, "publication.approved") == ["Nadège Lambrecht"]
    assert told(made, "tool.published") == [
        "Emre Kaplan-Dethier", "Hélène Vantomme", "Maud Collignon", "Rosa Benedetti",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["ask_changes", "refuse"])
def test_sending_back_needs_a_reason_that_its_author_reads(
    village: Village, work: Callable[[], None], verb: str
) -> None:
    made = propose(village.nadege, village.fle)
    decide = getattr(service, verb)
    for empty in ("", "  \n "):
        with pytest.raises(Refused) as refusal, transaction():
            decide(made, by=village.maud, reason=empty)
        assert "reason" in refusal.value.fields
    with transaction():
        decide(made, by=village.maud, reason="Il manque la source.")
    work()
    assert made.moderation_note == "Il manque la source."
    assert told(made, f"publication.{made.state}") == ["Nadège Lambrecht"]


def test_what_came_back_is_edited_submitted_again_and_told_once(
    village: Village, work: Callable[[], None]
) -> None:
    made = propose(village.nadege, village.fle)
    work()
    with transaction():
        service.ask_changes(made, by=village.maud, reason="La source ?")
    with transaction():
        service.edit(made, by=village.nadege, version=1, text="Source : nous.")
        service.share(made, by=village.nadege)
    assert made.state == "submitted"
    with transaction():
        service.approve(made, by=village.helene)
    work()
    assert told(made, "tool.published").count("Emre Kaplan-Dethier") == 1
    assert made.moderation_note == ""


def test_the_second_moderator_is_told_who_came_first(village: Village, at: Callable[[str], Any]) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.approve(made, by=village.maud)
    at("2026-03-03 09:02")
    with (
        pytest.raises(Conflict, match="Maud Collignon a déjà approuvé cette publication, il y a 2 minutes"),
        transaction(),
    ):
        service.refuse(made, by=village.helene, reason="Non.")
    assert made.state == "published"


def test_a_text_changed_since_it_was_read_is_not_approved_unread(village: Village) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.edit(made, by=village.nadege, version=1, text="Autre chose.")
    with pytest.raises(Conflict, match="Relisez-la"), transaction():
        service.approve(made, by=village.maud, version=1)


@pytest.mark.parametrize("who", ["emre", "driss", "kevin", "ines", "corentin", "nadege"])
def test_only_those_who_moderate_its_spaces_decide(village: Village, who: str) -> None:
    made = propose(village.nadege, village.fle)
    with pytest.raises(NotAllowed), transaction():
        service.approve(made, by=getattr(village, who))


def test_an_edit_over_another_s_edit_carries_both_texts(village: Village) -> None:
    made = announce(village.nadege, village.fle)
    with transaction():
        service.edit(made, by=village.maud, version=1, text="De Maud")
    with pytest.raises(service.Superseded) as conflict, transaction():
        service.edit(made, by=village.nadege, version=1, text="De Nadège")
    assert conflict.value.given["text"] == "De Nadège"
    db.session.refresh(made)
    assert made.text == "De Maud"


def test_an_edit_shows_after_a_quarter_of_an_hour(village: Village, at: Callable[[str], Any]) -> None:
    made = announce(village.nadege, village.fle)
    at("2026-03-03 09:15")
    with transaction():
        service.edit(made, by=village.nadege, version=1, text="Un mot.")
    assert made.edited_at is None
    at("2026-03-03 09:16")
    with transaction():
        service.edit(made, by=village.nadege, version=2, text="Deux mots.")
    assert made.edited_at is not None


def test_an_edited_tool_is_told_to_its_moderators(
    village: Village, work: Callable[[], None], at: Callable[[str], Any]
) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.approve(made, by=village.maud)
    work()
    at("2026-03-03 10:00")
    with transaction():
        service.edit(made, by=village.nadege, version=1, text="Tout autre chose.")
    work()
    assert told(made, "publication.edited") == ["Hélène Vantomme", "Maud Collignon"]


def test_a_withdrawn_tool_is_not_told(village: Village, work: Callable[[], None]) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.approve(made, by=village.maud)
        service.withdraw(made, by=village.nadege)
    work()
    assert told(made, "tool.published") == []


def test_what_comes_back_after_its_withdrawal_is_not_told_twice(
    village: Village, work: Callable[[], None]
) -> None:
    made = announce(village.nadege, village.fle)
    work()
    with transaction():
        service.withdraw(made, by=village.nadege)
    with transaction():
        db.session.add(Membership(person_id=village.ines.id, space_id=village.fle.id, role="member"))
        service.share(made, by=village.nadege)
    work()
    names = told(made, "announcement.published")
    assert names.count("Emre Kaplan-Dethier") == 1
    assert "Inès Maréchal" in names


def test_a_moderator_withdraws_with_a_reason_and_its_author_does_not_overrule(village: Village) -> None:
    made = announce(village.nadege, village.fle)
    with pytest.raises(Refused), transaction():
        service.withdraw(made, by=village.maud)
    with transaction():
        service.withdraw(made, by=village.maud, reason="Un nom y est cité.")
    with transaction():
        service.share(made, by=village.nadege)
    assert made.state == "submitted"


def test_an_archived_announcement_leaves_the_lists_and_comes_back_at_its_first_hour(
    village: Village, at: Callable[[str], Any]
) -> None:
    made = announce(village.nadege, village.fle)
    first = made.published_at
    at("2026-03-08 09:00")
    with transaction():
        service.archive(made, by=village.nadege)
    assert queries.feed(village.emre, space=village.fle).is_empty
    with transaction():
        service.share(made, by=village.nadege)
    assert made.published_at == first


def test_who_was_removed_publishes_nothing(village: Village) -> None:
    for stranger in (village.kevin, village.driss, village.ines, village.corentin):
        with pytest.raises(Refused) as refusal, transaction():
            service.draft(Announcement, by=stranger, spaces=[village.fle], title="x")
        assert "spaces" in refusal.value.fields


def test_a_draft_written_before_leaving_does_not_go_out_after(village: Village) -> None:
    with transaction():
        made = service.draft(Announcement, by=village.emre, spaces=[village.fle], title="x")
    with transaction():
        seat = db.session.scalars(sa.select(Membership).where(Membership.person_id == village.emre.id)).one()
        seat.ended_at = clock.now()
    with pytest.raises(NotAllowed, match="plus membre"), transaction():
        service.share(made, by=village.emre)


def test_nobody_speaks_for_an_organisation_that_is_not_theirs(village: Village) -> None:
    with pytest.raises(Refused) as refusal, transaction():
        service.draft(
            Announcement, by=village.emre, spaces=[village.fle], title="x", organisation=village.mots
        )
    assert "organisation" in refusal.value.fields
    assert announce(village.nadege, village.fle, organisation=village.mots).organisation_id == village.mots.id


def test_a_space_without_the_module_does_not_take_the_kind(village: Village) -> None:
    with transaction():
        village.fle.modules = ["meetings"]
        db.session.add(village.fle)
    with pytest.raises(Refused), transaction():
        service.draft(Announcement, by=village.nadege, spaces=[village.fle], title="x")


def test_a_tool_with_nothing_to_take_stays_a_draft(village: Village) -> None:
    with pytest.raises(Refused) as refusal:
        propose(village.nadege, village.fle, link="")
    assert "link" in refusal.value.fields


def test_the_pin_is_the_moderators_and_puts_it_first(village: Village, at: Callable[[str], Any]) -> None:
    first = announce(village.nadege, village.fle)
    at("2026-03-03 09:30")
    announce(village.nadege, village.fle, title="Plus récent")
    with pytest.raises(NotAllowed), transaction():
        service.pin(first, space=village.fle, by=village.nadege)
    with transaction():
        service.pin(first, space=village.fle, by=village.maud)
    found = queries.feed(village.emre, space=village.fle)
    assert [one.publication.id for one in found.pinned] == [first.id]
    assert first.id not in [one.publication.id for one in found.entries]


def test_a_publication_always_stands_somewhere(village: Village) -> None:
    made = announce(village.nadege, village.fle, village.citoyennete)
    with transaction():
        service.unplace(made, space=village.citoyennete, by=village.nadege)
    with pytest.raises(NotAllowed), transaction():
        service.unplace(made, space=village.fle, by=village.nadege)
