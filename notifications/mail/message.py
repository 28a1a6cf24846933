"""A message as bytes, written so that no server on its way needs to touch it: RFC 5322, 2045 to 2047, all 7-bit.

Our own rather than `email`'s, which encodes long list headers, writes 8-bit bodies, and is three quarters of the cost
of a mail; what is written here is read back by `email` in the tests.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

import idna

from core import text

CRLF = b"\r\n"
#: RFC 5322, 2.1.1: a line should not be longer, its end not counted.
LINE = 78
#: RFC 2047, 2: an encoded word is not longer, and none is cut inside a character (5, 3).
ENCODED_WORD = 75
#: What stands for itself in an encoded word inside a phrase (RFC 2047, 5, rule 3).
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")


class Unmailable(ValueError):
    """An address no server could be given without an extension that few have (RFC 6531)."""


@dataclass(frozen=True)
class Attachment:
    """What travels with a message."""

    name: str
    media_type: str
    content: bytes


# ── Headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def structured(name: str, value: str) -> bytes:
    """A header made of tokens: written as it is, folded between them. Raises ValueError for anything but plain ASCII."""
    _refuse_controls(name, value)
    return _folded(name, value.split(" ")).encode("ascii")


def unstructured(name: str, value: str) -> bytes:
    """A header for people: `Subject`. What is not ASCII becomes encoded words."""
    _refuse_controls(name, value)
    if value.isascii() and "=?" not in value and all(len(word) < LINE for word in value.split()):
        return _folded(name, value.split(" ")).encode("ascii")
    return _folded(name, _encoded_words(value, first=LINE - len(name) - 2)).encode("ascii")


def mailbox(name: str, display: str, address: str) -> bytes:
    """A header with one address: `From`, `To`. Raises `Unmailable`."""
    _refuse_controls(name, display + address)
    on_the_wire = f"<{wire_address(address)}>"
    if not display:
        words = [on_the_wire[1:-1]]
    elif not display.isascii() or "=?" in display:
        words = [*_encoded_words(display, first=LINE - len(name) - 2), on_the_wire]
    elif _ATOM.fullmatch(display):
        words = [*display.split(), on_the_wire]
    else:
        escaped = display.replace("\\", "\\\\").replace('"', '\\"')
        words = [f'"{escaped}"', on_the_wire]
    return _folded(name, words).encode("ascii")


def date(instant: datetime) -> bytes:
    """`Date`, with the numeric zone of `instant`."""
    return structured("Date", format_datetime(instant))


def wire_address(address: str) -> str:
    """An address as SMTP and headers carry it: its domain in A-labels. Raises `Unmailable` for a local part beyond ASCII."""
    local, _at, domain = address.rpartition("@")
    if not local.isascii() or not local:
        raise Unmailable(address)
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise Unmailable(address) from error


def _refuse_controls(name: str, value: str) -> None:
    if text.has_controls(value):
        raise ValueError(f"{name} may not hold a line break or a control character")


def _folded(name: str, words: Sequence[str]) -> str:
    """The words on lines of at most `LINE` characters; a word longer than that stands whole on its own line."""
    lines, line = [], f"{name}:"
    for number, word in enumerate(words):
        if number and len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def _encoded_words(value: str, *, first: int) -> list[str]:
    """The value as encoded words, the first of at most `first` characters, the others of `ENCODED_WORD`."""
    words, payload, room = [], "", min(first, ENCODED_WORD) - 12
    for character in value:
        code = _q(character)
        if len(payload) + len(code) > room:
            words.append(f"=?utf-8?q?{payload}?=")
            payload, room = "", ENCODED_WORD - 12
        payload += code
    return [*words, f"=?utf-8?q?{payload}?="]


def _q(character: str) -> str:
    if character == " ":
        return "_"
    if character in _PLAIN:
        return character
    return "".join(f"={byte:02X}" for byte in character.encode())


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def quoted(content: str) -> bytes:
    """Text as quoted-printable lines, each ended: pieces encoded apart may be joined."""
    lines = content.encode().replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    # The encoder cuts long lines with the kind of line end it has seen first: it must see ours.
    return binascii.b2a_qp(lines.replace(b"\n", CRLF), istext=True)


def assemble(
    headers: Iterable[bytes],
    *,
    plain: Iterable[bytes],
    html: Iterable[bytes],
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The whole message: text first, HTML last, then what travels along. `plain` and `html` are `quoted` pieces."""
    alternative = _boundary()
    pieces = [*headers, b"MIME-Version: 1.0\r\n"]
    mixed = _boundary() if attachments else b""
    if mixed:
        pieces += [b'Content-Type: multipart/mixed; boundary="', mixed, b'"\r\n\r\n--', mixed, CRLF]
    pieces += [b'Content-Type: multipart/alternative; boundary="', alternative, b'"\r\n\r\n']
    for subtype, content in ((b"plain", plain), (b"html", html)):
        pieces += [b"--", alternative, b"\r\nContent-Type: text/", subtype, b'; charset="utf-8"\r\n']
        pieces += [b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", *content, CRLF]
    pieces += [b"--", alternative, b"--\r\n"]
    for attachment in attachments:
        pieces += [b"\r\n--", mixed, CRLF, _attached(attachment)]
    if mixed:
        pieces += [b"\r\n--", mixed, b"--\r\n"]
    return b"".join(pieces)


def _boundary() -> bytes:
    # « =_ » occurs in neither quoted-printable nor base64: no content can hold it (RFC 2045, 6.7).
    return b"=_" + secrets.token_hex(12).encode()


def _attached(attachment: Attachment) -> bytes:
    encoded = base64.encodebytes(attachment.content).replace(b"\n", CRLF)
    media_type = attachment.media_type
    if media_type.startswith("text/") and "charset" not in media_type:
        media_type += "; charset=utf-8"
    disposition = f"attachment; {_filename(attachment.name)}"
    return b"".join(
        [
            structured("Content-Type", media_type),
            structured("Content-Disposition", disposition),
            b"Content-Transfer-Encoding: base64\r\n\r\n",
            encoded.removesuffix(CRLF),
        ]
    )


def _filename(name: str) -> str:
    """The parameter of a file's name, without any path; in encoded sections when it is not plain (RFC 2231, 3 and 4)."""
    name = text.one_line(name.replace("\\", "/").rsplit("/", 1)[-1]) or "fichier"
    if re.fullmatch(r"[A-Za-z0-9._-]{1,50}", name):
        return f'filename="{name}"'
    sections, section = [], "utf-8''"
    for character in name:
        code = quote(character, safe="")
        if len(section) + len(code) > 60:
            sections.append(section)
            section = ""
        section += code
    sections.append(section)
    return "; ".join(f"filename*{number}*={part}" for number, part in enumerate(sections))
