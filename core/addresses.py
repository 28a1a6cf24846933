"""E-mail addresses: whether one is well written, and how it reads to whoever may not have it whole."""

from email_validator import EmailNotValidError, validate_email

from core import text
from core.errors import Refused
from core.locale import _

LONGEST = 254


def well_written(address: str) -> str:
    """The address as mail systems write it. Raises `Refused`; never asks whether it exists, which would take time and tell."""
    address = address.strip()
    if text.has_controls(address) or len(address) > LONGEST:
        raise Refused(_("Cette adresse est mal écrite."))
    try:
        # « test » is a reserved name that reaches nobody: of use where mail is tried out, harmless elsewhere.
        found = validate_email(
            address, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
        return found.normalized
    except EmailNotValidError as error:
        raise Refused(_("Cette adresse est mal écrite.")) from error


def masked(address: str) -> str:
    """« n…e@motsvoisins.be »: its owner recognises it, nobody else learns it."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"
