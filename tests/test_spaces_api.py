"""Spaces and organisations, for programs: the same rights as the pages."""

from collections.abc import Callable
from typing import Any

import pytest

from core.spaces import membership_of
from tests.village import Village
from tests.visitors import Program

Api = Callable[..., Program]


def slugs(answer: Any) -> set[str]:
    return {item["slug"] for item in answer.json["items"]}


def test_spaces_are_listed_as_one_may_know_them(village: Village, api: Api) -> None:
    assert slugs(api().call("GET", "/api/v1/spaces")) == set()
    assert slugs(api(village.emre).call("GET", "/api/v1/spaces")) == {"fle", "citoyennete"}
    assert slugs(api(village.corentin).call("GET", "/api/v1/spaces")) == {"ssde"}
    village.fle.visibility = "public"
    assert slugs(api().call("GET", "/api/v1/spaces")) == {"fle"}


def test_they_come_by_pages(village: Village, api: Api) -> None:
    program = api(village.beatrice)
    first = program.call("GET", "/api/v1/spaces?limit=2")
    second = program.call("GET", f"/api/v1/spaces?limit=2&after={first.json['next']}")
    assert slugs(first) | slugs(second) == {"fle", "citoyennete", "ssde"}
    assert second.json["next"] is None


@pytest.mark.parametrize(
    ("name", "status"), [("emre", 404), ("kevin", 404), ("ines", 404), ("driss", 200), ("beatrice", 200)]
)
@pytest.mark.parametrize("path", ["", "/members"])
def test_a_hidden_space_is_unknown(village: Village, api: Api, name: str, status: int, path: str) -> None:
    assert api(getattr(village, name)).call("GET", f"/api/v1/spaces/ssde{path}").status_code == status


def test_no_address_of_anyone_is_given(village: Village, api: Api) -> None:
    answer = api(village.emre).call("GET", "/api/v1/spaces/fle/members")
    assert len(answer.json["items"]) == 5
    assert "@" not in answer.text


def test_entering_leaves_a_membership_or_a_request(village: Village, api: Api) -> None:
    program = api(village.driss)
    joined = program.call("POST", "/api/v1/spaces/citoyennete/membership", {})
    assert (joined.status_code, joined.json["membership"]["role"]) == (201, "member")
    asked = program.call("POST", "/api/v1/spaces/fle/membership", {"message": "Bonjour"})
    assert asked.json["request"]["state"] == "pending"
    number = asked.json["request"]["id"]
    assert api(village.emre).call("GET", "/api/v1/spaces/fle/requests").status_code == 404
    deciding = api(village.maud)
    assert deciding.call("GET", "/api/v1/spaces/fle/requests").json[0]["message"] == "Bonjour"
    accepted = deciding.call("POST", f"/api/v1/spaces/fle/requests/{number}/acceptance", {})
    assert accepted.json["person"]["name"] == "Driss Amellal"
    again = deciding.call("POST", f"/api/v1/spaces/fle/requests/{number}/refusal", {"word": "Non."})
    assert again.status_code == 409
    assert {one["space"] for one in program.call("GET", "/api/v1/memberships").json} == {
        "fle",
        "citoyennete",
        "ssde",
    }
    assert program.call("DELETE", "/api/v1/spaces/fle/membership").status_code == 204
    assert membership_of(village.driss, village.fle) is None


def test_the_last_animator_cannot_leave_by_program_either(village: Village, api: Api) -> None:
    answer = api(village.helene).call("DELETE", "/api/v1/spaces/fle/membership")
    assert answer.status_code == 422
    assert "dernière personne" in answer.json["detail"]


def test_an_animator_brings_in_promotes_and_removes(village: Village, api: Api) -> None:
    program = api(village.helene)
    assert program.call("POST", "/api/v1/spaces/fle/members", {"person": village.ines.id}).status_code == 422
    seat = program.call("POST", "/api/v1/spaces/fle/members", {"person": village.driss.id}).json
    address = f"/api/v1/spaces/fle/members/{seat['id']}"
    assert program.call("PATCH", address, {"role": "moderator"}).json["role"] == "moderator"
    assert program.call("PATCH", address, {"role": "guest"}).status_code == 422
    assert api(village.maud).call("DELETE", address).status_code == 404
    assert api(village.helene, "read").call("DELETE", address).status_code == 403
    assert program.call("DELETE", address).status_code == 204


def test_settings_change_over_the_version_read(village: Village, api: Api) -> None:
    program = api(village.helene)
    read = program.call("GET", "/api/v1/spaces/fle")
    changed = program.call(
        "PATCH", "/api/v1/spaces/fle", {"description": "Un"}, If_Match=read.headers["ETag"]
    )
    assert changed.json["description"] == "Un"
    stale = program.call(
        "PATCH", "/api/v1/spaces/fle", {"description": "Deux"}, If_Match=read.headers["ETag"]
    )
    assert stale.status_code == 409
    assert api(village.maud).call("PATCH", "/api/v1/spaces/fle", {"name": "X"}).status_code == 404
    assert program.call("PATCH", "/api/v1/spaces/fle", {"slug": "x"}).status_code == 422
    assert program.call("PATCH", "/api/v1/spaces/fle", {"modules": ["nope"]}).status_code == 422


def test_the_staff_creates_and_archives(village: Village, api: Api) -> None:
    program = api(village.beatrice, "read", "write", "staff")
    made = program.call(
        "POST", "/api/v1/spaces", {"name": "Nouvel espace", "short_name": "Nouveau là", "parent": "fle"}
    )
    assert (made.status_code, made.json["slug"], made.json["parent"]) == (201, "nouveau-la", "fle")
    assert program.call("POST", "/api/v1/spaces/nouveau-la/archiving").json["archived_at"]
    assert program.call("POST", "/api/v1/spaces/nouveau-la/reopening").json["archived_at"] is None
    assert api(village.helene, "staff").call("POST", "/api/v1/spaces", {"name": "Le mien"}).status_code == 403


def test_organisations_are_public_and_kept_by_their_referents(village: Village, api: Api) -> None:
    assert slugs(api().call("GET", "/api/v1/organisations?search=mots")) == {"les-mots-voisins"}
    assert api().call("GET", "/api/v1/organisations/nulle-part").status_code == 404
    address = "/api/v1/organisations/les-mots-voisins"
    assert api(village.emre).call("PATCH", address, {"sector": "x"}).status_code == 403
    assert api(village.nadege).call("PATCH", address, {"ins": "62051"}).json["commune"] == "Herstal"
    assert api(village.nadege).call("PATCH", address, {"ins": "12345"}).status_code == 422
    staff = api(village.beatrice, "staff")
    assert staff.call("POST", "/api/v1/organisations", {"name": "Le Pont"}).status_code == 201
    assert api(village.nadege).call("POST", "/api/v1/organisations", {"name": "Le Pont"}).status_code == 403
    assert api(village.emre).call("GET", "/api/v1/organisations?space=ssde").status_code == 404
