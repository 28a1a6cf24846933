"""Lines: how an event stands in a digest, in the language and on the clock of whoever is spoken to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Line:
    """One entry of a digest. Every event has one (`Event.line`); a kind that has more to say fills more of it."""

    title: str
    #: The page it leads to: a path on this site.
    path: str
    #: What it is, and several of them: « Outil », « Outils ». The subject counts what shares the same words.
    kind: str = ""
    kind_plural: str = ""
    #: The beginning of its text, on one line.
    text: str = ""
    #: Who, and in whose name.
    meta: str = ""
    #: In words: « mardi 3 mars, de 9 h 30 à 12 h ».
    when: str = ""
    #: A colour of the palette, for what stands in no space; elsewhere the space's own is used.
    hue: str = ""
    #: The instant after which it is of no use: it stands among the dates, the nearest first, and is left out once past.
    deadline: datetime | None = None
    #: Whether it is the reader's own affair, or waits for something from them: these come first.
    mine: bool = False
