"""The first page: the network for whoever comes by, today for whoever works here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core import clock
from core.db import db
from core.publications import Placement
from core.spaces import Membership, Space
from tests.village import Village
from tests.visitors import Browser
from webapp.announcements.models import Announcement
from webapp.programmes import service as programmes
from webapp.spaces import service

SignIn = Callable[[Any], Browser]


def test_a_visitor_reads_what_the_network_is_and_how_to_enter(village: Village, client: Browser) -> None:
    village.citoyennete.visibility = "public"
    page = client.get("/").text
    assert "Pour les tests" in page
    assert "En faire partie" in page
    assert "Plateforme Citoyenneté" in page
    assert "Plateforme Français" not in page
    assert "Emre" not in page


def test_a_member_is_greeted_with_their_spaces(village: Village, sign_in: SignIn) -> None:
    page = sign_in(village.nadege).get("/").text
    assert "Bonjour Nadège" in page
    assert "/espaces/fle" in page
    assert "/espaces/citoyennete" in page
    assert "Services sociaux" not in page


def test_in_the_evening_it_says_good_evening(village: Village, sign_in: SignIn, at: Any) -> None:
    browser = sign_in(village.nadege)
    with at("2026-03-03 18:00"):
        assert "Bonsoir Nadège" in browser.get("/").text


def test_requests_await_those_who_welcome(village: Village, sign_in: SignIn) -> None:
    service.ask_to_join(space=village.fle, by=village.driss)
    for name, awaits in (("maud", True), ("helene", True), ("emre", False), ("driss", False)):
        page = sign_in(getattr(village, name)).get("/").text
        assert ("demande à rejoindre FLE" in page) is awaits, name


def test_a_newcomer_sees_the_first_steps_for_three_weeks(village: Village, sign_in: SignIn, at: Any) -> None:
    browser = sign_in(village.ines)
    assert "Vos premiers pas" in browser.get("/").text
    at("2026-03-26 09:00")
    assert "Vos premiers pas" not in browser.get("/").text


def test_whoever_sits_nowhere_is_told_what_to_do(village: Village, sign_in: SignIn) -> None:
    assert "Aucun espace ne vous est encore ouvert" in sign_in(village.ines).get("/").text
    village.citoyennete.visibility = "public"
    assert "Des espaces à découvrir" in sign_in(village.ines).get("/").text


def test_the_latest_of_each_space_is_shown_to_those_who_may_read_it(
    village: Village, sign_in: SignIn
) -> None:
    for number, (space, title) in enumerate(
        ((village.fle, "Une ancienne"), (village.fle, "La dernière"), (village.citoyennete, "Ailleurs"))
    ):
        one = Announcement(
            title=title, author=village.helene, state="published", scope="space",
            published_at=clock.now() - timedelta(hours=3 - number), placements=[Placement(space=space)],
        )  # fmt: skip
        db.session.add(one)
    db.session.commit()
    both = sign_in(village.nadege).get("/").text
    assert "La dernière" in both
    assert "Ailleurs" in both
    assert "Une ancienne" not in both
    assert "Ailleurs" not in sign_in(village.emre).get("/").text
    assert "La dernière" not in sign_in(village.ines).get("/").text


def test_today_costs_the_same_with_more_spaces(village: Village, sign_in: SignIn, count_queries: Any) -> None:
    browser = sign_in(village.nadege)
    browser.get("/")
    with count_queries() as few:
        browser.get("/")
    for number in range(20):
        space = Space(name=f"Espace {number}", short_name=f"E{number}", slug=f"e-{number}", kind="groupe")
        db.session.add(Membership(person=village.nadege, space=space))
    with count_queries() as many:
        assert "Espace 19" in browser.get("/").text
    assert len(many) == len(few)


def test_a_programme_shows_its_axes_and_hides_the_spaces_one_may_not_know(
    village: Village, sign_in: SignIn, client: Browser
) -> None:
    programme = programmes.write_programme(
        by=village.beatrice, name="Plan de cohésion sociale", short_name="PCS", starts_on=clock.today()
    )
    programmes.write_axis(
        programme=programme, by=village.beatrice, name="Le retissage des liens sociaux",
        bridge=village.ssde, platforms=[village.citoyennete],
    )  # fmt: skip
    db.session.commit()
    visitor = client.get("/programmes/pcs-2026").text
    assert "Le retissage des liens sociaux" in visitor
    assert "Citoyenneté" not in visitor
    member = sign_in(village.emre).get("/programmes/pcs-2026").text
    assert "/espaces/citoyennete" in member
    assert "/espaces/ssde" not in member
    about = sign_in(village.nadege).get("/espaces/citoyennete/a-propos").text
    assert "Participe au groupe de travail « Le retissage des liens sociaux »" in about


def test_the_staff_alone_writes_programmes(village: Village, sign_in: SignIn) -> None:
    form = {"name": "Plan", "short_name": "Plan", "starts_on": "2026-01-01", "ends_on": "2025-01-01"}
    assert sign_in(village.helene).post("/programmes", data=form).status_code == 404
    staff = sign_in(village.beatrice)
    assert staff.post("/programmes", data=form).status_code == 422
    assert (
        staff.post("/programmes", data=form | {"ends_on": "2030-12-31"}).location == "/programmes/plan-2026"
    )
    axis = {"name": "Un axe", "bridge": str(village.ssde.id), "platforms": [str(village.fle.id)]}
    assert staff.post("/programmes/plan-2026/axes", data=axis).status_code == 303
    assert "Un axe" in staff.get("/espaces").text
