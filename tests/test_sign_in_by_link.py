"""A link by mail: asked, opened on a page, used once by a button, and safe from whatever opens links by itself."""

import pytest
import sqlalchemy as sa

from core import sessions
from core.db import db, transaction
from core.people import Person
from tests.mailbox import path_in, text_of
from tests.visitors import Browser
from webapp.identity.models import SignInLink
from webapp.identity.rules import safe_path


def ask(browser, address, **more):
    return browser.post("/connexion", {"email": address, "next": "/", **more})


def signed_in_as(browser):
    db.session.rollback()
    secret = browser.get_cookie("session")
    found = sessions.session_for(secret.value) if secret else None
    return found.person if found else None


@pytest.fixture
def link(client, village, mails):
    """The path of a link that Nadège received."""
    ask(client, village.nadege.email)
    return path_in(mails()[-1], "/connexion/lien/")


def test_the_link_opens_a_page_and_its_button_signs_in(client, village, link):
    page = client.get(link)
    assert page.status_code == 200
    assert "n…e@liege.example" in page.text
    assert village.nadege.email not in page.text
    assert signed_in_as(client) is None
    answer = client.post(link)
    assert (answer.status_code, answer.location) == (303, "/")
    assert signed_in_as(client).id == village.nadege.id


def test_the_mail_holds_the_link_and_when_it_ends(client, village, mails, link):
    mail = mails()[-1]
    assert (mail.address, mail.stream, mail.person_id) == (village.nadege.email, "account", village.nadege.id)
    assert "30 minutes" in text_of(mail)
    assert mail.expires_at is not None


def test_the_secret_is_kept_as_a_digest(link):
    kept = db.session.scalars(sa.select(SignInLink)).one()
    assert link.rsplit("/", 1)[1] not in (kept.secret_digest, kept.next_path)


def test_scanners_change_nothing(app, client, village, link):
    scanner = Browser(app, app.response_class)
    for _turn in range(50):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    db.session.rollback()
    assert db.session.scalars(sa.select(SignInLink)).one().used_at is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(sessions.Session)) == 0
    assert client.post(link).status_code == 303


def test_a_scanner_that_submits_forms_without_the_token_is_refused(client, link):
    client.get(link)
    client.shows_token = False
    assert client.post(link).status_code == 400
    db.session.rollback()
    assert db.session.scalars(sa.select(SignInLink)).one().used_at is None


def test_a_link_serves_once(app, client, village, link, sign_in):
    client.post(link)
    other = Browser(app, app.response_class)
    assert other.get(link).status_code == 410
    assert other.post(link).status_code == 410
    assert signed_in_as(other) is None


def test_a_link_is_too_old_after_thirty_minutes(client, village, link, at):
    at("2026-03-03 09:29")
    assert client.get(link).status_code == 200
    at("2026-03-03 09:31")
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert signed_in_as(client) is None


def test_a_guessed_link_is_unknown(client, village):
    assert client.get("/connexion/lien/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.post("/connexion/lien/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_the_page_of_a_link_is_kept_nowhere(client, link):
    headers = client.get(link).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_someone_who_only_received_mail_gets_an_account(client, village, mails):
    ask(client, village.rosa.email)
    client.post(path_in(mails()[-1], "/connexion/lien/"))
    rosa = signed_in_as(client)
    assert rosa.id == village.rosa.id
    assert rosa.account_at is not None


def test_an_account_without_a_space_still_enters(client, village, mails):
    ask(client, village.ines.email)
    client.post(path_in(mails()[-1], "/connexion/lien/"))
    assert signed_in_as(client).id == village.ines.id


def test_nothing_leaves_for_a_directory_entry_nor_for_a_closed_account(client, village, mails):
    with transaction():
        db.session.add(Person(name="Fiche Seule", email="fiche@liege.example"))
        db.session.merge(village.kevin).closed_at = village.kevin.account_at
    ask(client, "fiche@liege.example")
    ask(client, village.kevin.email)
    assert mails() == []


def test_it_leads_back_where_one_wanted_to_go(client, village, mails):
    assert client.get("/profil").location.startswith("/connexion?next=")
    ask(client, village.nadege.email, next="/profil?onglet=1")
    assert client.post(path_in(mails()[-1], "/connexion/lien/")).location == "/profil?onglet=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "evil",
        "/\t/evil.example", "https:evil.example", "http://[", "/a\r\nSet-Cookie: a=b", "/" + "a" * 600, "/connexion", "",
    ],
)  # fmt: skip
def test_it_never_leads_off_the_site(elsewhere):
    assert safe_path(elsewhere) == "/"


def test_the_same_holds_through_the_pages(client, village, mails):
    ask(client, village.nadege.email, next="//evil.example/")
    assert client.post(path_in(mails()[-1], "/connexion/lien/")).location == "/"
    assert client.get("/connexion?next=//evil.example/").location == "/"


def test_each_sign_in_opens_a_new_session_and_closes_the_one_that_stood_there(
    client, village, mails, sign_in
):
    browser = sign_in(village.emre)
    planted = browser.get_cookie("session").value
    ask(client, village.nadege.email)
    browser.post(path_in(mails()[-1], "/connexion/lien/"))
    db.session.rollback()
    assert browser.get_cookie("session").value != planted
    assert sessions.session_for(planted) is None
    assert signed_in_as(browser).id == village.nadege.id


def test_a_planted_cookie_is_never_adopted(app, client, village, link):
    client.set_cookie(app.config["IDENTITY_COOKIE"], "chosen-by-someone-else")
    client.post(link)
    assert client.get_cookie("session").value != "chosen-by-someone-else"
    assert sessions.session_for("chosen-by-someone-else") is None


def test_the_token_of_forms_changes_when_one_enters(client, village, link):
    before = client.token()
    client.post(link, {"csrf_token": before})
    form_cookie = client.get_cookie("form")
    assert form_cookie is None or client.post("/deconnexion", {"csrf_token": before}).status_code == 400


def test_asking_again_is_held_back_and_says_until_when(client, village):
    for _turn in range(5):
        assert ask(client, village.nadege.email).status_code == 303
    held = ask(client, " NADEGE@liege.example ")
    assert held.status_code == 429
    assert "minutes" in held.text
    assert "Réessayez dans" in held.text


def test_a_link_opened_elsewhere_says_where_it_was_asked(app, client, village, mails):
    firefox = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"}
    client.post("/connexion", {"email": village.nadege.email}, headers=firefox)
    path = path_in(mails()[-1], "/connexion/lien/")
    assert "Firefox sur Android" in text_of(mails()[-1])
    assert "Firefox sur Android" in client.get(path).text
    assert "Firefox sur Android" not in client.get(path, headers=firefox).text


def test_nothing_typed_is_lost_when_it_is_refused(client, village):
    page = client.post("/connexion", {"email": "", "next": "/profil"})
    assert page.status_code == 422
    assert 'value="/profil"' in page.text
    page = client.post("/connexion", {"email": "a" * 300 + "@x.be"})
    assert page.status_code == 422


def test_a_line_break_in_an_address_goes_nowhere(client, village, mails):
    assert client.post("/connexion", {"email": "nadege@liege.example\r\nBcc: a@b.be"}).status_code == 303
    assert mails() == []
