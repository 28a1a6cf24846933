"""The pages in the footer are open to everyone, reachable from everywhere, and say who to write to."""

import pytest

from core.db import db, transaction
from core.network import the_network

PAGES = ["/accessibilite", "/vie-privee", "/a-propos"]


@pytest.mark.parametrize("path", PAGES)
def test_everyone_may_read_them(village, client, sign_in, path):
    assert client.get(path).status_code == 200
    for person in (village.nadege, village.kevin, village.driss):
        assert sign_in(person).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_they_are_reached_from_every_page(client, path):
    assert f'href="{path}"' in client.get("/nowhere").get_data(as_text=True)


def test_the_statement_cites_the_law_of_the_network(village, client):
    assert "décret wallon du 2 mai 2019" in client.get("/accessibilite").get_data(as_text=True)
    with transaction():
        the_network().accessibility_law = "loi d’un autre pays"
    page = client.get("/accessibilite").get_data(as_text=True)
    assert "loi d’un autre pays" in page
    assert "wallon du 2 mai" not in page


def test_they_say_who_answers(village, client):
    with transaction():
        network = db.session.merge(the_network())
        network.operator, network.contact_email = "Le Centre", "centre@exemple.be"
    for path in PAGES:
        page = client.get(path).get_data(as_text=True)
        assert "Le Centre" in page
        assert "mailto:centre@exemple.be" in page


@pytest.mark.parametrize("path", PAGES)
def test_they_stand_while_the_house_is_empty(client, path):
    assert client.get(path).status_code == 200
