"""The pages of announcements, tools and projects: what each shows to whom, and what is typed wrong."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import db, transaction
from core.people import Person
from core.publications import Publication
from notifications.inbox import Notification
from tests.village import Village
from webapp.announcements.models import Announcement
from webapp.projects.models import Project
from webapp.publications import service
from webapp.tools.models import Tool

KINDS = {
    "annonces": (Announcement, "nouvelle", {"title": "Portes ouvertes", "text": "Venez **nombreux**."}),
    "outils": (
        Tool,
        "nouveau",
        {
            "title": "Mémo des verbes", "purpose": "Réviser à deux", "link": "exemple.be/memo", "language": "fr",
            "licence": "cc-by", "audience": "adultes débutants",
        },
    ),
    "projets": (
        Project, "nouveau", {"title": "Un jardin sur le toit", "text": "Ensemble.", "status": "seeking_partners"},
    ),
}  # fmt: skip
STRANGERS = ("driss", "kevin", "ines", "corentin")


def out(village: Village, kind: type[Publication], by: Person | None = None, **values: Any) -> Publication:
    """A publication that is out in fle."""
    by = by or village.nadege
    given = {"title": "Mémo", "text": "Le texte.", "spaces": [village.fle]} | values
    if kind is Tool:
        given = {"purpose": "Réviser", "link": "https://exemple.be/memo", "licence": "cc-by"} | given
    with transaction():
        made = service.draft(kind, by=by, **given)
        service.share(made, by=by)
        if made.state == "submitted":
            service.approve(made, by=village.helene)
    return made


@pytest.mark.parametrize("path", KINDS)
def test_a_member_writes_and_shares_from_the_form(
    village: Village, sign_in: Callable[..., Any], path: str
) -> None:
    kind, new, given = KINDS[path]
    browser = sign_in(village.nadege)
    page = browser.get(f"/espaces/fle/{path}/{new}")
    assert page.status_code == 200
    assert "Les Mots Voisins" in page.text
    sent = given | {
        "spaces": [village.fle.id],
        "scope": "space",
        "organisation": village.mots.id,
        "action": "share",
    }
    answer = browser.post(f"/espaces/fle/{path}", sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    made = db.session.scalars(sa.select(kind)).one()
    assert made.state == ("submitted" if kind.needs_approval else "published")
    shown = browser.get(answer.location)
    assert shown.status_code == 200
    assert given["title"] in shown.text
    assert "au nom de Les Mots Voisins" in shown.text


@pytest.mark.parametrize("path", KINDS)
def test_strangers_know_nothing_of_what_members_read(
    village: Village, sign_in: Callable[..., Any], client: Any, path: str
) -> None:
    kind, new, given = KINDS[path]
    made = out(village, kind)
    for browser in (client, *(sign_in(getattr(village, name)) for name in STRANGERS)):
        assert browser.get(f"/{path}/{made.id}").status_code == 404
        assert browser.get(f"/publications/{made.id}/etat").status_code == 404
        assert made.title not in browser.get(f"/espaces/fle/{path}").text
    for name in STRANGERS:
        browser = sign_in(getattr(village, name))
        assert browser.get(f"/{path}/{made.id}/modifier").status_code == 404
        assert browser.post(f"/{path}/{made.id}/modifier", given).status_code == 404
        assert browser.get(f"/espaces/fle/{path}/{new}").status_code == 404
        assert browser.post(f"/espaces/fle/{path}", given | {"spaces": [village.fle.id]}).status_code == 404
        for noun in (
            "soumission",
            "validation",
            "refus",
            "demande-de-modifications",
            "retrait",
            "archivage",
            "places",
        ):
            assert browser.post(f"/publications/{made.id}/{noun}", {"space": "fle"}).status_code == 404
    assert client.post(f"/espaces/fle/{path}", given).status_code in (303, 404)
    assert db.session.scalar(sa.select(sa.func.count(Publication.id))) == 1


@pytest.mark.parametrize("path", KINDS)
def test_a_member_reads_and_does_not_edit_another_s(
    village: Village, sign_in: Callable[..., Any], path: str
) -> None:
    made = out(village, KINDS[path][0])
    browser = sign_in(village.emre)
    page = browser.get(f"/{path}/{made.id}")
    assert page.status_code == 200
    assert "/modifier" not in page.text
    assert browser.get(f"/{path}/{made.id}/modifier").status_code == 403
    assert made.title in browser.get(f"/espaces/fle/{path}").text


@pytest.mark.parametrize("path", KINDS)
def test_a_draft_is_its_author_s_alone(village: Village, sign_in: Callable[..., Any], path: str) -> None:
    with transaction():
        made = service.draft(
            KINDS[path][0], by=village.nadege, spaces=[village.fle], title="En cours", text="…"
        )
    for name in ("emre", "maud", "helene", "beatrice"):
        assert sign_in(getattr(village, name)).get(f"/{path}/{made.id}").status_code == 404
    browser = sign_in(village.nadege)
    assert browser.get(f"/{path}/{made.id}").status_code == 200
    assert "En cours" in browser.get(f"/espaces/fle/{path}").text


def test_a_public_publication_is_read_without_an_account(village: Village, client: Any) -> None:
    made = out(village, Announcement, by=village.maud, scope="public")
    page = client.get(f"/annonces/{made.id}")
    assert page.status_code == 200
    assert "FLE" not in re.sub(r"<title>.*?</title>", "", page.text).replace("– FLE", "")


def test_a_network_publication_is_read_by_the_network(village: Village, sign_in: Callable[..., Any]) -> None:
    made = out(village, Announcement, by=village.maud, scope="network")
    assert sign_in(village.driss).get(f"/annonces/{made.id}").status_code == 200
    for name in ("ines", "kevin", "corentin"):
        assert sign_in(getattr(village, name)).get(f"/annonces/{made.id}").status_code == 404


def test_reading_its_page_marks_it_read(
    village: Village, sign_in: Callable[..., Any], work: Callable[[], None]
) -> None:
    made = out(village, Announcement)
    work()
    unread = sa.select(sa.func.count(Notification.id)).where(
        Notification.person_id == village.emre.id, Notification.read_at.is_(None)
    )
    assert db.session.scalar(unread) == 1
    browser = sign_in(village.emre)
    browser.get(f"/annonces/{made.id}", headers={"Sec-Purpose": "prefetch"})
    db.session.rollback()
    assert db.session.scalar(unread) == 1
    browser.get(f"/annonces/{made.id}")
    db.session.rollback()
    assert db.session.scalar(unread) == 0


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "   "), ("title", "x" * 201), ("text", "x" * 30_001), ("scope", "galaxy"),
        ("spaces", "999999"), ("spaces", "abc"), ("spaces", ""), ("organisation", "999999"), ("organisation", "x"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_is_said_at_its_field_and_nothing_is_lost(
    village: Village, sign_in: Callable[..., Any], path: str, field: str, value: str
) -> None:
    _kind, _new, given = KINDS[path]
    sent: dict[str, Any] = given | {
        "spaces": [village.fle.id],
        "scope": "space",
        "organisation": "0",
        "action": "share",
    }
    sent[field] = value
    answer = sign_in(village.nadege).post(f"/espaces/fle/{path}", sent)
    assert answer.status_code == 422
    assert f'id="{field}-erreur"' in answer.text
    if field != "title":
        assert given["title"] in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Publication.id))) == 0


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("annonces", "published_at", "2026-03-29T02:30"), ("annonces", "published_at", "2020-01-01T10:00"),
        ("annonces", "expires_at", "2026-03-03T08:00"), ("annonces", "expires_at", "demain"),
        ("annonces", "expires_at", "9999-01-01T00:00"), ("outils", "link", "javascript:alert(1)"),
        ("outils", "link", "x" * 501), ("outils", "licence", "wtfpl"), ("outils", "language", "xx"),
        ("outils", "purpose", ""), ("outils", "purpose", "x" * 501), ("outils", "audience", "x" * 201),
        ("projets", "status", "dead"), ("projets", "starts_on", "31/02/2026"), ("projets", "partners", "x" * 501),
    ],
)  # fmt: skip
def test_the_fields_of_a_kind_refuse_what_makes_no_sense(
    village: Village, sign_in: Callable[..., Any], path: str, field: str, value: str
) -> None:
    given = KINDS[path][2] | {"spaces": [village.fle.id], "scope": "space", "organisation": "0", field: value}
    answer = sign_in(village.nadege).post(f"/espaces/fle/{path}", given)
    assert answer.status_code == 422
    assert f'id="{field}-erreur"' in answer.text


def test_a_project_does_not_end_before_it_starts(village: Village, sign_in: Callable[..., Any]) -> None:
    given = KINDS["projets"][2] | {
        "spaces": [village.fle.id], "scope": "space", "starts_on": "2026-05-01", "ends_on": "2026-04-01",
    }  # fmt: skip
    answer = sign_in(village.nadege).post("/espaces/fle/projets", given | {"organisation": "0"})
    assert answer.status_code == 422
    assert 'id="ends_on-erreur"' in answer.text


def test_a_title_with_controls_is_refused_and_nothing_is_written(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    given = KINDS["annonces"][2] | {
        "title": "Fête\r\nBcc: tous\u202e\x07", "spaces": [village.fle.id], "scope": "space", "organisation": "0",
    }  # fmt: skip
    answer = sign_in(village.nadege).post("/espaces/fle/annonces", given)
    assert answer.status_code == 422
    assert 'id="title-erreur"' in answer.text


def test_sent_twice_it_is_written_once(village: Village, sign_in: Callable[..., Any]) -> None:
    browser = sign_in(village.nadege)
    given = KINDS["annonces"][2] | {
        "spaces": [village.fle.id], "scope": "space", "organisation": "0", "once": "a-word-of-the-form",
    }  # fmt: skip
    first, second = (browser.post("/espaces/fle/annonces", given) for _ in range(2))
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count(Publication.id))) == 1


def test_an_edit_over_another_s_edit_shows_both_texts(village: Village, sign_in: Callable[..., Any]) -> None:
    made = out(village, Announcement)
    with transaction():
        service.edit(made, by=village.maud, version=1, text="Le texte de Maud.")
    browser = sign_in(village.nadege)
    mine = {
        "title": "Mémo",
        "text": "Le texte de Nadège.",
        "scope": "space",
        "organisation": "0",
        "version": "1",
    }
    answer = browser.post(f"/annonces/{made.id}/modifier", mine)
    assert answer.status_code == 409
    assert "Le texte de Maud." in answer.text
    assert "Le texte de Nadège." in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version
    assert browser.post(f"/annonces/{made.id}/modifier", mine | {"version": version[1]}).status_code == 303
    db.session.expire_all()
    assert made.text == "Le texte de Nadège."


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30])
def test_an_edit_that_does_not_say_its_version_is_refused(
    village: Village, sign_in: Callable[..., Any], version: str
) -> None:
    made = out(village, Announcement)
    mine = {"title": "x", "text": "y", "scope": "space", "organisation": "0", "version": version}
    assert sign_in(village.nadege).post(f"/annonces/{made.id}/modifier", mine).status_code == 422


def test_tools_are_found_by_audience_language_and_licence(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    out(village, Tool, title="Pour débuter", audience="adultes débutants", language="fr", licence="cc-by")
    out(village, Tool, title="In het Nederlands", audience="jeunes", language="nl", licence="cc0")
    browser = sign_in(village.emre)
    for asked, found, left_out in (
        ("public=débutants", "Pour débuter", "In het Nederlands"),
        ("langue=nl", "In het Nederlands", "Pour débuter"),
        ("licence=cc0", "In het Nederlands", "Pour débuter"),
    ):
        page = browser.get(f"/espaces/fle/outils?{asked}").text
        assert found in page
        assert left_out not in page
    assert "Aucun outil ne répond" in browser.get("/espaces/fle/outils?public=%25").text


def test_a_reader_s_page_says_how_many_it_will_reach(village: Village, sign_in: Callable[..., Any]) -> None:
    page = sign_in(village.nadege).get("/espaces/fle/annonces/nouvelle").text
    assert "4 personnes recevront cette publication" in page


@pytest.mark.parametrize("path", KINDS)
def test_a_list_costs_the_same_at_50_and_at_500(
    village: Village, sign_in: Callable[..., Any], count_queries: Callable[[], Any], path: str
) -> None:
    kind = KINDS[path][0]
    browser = sign_in(village.emre)
    costs = []
    for number in (50, 450):
        with transaction():
            for rank in range(number):
                made = service.draft(
                    kind, by=village.nadege, spaces=[village.fle], title=f"N° {rank}", text="x"
                )
                made.state, made.published_at = "published", made.created_at
        browser.get(f"/espaces/fle/{path}")
        with count_queries() as seen:
            page = browser.get(f"/espaces/fle/{path}")
        assert page.status_code == 200
        assert 'rel="next"' in page.text
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert costs[0] <= 25


def test_following_the_pages_of_a_list_meets_each_publication_once(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    with transaction():
        for rank in range(45):
            made = service.draft(Announcement, by=village.nadege, spaces=[village.fle], title=f"N° {rank}.")
            made.state, made.published_at = "published", made.created_at
    browser, address, met = sign_in(village.emre), "/espaces/fle/annonces", []
    while address:
        page = browser.get(address).text
        met += re.findall(r"N° \d+\.", page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(set(met)) == 45
    assert len(met) == len(set(met)) * (len(met) // len(set(met)))
    assert browser.get("/espaces/fle/annonces?avant=nimporte").status_code == 422


def test_a_cover_needs_words_for_those_who_do_not_see_it(
    village: Village, sign_in: Callable[..., Any]
) -> None:
    from PIL import Image  # noqa: PLC0415

    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(picture, "JPEG")
    given = KINDS["projets"][2] | {"spaces": [village.fle.id], "scope": "space", "organisation": "0"}
    browser = sign_in(village.nadege)
    refused = browser.post(
        "/espaces/fle/projets", given | {"cover": (io.BytesIO(picture.getvalue()), "toit.jpg")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert refused.status_code == 422
    assert 'id="cover_alt-erreur"' in refused.text
    accepted = browser.post(
        "/espaces/fle/projets",
        given | {"cover": (io.BytesIO(picture.getvalue()), "toit.jpg"), "cover_alt": "Un toit vert"},
        content_type="multipart/form-data",
    )
    assert accepted.status_code == 303
    page = browser.get(accepted.location).text
    assert 'alt="Un toit vert"' in page
    address = re.search(r'src="(/fichiers/[^"]+)"', page)
    assert address
    small = browser.get(address[1] + "?taille=petite")
    assert small.status_code == 200
    assert small.headers["Content-Type"] == "image/webp"
