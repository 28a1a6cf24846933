"""The queue: oldest first, decided from there, told when it changed; nothing typed is lost, nothing shown to strangers."""

from collections.abc import Callable
from typing import Any

import pytest

from core.db import transaction
from tests.test_publication_states import propose
from tests.village import Village
from webapp.publications import queries, service


def test_the_queue_shows_the_oldest_first_whole_and_with_its_age(
    village: Village, sign_in: Callable[..., Any], at: Callable[[str], Any]
) -> None:
    propose(village.nadege, village.fle, title="Le premier", text="Tout le texte **du premier**.")
    at("2026-03-05 09:00")
    propose(village.emre, village.fle, title="Le second")
    page = sign_in(village.maud).get("/moderation").text
    assert page.index("Le premier") < page.index("Le second")
    assert "attend depuis 2 jours" in page
    assert "<strong>du premier</strong>" in page
    assert "2 publications attendent votre décision" in page


@pytest.mark.parametrize("who", ["nadege", "emre", "ines", "kevin", "corentin"])
def test_who_moderates_nothing_has_no_queue(village: Village, sign_in: Callable[..., Any], who: str) -> None:
    propose(village.nadege, village.fle)
    browser = sign_in(getattr(village, who))
    assert browser.get("/moderation").status_code == 404
    assert browser.get("/espaces/fle/moderation").status_code == 404
    assert browser.get("/moderation/nouvelles?espace=fle").status_code == 404


def test_who_moderates_elsewhere_sees_nothing_of_this_space(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    propose(village.nadege, village.fle, title="Pour FLE")
    browser = sign_in(village.driss)
    assert "Pour FLE" not in browser.get("/moderation").text
    assert browser.get("/espaces/fle/moderation").status_code == 404
    assert queries.queue_count(village.driss) == 0


def test_a_visitor_is_led_to_sign_in(village: Village, client: Any) -> None:
    assert client.get("/moderation").status_code == 303


def test_one_s_own_is_shown_apart_and_not_counted(village: Village, sign_in: Callable[..., Any]) -> None:
    propose(village.maud, village.fle, title="De Maud")
    page = sign_in(village.maud).get("/moderation").text
    assert "Rien n’attend" in page
    assert "De Maud" in page
    assert queries.queue_count(village.maud) == 0
    assert queries.queue_count(village.helene) == 1


@pytest.mark.parametrize(
    ("noun", "state"),
    [("validation", "published"), ("refus", "refused"), ("demande-de-modifications", "changes_asked")],
)
def test_each_decision_is_taken_from_the_queue(
    village: Village, sign_in: Callable[..., Any], noun: str, state: str
) -> None:
    made = propose(village.nadege, village.fle)
    answer = sign_in(village.maud).post(
        f"/publications/{made.id}/{noun}", {"version": "1", "reason": "Parce que.", "next": "/moderation"}
    )
    assert answer.status_code == 303
    assert answer.location.endswith("/moderation")
    assert queries.readable(village.nadege, made.id).state == state


@pytest.mark.parametrize("noun", ["refus", "demande-de-modifications"])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_a_reason_that_is_missing_or_too_long_is_asked_again(
    village: Village, sign_in: Callable[..., Any], noun: str, reason: str
) -> None:
    made = propose(village.nadege, village.fle)
    answer = sign_in(village.maud).post(f"/publications/{made.id}/{noun}", {"version": "1", "reason": reason})
    assert answer.status_code == 422
    assert 'id="reason-erreur"' in answer.text
    assert reason.strip() in answer.text
    assert queries.readable(village.maud, made.id).state == "submitted"


def test_the_second_moderator_reads_who_came_first_and_keeps_their_words(
    village: Village, sign_in: Callable[..., Any], at: Callable[[str], Any]
) -> None:
    made = propose(village.nadege, village.fle)
    with transaction():
        service.approve(made, by=village.maud)
    at("2026-03-03 09:02")
    answer = sign_in(village.helene).post(
        f"/publications/{made.id}/refus", {"version": "1", "reason": "Mes mots à moi."}
    )
    assert answer.status_code == 409
    assert "Maud Collignon a déjà approuvé cette publication, il y a 2 minutes." in answer.text
    assert "Mes mots à moi." in answer.text


def test_nobody_leaves_the_site_by_the_way_back(village: Village, sign_in: Callable[..., Any]) -> None:
    made = propose(village.nadege, village.fle)
    answer = sign_in(village.maud).post(
        f"/publications/{made.id}/validation", {"version": "1", "next": "https://evil.example/"}
    )
    assert "evil" not in answer.location


def test_the_queue_costs_the_same_however_long(
    village: Village, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    browser, costs = sign_in(village.maud), []
    for _round in range(2):
        for _rank in range(8):
            propose(village.nadege, village.fle)
        with count_queries() as seen:
            assert browser.get("/moderation").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
