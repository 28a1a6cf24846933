"""Mail templates made into text: HTML without its indentation, plain text on lines of a reader's width."""

import html
import re
import textwrap
from typing import Any

from flask import current_app
from markupsafe import Markup

from core import links, locale
from core.network import Network, the_network

#: Columns of the text part: room for « > » and a signature mark within 78 (RFC 3676, 4.2).
WIDTH = 74
SIGNATURE = "-- "
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_INDENTATION = re.compile(r"\s*\n\s*")


def render(template: str, network: Network | None = None, **context: Any) -> tuple[str, str, str]:
    """(subject, plain text, HTML) of a pair of templates, in the language of whoever is spoken to."""
    context = surroundings(network) | context
    page = page_of(f"{template}.html", context)
    plain = plain_of(f"{template}.txt", context)
    return subject_of(page), plain, page


def surroundings(network: Network | None = None) -> dict[str, Any]:
    """What every mail knows. No request, no reader's session: a mail is made by whoever works."""
    return {
        "network": network or the_network(),
        "locale": locale.language(),
        "base_url": links.base_url(),
    }


def page_of(template: str, context: dict[str, Any]) -> str:
    """The HTML of a template, without the indentation that would weigh a fifth of it."""
    return compact(str(current_app.jinja_env.get_template(template).render(context)))


def compact(page: str) -> str:
    """HTML without indentation nor blank lines, where they mean nothing."""
    return page if "<pre" in page else _INDENTATION.sub("\n", page)


def plain_of(template: str, context: dict[str, Any]) -> str:
    return tidy(str(current_app.jinja_env.get_template(template).render(context)))


def subject_of(page: str) -> str:
    """The subject is the page's title: said once, in the template's `subject`."""
    found = _TITLE.search(page)
    return " ".join(html.unescape(found.group(1)).split(" ")).strip() if found else ""


def tidy(content: str) -> str:
    """Plain text as a mail reader shows it: lines of at most `WIDTH`, addresses whole, never two blank lines."""
    lines: list[str] = []
    for line in html.unescape(content).split("\n") if isinstance(content, Markup) else content.split("\n"):
        if line.rstrip("\r") == SIGNATURE:
            lines.append(SIGNATURE)
        else:
            lines += _wrapped(line.rstrip())
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip("\n") + "\n"


def _wrapped(line: str) -> list[str]:
    if len(line) <= WIDTH:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
