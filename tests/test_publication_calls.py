"""The calls of all kinds: one life, from a draft to its decision, and what each caller may know."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core import publications
from core.db import db
from notifications.events import kind_named
from tests.village import Village
from webapp.shell.api import calls

KINDS: dict[str, dict[str, Any]] = {
    "announcements": {"title": "Portes ouvertes", "text": "Venez."},
    "tools": {"title": "Mémo", "purpose": "Réviser", "link": "https://exemple.be"},
    "projects": {
        "title": "Un jardin",
        "text": "Ensemble.",
        "status": "in_progress",
        "starts_on": "2026-05-01",
    },
}


@pytest.mark.parametrize("module", KINDS)
def test_the_life_of_a_publication_through_the_api(
    village: Village, api: Callable[..., Any], module: str
) -> None:
    nadege, maud = api(village.nadege), api(village.maud)
    written = nadege.call(
        "POST", f"/api/v1/{module}", KINDS[module] | {"spaces": ["fle"], "organisation": village.mots.id}
    )
    assert written.status_code == 201, written.text
    assert written.json["state"] == "draft"
    address = f"/api/v1/{module}/{written.json['id']}"
    assert maud.call("GET", address).status_code == 404
    edited = nadege.call("PATCH", address, {"title": "Autre titre"}, If_Match=written.headers["ETag"])
    assert edited.json["title"] == "Autre titre"
    assert (
        nadege.call("PATCH", address, {"title": "Trop tard"}, If_Match=written.headers["ETag"]).status_code
        == 409
    )
    shared = nadege.call("POST", f"{address}/submission").json
    if shared["state"] == "submitted":
        assert nadege.call("POST", f"{address}/approval").status_code == 403
        assert maud.call("POST", f"{address}/refusal", {}).status_code == 422
        assert maud.call("POST", f"{address}/approval").json["state"] == "published"
        again = maud.call("POST", f"{address}/refusal", {"reason": "Non."})
        assert again.status_code == 409
        assert "Maud Collignon a déjà approuvé" in again.json["detail"]
    listed = api(village.emre).call("GET", f"/api/v1/{module}?space=fle").json
    assert [one["title"] for one in listed["items"]] == ["Autre titre"]
    assert nadege.call("POST", f"{address}/withdrawal", {}).json["state"] == "withdrawn"
    assert api(village.emre).call("GET", address).status_code == 404


@pytest.mark.parametrize("module", KINDS)
@pytest.mark.parametrize("who", ["driss", "kevin", "ines", "corentin"])
def test_strangers_call_in_vain(village: Village, api: Callable[..., Any], module: str, who: str) -> None:
    nadege = api(village.nadege)
    made = nadege.call("POST", f"/api/v1/{module}", KINDS[module] | {"spaces": ["fle"]}).json
    nadege.call("POST", f"/api/v1/{module}/{made['id']}/submission")
    stranger, address = api(getattr(village, who)), f"/api/v1/{module}/{made['id']}"
    assert stranger.call("GET", address).status_code == 404
    assert stranger.call("PATCH", address, {"title": "x"}).status_code == 404
    for noun, body in (
        ("submission", None),
        ("approval", None),
        ("refusal", {"reason": "x"}),
        ("archive", None),
    ):
        assert stranger.call("POST", f"{address}/{noun}", body).status_code == 404
    assert stranger.call("GET", f"/api/v1/{module}").json["items"] == []
    assert stranger.call("POST", f"/api/v1/{module}", KINDS[module] | {"spaces": ["fle"]}).status_code == 422
    assert api().call("GET", address).status_code == 404
    assert api().call("POST", f"/api/v1/{module}", KINDS[module] | {"spaces": ["fle"]}).status_code == 401


@pytest.mark.parametrize(
    ("module", "wrong"),
    [
        ("announcements", {"title": ""}), ("announcements", {"title": "x" * 201}), ("announcements", {"spaces": []}),
        ("announcements", {"spaces": ["inconnu"]}), ("announcements", {"scope": "x"}), ("announcements", {"id": 3}),
        ("announcements", {"organisation": 999}), ("announcements", {"organisation": 2**40}),
        ("announcements", {"published_at": "2020-01-01T00:00:00Z"}), ("announcements", {"title": "a\r\nb"}),
        ("tools", {"licence": "x"}), ("tools", {"language": "xx"}), ("tools", {"link": "javascript:alert(1)"}),
        ("projects", {"status": "x"}), ("projects", {"ends_on": "2026-04-01"}), ("projects", {"starts_on": "x"}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    village: Village, api: Callable[..., Any], module: str, wrong: Any
) -> None:
    answer = api(village.nadege).call(
        "POST", f"/api/v1/{module}", KINDS[module] | {"spaces": ["fle"]} | wrong
    )
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"]


def test_null_empties_only_what_may_be_empty(village: Village, api: Callable[..., Any]) -> None:
    nadege = api(village.nadege)
    made = nadege.call("POST", "/api/v1/projects", KINDS["projects"] | {"spaces": ["fle"]}).json
    address = f"/api/v1/projects/{made['id']}"
    assert nadege.call("PATCH", address, {"title": None}).status_code == 422
    assert nadege.call("PATCH", address, {"starts_on": None}).json["starts_on"] is None


def test_files_come_and_go(village: Village, api: Callable[..., Any]) -> None:
    nadege = api(village.nadege)
    made = nadege.call("POST", "/api/v1/tools", KINDS["tools"] | {"spaces": ["fle"]}).json
    address = f"/api/v1/tools/{made['id']}"
    sent = {"files": (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "memo.pdf")}
    joined = nadege.client.post(f"{address}/files", data=sent, headers=nadege.headers)
    assert joined.status_code == 201, joined.text
    [file] = nadege.call("GET", address).json["files"]
    assert file["media_type"] == "application/pdf"
    assert nadege.call("DELETE", f"{address}/files/{file['id'] + 9}").status_code == 404
    assert nadege.call("DELETE", f"{address}/files/{file['id']}").status_code == 204
    assert nadege.call("GET", address).json["files"] == []


def test_a_list_of_calls_costs_the_same_however_long(
    village: Village, api: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    nadege, costs = api(village.nadege), []
    for _round in range(2):
        for _rank in range(6):
            made = nadege.call(
                "POST", "/api/v1/announcements", KINDS["announcements"] | {"spaces": ["fle"]}
            ).json
            nadege.call("POST", f"/api/v1/announcements/{made['id']}/submission")
        with count_queries() as seen:
            assert nadege.call("GET", "/api/v1/announcements").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_every_kind_has_its_fact_its_page_its_entry_and_its_calls(app: Any) -> None:
    """What a new kind must bring: found by walking the kinds, so that none is forgotten."""
    nouns = {"submission", "approval", "refusal", "changes-request", "withdrawal", "archive"}
    declared = {(call.method, call.path) for call in calls()}
    for kind in publications.kinds():
        name = str(sa.inspect(kind).polymorphic_identity)
        assert kind_named(f"{name}.published") is not None, name
        for page in ("index", "new", "create", "show", "edit", "update"):
            assert f"{kind.module}.{page}" in app.view_functions, (name, page)
        app.jinja_env.get_template(f"{kind.module}/_{name}.html")
        base = f"/api/v1/{kind.module}"
        assert {
            ("GET", base),
            ("POST", base),
            ("GET", f"{base}/<int:id>"),
            ("PATCH", f"{base}/<int:id>"),
        } <= declared
        assert {("POST", f"{base}/<int:id>/{noun}") for noun in nouns} <= declared
        published = kind_named(f"{name}.published")
        assert published is not None
        for ending in ("html", "txt"):
            app.jinja_env.get_template(f"{published.mail_template}.{ending}")
    assert db.session is not None
