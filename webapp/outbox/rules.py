"""When the outgoing mailbox exists, and for whom: it holds everybody's mails, links to sign in included."""

import ipaddress
from urllib.parse import urlsplit

from core.config import Settings

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def may_exist(settings: Settings) -> bool:
    """Only where mails go nowhere else, and never on a site open to the world."""
    return settings.smtp_url is None and not settings.secure


def may_read(settings: Settings, *, caller: str | None, host: str, forwarded: bool) -> bool:
    """Whoever sits at this machine, and no one behind it.

    `host`: the name the browser asked for. It must be ours, or a page of another site could make its own name point
    here and read what it is answered. `forwarded`: a relay stands between, so that every caller looks like this machine.
    """
    if forwarded or not _is_loopback(caller):
        return False
    name = urlsplit(f"//{host}").hostname or ""
    return name in _THIS_MACHINE or name == urlsplit(settings.base_url).hostname


def _is_loopback(caller: str | None) -> bool:
    try:
        return ipaddress.ip_address(caller or "").is_loopback
    except ValueError:
        return False
