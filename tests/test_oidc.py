"""OpenID Connect, against a real provider: what it proves is checked to the letter, and nobody is linked by an address."""

import json
from collections.abc import Iterator

import pytest
import requests
import sqlalchemy as sa
from joserfc.jwk import RSAKey

from core import sessions
from core.db import db
from core.people import Person
from tests import provider as providers
from tests.mailbox import path_in
from tests.visitors import Browser
from webapp.identity.models import OidcIdentity


@pytest.fixture
def provider(settings) -> Iterator[providers.Provider]:
    with providers.running() as running:
        settings |= running.settings()
        yield running


@pytest.fixture
def app(provider, app):
    """The house knows the provider from its start."""
    return app


def go(browser, next_path="/profil"):
    """Through the provider's door and back; the answer of our own page."""
    leaving = browser.get(f"/connexion/avec/essai?next={next_path}")
    return come_back(browser, leaving.location)


def come_back(browser, address):
    sent_back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    return browser.get(sent_back.removeprefix("http://localhost"))


def signed_in_as(browser):
    cookie = browser.get_cookie("session")
    session = sessions.session_for(cookie.value) if cookie else None
    return session.person_id if session else None


def linked():
    return list(db.session.scalars(sa.select(OidcIdentity)))


def link(person, provider):
    db.session.add(
        OidcIdentity(person=person, issuer=provider.issuer, subject=provider.claims["sub"], account="n")
    )
    db.session.commit()


def test_the_door_shows_it_by_its_label(client, village):
    assert "Continuer avec Essai" in client.get("/connexion").text


def test_a_known_account_signs_in(client, village, provider):
    link(village.nadege, provider)
    answer = go(client)
    assert (answer.status_code, answer.location) == (303, "/profil")
    assert signed_in_as(client) == village.nadege.id
    assert sessions.session_for(client.get_cookie("session").value).method == "essai"


def test_it_asks_with_pkce_a_state_and_a_nonce(client, village, provider):
    leaving = client.get("/connexion/avec/essai").location
    for part in ("code_challenge_method=S256", "code_challenge=", "state=", "nonce=", "scope=openid"):
        assert part in leaving


def test_an_unknown_account_is_never_linked_by_its_address(client, village, provider):
    provider.claims = {"sub": "4711", "email": village.nadege.email, "email_verified": True}
    answer = go(client)
    assert answer.location == "/connexion/compte"
    page = client.get(answer.location).text
    assert "Une dernière fois par courriel" in page
    assert signed_in_as(client) is None
    assert linked() == []


def test_it_is_linked_by_signing_in_once_through_a_mail(client, village, provider, mails):
    go(client)
    client.post("/connexion", {"email": village.nadege.email, "next": "/"})
    path = path_in(mails()[-1], "/connexion/lien/")
    assert "Relier aussi mon compte Essai" in client.get(path).text
    client.post(path, {"link_identity": "y"})
    assert [(one.person_id, one.issuer, one.subject) for one in linked()] == [
        (village.nadege.id, provider.issuer, "4711")
    ]
    assert "Un compte Essai ouvre désormais le vôtre" in mails()[-1].subject
    client.post("/deconnexion")
    go(client)
    assert signed_in_as(client) == village.nadege.id


def test_one_may_sign_in_without_linking_it(client, village, provider, mails):
    go(client)
    client.post("/connexion", {"email": village.nadege.email})
    client.post(path_in(mails()[-1], "/connexion/lien/"))
    assert signed_in_as(client) == village.nadege.id
    assert linked() == []


def test_the_mail_opened_in_another_browser_links_nothing(app, client, village, provider, mails):
    go(client)
    client.post("/connexion", {"email": village.nadege.email})
    Browser(app, app.response_class).post(path_in(mails()[-1], "/connexion/lien/"), {"link_identity": "y"})
    assert linked() == []


def test_it_waits_half_an_hour_at_most(client, village, provider, at):
    go(client)
    at("2026-03-03 09:31")
    assert client.get("/connexion/compte").status_code == 303


def test_from_the_profile_it_is_linked_only_by_a_form_that_names_it(sign_in, village, provider, mails):
    browser = sign_in(village.nadege)
    provider.claims = {"sub": "4711", "email": "ailleurs@exemple.be"}
    assert go(browser).location == "/connexion/compte"
    assert linked() == []
    assert "ailleurs@exemple.be" in browser.get("/connexion/compte").text
    browser.post("/connexion/compte")
    assert [one.person_id for one in linked()] == [village.nadege.id]
    assert "ailleurs@exemple.be" in browser.get("/profil/securite").text


def test_an_account_opens_one_person_only(sign_in, village, provider):
    link(village.emre, provider)
    browser = sign_in(village.nadege)
    go(browser)
    browser.post("/connexion/compte")
    assert "déjà relié à quelqu’un d’autre" in browser.get("/profil/securite").text
    assert [one.person_id for one in linked()] == [village.emre.id]
    assert signed_in_as(browser) == village.nadege.id


def test_it_can_be_unlinked_by_its_owner_alone(sign_in, village, provider, mails):
    link(village.nadege, provider)
    number = linked()[0].id
    assert sign_in(village.emre).post(f"/profil/comptes/{number}/retrait").status_code == 404
    assert sign_in(village.nadege).post(f"/profil/comptes/{number}/retrait").status_code == 303
    assert linked() == []
    assert "n’est plus relié" in mails()[-1].subject


