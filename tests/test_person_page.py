"""The page of someone: known to the network, unknown to strangers, reachable by those who share a space."""

import pytest

from core.clock import now

PAGE = "/personnes/{}"


@pytest.mark.parametrize(
    ("reader", "person", "status"),
    [
        ("emre", "nadege", 200), ("nadege", "driss", 200), ("driss", "corentin", 200), ("corentin", "driss", 200),
        ("nadege", "rosa", 200), ("nadege", "beatrice", 200), ("ines", "ines", 200), ("kevin", "kevin", 200),
        ("beatrice", "ines", 200),
        # A guest of one space is no member of the network; whoever sits nowhere knows nobody and is known by nobody.
        ("corentin", "nadege", 404), ("nadege", "corentin", 404), ("ines", "nadege", 404), ("nadege", "ines", 404),
        ("kevin", "nadege", 404), ("nadege", "kevin", 404), ("corentin", "beatrice", 404),
    ],
)  # fmt: skip
def test_who_may_know_whom(sign_in, api, village, reader, person, status):
    reader, person = getattr(village, reader), getattr(village, person)
    assert sign_in(reader).get(PAGE.format(person.id)).status_code == status
    assert api(reader, "read").call("GET", f"/api/v1/people/{person.id}").status_code == status


def test_a_visitor_knows_nobody(client, api, village):
    assert client.get(PAGE.format(village.nadege.id)).location.startswith("/connexion?next=")
    assert api().call("GET", f"/api/v1/people/{village.nadege.id}").status_code == 401


def test_nobody_is_there_at_an_address_nobody_has(sign_in, village):
    assert sign_in(village.nadege).get("/personnes/999999").status_code == 404
    assert sign_in(village.nadege).get("/personnes/99999999999999999999").status_code == 404


def test_whoever_left_has_no_page(sign_in, village):
    village.emre.closed_at = now()
    assert sign_in(village.nadege).get(PAGE.format(village.emre.id)).status_code == 404


def test_an_address_is_for_those_who_share_a_space(sign_in, api, village):
    village.nadege.phone = "04 220 00 00"
    for reader, reachable in ((village.emre, True), (village.driss, False), (village.beatrice, True)):
        page = sign_in(reader).get(PAGE.format(village.nadege.id)).text
        assert (village.nadege.email in page) is reachable
        assert ("04 220 00 00" in page) is reachable
        told = api(reader, "read").call("GET", f"/api/v1/people/{village.nadege.id}").json
        assert (told["email"] is not None) is reachable
        assert (told["phone"] is not None) is reachable


def test_a_hidden_space_is_not_told_by_who_sits_there(sign_in, api, village):
    page = sign_in(village.emre).get(PAGE.format(village.driss.id)).text
    assert "SSDE" not in page
    assert api(village.emre, "read").call("GET", f"/api/v1/people/{village.driss.id}").json["spaces"] == []


def test_it_says_for_whom_they_act_and_what_is_shared(sign_in, village):
    page = sign_in(village.emre).get(PAGE.format(village.nadege.id)).text
    assert "Les Mots Voisins asbl" in page
    assert "Espaces en commun" in page
    assert "Aussi dans" in page


def test_what_is_written_of_oneself_is_text(sign_in, village):
    village.nadege.about = "<script>alert(1)</script>\nDeux lignes"
    page = sign_in(village.emre).get(PAGE.format(village.nadege.id)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_it_shows_what_the_reader_may_read_of_what_they_shared(sign_in, village):
    from webapp.announcements.models import Announcement  # noqa: PLC0415 - once the kinds have been found
    from webapp.publications import service  # noqa: PLC0415

    for space, title in ((village.fle, "Atelier d’écriture"), (village.citoyennete, "Visite du parlement")):
        made = service.draft(Announcement, spaces=[space], by=village.nadege, title=title, text="Venez.")
        service.share(made, by=village.nadege)
    for reader, titles in ((village.emre, ["Atelier d’écriture"]), (village.driss, [])):
        page = sign_in(reader).get(PAGE.format(village.nadege.id)).text
        assert [title for title in ("Atelier d’écriture", "Visite du parlement") if title in page] == titles


def test_it_costs_the_same_with_many_publications(sign_in, village, count_queries):
    from webapp.announcements.models import Announcement  # noqa: PLC0415
    from webapp.publications import service  # noqa: PLC0415

    def share(number):
        for turn in range(number):
            made = service.draft(
                Announcement, spaces=[village.fle], by=village.nadege, title=f"Annonce {turn}", text="Venez."
            )
            service.share(made, by=village.nadege)

    share(2)
    browser = sign_in(village.emre)
    browser.get(PAGE.format(village.nadege.id))
    with count_queries() as few:
        browser.get(PAGE.format(village.nadege.id))
    share(10)
    browser.get(PAGE.format(village.nadege.id))
    with count_queries() as many:
        browser.get(PAGE.format(village.nadege.id))
    assert len(many) <= len(few)
