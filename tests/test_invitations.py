"""Invitations: a door for one address, that whoever receives mail there walks through once."""

import pytest
import sqlalchemy as sa

from core import clock, sessions
from core.db import db
from core.errors import Refused
from core.people import Person, by_email
from core.spaces import Membership, membership_of
from notifications.events import Event
from tests.mailbox import path_in, text_of
from tests.visitors import Browser
from webapp.invitations import pasted, service
from webapp.invitations.models import Invitation

NEW = "nouvelle@exemple.be"


def invite(browser, people, slug="fle", **more):
    return browser.post(f"/espaces/{slug}/invitations", {"people": people, "role": "member", **more})


def signed_in_as(browser):
    cookie = browser.get_cookie("session")
    session = sessions.session_for(cookie.value) if cookie else None
    return session.person_id if session else None


@pytest.fixture
def door(sign_in, village, mails):
    """The path of an invitation to the FLE platform, received by someone new."""
    invite(sign_in(village.helene), f"Zoé Neuve <{NEW}>", message="Venez mardi, on parle d’évaluation.")
    return path_in(mails()[-1], "/invitations/")


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_mail_says_who_invites_where_and_with_what_words(mails, village, door):
    mail = mails()[-1]
    assert (mail.address, mail.stream) == (NEW, "account")
    assert (
        mail.subject == "Hélène Vantomme vous invite dans «\u00a0Plateforme Français langue étrangère\u00a0»"
    )
    assert "Venez mardi, on parle d’évaluation." in text_of(mail)
    assert "17 mars" in text_of(mail)


def test_a_pasted_list_is_read_as_it_comes(app):
    reading = pasted.read(
        "Marie Dupont <marie@exemple.be>, jean@exemple.be; Léa <lea@exemple.be>\n"
        '\n"Peeters, An" <an@exemple.be>\nSacha\tsacha@exemple.be\nDurand, Paul <paul@exemple.be>\n'
        "mailto:ali@exemple.be\n<eva@exemple.be>\nMARIE@exemple.be"
    )
    assert reading.mistakes == []
    assert reading.repeated == 1
    assert [(guest.name, guest.address) for guest in reading.guests] == [
        ("Marie Dupont", "marie@exemple.be"),
        ("", "jean@exemple.be"),
        ("Léa", "lea@exemple.be"),
        ("Peeters, An", "an@exemple.be"),
        ("Sacha", "sacha@exemple.be"),
        ("Durand Paul", "paul@exemple.be"),
        ("", "ali@exemple.be"),
        ("", "eva@exemple.be"),
    ]


def test_each_line_is_judged_and_none_is_lost(sign_in, village, mails):
    written = (
        "bonne@exemple.be\npas une adresse\nNom <@exemple.be>\nautre bonne@exemple.be\nÉlo <élo@exemple.be>"
    )
    page = invite(sign_in(village.helene), written)
    assert page.status_code == 422
    assert "4 lignes sont à corriger" in page.text
    for line in ("pas une adresse", "Nom &lt;@exemple.be&gt;", "autre bonne@exemple.be"):
        assert page.text.count(line) >= 2
    assert mails() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0


def test_two_hundred_at_a_time(app):
    with pytest.raises(Refused):
        pasted.read("\n".join(f"p{n}@exemple.be" for n in range(201)))


def test_members_are_left_in_peace_and_said(sign_in, village, mails):
    browser = sign_in(village.helene)
    answer = invite(browser, f"{village.emre.email}\n{NEW}\n{NEW}")
    assert [mail.address for mail in mails()] == [NEW]
    page = browser.get(answer.location).text
    assert "Une invitation est partie." in page
    assert "laissé·es en paix\u00a0: Emre Kaplan-Dethier" in page


def test_inviting_again_sends_again_and_keeps_one_row(sign_in, village, mails):
    browser = sign_in(village.helene)
    invite(browser, NEW)
    invite(browser, f"Zoé <{NEW.upper()}>", message="Encore !")
    assert len(mails()) == 2
    row = db.session.scalars(sa.select(Invitation)).one()
    assert (row.name, row.message, row.times_sent) == ("Zoé", "Encore !", 2)
    first, second = (path_in(mail, "/invitations/") for mail in mails())
    assert browser.get(first).status_code == 404
    assert browser.get(second).status_code == 200


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("helene", "member", 303), ("helene", "animator", 303), ("maud", "member", 303), ("maud", "animator", 422),
        ("maud", "moderator", 422), ("beatrice", "animator", 303), ("nadege", "member", 404), ("driss", "member", 404),
        ("kevin", "member", 404), ("ines", "member", 404),
    ],
)  # fmt: skip
def test_who_may_invite_to_what(sign_in, village, who, role, status):
    assert invite(sign_in(getattr(village, who)), NEW, role=role).status_code == status


