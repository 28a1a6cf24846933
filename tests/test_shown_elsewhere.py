"""A publication shown in several spaces: what each may do with it, and what none learns of the others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.db import db, transaction
from core.errors import NotAllowed
from core.people import Person
from core.spaces import Membership, Space
from tests.village import Village
from webapp.announcements.models import Announcement
from webapp.meetings import service as meetings
from webapp.meetings.models import Meeting
from webapp.publications import service
from webapp.tools.models import Tool

SECRET = ("SSDE", "Plateforme Services sociaux", "ssde")


def sit(person: Person, space: Space, role: str) -> None:
    with transaction():
        db.session.add(Membership(person=person, space=space, role=role))


def announce(by: Person, *spaces: Space, **values: Any) -> Announcement:
    with transaction():
        made = service.draft(Announcement, by=by, spaces=spaces, title="Portes ouvertes", **values)
        service.share(made, by=by)
    return made


@pytest.fixture
def fetched(village: Village, at: Callable[[str], Any]) -> Announcement:
    """An announcement of fle for the network, which the animator of ssde also shows at home."""
    made = announce(village.helene, village.fle, scope="network")
    at("2026-03-03 10:00")
    with transaction():
        service.place(made, space=village.ssde, by=village.driss)
    return made


def test_who_shows_it_elsewhere_neither_changes_it_nor_takes_it_back(
    village: Village, fetched: Announcement
) -> None:
    with pytest.raises(NotAllowed), transaction():
        service.edit(fetched, by=village.driss, version=fetched.version, title="Portes closes")
    with pytest.raises(NotAllowed), transaction():
        service.withdraw(fetched, by=village.driss, reason="Cela ne me plaît pas.")
    with pytest.raises(NotAllowed), transaction():
        service.archive(fetched, by=village.driss)
    with transaction():
        service.pin(fetched, space=village.ssde, by=village.driss)
        service.unplace(fetched, space=village.ssde, by=village.driss)


def test_who_shows_a_meeting_elsewhere_does_not_cancel_it(village: Village, at: Callable[[str], Any]) -> None:
    start = clock.now() + timedelta(days=7)
    with transaction():
        meeting = meetings.draft(
            by=village.helene,
            spaces=[village.fle],
            title="Plénière",
            scope="network",
            starts_at=start,
            ends_at=start + timedelta(hours=2),
        )
        service.share(meeting, by=village.helene)
    at("2026-03-03 10:00")
    with transaction():
        service.place(meeting, space=village.ssde, by=village.driss)
    with pytest.raises(NotAllowed), transaction():
        meetings.cancel(meeting, by=village.driss, reason="Je préfère un autre jour.")


def test_what_a_space_keeps_for_itself_is_not_fetched_by_a_member_who_moderates_elsewhere(
    village: Village,
) -> None:
    sit(village.driss, village.fle, "member")
    kept = announce(village.helene, village.fle)
    with pytest.raises(NotAllowed), transaction():
        service.place(kept, space=village.ssde, by=village.driss)


def test_neither_pages_nor_journals_name_a_space_that_only_its_members_know(
    village: Village, fetched: Announcement, sign_in: Callable[..., Any], api: Callable[..., Any], work: Any
) -> None:
    work()
    author, moderator = sign_in(village.helene), sign_in(village.maud)
    for browser in (author, moderator):
        for page in (f"/annonces/{fetched.id}", f"/annonces/{fetched.id}/modifier", "/espaces/fle/journal"):
            _says_nothing(browser.get(page).text)
    _says_nothing(api(village.helene).call("GET", f"/api/v1/announcements/{fetched.id}").text)


def test_the_queue_names_only_the_spaces_that_its_reader_knows(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    sit(village.nadege, village.ssde, "member")
    with transaction():
        tool = service.draft(
            Tool,
            by=village.nadege,
            spaces=[village.ssde, village.fle],
            title="Mémo des verbes",
            purpose="Réviser à deux",
            link="https://exemple.be/memo",
        )
        service.share(tool, by=village.nadege)
    page = sign_in(village.maud).get("/moderation").text
    assert "Mémo des verbes" in page
    _says_nothing(page)
    with transaction():
        service.approve(tool, by=village.helene)
    _says_nothing(sign_in(village.maud).get(f"/outils/{tool.id}/modifier").text)


def test_the_agenda_of_visitors_does_not_name_it_either(village: Village, client: Any) -> None:
    start = clock.now() + timedelta(days=7)
    with transaction():
        meeting = meetings.draft(
            by=village.driss,
            spaces=[village.ssde],
            title="Séance ouverte à tous",
            scope="public",
            starts_at=start,
            ends_at=start + timedelta(hours=2),
        )
        service.share(meeting, by=village.driss)
    assert isinstance(meeting, Meeting)
    page = client.get("/").text
    assert "Séance ouverte à tous" in page
    _says_nothing(page)


def _says_nothing(page: str) -> None:
    assert [name for name in SECRET if name in page] == []
