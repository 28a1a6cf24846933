"""A form that arrived with an aged token: nothing is done, and nothing that was typed is lost."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request

#: Beyond that, a page that gives everything back would be heavier than the one it came from.
MOST_FIELDS = 300
_NEVER_BACK = {"csrf_token", "once"}


@dataclass(frozen=True)
class Again:
    """What to offer again: the form's address, its values in order, and whether files must be chosen anew."""

    action: str
    values: list[tuple[str, str]]
    had_files: bool


def comes_from_here() -> bool:
    """Whether the browser itself says that the request was born in a page of this site.

    A forged request from elsewhere carries another `Sec-Fetch-Site` or `Origin`, which pages cannot write: only then
    may its content be offered to be sent again with a good token.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and is_ours(origin)


def is_foreign() -> bool:
    """Whether the browser says that the request was born elsewhere."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return True
    # « null » is what a browser says when privacy asks it to be silent: the token decides.
    return origin is not None and origin != "null" and not is_ours(origin)


def is_ours(origin: str) -> bool:
    base_url: str = current_app.config["MAILLAGE"].base_url
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:  # « http://[ » is no origin at all
        return False
    return netloc in (urlsplit(request.host_url).netloc, urlsplit(base_url).netloc)


def what_was_sent() -> Again | None:
    """The values to give back; None for what was not a form of a page."""
    values = [
        (name, value) for name, found in request.form.lists() if name not in _NEVER_BACK for value in found
    ]
    if len(values) > MOST_FIELDS or any("password" in name for name, _value in values):
        return None
    had_files = any(file.filename for files in request.files.listvalues() for file in files)
    return Again(request.full_path.rstrip("?"), values, had_files)
