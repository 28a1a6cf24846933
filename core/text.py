"""Text as people write it: Markdown made safe, summaries, slugs, and what is refused in a line."""

import re
import unicodedata
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

#: C0 and C1 controls, but for tab and line feed; and the marks that turn the reading direction around.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
#: Spaces but those that hold words together, which French sets before « ? » and « : ».
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}}


def _parser() -> MarkdownIt:
    quotes = ["«\u202f", "\u202f»", "‹\u202f", "\u202f›"]
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "typographer": True, "quotes": quotes})
    return parser.enable(["table", "strikethrough", "linkify", "replacements", "smartquotes"])


_markdown = _parser()


@lru_cache(maxsize=2048)
def to_html(source: str) -> Markup:
    """Markdown as safe HTML: no raw HTML, no image, no class, links http(s)/mailto/tel only. Titles start at h2."""
    html = _markdown.render(source).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="noopener nofollow ugc",
        )
    )


def to_plain(source: str) -> str:
    """Markdown as plain text, for the text part of a mail: the marks that read well are kept as they are."""
    text = re.sub(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)", r"\1 (\2)", source)
    text = re.sub(r"(\*\*|__|~~)(.+?)\1", r"\2", text)
    return re.sub(r"^#{1,6}\s*", "", text, flags=re.MULTILINE).strip()


@lru_cache(maxsize=4096)
def summary(source: str, length: int = 220) -> str:
    """The beginning of a text on one line, cut at a word, at most `length` characters with the ellipsis."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
    text = re.sub(r"(^|\s)([#>*+-]+\s)|[*_`~|]{1,3}", r"\1", text)
    text = _SPACES.sub(" ", text).strip()
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return cut.rsplit(" ", 1)[0].rstrip(" ,;:.-–—") + "…"


def slugify(text: str, length: int = 60) -> str:
    """A name for an address: lower case, without accents, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:length].rstrip("-") or "sans-nom"


def fold(text: str) -> str:
    """Text for comparison and sorting: no accents, no ligatures, lower case."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae").replace("’", "'")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def one_line(text: str) -> str:
    """A text fit for a title or a header: one line, no control character, composed (NFC). No-break spaces stay."""
    return _SPACES.sub(" ", clean(text)).strip()


def clean(text: str) -> str:
    """A text without control characters nor direction overrides, composed (NFC), with plain line feeds."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text).strip()


def has_controls(text: str) -> bool:
    """Whether a line holds what must never reach a header: a line break or a control character."""
    return bool(_CONTROLS.search(text)) or any(c in text for c in "\r\n\t")


def normalise_email(address: str) -> str:
    """The form in which two writings of one address are equal: the field's practice, not RFC 5321's letter."""
    return unicodedata.normalize("NFC", address).strip().casefold()
