"""Meetings through the API: called, submitted, answered, moved and cancelled by programs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Program
from tests.village import Village

Open = Callable[..., Program]
MEETING: dict[str, Any] = {
    "title": "Passerelles",
    "spaces": ["fle"],
    "starts_at": "2026-03-10T14:00:00+01:00",
    "ends_at": "2026-03-10T16:00:00+01:00",
    "place": "Liège",
    "online_url": "https://visio.example/x",
    "capacity": 1,
}


def called(program: Program) -> int:
    """A meeting that is out; its number."""
    made = program.call("POST", "/api/v1/meetings", MEETING)
    assert made.status_code == 201, made.json
    shared = program.call("POST", f"/api/v1/meetings/{made.json['id']}/submission")
    assert shared.json["state"] == "published", shared.json
    return int(made.json["id"])


def test_a_program_calls_a_meeting_and_another_answers(village: Village, api: Open) -> None:
    number = called(api(village.helene))
    answer = api(village.nadege).call(
        "PUT", f"/api/v1/meetings/{number}/answer", {"answer": "yes", "comment": "Avec joie"}
    )
    assert answer.status_code == 200, answer.json
    assert (answer.json["coming"], answer.json["my_answer"]) == (1, "yes")
    assert answer.json["online_url"] == "https://visio.example/x"
    full = api(village.emre).call("PUT", f"/api/v1/meetings/{number}/answer", {"answer": "yes"})
    assert full.status_code == 422
    assert full.json["errors"][0]["field"] == "answer"
    listed = api(village.emre).call("GET", f"/api/v1/meetings/{number}/answers").json
    assert [(one["person"]["name"], one["answer"]) for one in listed] == [("Nadège Lambrecht", "yes")]


def test_the_online_address_is_for_those_who_come(village: Village, api: Open) -> None:
    number = called(api(village.helene))
    assert api(village.emre).call("GET", f"/api/v1/meetings/{number}").json["online_url"] == ""
    assert api(village.helene).call("GET", f"/api/v1/meetings/{number}").json["online_url"]


def test_only_what_is_to_come_is_listed_when_asked(village: Village, api: Open, at: Any) -> None:
    number = called(api(village.helene))
    program = api(village.nadege)
    assert [one["id"] for one in program.call("GET", "/api/v1/meetings?to_come=true").json["items"]] == [
        number
    ]
    at("2026-03-11 09:00")
    assert program.call("GET", "/api/v1/meetings?to_come=true").json["items"] == []
    assert [one["id"] for one in program.call("GET", "/api/v1/meetings?to_come=false").json["items"]] == [
        number
    ]


def test_a_program_moves_then_cancels(village: Village, api: Open) -> None:
    program = api(village.helene)
    number = called(program)
    moved = program.call("PATCH", f"/api/v1/meetings/{number}", {"place": "Herstal"})
    assert (moved.status_code, moved.json["sequence"]) == (200, 1)
    done = program.call("POST", f"/api/v1/meetings/{number}/cancellation", {"reason": "Grève des bus"})
    assert done.json["cancel_reason"] == "Grève des bus"
    again = program.call("POST", f"/api/v1/meetings/{number}/cancellation", {"reason": "Encore"})
    assert again.status_code == 409
    assert again.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-03-10T13:00:00+01:00"},
        {"starts_at": "2026-03-10T14:00:00"},
        {"starts_at": "2020-03-10T14:00:00+01:00", "ends_at": "2020-03-10T15:00:00+01:00"},
        {"capacity": 0},
        {"capacity": 2**40},
        {"online_url": "javascript:alert(1)"},
        {"title": ""},
        {"title": "a\r\nBcc: b@liege.example"},
        {"spaces": []},
        {"spaces": ["ssde"]},
        {"unknown": 1},
        {"place": "x" * 201},
    ],
)
def test_what_is_wrong_is_said_field_by_field(village: Village, api: Open, wrong: dict[str, Any]) -> None:
    answer = api(village.nadege).call("POST", "/api/v1/meetings", MEETING | wrong)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["errors"]


def test_others_do_not_know_of_it(village: Village, api: Open) -> None:
    number = called(api(village.helene))
    for program in (api(), api(village.driss), api(village.kevin), api(village.ines)):
        assert program.call("GET", f"/api/v1/meetings/{number}").status_code == 404
        answer = program.call("PUT", f"/api/v1/meetings/{number}/answer", {"answer": "yes"})
        assert answer.status_code in (401, 404)
    for person in (village.driss, village.kevin, village.ines):
        cancelled = api(person).call("POST", f"/api/v1/meetings/{number}/cancellation", {"reason": "non"})
        assert cancelled.status_code == 404
    assert (
        api(village.emre)
        .call("POST", f"/api/v1/meetings/{number}/cancellation", {"reason": "non"})
        .status_code
        == 403
    )
