"""Reading a mail as its addressee would: its text, and the path of a link in it."""

import email
import email.policy
import re
from typing import Any


def text_of(delivery: Any) -> str:
    """The plain text of a mail, decoded."""
    message = email.message_from_bytes(delivery.raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def words_of(delivery: Any) -> str:
    """The same on one line: where a line was folded does not matter."""
    return text_of(delivery).replace("\n", " ")


def path_in(delivery: Any, beginning: str) -> str:
    """The path of the link that starts so: `path_in(mail, "/connexion/lien/")`."""
    found = re.search(rf"https?://[^/\s]+({re.escape(beginning)}[A-Za-z0-9_-]+)", text_of(delivery))
    assert found, text_of(delivery)
    return found[1]
