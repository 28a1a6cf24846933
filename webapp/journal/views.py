"""The journal of a space, for those who look after it, and of the network, for the staff."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, locale, text
from core.locale import _
from core.spaces import Space
from notifications.events import Event
from webapp.journal import feature, queries
from webapp.journal.queries import Filters
from webapp.shell.forms import EARLIEST, LATEST
from webapp.shell.identity import signed_in, someone, staff_only
from webapp.spaces.queries import moderated

A_PAGE = 50


@feature.get("/journal")
@staff_only
def index() -> ResponseReturnValue:
    return _page(None)


@feature.get("/espaces/<slug>/journal")
@signed_in
def of_space(slug: str) -> ResponseReturnValue:
    return _page(moderated(slug, someone()))


def _page(space: Space | None) -> ResponseReturnValue:
    filters, before = _filters(), request.args.get("avant", type=int)
    found = queries.happened(filters, space=space, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    return render_template(
        "journal/index.html" if space is None else "journal/of_space.html",
        space=space,
        days=_by_day(shown),
        filters=filters,
        given=request.args,
        features=_features(),
        address=_address(space),
        newer=_address(space, avant=None) if before else None,
        older=_address(space, avant=shown[-1].id) if len(found) > A_PAGE else None,
    )


def _filters() -> Filters:
    """What the address keeps; what cannot be a day is no day."""
    until = _day("au")
    return Filters(
        feature=text.one_line(request.args.get("rubrique", ""))[:40],
        who=text.one_line(request.args.get("qui", ""))[:100],
        since=_day("du"),
        until=until + timedelta(days=1) if until else None,
    )


def _day(name: str) -> datetime | None:
    """The first instant of a day written in the address, on the reader's clock."""
    try:
        day = datetime.strptime(request.args.get(name, ""), "%Y-%m-%d")  # noqa: DTZ007 - its zone comes next
    except ValueError:
        return None
    # At the two ends of the calendar, another clock's day would not exist.
    if not EARLIEST <= day.year <= LATEST:
        return None
    return datetime.combine(day.date(), time(), locale.zone())


def _features() -> list[tuple[str, str]]:
    """(name, label) of the features that tell something, in the order of their labels."""
    labels = {one.name: str(one.label) for one in current_app.extensions["features"]}
    named = [(name, labels.get(name) or name) for name in queries.features_telling()]
    return sorted(named, key=lambda one: text.fold(one[1]))


def _address(space: Space | None, **values: Any) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "avant"}
    if space is None:
        return url_for("journal.index", **(kept | values))
    return url_for("journal.of_space", **(kept | {"slug": space.slug} | values))


def _by_day(events: Iterable[Event]) -> list[tuple[str, list[Event]]]:
    """The facts under the name of their day, on the reader's clock."""
    today = clock.today(locale.zone())
    names = {0: _("Aujourd’hui"), 1: _("Hier")}
    days = groupby(events, key=lambda event: locale.local(event.created_at).date())
    return [(names.get((today - day).days, locale.day(day)), list(group)) for day, group in days]
