"""The mails of accounts, as they read: compared with copies kept under tests/golden/accounts, their secrets left out.

After a change that is meant: `GOLDEN=renew .venv/bin/python -m pytest tests/test_account_mails.py`, then read the difference.
"""

import email
import os
import re
from collections.abc import Callable
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest

from core import clock
from core.db import db, transaction
from core.people import Person
from tests.village import Village
from webapp.identity import passwords
from webapp.identity import service as identity
from webapp.identity.oidc import Proof
from webapp.invitations import service as invitations
from webapp.invitations.pasted import Guest
from webapp.people import queries
from webapp.people import service as people

GOLDEN = Path(__file__).parent / "golden" / "accounts"
RENEW = os.environ.get("GOLDEN") == "renew"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def settings() -> dict[str, str]:
    return {
        "MAILLAGE_BASE_URL": "https://reseau.example",
        "MAILLAGE_MAIL_FROM": "Réseau d’essai <avis@reseau.example>",
    }


def link(village: Village, nadege: Person) -> None:
    identity.send_link(address=str(nadege.email), user_agent=FIREFOX)


def password(village: Village, nadege: Person) -> None:
    passwords.keep_lightly()
    identity.set_password(person=nadege, new="six chats gris sous la pluie", keep=None)


def new_method(village: Village, nadege: Person) -> None:
    identity.sign_in(person=nadege, method="link", user_agent=FIREFOX)
    db.session.flush()
    identity.sign_in(person=nadege, method="password", user_agent=FIREFOX)


def identity_linked(village: Village, nadege: Person) -> None:
    proof = Proof("essai", "Essai", "https://essai.example", "4711", "nadege@essai.example")
    identity.link_identity(person=nadege, proof=proof)


def invitation(village: Village, nadege: Person) -> None:
    village.fle.description = "Les opérateurs de français de la région s’y retrouvent."
    invitations.invite(
        space=village.fle,
        by=village.helene,
        guests=[Guest("zoe@exemple.be", "Zoé Neuve")],
        role="guest",
        until=clock.now() + timedelta(days=20),
        organisation=village.mots,
        message="Venez mardi : on parle d’évaluation.",
    )


def invitation_to_staff(village: Village, nadege: Person) -> None:
    invitations.invite_staff(address="cheffe@exemple.be")


def address_new(village: Village, nadege: Person) -> None:
    people.ask_address_change(person=nadege, address="nadege@ailleurs.be")


def address_taken(village: Village, nadege: Person) -> None:
    people.ask_address_change(person=nadege, address=str(village.emre.email))


def address_changed(village: Village, nadege: Person) -> None:
    address_new(village, nadege)
    change = queries.change_of(nadege)
    assert change is not None
    people.confirm_address(change=change, side="old")
    people.confirm_address(change=change, side="new")


def closed(village: Village, nadege: Person) -> None:
    people.close_account(person=nadege)


WRITERS = (
    link, password, new_method, identity_linked, invitation, invitation_to_staff, address_new, address_taken,
    address_changed, closed,
)  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_the_mail_reads_as_it_was_approved(
    writer: Callable[[Village, Person], None], village: Village, mails: Callable[[], list]
) -> None:
    with transaction():
        writer(village, db.session.merge(village.nadege))
    message = email.message_from_bytes(mails()[-1].raw, policy=policy.default)
    plain, html = (_body(message, kind) for kind in ("plain", "html"))
    assert "List-Unsubscribe" not in message
    assert "<img" not in html
    assert "url(" not in html
    assert set(re.findall(r"https?://([^/\"' <]+)", html)) <= {"reseau.example"}
    for extension, now in (("txt", f"{message['Subject']}\n\n{plain}"), ("html", html)):
        path = GOLDEN / f"{writer.__name__}.{extension}"
        if RENEW:
            path.parent.mkdir(exist_ok=True)
            path.write_text(now, encoding="utf-8")
        assert now == path.read_text(encoding="utf-8"), f"{path.name} has changed: renew it if that is meant"


@pytest.mark.parametrize("writer", [link, password, invitation], ids=lambda writer: writer.__name__)
def test_it_can_be_read_in_english(
    writer: Callable[[Village, Person], None], village: Village, mails: Callable[[], list]
) -> None:
    with transaction():
        nadege = db.session.merge(village.nadege)
        nadege.locale = "en"
        writer(village, nadege)
    message = email.message_from_bytes(mails()[-1].raw, policy=policy.default)
    told = "en" if mails()[-1].person_id else "fr"
    assert f'lang="{told}"' in _body(message, "html")


def _body(message: email.message.EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = str(part.get_content()).replace("\r\n", "\n")
    return re.sub(r"/(connexion/lien|invitations|profil/adresse)/[A-Za-z0-9_-]{20,}", r"/\1/SECRET", content)