def test_a_visitor_is_led_to_the_door(client, village):
    assert client.get("/espaces/fle/invitations").location.startswith("/connexion?next=")
    assert invite(client, NEW).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0


def test_a_hidden_space_is_not_told_by_its_invitations(sign_in, village):
    assert sign_in(village.helene).get("/espaces/ssde/invitations").status_code == 404
    assert sign_in(village.corentin).get("/espaces/ssde/invitations").status_code == 404
    assert sign_in(village.driss).get("/espaces/ssde/invitations").status_code == 200


def test_a_guest_needs_a_last_day(sign_in, village, mails):
    browser = sign_in(village.helene)
    assert invite(browser, NEW, role="guest").status_code == 422
    assert invite(browser, NEW, role="guest", until="2026-03-01").status_code == 422
    assert invite(browser, NEW, role="guest", until="2029-03-01").status_code == 422
    assert invite(browser, NEW, role="guest", until="2026-03-20").status_code == 303
    row = db.session.scalars(sa.select(Invitation)).one()
    assert (
        row.until.isoformat() == "2026-03-20T23:00:00+00:00"
    )  # midnight of Brussels, at the end of the 20th


def test_a_header_is_not_slipped_in_through_a_name(sign_in, village, mails):
    invite(sign_in(village.helene), "Zoé\u2028Bcc: x@exemple.be <nouvelle@exemple.be>")
    assert all(b"\nBcc:" not in mail.raw for mail in mails())


def test_the_journal_knows_how_many_but_no_address(village, door):
    event = db.session.scalars(sa.select(Event).where(Event.kind == "people.invited")).one()
    assert event.sentence() == "Hélène Vantomme a invité une personne"
    assert NEW not in str(event.data)


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_what_became_of_each(sign_in, village, door, at):
    browser = sign_in(village.maud)
    assert "en attente" in browser.get("/espaces/fle/invitations").text
    at("2026-03-18 09:00")
    assert "trop ancienne" in sign_in(village.maud).get("/espaces/fle/invitations").text


def test_the_list_costs_the_same_with_many(sign_in, village, count_queries):
    browser = sign_in(village.helene)
    invite(browser, NEW)
    with count_queries() as few:
        browser.get("/espaces/fle/invitations")
    invite(browser, "\n".join(f"p{n}@exemple.be" for n in range(30)))
    browser.get("/espaces/fle/invitations")
    with count_queries() as many:
        browser.get("/espaces/fle/invitations")
    assert len(many) <= len(few)


def test_it_can_be_sent_again(sign_in, village, mails, door, at):
    browser = sign_in(village.maud)
    number = db.session.scalars(sa.select(Invitation.id)).one()
    at("2026-03-16 09:00")
    browser = sign_in(village.maud)
    assert browser.post(f"/espaces/fle/invitations/{number}/renvoi").status_code == 303
    at("2026-03-29 09:00")
    assert browser.get(door).status_code == 404
    assert browser.get(path_in(mails()[-1], "/invitations/")).status_code == 200


def test_sending_again_is_held_back(sign_in, village, door):
    browser = sign_in(village.helene)
    number = db.session.scalars(sa.select(Invitation.id)).one()
    answers = [browser.post(f"/espaces/fle/invitations/{number}/renvoi").status_code for _turn in range(4)]
    assert answers == [303, 303, 303, 429]


def test_it_can_be_revoked_by_its_space_only(client, sign_in, village, door):
    number = db.session.scalars(sa.select(Invitation.id)).one()
    assert sign_in(village.driss).post(f"/espaces/ssde/invitations/{number}/annulation").status_code == 404
    assert sign_in(village.nadege).post(f"/espaces/fle/invitations/{number}/annulation").status_code == 404
    assert sign_in(village.maud).post(f"/espaces/fle/invitations/{number}/annulation").status_code == 303
    page = client.get(door)
    assert page.status_code == 410
    assert "annulée" in page.text
    assert client.post(door, {"name": "Zoé Neuve"}).status_code == 410
    assert by_email(NEW) is None


