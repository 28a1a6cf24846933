"""The queue: over all one's spaces, or for one; and how many wait, which every page says."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.publications import Publication
from core.spaces import Space
from webapp.moderation import feature, queries
from webapp.publications import queries as publications
from webapp.shell.identity import me, signed_in, someone
from webapp.spaces import queries as spaces


@feature.get("/moderation")
@signed_in
def index() -> ResponseReturnValue:
    if not publications.moderates_somewhere(someone()):
        raise NotFound
    return render_template("moderation/index.html", **_waiting(None))


@feature.get("/espaces/<slug>/moderation")
@signed_in
def of_space(slug: str) -> ResponseReturnValue:
    space = spaces.moderated(slug, someone())
    return render_template("moderation/index.html", **_waiting(space))


@feature.get("/moderation/nouvelles")
@signed_in
def waiting() -> ResponseReturnValue:
    """How many wait now, for a queue left open: it is told that it changed, and not moved under who writes."""
    slug = request.args.get("espace")
    space = spaces.moderated(slug, someone()) if slug else None
    return render_template("moderation/_news.html", **_waiting(space), fresh=True)


@feature.page_part
def to_moderate() -> dict[str, Any]:
    person = me()
    return {"to_moderate": publications.queue_count(person) if person else 0}


def _waiting(space: Space | None) -> dict[str, Any]:
    found = publications.queue(someone(), space)
    return {
        "space": space,
        "waiting": found,
        "spaces_of": publications.known_places(someone(), found),
        "files": publications.all_files_of(found),
        "mine": queries.spaces_with_counts(someone()),
        "own": _own(space),
        "address": url_for("moderation.of_space", slug=space.slug) if space else url_for("moderation.index"),
    }


def _own(space: Space | None) -> list[Publication]:
    """One's own that wait for someone else: shown, so that nobody wonders where they are."""
    return [one for one in publications.in_hand_of(someone(), space=space) if one.state == "submitted"]
