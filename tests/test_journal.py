"""The journal: every fact in its own sentence, for those who answer for a space and for the staff, and for nobody else."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from core.db import db
from core.spaces import membership_of
from notifications.events import Event, kinds
from tests.village import Village
from tests.visitors import Browser
from webapp.spaces import service

SignIn = Callable[[Any], Browser]


@pytest.fixture
def facts(village: Village) -> None:
    """A week in the life of two spaces."""
    request = service.ask_to_join(space=village.fle, by=village.driss, message="Bonjour")
    service.accept_request(request=request, by=village.maud)
    seat = membership_of(village.emre, village.fle)
    assert seat
    service.change_role(membership=seat, role="moderator", by=village.helene)
    service.add_member(space=village.ssde, person=village.nadege, by=village.driss)
    db.session.commit()


def test_each_fact_has_its_sentence(village: Village, facts: None, sign_in: SignIn) -> None:
    page = sign_in(village.helene).get("/espaces/fle/journal").text
    assert "Driss Amellal a demandé à rejoindre l’espace" in page
    assert "Maud Collignon a accepté la demande de Driss Amellal" in page
    assert "Hélène Vantomme a donné à Emre Kaplan-Dethier le rôle : modérateur·rice" in page
    assert "Nadège" not in page


def test_the_journal_of_a_space_is_for_those_in_charge(
    village: Village, facts: None, sign_in: SignIn, client: Browser
) -> None:
    for name, status in (
        ("maud", 200),
        ("helene", 200),
        ("beatrice", 200),
        ("nadege", 404),
        ("kevin", 404),
        ("ines", 404),
    ):
        assert sign_in(getattr(village, name)).get("/espaces/fle/journal").status_code == status, name
    assert client.get("/espaces/fle/journal").status_code == 303


def test_the_whole_journal_is_for_the_staff(village: Village, facts: None, sign_in: SignIn) -> None:
    page = sign_in(village.beatrice).get("/journal").text
    assert "Driss Amellal a fait entrer Nadège Lambrecht" in page
    for name in ("helene", "maud", "ines"):
        assert sign_in(getattr(village, name)).get("/journal").status_code == 404


def test_it_is_filtered_by_person_feature_and_day(village: Village, facts: None, sign_in: SignIn) -> None:
    browser = sign_in(village.beatrice)
    for query, seen in (
        ({"qui": "emre"}, {"Emre"}),
        ({"qui": "lambrecht"}, {"Nadège"}),
        ({"rubrique": "organisations"}, set()),
        ({"rubrique": "spaces", "qui": "driss"}, {"Driss", "Nadège"}),
        ({"du": "2026-03-04"}, set()),
        ({"au": "2026-03-03", "qui": "emre"}, {"Emre"}),
        ({"du": "pas un jour", "qui": "emre"}, {"Emre"}),
    ):
        page = browser.get("/journal", query_string=query).text
        listed = page.split('<ol class="journal">', 1)[-1] if '<ol class="journal">' in page else ""
        assert {name for name in ("Emre", "Nadège", "Driss") if name in listed} >= seen, query
        if not seen:
            assert "Rien de tel dans le journal" in page


def test_it_is_read_page_by_page(village: Village, sign_in: SignIn, count_queries: Any) -> None:
    for _number in range(70):
        service.change_role(membership=_emre(village), role="moderator", by=village.helene)
        service.change_role(membership=_emre(village), role="member", by=village.helene)
    browser = sign_in(village.helene)
    with count_queries() as first:
        page = browser.get("/espaces/fle/journal").text
    assert page.count('class="journal-mark"') == 50
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    with count_queries() as second:
        assert browser.get(older).text.count('class="journal-mark"') == 50
    assert len(first) == len(second)


def test_what_has_not_happened_yet_is_not_in_it(
    village: Village, facts: None, sign_in: SignIn, at: Any
) -> None:
    db.session.query(Event).filter(Event.kind == "membership.accepted").one().lapsed = True
    assert "a accepté la demande" not in sign_in(village.helene).get("/espaces/fle/journal").text


def test_every_kind_of_fact_in_the_journal_writes_a_sentence_of_its_own(app: Any) -> None:
    for kind in kinds():
        if kind.in_journal:
            assert kind.title is not Event.title or kind.sentence is not Event.sentence, kind


def _emre(village: Village) -> Any:
    return membership_of(village.emre, village.fle)


def test_a_day_at_the_ends_of_the_calendar_is_no_day(village, sign_in):
    staff = sign_in(village.beatrice)
    for day in ("0001-01-01", "9999-12-31"):
        assert staff.get(f"/journal?du={day}&au={day}").status_code == HTTPStatus.OK