# ── Accepting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_shown_then_accepted_by_a_button(client, village, door):
    page = client.get(door)
    assert page.status_code == 200
    assert "n…e@exemple.be" in page.text
    assert NEW not in page.text
    assert 'value="Zoé Neuve"' in page.text
    assert by_email(NEW) is None
    answer = client.post(door, {"name": "Zoé Neuve"})
    assert (answer.status_code, answer.location) == (303, "/espaces/fle")
    zoe = by_email(NEW)
    assert signed_in_as(client) == zoe.id
    assert zoe.account_at is not None
    assert zoe.email_verified_at is not None
    assert membership_of(zoe, village.fle).role == "member"


def test_scanners_accept_nothing(client, village, door):
    for _turn in range(50):
        client.get(door)
        client.head(door)
    assert by_email(NEW) is None
    assert client.post(door, {"name": "Zoé Neuve"}).status_code == 303


def test_it_serves_once(app, client, village, door):
    client.post(door, {"name": "Zoé Neuve"})
    other = Browser(app, app.response_class)
    page = other.post(door, {"name": "Autre"})
    assert page.status_code == 410
    assert "déjà servi" in page.text
    assert signed_in_as(other) is None


def test_it_is_too_old_after_a_fortnight(client, village, door, at):
    at("2026-03-17 08:59")
    assert client.get(door).status_code == 200
    at("2026-03-17 09:01")
    assert client.get(door).status_code == 410
    assert client.post(door, {"name": "Zoé Neuve"}).status_code == 410
    assert by_email(NEW) is None


