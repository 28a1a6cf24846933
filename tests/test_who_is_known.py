"""No answer tells whether an address is known: not its status, its words, its steps, nor the time it takes."""

import re

import pytest

from core.db import db, transaction
from tests.conftest import counting_queries
from tests.visitors import Browser
from webapp.identity import passwords, service
from webapp.identity.models import SignInLink

KNOWN, UNKNOWN = "nadege@liege.example", "nobody@liege.example"


def plain(answer):
    """A page without what changes at each answer."""
    text = answer.text.replace(KNOWN, "…").replace(UNKNOWN, "…")
    return re.sub(
        r'(csrf-token" content|csrf_token" value|once" value)="[^"]*"',
        "",
        re.sub(r"<code>[^<]*</code>", "", text),
    )


@pytest.fixture
def with_password(village):
    passwords.keep_lightly()
    with transaction():
        db.session.merge(village.nadege).password_hash = passwords.hashed("six chats gris sous la pluie")


def test_asking_a_link_answers_the_same(app, client, village):
    other = Browser(app, app.response_class)
    one = client.post("/connexion", {"email": KNOWN})
    two = other.post("/connexion", {"email": UNKNOWN})
    assert (one.status_code, one.location) == (two.status_code, two.location)
    assert plain(client.get(one.location)) == plain(other.get(two.location))


def test_asking_a_link_takes_the_same_steps(app, village):
    def statements(address):
        with counting_queries() as seen, transaction():
            service.send_link(address=address)
        # A savepoint is kept for one and undone for the other: that is the only difference there is.
        return [statement.split(" sa_savepoint")[0] for statement in seen if "SAVEPOINT" not in statement]

    statements(KNOWN)
    assert statements(KNOWN) == statements(UNKNOWN)


def test_a_stranger_leaves_a_link_that_opens_nothing(app, client, village, mails):
    client.post("/connexion", {"email": UNKNOWN})
    assert mails() == []
    kept = db.session.query(SignInLink).one()
    assert (kept.person_id, kept.is_open) == (None, False)


def test_being_held_back_is_the_same_for_strangers(client, village):
    answers = {}
    for address in (KNOWN, UNKNOWN):
        answers[address] = [client.post("/connexion", {"email": address}).status_code for _turn in range(7)]
    assert answers[KNOWN] == answers[UNKNOWN]
    assert answers[KNOWN][-1] == 429


def test_a_wrong_password_answers_the_same(client, village, with_password):
    pages = [
        client.post("/connexion/mot-de-passe", {"email": address, "password": "autre chose que cela"})
        for address in (KNOWN, UNKNOWN, "emre@liege.example")
    ]
    assert {page.status_code for page in pages} == {422}
    texts = {plain(page).replace("emre@liege.example", "…") for page in pages}
    assert len(texts) == 1


def test_a_wrong_password_costs_a_hash_for_everyone(app, village, with_password, monkeypatch):
    checked = []
    real = type(passwords._hasher).verify

    def counting(self, kept, password):
        checked.append(kept)
        return real(self, kept, password)

    monkeypatch.setattr(type(passwords._hasher), "verify", counting)
    for address in (KNOWN, UNKNOWN, "emre@liege.example"):
        service.person_of_password(address=address, password="autre chose", machine="::1")
    assert len(checked) == 3


def test_inviting_answers_the_same_for_people_of_other_spaces(sign_in, village, mails):
    browser = sign_in(village.helene)
    answers = []
    for address in ("driss@liege.example", UNKNOWN):
        answer = browser.post("/espaces/fle/invitations", {"people": address, "role": "member"})
        page = browser.get(answer.location).text.replace(address, "…")
        answers.append((answer.status_code, answer.location, "Une invitation est partie." in page))
    assert answers[0] == answers[1]
    assert [mail.person_id for mail in mails()] == [None, None]