def test_a_closed_account_does_not_open(client, village, provider):
    link(village.nadege, provider)
    village.nadege.closed_at = village.nadege.account_at
    go(client)
    assert signed_in_as(client) is None


def test_the_same_subject_of_another_issuer_is_someone_else(client, village, provider):
    db.session.add(OidcIdentity(person=village.nadege, issuer="https://ailleurs.example", subject="4711"))
    db.session.commit()
    assert go(client).location == "/connexion/compte"
    assert signed_in_as(client) is None


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "celui d’une autre demande"}, {"nonce": None}, {"iss": "https://evil.example"}, {"iss": None},
        {"aud": "un autre client"}, {"aud": "un autre client", "azp": "maillage"}, {"aud": None}, {"sub": None}, {"sub": ""},
        {"sub": "a" * 256}, {"sub": "a\nb"}, {"sub": 4711}, {"exp": 1_000_000_000}, {"exp": None}, {"iat": None},
        {"at_hash": "faux"},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_token_that_lies_opens_nothing(client, village, provider, lies):
    link(village.nadege, provider)
    provider.lies = lies
    answer = go(client)
    assert answer.location == "/connexion"
    assert "n’a pas pu être acceptée" in client.get("/connexion").text
    assert signed_in_as(client) is None
    assert len(linked()) == 1


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_signed_by_anyone_opens_nothing(client, village, provider, algorithm):
    link(village.nadege, provider)
    provider.algorithm = algorithm
    go(client)
    assert signed_in_as(client) is None


def test_a_token_signed_by_another_key_opens_nothing(client, village, provider):
    link(village.nadege, provider)
    leaving = client.get("/connexion/avec/essai").location
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "essai", "use": "sig"})
    come_back(client, leaving)
    assert signed_in_as(client) is None


def test_an_answer_to_another_browser_opens_nothing(app, client, village, provider):
    link(village.nadege, provider)
    leaving = client.get("/connexion/avec/essai").location
    sent_back = requests.get(leaving, allow_redirects=False, timeout=5).headers["Location"]
    other = Browser(app, app.response_class)
    assert other.get(sent_back.removeprefix("http://localhost")).location == "/connexion"
    assert "ne vient pas de ce navigateur" in other.get("/connexion").text
    assert signed_in_as(other) is None


def test_a_code_serves_once(client, village, provider):
    link(village.nadege, provider)
    leaving = client.get("/connexion/avec/essai").location
    sent_back = requests.get(leaving, allow_redirects=False, timeout=5).headers["Location"]
    path = sent_back.removeprefix("http://localhost")
    kept = client.get_cookie("form").value
    assert client.get(path).location == "/"
    client.post("/deconnexion")
    assert client.get(path).location == "/connexion"
    client.set_cookie(
        "form", kept
    )  # even with the cookie of that time, the provider knows that its code has served
    assert client.get(path).location == "/connexion"
    assert signed_in_as(client) is None


def test_a_scanner_that_asks_the_head_spends_nothing(client, village, provider):
    link(village.nadege, provider)
    leaving = client.get("/connexion/avec/essai").location
    path = (
        requests.get(leaving, allow_redirects=False, timeout=5)
        .headers["Location"]
        .removeprefix("http://localhost")
    )
    assert client.head(path).status_code == 204
    assert client.get(path).status_code == 303
    assert signed_in_as(client) == village.nadege.id


def test_an_answer_that_says_it_comes_from_elsewhere_is_refused(client, village, provider):
    link(village.nadege, provider)
    provider.answered_issuer = "https://evil.example"
    go(client)
    assert signed_in_as(client) is None
    provider.answered_issuer = provider.issuer
    go(client)
    assert signed_in_as(client) == village.nadege.id


def test_a_provider_that_says_it_is_another_is_not_followed(client, village, provider):
    provider.said_issuer = "https://evil.example"
    assert client.get("/connexion/avec/essai").location == "/connexion"
    provider.said_issuer = None  # and is asked again once it is itself
    assert client.get("/connexion/avec/essai").location.startswith(provider.issuer)


def test_someone_who_says_no_there_is_told_so_here(client, village, provider):
    provider.denies = True
    assert go(client).location == "/connexion"
    assert "Vous n’avez pas continué avec Essai" in client.get("/connexion").text


@pytest.mark.parametrize("broken", ["discovery", "token"])
def test_a_provider_that_is_down_is_said_so(client, village, provider, broken):
    provider.broken = broken
    if broken == "discovery":
        assert client.get("/connexion/avec/essai").location == "/connexion"
    else:
        go(client)
    page = client.get("/connexion").text
    assert "Essai ne répond pas" in page
    assert "par un lien" in page


def test_a_provider_nobody_set_does_not_exist(client, village):
    assert client.get("/connexion/avec/autre").status_code == 404
    assert client.get("/connexion/avec/autre/retour?code=a&state=b").status_code == 404


def test_nobody_is_made_by_signing_in_elsewhere(client, village, provider):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    provider.claims = {"sub": "inconnue", "email": "nouvelle@exemple.be"}
    go(client)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == before