def test_a_guess_opens_nothing(client, village):
    assert client.get("/invitations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.post("/invitations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_nobody_enters_a_space_that_was_archived_since(client, village, door):
    village.fle.archived_at = clock.now()
    page = client.post(door, {"name": "Zoé Neuve"})
    assert page.status_code == 410
    assert "archivé" in page.text
    assert by_email(NEW) is None


def test_a_new_person_says_a_name(client, village, door):
    page = client.post(door, {"name": " "})
    assert page.status_code == 422
    assert by_email(NEW) is None
    assert client.post(door, {"name": "Zoé"}).status_code == 303


def test_someone_else_who_is_signed_in_is_told(sign_in, village, door):
    browser = sign_in(village.emre)
    page = browser.get(door)
    assert "Vous êtes connecté·e avec une autre adresse" in page.text
    assert browser.post(door, {"name": "Emre"}).status_code == 409
    assert by_email(NEW) is None
    assert membership_of(village.emre, village.fle).role == "member"
    assert browser.post("/deconnexion", {"next": door}).location == door


def test_someone_without_an_account_gets_theirs(client, sign_in, village, mails):
    invite(sign_in(village.driss), village.rosa.email, slug="ssde")
    client.post(path_in(mails()[-1], "/invitations/"))
    assert signed_in_as(client) == village.rosa.id
    assert village.rosa.account_at is not None
    assert membership_of(village.rosa, village.ssde) is not None


def test_an_account_that_was_open_is_not_opened_by_a_mail_that_people_forward(
    client, sign_in, village, mails
):
    invite(sign_in(village.driss), village.nadege.email, slug="ssde")
    answer = client.post(path_in(mails()[-1], "/invitations/"))
    assert answer.status_code == 200
    assert signed_in_as(client) is None
    assert membership_of(village.nadege, village.ssde) is not None
    assert mails()[-1].address == village.nadege.email
    assert client.post(path_in(mails()[-1], "/connexion/lien/")).location == "/espaces/ssde"
    assert signed_in_as(client) == village.nadege.id


def test_whoever_is_signed_in_accepts_at_once(sign_in, village, mails):
    invite(sign_in(village.driss), village.nadege.email, slug="ssde")
    browser = sign_in(village.nadege)
    assert browser.post(path_in(mails()[-1], "/invitations/")).location == "/espaces/ssde"
    assert membership_of(village.nadege, village.ssde) is not None


def test_registering_before_with_the_same_address_gives_nothing(client, village, door):
    """Someone who planted the address beforehand is not let in: only the mailbox opens it."""
    db.session.add(Person(name="Usurpatrice", email=NEW))
    client.post("/connexion", {"email": NEW})
    assert signed_in_as(client) is None
    assert client.post(door).status_code == 303
    assert by_email(NEW).email_verified_at is not None


def test_a_role_is_raised_never_lowered(sign_in, client, village, mails):
    helene = sign_in(village.helene)
    invite(helene, village.corentin.email, role="moderator")
    client.post(path_in(mails()[-1], "/invitations/"))
    assert membership_of(village.corentin, village.fle).role == "moderator"
    db.session.add(Invitation(space=village.fle, address=village.maud.email, address_key=village.maud.email_key,
                              role="member", secret_digest="x" * 64, expires_at=clock.now() + service.LASTS))  # fmt: skip
    db.session.flush()
    row = db.session.scalars(sa.select(Invitation).order_by(Invitation.id.desc())).first()
    service.accept(invitation=row, name="", present=village.maud)
    assert membership_of(village.maud, village.fle).role == "moderator"


def test_whoever_was_removed_comes_back_through_an_invitation(sign_in, client, village, mails):
    invite(sign_in(village.helene), village.kevin.email)
    client.post(path_in(mails()[-1], "/invitations/"))
    assert membership_of(village.kevin, village.fle) is not None
    rows = sa.select(sa.func.count()).where(Membership.person_id == village.kevin.id)
    assert db.session.scalar(rows) == 1


def test_whoever_invited_learns_it(client, village, door, work, sign_in):
    client.post(door, {"name": "Zoé Neuve"})
    event = db.session.scalars(sa.select(Event).where(Event.kind == "invitation.accepted")).one()
    assert event.title().startswith("Zoé Neuve a accepté votre invitation")
    assert event.data["invited_by"] == village.helene.id


# ── Staff, and programs ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_of_the_staff_is_invited_from_the_command_line(app, client, mails, village):
    _invitation, address = service.invite_staff(address="cheffe@exemple.be", name="Cheffe Neuve")
    assert address.startswith("http://localhost/invitations/")
    path = path_in(mails()[-1], "/invitations/")
    assert address.endswith(path)
    assert client.post(path, {"name": "Cheffe Neuve"}).location == "/"
    assert by_email("cheffe@exemple.be").is_staff


def test_staff_already_are_not_invited_again(village):
    with pytest.raises(Refused):
        service.invite_staff(address=village.beatrice.email)


def test_programs_invite_too(api, village, mails):
    program = api(village.helene, "moderate")
    people = [{"address": NEW, "name": "Zoé"}, {"address": NEW.upper()}, {"address": village.emre.email}]
    answer = program.call("POST", "/api/v1/spaces/fle/invitations", {"people": people})
    assert answer.status_code == 201
    assert answer.json["already_members"] == 1
    assert [(one["state"], one["role"]) for one in answer.json["items"]] == [("pending", "member")]
    number = answer.json["items"][0]["id"]
    assert program.call("GET", "/api/v1/spaces/fle/invitations").json["items"][0]["id"] == number
    assert program.call("POST", f"/api/v1/spaces/fle/invitations/{number}/resend").status_code == 200
    assert program.call("DELETE", f"/api/v1/spaces/fle/invitations/{number}").status_code == 204
    assert program.call("POST", f"/api/v1/spaces/fle/invitations/{number}/resend").status_code == 409


def test_programs_are_held_to_the_same_rights(api, village):
    body = {"people": [{"address": NEW}]}
    address = "/api/v1/spaces/fle/invitations"
    assert api().call("POST", address, body).status_code == 401
    assert api(village.helene, "write").call("POST", address, body).status_code == 403
    for stranger in (village.nadege, village.driss, village.kevin):
        assert api(stranger, "moderate").call("POST", address, body).status_code == 404
        assert api(stranger, "moderate").call("GET", address).status_code == 404
    assert api(village.maud, "moderate").call("POST", address, body | {"role": "animator"}).status_code == 403
    wrong = api(village.helene, "moderate").call(
        "POST", address, {"people": [{"address": "pas une adresse"}]}
    )
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["field"] == "people.0.address"
