"""Organisations: a public sheet each, kept by its referents and the staff; who acts for them, between two days."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.db import db
from core.errors import NotAllowed, Refused
from core.organisations import Mandate, Organisation, acted_for
from core.spaces import Membership, membership_of
from tests.village import Village
from tests.visitors import Browser
from webapp.organisations import service
from webapp.organisations.communes import communes, named

SignIn = Callable[[Any], Browser]


def sheet(organisation: Organisation, **values: Any) -> dict[str, Any]:
    fields = (
        "name",
        "acronym",
        "form",
        "sector",
        "description",
        "ins",
        "address",
        "website",
        "email",
        "phone",
        "version",
    )
    return {name: getattr(organisation, name) for name in fields} | values


@pytest.fixture
def annuaire(village: Village) -> list[Organisation]:
    made = [
        service.add_organisation(
            by=village.beatrice, name="Œuvre du Pont-Levant", sector="CISP", ins="62063"
        ),
        service.add_organisation(
            by=village.beatrice, name="École du Val", sector="promotion sociale", ins="62093"
        ),
        service.add_organisation(
            by=village.beatrice, name="Atelier Héron", acronym="AH", sector="CISP", ins="61028"
        ),
    ]
    db.session.commit()
    return made


def test_the_fifty_five_communes_are_known_by_their_code() -> None:
    assert len(communes()) == 55
    assert communes()["62063"].name == "Liège"
    assert {one.arrondissement for one in communes().values()} == {"Liège", "Huy", "Waremme"}


@pytest.mark.parametrize(
    ("typed", "found"), [("st nicolas", "Saint-Nicolas"), ("heron", "Héron"), ("LIEGE", "Liège")]
)
def test_a_commune_is_found_however_it_is_typed(typed: str, found: str) -> None:
    assert found in named(typed)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "oeuvre"}, {"Œuvre du Pont-Levant"}),
        ({"q": "ecole val"}, {"École du Val"}),
        ({"q": "ah"}, {"Atelier Héron"}),
        ({"q": "liege"}, {"Œuvre du Pont-Levant"}),
        ({"secteur": "CISP"}, {"Œuvre du Pont-Levant", "Atelier Héron"}),
        ({"commune": "Saint-Nicolas"}, {"École du Val"}),
        ({"q": "rien de tel"}, set()),
        ({"q": "100%_"}, set()),
    ],
)
def test_the_directory_is_searched_and_filtered_by_its_address(
    annuaire: list[Organisation], client: Browser, query: dict[str, str], found: set[str]
) -> None:
    page = client.get("/organisations", query_string=query)
    assert page.status_code == 200
    assert {one.name for one in annuaire if f">{one.name}</a>" in page.text} == found


def test_a_filter_by_space_asks_to_know_the_space(village: Village, sign_in: SignIn, client: Browser) -> None:
    seat = membership_of(village.nadege, village.fle)
    assert seat
    seat.organisation = village.mots
    assert "Les Mots Voisins" in sign_in(village.emre).get("/organisations?espace=fle").text
    assert client.get("/organisations?espace=fle").status_code == 404
    assert sign_in(village.emre).get("/organisations?espace=ssde").status_code == 404


def test_the_sheet_is_public_and_its_people_are_not(
    village: Village, sign_in: SignIn, client: Browser
) -> None:
    for browser, seen in ((client, False), (sign_in(village.ines), False), (sign_in(village.emre), True)):
        page = browser.get("/organisations/les-mots-voisins")
        assert page.status_code == 200
        assert ("Nadège Lambrecht" in page.text) is seen
        assert "nadege@liege.example" not in page.text


def test_a_hidden_space_does_not_show_on_a_sheet(village: Village, sign_in: SignIn) -> None:
    seat = membership_of(village.driss, village.ssde)
    assert seat
    seat.organisation = village.mots
    assert "SSDE" not in sign_in(village.emre).get("/organisations/les-mots-voisins").text
    assert "SSDE" in sign_in(village.driss).get("/organisations/les-mots-voisins").text


def test_a_referent_edits_the_sheet(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.nadege)
    form = sheet(village.mots, ins="62051", website="www.mots.example", sector="éducation permanente")
    assert browser.post("/organisations/les-mots-voisins/modifier", data=form).status_code == 303
    assert village.mots.commune == "Herstal"
    assert village.mots.website == "https://www.mots.example"


@pytest.mark.parametrize("name", ["emre", "helene", "kevin", "ines"])
def test_nobody_else_edits_it(village: Village, sign_in: SignIn, name: str) -> None:
    browser = sign_in(getattr(village, name))
    assert browser.get("/organisations/les-mots-voisins/modifier").status_code == 404
    assert browser.post("/organisations/les-mots-voisins/modifier", data={}).status_code == 404
    assert browser.post("/organisations/les-mots-voisins/mandats", data={}).status_code == 404


def test_over_someone_else_s_edit_both_texts_are_shown(village: Village, sign_in: SignIn) -> None:
    stale = sheet(village.mots, description="Le mien.")
    service.edit_organisation(
        organisation=village.mots, by=village.beatrice, version=1, description="Le leur."
    )
    answer = sign_in(village.nadege).post("/organisations/les-mots-voisins/modifier", data=stale)
    assert answer.status_code == 409
    assert "Le mien." in answer.text
    assert "Le leur." in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("ins", "99999"),
        ("website", "javascript:alert(1)"),
        ("email", "pas une adresse"),
    ],
)
def test_a_wrong_value_gets_a_sentence(village: Village, sign_in: SignIn, field: str, value: str) -> None:
    form = sheet(village.mots, **{field: value})
    answer = sign_in(village.nadege).post("/organisations/les-mots-voisins/modifier", data=form)
    assert answer.status_code == 422
    assert "à corriger" in answer.text


def test_two_organisations_of_one_name_have_two_addresses(village: Village) -> None:
    first, second = (service.add_organisation(by=village.beatrice, name="Le Lien") for _time in range(2))
    assert (first.slug, second.slug) == ("le-lien", "le-lien-2")


@pytest.mark.parametrize("name", ["emre", "nadege", "helene"])
def test_the_staff_alone_adds_and_archives(village: Village, sign_in: SignIn, name: str) -> None:
    browser = sign_in(getattr(village, name))
    assert browser.get("/organisations/nouvelle").status_code == 404
    assert browser.post("/organisations/les-mots-voisins/archivage").status_code == 404


def test_an_archived_organisation_keeps_its_page_and_loses_its_voice(
    village: Village, sign_in: SignIn
) -> None:
    sign_in(village.beatrice).post("/organisations/les-mots-voisins/archivage")
    browser = sign_in(village.emre)
    assert "Les Mots Voisins" not in browser.get("/organisations").text
    assert "a quitté l’annuaire" in browser.get("/organisations/les-mots-voisins").text
    assert acted_for(village.nadege) == []


# ── Mandates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_referent_says_who_acts_for_it(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.nadege)
    browser.post(
        "/organisations/les-mots-voisins/mandats",
        data={"address": "Emre@liege.example", "title": "formateur"},
    )
    assert acted_for(village.emre) == [village.mots]
    again = browser.post("/organisations/les-mots-voisins/mandats", data={"address": "emre@liege.example"})
    assert again.status_code == 422
    assert "agit déjà" in again.text


def test_an_address_that_a_referent_may_not_know_is_unknown(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.nadege)
    for address in ("ines@liege.example", "personne@nulle-part.example"):
        answer = browser.post("/organisations/les-mots-voisins/mandats", data={"address": address})
        assert answer.status_code == 422
        assert "Vous ne connaissez personne" in answer.text


def test_a_mandate_has_its_days(village: Village, at: Any) -> None:
    service.give_mandate(
        organisation=village.mots, person=village.emre, by=village.beatrice,
        starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 20),
    )  # fmt: skip
    db.session.commit()
    for day, acts in (
        ("2026-03-09", False),
        ("2026-03-10", True),
        ("2026-03-20", True),
        ("2026-03-21", False),
    ):
        with at(f"{day} 12:00"):
            assert bool(acted_for(village.emre)) is acts, day


def test_a_mandate_does_not_end_before_it_starts(village: Village) -> None:
    with pytest.raises(Refused):
        service.give_mandate(
            organisation=village.mots, person=village.emre, by=village.beatrice,
            starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 9),
        )  # fmt: skip


def test_who_no_longer_acts_for_it_keeps_the_seat_without_the_name(village: Village, sign_in: SignIn) -> None:
    seat = membership_of(village.nadege, village.fle)
    assert seat
    seat.organisation = village.mots
    mandate = db.session.query(Mandate).one()
    sign_in(village.beatrice).post(f"/organisations/les-mots-voisins/mandats/{mandate.id}/fin")
    assert acted_for(village.nadege) == []
    kept = db.session.get(Membership, seat.id)
    assert kept
    assert kept.is_active
    assert kept.organisation is None


def test_a_mandate_is_ended_on_its_own_organisation(
    village: Village, annuaire: list[Organisation], sign_in: SignIn
) -> None:
    mandate = db.session.query(Mandate).one()
    address = f"/organisations/{annuaire[0].slug}/mandats/{mandate.id}/fin"
    assert sign_in(village.beatrice).post(address).status_code == 404


def test_a_referent_of_yesterday_edits_nothing(village: Village, at: Any) -> None:
    mandate = db.session.query(Mandate).one()
    mandate.ends_on = date(2026, 3, 2)
    with pytest.raises(NotAllowed):
        service.edit_organisation(organisation=village.mots, by=village.nadege, version=1, name="Autre")


def test_the_directory_costs_the_same_with_more_organisations(
    village: Village, sign_in: SignIn, count_queries: Any
) -> None:
    browser = sign_in(village.emre)
    browser.get("/organisations")
    with count_queries() as few:
        browser.get("/organisations")
    for number in range(60):
        service.add_organisation(
            by=None, name=f"Association {number:02}", sector=f"secteur {number % 7}", ins="62063"
        )
    with count_queries() as many:
        page = browser.get("/organisations").text
    assert len(many) == len(few)
    assert "Association 30" in page
    assert "La suite" in page
