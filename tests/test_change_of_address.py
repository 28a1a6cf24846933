"""A change of address: both mailboxes must agree, and neither tells whether the other is known."""

import pytest

from core.db import db
from core.people import by_email
from tests.mailbox import path_in, text_of, words_of
from webapp.people.models import AddressChange

OLD, NEW = "nadege@liege.example", "nadege@ailleurs.be"


@pytest.fixture
def asked(sign_in, village, mails):
    """The paths of the old and of the new mailbox."""
    assert sign_in(village.nadege).post("/profil/adresse", {"email": NEW}).status_code == 303
    old, new = mails()[-2:]
    assert (old.address, new.address) == (OLD, NEW)
    return path_in(old, "/profil/adresse/"), path_in(new, "/profil/adresse/")


def test_it_changes_when_both_have_said_yes(client, sign_in, village, mails, asked):
    old, new = asked
    client.post(new)
    assert village.nadege.email == OLD
    assert "Une adresse sur deux" in client.get(old).text or client.get(old).status_code == 200
    assert "Votre adresse a changé" in client.post(old).text
    assert village.nadege.email == NEW
    assert by_email(OLD) is None
    assert (mails()[-1].address, mails()[-1].subject) == (OLD, "Votre adresse a changé")
    assert client.get(new).status_code == 410


def test_the_old_mailbox_may_be_first(client, village, asked):
    old, new = asked
    assert "Une adresse sur deux" in client.post(old).text
    client.post(new)
    assert village.nadege.email == NEW


def test_scanners_confirm_nothing(client, village, asked):
    for _turn in range(50):
        for path in asked:
            assert client.get(path).status_code == 200
            client.head(path)
    assert village.nadege.email == OLD
    change = db.session.query(AddressChange).one()
    assert (change.old_confirmed_at, change.new_confirmed_at) == (None, None)


def test_one_mailbox_alone_changes_nothing(client, village, asked):
    for _turn in range(3):
        client.post(asked[1])
    assert village.nadege.email == OLD


def test_the_links_age_in_two_days(client, village, asked, at):
    at("2026-03-05 09:01")
    assert client.post(asked[0]).status_code == 410
    assert village.nadege.email == OLD


def test_asking_again_closes_the_links_of_before(client, sign_in, village, asked):
    sign_in(village.nadege).post("/profil/adresse", {"email": "encore@ailleurs.be"})
    assert client.get(asked[0]).status_code == 410
    assert client.get(asked[1]).status_code == 410


def test_one_may_change_one_s_mind(client, sign_in, village, asked):
    browser = sign_in(village.nadege)
    assert "attend votre confirmation" in browser.get("/profil").text
    browser.post("/profil/adresse/abandon")
    assert client.post(asked[0]).status_code == 410
    assert "attend votre confirmation" not in browser.get("/profil").text


def test_an_address_that_is_taken_is_told_to_its_mailbox_only(sign_in, village, mails):
    free = sign_in(village.nadege).post("/profil/adresse", {"email": NEW})
    taken = sign_in(village.emre).post("/profil/adresse", {"email": village.maud.email})
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert mails()[-1].address == village.maud.email
    assert "déjà celle d’un compte" in words_of(mails()[-1])
    assert "/profil/adresse/" not in text_of(mails()[-1])


def test_an_address_taken_meanwhile_is_a_conflict(client, village, asked):
    client.post(asked[0])
    village.emre.email = NEW
    assert client.post(asked[1]).status_code == 409
    assert village.nadege.email == OLD


@pytest.mark.parametrize(
    "wrong", ["", "pas une adresse", OLD.upper(), "a@b", "é@exemple.be", "a@b.be\r\nBcc: c@d.be"]
)
def test_what_cannot_be_is_refused(sign_in, village, mails, wrong):
    assert sign_in(village.nadege).post("/profil/adresse", {"email": wrong}).status_code == 422
    assert mails() == []


def test_a_guess_confirms_nothing(client, village):
    assert client.get("/profil/adresse/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 410
    assert client.post("/profil/adresse/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 410
