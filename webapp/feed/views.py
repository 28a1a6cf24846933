"""The page of my feed, and what comes on top of it while it is open."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, publications
from core.errors import NotFound, Refused
from core.publications import Publication
from core.spaces import Space
from webapp.feed import feature
from webapp.meetings.queries import answers_of, mine_to_come
from webapp.publications.queries import Entry, Feed, feed, spot_of
from webapp.shell.api import Place
from webapp.shell.identity import signed_in, someone
from webapp.shell.page import my_spaces

A_PAGE = 20
#: What appeared just before the last one seen may be committed just after it: asked again, and not shown twice.
OVERLAP = timedelta(minutes=1)


@feature.get("/mon-fil")
@signed_in
def index() -> ResponseReturnValue:
    chosen, before = Choice.read(), _place("avant")
    # Taken before looking: what appears while we look must come on top, not fall between.
    asked_at = clock.now()
    found = feed(someone(), space=chosen.space, kinds=chosen.kinds_wanted, before=before, limit=A_PAGE)
    meetings = mine_to_come(someone(), limit=4)
    return render_template(
        "feed/index.html",
        feed=found,
        chosen=chosen,
        kinds=_kinds_of_my_spaces(),
        first_page=before is None,
        older=_address(chosen, avant=Place(*found.next).word()) if found.next else None,
        fresh=_address(chosen, "feed.fresh", after=_newest(found, asked_at).word()),
        meetings=meetings,
        answers=answers_of(someone(), meetings),
        address=_address,
    )


@feature.get("/mon-fil/nouveautes")
@signed_in
def fresh() -> ResponseReturnValue:
    """What came since `after`: put on top of the open page. X-Next is the address of the next question."""
    chosen, after = Choice.read(), _place("after")
    if after is None:
        raise NotFound
    asked_at = clock.now()
    since = Place(after.instant - OVERLAP, 0)
    found = feed(someone(), space=chosen.space, kinds=chosen.kinds_wanted, after=since, limit=A_PAGE)
    answer = make_response(render_template("feed/_entries.html", entries=_all_of(found)))
    answer.headers["X-Next"] = _address(chosen, "feed.fresh", after=_newest(found, asked_at).word())
    return answer


@dataclass(frozen=True)
class Choice:
    """What the reader keeps of their feed: one space, one kind, or everything; it stands in the address."""

    space: Space | None
    kind: type[Publication] | None

    @classmethod
    def read(cls) -> "Choice":
        """Raises `NotFound` for a kind that is none, and for a space where one does not sit."""
        slug, name = request.args.get("espace"), request.args.get("nature")
        space = next((space for space in my_spaces() if space.slug == slug), None)
        kind = publications.kind_named(name) if name else None
        if (slug and space is None) or (name and kind is None):
            raise NotFound
        return cls(space, kind)

    @property
    def kinds_wanted(self) -> list[type[Publication]] | None:
        return [self.kind] if self.kind is not None else None

    @property
    def kind_name(self) -> str:
        return str(self.kind.__mapper__.polymorphic_identity) if self.kind is not None else ""


def _address(chosen: Choice, endpoint: str = "feed.index", **values: Any) -> str:
    """The address of the feed with what was chosen; `espace` and `nature` given here replace it, None drops it."""
    kept: dict[str, Any] = {
        "espace": chosen.space.slug if chosen.space else None,
        "nature": chosen.kind_name or None,
    }
    return url_for(endpoint, **(kept | values))


def _place(name: str) -> Place | None:
    word = request.args.get(name)
    if not word:
        return None
    try:
        return Place.read(word)
    except Refused as refused:
        raise NotFound from refused


def _newest(found: Feed, asked_at: Any) -> Place:
    return Place(*spot_of(found.entries[0].publication)) if found.entries else Place(asked_at, 0)


def _all_of(found: Feed) -> list[Entry]:
    return [*found.pinned, *found.entries]


def _kinds_of_my_spaces() -> list[type[Publication]]:
    """The kinds that may come: those whose module is on in at least one of my spaces."""
    on = {module for space in my_spaces() for module in space.modules}
    return [kind for kind in publications.kinds() if kind.module in on]
