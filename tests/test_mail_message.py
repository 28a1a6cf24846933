"""A message is the same at both ends: `email` reads back what was meant, and the wire sees short 7-bit lines."""

import email
import email.policy
import re
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import text as core_text
from notifications.mail import message
from notifications.mail.message import Attachment

#: What people may write once it has been cleaned: no control character, no line break.
SENTENCES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300).map(core_text.one_line)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=200)
PAGES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85"))


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def written(*headers: bytes, plain: str = "texte", html: str = "<p>page</p>", **options: object) -> bytes:
    return message.assemble(
        headers,
        plain=[message.quoted(plain)],
        html=[message.quoted(html)],
        **options,  # type: ignore[arg-type]
    )


def lines_of(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def assert_fit_for_the_wire(raw: bytes) -> None:
    """RFC 5322 2.1.1 and 2.3, RFC 2045 6.7: whatever a server on the way does not understand, it may mend, and break."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(raw, default=0) < 128
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(len(line) <= 78 for line in body.split(b"\r\n"))


@settings(deadline=None, max_examples=60)
@given(SENTENCES)
@example("Réunion : l’été des « ateliers » 🌞" * 5)
@example("=?utf-8?q?not_an_encoded_word?=")
@example("x" * 300)
def test_any_title_comes_back_as_it_was(title: str) -> None:
    raw = written(message.unstructured("Subject", title))
    assert_fit_for_the_wire(raw)
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?q\?[^?]*\?=", raw))
    assert read(raw)["Subject"] == title


@settings(deadline=None, max_examples=60)
@given(WORDS)
@example("a" * 78)
@example("a" * 200)
def test_list_and_thread_headers_are_never_encoded_however_long_their_tokens(word: str) -> None:
    """Python's own generator encodes them from 78 characters on, which breaks one-click and threads."""
    raw = written(
        message.structured("List-Unsubscribe", f"<https://reseau.example/desabonnement/{word}>"),
        message.structured("References", f"<t.1@reseau.example> <{word}@reseau.example>"),
        message.structured("List-Id", f'"FLE" <{word}.reseau.example>'),
    )
    assert_fit_for_the_wire(raw)
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]
    assert read(raw)["List-Unsubscribe"] == f"<https://reseau.example/desabonnement/{word}>"
    assert read(raw)["References"] == f"<t.1@reseau.example> <{word}@reseau.example>"


@settings(deadline=None, max_examples=60)
@given(SENTENCES)
@example('Dupont, "Jean" <évil@x>')
@example("Nadège Lambrecht-O’Brien (formatrice)")
def test_any_name_comes_back_with_its_address(name: str) -> None:
    raw = written(message.mailbox("To", name, "nadege@liege.example"))
    assert_fit_for_the_wire(raw)
    # The older parser: the newer puts a space between two encoded words of a name (RFC 2047, 6.2 says none).
    display, address = parseaddr(str(email.message_from_bytes(raw)["To"]).replace("\r\n", ""))
    assert (str(make_header(decode_header(display))), address) == (name, "nadege@liege.example")


@settings(deadline=None, max_examples=60)
@given(PAGES, PAGES)
@example("ligne\n.\n..\nFrom quelqu’un\n" + "mot " * 100, "é" * 500)
@example("fin sans saut  ", " \n\n espace à la fin \t")
def test_both_parts_come_back_as_they_were(plain: str, html: str) -> None:
    raw = written(plain=plain, html=html)
    assert_fit_for_the_wire(raw)
    parts = read(raw)
    assert parts.get_content_type() == "multipart/alternative"
    first, second = parts.iter_parts()
    assert first.get_content_type() == "text/plain"
    assert lines_of(first) == plain.rstrip("\n")
    assert second.get_content_type() == "text/html"
    assert lines_of(second) == html.rstrip("\n")


def test_pieces_encoded_apart_are_read_as_one_text() -> None:
    pieces = [message.quoted(text) for text in ("été\n", "à Liège", "fin\n")]
    raw = message.assemble([], plain=pieces, html=[message.quoted("<p></p>")])
    body = read(raw).get_body(("plain",))
    assert body is not None
    assert lines_of(body) == "été\nà Liège\nfin"


@settings(deadline=None, max_examples=60)
@given(SENTENCES.filter(bool), st.binary(max_size=2000))
@example("../../réunion d’été.ics", b"BEGIN:VCALENDAR")
def test_what_travels_along_arrives_whole_and_without_a_path(name: str, content: bytes) -> None:
    raw = written(attachments=[Attachment(name, "application/octet-stream", content)])
    assert_fit_for_the_wire(raw)
    (piece,) = read(raw).iter_attachments()
    assert piece.get_content() == content
    assert "/" not in str(piece.get_filename())


@pytest.mark.parametrize("evil", ["\r\nBcc: tout@le.monde", "\nX: y", "\r", "\x00", "\x85"])
def test_no_line_break_reaches_a_header(evil: str) -> None:
    for build in (
        lambda: message.unstructured("Subject", f"Titre{evil}"),
        lambda: message.structured("Message-ID", f"<a{evil}@b>"),
        lambda: message.mailbox("To", f"Nom{evil}", "a@b.example"),
        lambda: message.mailbox("To", "Nom", f"a{evil}@b.example"),
    ):
        with pytest.raises(ValueError, match="line break"):
            build()


def test_the_date_bears_its_numeric_zone() -> None:
    instant = datetime(2026, 7, 1, 7, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    assert message.date(instant) == b"Date: Wed, 01 Jul 2026 07:30:00 +0200\r\n"


def test_an_address_travels_with_its_domain_in_plain_letters() -> None:
    assert message.wire_address("nadege@maison-médicale.be") == "nadege@xn--maison-mdicale-ikb.be"
    with pytest.raises(message.Unmailable):
        message.wire_address("nadège@liege.example")
