"""A mail read back from its bytes, as its addressee's program would: headers, both parts, what travels with it."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage


@dataclass(frozen=True)
class Piece:
    """A file that travels with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail, decoded."""

    headers: list[tuple[str, str]]
    plain: str
    html: str
    pieces: list[Piece]

    def header(self, name: str) -> str:
        """The value of the first header called so, or nothing."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


def read(raw: bytes) -> Mail:
    """Read a mail that the house has written."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return Mail(
        headers=[(name, str(value)) for name, value in message.items()],
        plain=_body(message, "plain"),
        html=_body(message, "html"),
        pieces=[_piece(part) for part in message.iter_attachments()],
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _piece(part: EmailMessage) -> Piece:
    content = part.get_content()
    return Piece(
        name=part.get_filename() or "fichier",
        media_type=part.get_content_type(),
        content=content.encode() if isinstance(content, str) else bytes(content),
    )
