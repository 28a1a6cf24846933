"""Signed words: short, purpose-bound proofs for addresses in mails, and random secrets kept only as digests."""

import base64
import hashlib
import hmac
import secrets

from flask import current_app

#: 96 bits: out of reach of guessing online, and short enough for a mail header to stay on one line
#: (Python's e-mail package encodes a list header whose token reaches 78 characters).
MAC_BYTES = 12


def sign(purpose: str, *numbers: int) -> str:
    """A word that proves we wrote these numbers for this purpose. Lower-case base32: survives any mail system."""
    payload = ".".join(_to_base36(n) for n in numbers)
    return f"{payload}.{_mac(purpose, payload)}"


def read(purpose: str, word: str) -> tuple[int, ...] | None:
    """The numbers of a word signed for `purpose`, or None when it is not one of ours."""
    payload, _, mac = word.strip().lower().rpartition(".")
    if not payload or not hmac.compare_digest(_mac(purpose, payload).encode(), mac.encode()):
        return None
    try:
        return tuple(int(part, 36) for part in payload.split("."))
    except ValueError:
        return None


def secret() -> str:
    """A new secret of 256 bits, safe in an address. Give it once; keep `digest(secret)`."""
    return secrets.token_urlsafe(32)


def digest(word: str) -> str:
    """What the database keeps of a secret: a copy of the database opens no door."""
    return hashlib.sha256(word.encode()).hexdigest()


def keyed_hash(text: str) -> str:
    """A stable name for a text (an address, for instance) that cannot be reversed without our key."""
    return hmac.new(_key("hash"), text.encode(), hashlib.sha256).hexdigest()[:32]


def _mac(purpose: str, payload: str) -> str:
    full = hmac.new(_key(purpose), payload.encode(), hashlib.sha256).digest()[:MAC_BYTES]
    return base64.b32encode(full).decode().rstrip("=").lower()


def _key(purpose: str) -> bytes:
    return hmac.new(current_app.config["SECRET_KEY"].encode(), purpose.encode(), hashlib.sha256).digest()


def _to_base36(number: int) -> str:
    if number < 0:
        raise ValueError("only natural numbers are signed")
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if not number:
            return digits
