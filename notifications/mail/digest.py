"""A digest made into a message: each entry rendered and encoded once for all who read it in the same words, then joined."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup

from core import clock, links, locale
from core.locale import _, _n
from core.network import Network, the_network
from core.publications import Publication
from notifications.contents import Contents, Entry, Section, Spoken
from notifications.lines import Line
from notifications.mail import compose, message, rendering, unsubscribe
from notifications.mail.compose import Composed
from notifications.speech import speaking_to

TEMPLATE = "mail/digest"
PIECES = "mail/digest_pieces"
#: Gmail cuts a mail beyond 102 kB: the HTML stays under 90, its frame included (9 at most).
MOST_BYTES = 81_000
#: Names of spaces in the subject; the others are counted.
NAMES = 3
_PLACE = "<!-- entries -->"


@dataclass(frozen=True)
class Piece:
    """An entry or a heading, ready to be joined to others."""

    plain: bytes
    html: bytes
    size: int


class Press:
    """Makes the messages of a run of planning, and keeps the pieces that many readers share."""

    def __init__(self) -> None:
        self.network: Network = the_network()
        self._pieces: dict[tuple[Any, ...], Piece] = {}
        self._spoken: Spoken = (locale.language(), locale.zone())
        environment = current_app.jinja_env
        self._html: Any = environment.get_template(f"{PIECES}.html").make_module()
        self._plain: Any = environment.get_template(f"{PIECES}.txt").make_module()

    def print(self, contents: Contents, address: str) -> Composed:
        """The message of one reader."""
        reader = contents.reader
        with speaking_to(reader.person):
            self._spoken = (locale.language(), reader.zone)
            subject = subject_of(contents)
            pieces = self._laid_out(contents)
            top, bottom, plain_top, plain_bottom = self._frame(contents, subject)
            return compose.digest(
                person=reader.person,
                address=address,
                subject=subject,
                period=reader.period,
                plain=[plain_top, *(piece.plain for piece in pieces), plain_bottom],
                html=[top, *(piece.html for piece in pieces), bottom],
                network=self.network,
            )

    def _frame(self, contents: Contents, subject: str) -> tuple[bytes, bytes, bytes, bytes]:
        """What stands above and below the entries, which is the reader's own."""
        person = contents.reader.person
        context = rendering.surroundings(self.network) | {
            "person": person,
            "subject": subject,
            "preheader": " · ".join(entry.line.title for entry in contents.entries[:3]),
            "today": clock.now(),
            "summary": counted(contents),
            "entries": Markup(_PLACE),  # noqa: S704 - ours
            "unsubscribe_url": unsubscribe.Origin(person.id).address,
            "preferences_url": compose.preferences_url(person),
        }
        top, _place, bottom = rendering.page_of(f"{TEMPLATE}.html", context).partition(_PLACE)
        above, _place, below = rendering.plain_of(f"{TEMPLATE}.txt", context).partition(_PLACE)
        return (
            message.quoted(top),
            message.quoted(bottom.lstrip("\n")),
            message.quoted(above) + message.CRLF,
            message.quoted(below.lstrip("\n")),
        )

    def _laid_out(self, contents: Contents) -> list[Piece]:
        pieces: list[Piece] = []
        room = MOST_BYTES
        sections = [contents.mine, *contents.sections]
        for number, section in enumerate(sections):
            if not section.entries and not section.more:
                continue
            laid, room = self._section(section, number == 0, contents, room)
            pieces += laid
        return pieces

    def _section(
        self, section: Section, is_mine: bool, contents: Contents, room: int
    ) -> tuple[list[Piece], int]:
        """A heading, its entries while there is room, and how many were left out."""
        hue = section.space.colour if section.space else self.network.colour or "sapin"
        heading = self._heading(section, is_mine, hue, contents)
        pieces, room, more = [heading], room - heading.size, section.more
        for entry in section.entries:
            piece = self._entry(entry, section.space.colour if section.space else entry.line.hue or hue)
            if piece.size > room:
                more += 1
                continue
            room -= piece.size
            pieces += [piece] if len(pieces) == 1 else [self._piece("rule"), piece]
        if more:
            pieces.append(self._more(section, more, hue))
        return pieces, room

    def _heading(self, section: Section, is_mine: bool, hue: str, contents: Contents) -> Piece:
        if section.space is not None:
            name, href = section.space.name, f"{links.base_url()}/espaces/{section.space.slug}"
        elif is_mine:
            name, href = _("Pour vous"), None
        elif any(other.space for other in contents.sections):
            name, href = _("Ailleurs dans le réseau"), None
        else:
            name, href = self.network.name, None
        return self._piece("heading", name, hue, href)

    def _more(self, section: Section, more: int, hue: str) -> Piece:
        path = f"/espaces/{section.space.slug}" if section.space else "/notifications"
        text = _n("Et une autre nouvelle", "Et %(num)s autres nouvelles", more)
        return self._piece("more", text, links.base_url() + path, hue)

    def _entry(self, entry: Entry, hue: str) -> Piece:
        line = entry.line
        key = (entry.event.id, *self._spoken, hue, entry.also)
        if key not in self._pieces:
            also = _("aussi dans %(names)s", names=enumerated(entry.also)) if entry.also else ""
            meta = " · ".join(part for part in (line.meta, also) if part)
            self._pieces[key] = self._made(
                "item", line.title, links.base_url() + line.path, hue, line.kind, line.text, meta, line.when
            )
        return self._pieces[key]

    def _piece(self, macro: str, *arguments: Any) -> Piece:
        key = (macro, self._spoken[0], *arguments)
        if key not in self._pieces:
            self._pieces[key] = self._made(macro, *arguments)
        return self._pieces[key]

    def _made(self, macro: str, *arguments: Any) -> Piece:
        html = rendering.compact(str(getattr(self._html, macro)(*arguments))).strip()
        plain = rendering.tidy(str(getattr(self._plain, macro)(*arguments)))
        spaced = message.quoted(plain) + message.CRLF if plain.strip() else b""
        return Piece(spaced, message.quoted(html), len(html.encode()) + 1)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def subject_of(contents: Contents) -> str:
    """« 3 annonces et 1 réunion – Plateforme FLE, Citoyenneté »."""
    names = [section.space.short_name for section in contents.sections if section.space]
    if len(names) > NAMES:
        others = len(names) - NAMES + 1
        names = [*names[: NAMES - 1], _n("un autre espace", "%(num)s autres espaces", others)]
    what = counted(contents)
    return f"{what} – {', '.join(names)}" if names else what


def counted(contents: Contents) -> str:
    """« 1 chose pour vous, 3 annonces et 1 réunion »: what waits for the reader, then the most numerous kind first."""
    mine = sum(entry.mine for entry in contents.entries)
    numbers = Counter(_words(entry) for entry in contents.entries if not entry.mine)
    parts = [_n("1 nouvelle pour vous", "%(num)s nouvelles pour vous", mine)] if mine else []
    for (one, many), number in numbers.most_common():
        if one:
            parts.append(f"{number} {_uncapitalised(one if number == 1 else many)}")
        else:
            parts.append(_n("1 autre nouvelle", "%(num)s autres nouvelles", number))
    return enumerated(parts)


def enumerated(parts: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s et %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


def _words(entry: Entry) -> tuple[str, str]:
    """What an entry is called, alone and with others: as its line says, else as its publication's kind does."""
    line: Line = entry.line
    publication: Publication | None = entry.event.publication
    if line.kind_plural:
        return line.kind, line.kind_plural
    if publication is not None and publication.label:
        return str(publication.label), str(publication.label_plural)
    return "", ""


def _uncapitalised(word: str) -> str:
    return word[:1].lower() + word[1:]
