"""Passwords: a choice, never an obligation; long rather than odd; checked slowly; never a way to lock someone out."""

import pytest

from core import sessions
from core.db import db, transaction
from core.errors import Refused
from tests.mailbox import path_in, text_of
from webapp.identity import passwords, queries

GOOD = "six chats gris sous la pluie"


@pytest.fixture(autouse=True)
def _lightly():
    passwords.keep_lightly()


@pytest.fixture
def nadege(village):
    with transaction():
        person = db.session.merge(village.nadege)
        person.password_hash = passwords.hashed(GOOD)
    return person


def enter(browser, address, password):
    return browser.post(
        "/connexion/mot-de-passe", {"email": address, "password": password, "next": "/profil"}
    )


def test_it_opens_the_account(client, nadege):
    answer = enter(client, " Nadege@LIEGE.example", GOOD)
    assert (answer.status_code, answer.location) == (303, "/profil")
    session = sessions.session_for(client.get_cookie("session").value)
    assert (session.person_id, session.method) == (nadege.id, "password")


def test_a_wrong_one_opens_nothing_and_keeps_the_address(client, nadege):
    page = enter(client, nadege.email, "six chats gris sous la neige")
    assert page.status_code == 422
    assert nadege.email in page.text
    assert "six chats" not in page.text
    assert client.get_cookie("session") is None


def test_accents_typed_in_two_ways_are_one_password(village):
    kept = passwords.hashed("e\u0301te\u0301 comme hiver")
    assert passwords.is_right("\u00e9t\u00e9 comme hiver", kept)


def test_a_closed_account_stays_closed(client, nadege):
    with transaction():
        person = db.session.merge(nadege)
        person.closed_at = person.account_at
    assert enter(client, "nadege@liege.example", GOOD).status_code == 422


@pytest.mark.parametrize(
    "weak",
    [
        "court", "onze lettre", "motdepasse2024!", "Azertyuiop123", "123456789012", "password1234", "jetaimejetaime",
        "aaaaaaaaaaaaaa", "M0tDeP@sse!!", "qsdfghjklmwx", "nadegelambrecht", "Nadège Lambrecht 1", "nadege@liege.example",
        "abababababab", "2024motdepasse2024",
    ],
)  # fmt: skip
def test_what_anyone_would_try_first_is_refused(village, weak):
    with pytest.raises(Refused):
        passwords.check(weak, village.nadege)


@pytest.mark.parametrize(
    "good",
    [
        GOOD,
        "tramway bleu framboise",
        "éàü漢字 et trois mots",
        "x7#Lq9!mVt2@",
        "    tout   court    quand même ",
    ],
)
def test_nothing_is_asked_but_length_and_surprise(village, good):
    passwords.check(good, village.nadege)


def test_128_characters_are_enough(village):
    words = "".join(chr(97 + (n * 7) % 26) for n in range(129))
    passwords.check(words[:128], village.nadege)
    with pytest.raises(Refused):
        passwords.check(words, village.nadege)


def test_it_is_chosen_in_the_profile_and_told_by_mail(client, sign_in, village, mails):
    browser = sign_in(village.nadege)
    answer = browser.post("/profil/mot-de-passe", {"new": GOOD})
    assert answer.status_code == 303
    assert mails()[-1].address == village.nadege.email
    assert mails()[-1].stream == "account"
    assert "a maintenant un mot de passe" in mails()[-1].subject
    assert enter(client, village.nadege.email, GOOD).status_code == 303


def test_changing_it_asks_for_the_one_before(sign_in, nadege, mails):
    browser = sign_in(nadege)
    page = browser.post("/profil/mot-de-passe", {"current": "faux", "new": "un tout autre secret"})
    assert page.status_code == 422
    assert "mot de passe actuel" in page.text
    assert mails() == []
    assert (
        browser.post("/profil/mot-de-passe", {"current": GOOD, "new": "un tout autre secret"}).status_code
        == 303
    )
    assert "a changé" in mails()[-1].subject


def test_changing_it_closes_the_other_sessions_and_keeps_this_one(sign_in, nadege):
    here, elsewhere = sign_in(nadege), sign_in(nadege)
    here.post("/profil/mot-de-passe", {"current": GOOD, "new": "un tout autre secret"})
    assert here.get("/profil/securite").status_code == 200
    assert (
        elsewhere.get("/profil/securite").status_code == 302
        or elsewhere.get("/profil/securite").status_code == 303
    )


def test_it_can_be_given_up(sign_in, client, nadege, mails):
    browser = sign_in(nadege)
    assert browser.post("/profil/mot-de-passe/retrait", {"current": "faux"}).status_code == 422
    assert browser.post("/profil/mot-de-passe/retrait", {"current": GOOD}).status_code == 303
    assert "retiré" in mails()[-1].subject
    assert enter(client, nadege.email, GOOD).status_code == 422


def test_a_visitor_chooses_none(client, village):
    assert client.post("/profil/mot-de-passe", {"new": GOOD}).location.startswith("/connexion")


def test_many_attempts_are_held_back_but_never_lock_anyone_out(app, client, nadege, mails):
    for number in range(10):
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        assert enter(client, nadege.email, "faux").status_code == 422
    client.environ_base["REMOTE_ADDR"] = "10.0.1.1"
    held = enter(client, nadege.email, GOOD)
    assert held.status_code == 429
    assert "Réessayez dans" in held.text
    # The mailbox still opens the door: nobody can be kept out by somebody else's attempts.
    client.post("/connexion", {"email": nadege.email})
    assert client.post(path_in(mails()[-1], "/connexion/lien/")).status_code == 303


def test_one_machine_does_not_try_many_accounts(app, client, village):
    app.config["SIGN_IN_RATES"] = {"password-machine": "3/minute"}
    answers = [enter(client, f"personne{n}@liege.example", "faux").status_code for n in range(4)]
    assert answers == [422, 422, 422, 429]


def test_one_kept_at_another_cost_is_kept_again(client, nadege):
    dearer = passwords.argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with transaction():
        person = db.session.merge(nadege)
        person.password_hash = before = dearer.hash(GOOD)
    enter(client, "nadege@liege.example", GOOD)
    db.session.rollback()
    assert db.session.merge(nadege).password_hash != before


def test_it_is_kept_with_argon2id(village):
    assert passwords.hashed(GOOD).startswith("$argon2id$")
    assert queries.methods_of(village.nadege) == set()


def test_a_way_never_used_before_is_told(client, sign_in, nadege, mails):
    sign_in(nadege)
    firefox = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    client.post("/connexion/mot-de-passe", {"email": nadege.email, "password": GOOD}, headers=firefox)
    assert mails()[-1].stream == "account"
    assert "Firefox sur Linux" in text_of(mails()[-1])
    told = len(mails())
    client.post("/deconnexion")
    client.post("/connexion/mot-de-passe", {"email": nadege.email, "password": GOOD}, headers=firefox)
    assert len(mails()) == told
