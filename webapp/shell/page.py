"""What every page knows: whose house it is, who reads, in which language and on which clock, and what waits for them."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    has_request_context,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from core import locale, text
from core.config import Settings
from core.db import db as database
from core.errors import Refused
from core.locale import _, _n
from core.network import Network, the_network
from core.palette import MAIL_HUES
from core.people import Person
from core.spaces import Space, spaces_of
from notifications import inbox, live
from webapp.shell import answers, assets, csrf, once
from webapp.shell.identity import me, signed_in

blueprint = Blueprint("shell", __name__)

A_YEAR = 365 * 24 * 3600
LONGEST_PREVIEW = 50_000


def init_app(app: Flask, settings: Settings) -> None:
    app.register_blueprint(blueprint)
    app.before_request(_speak_on_the_reader_s_clock)
    # Threads serve one request after another: the next one's reader must not inherit this one's clock.
    app.teardown_request(lambda _error: locale.set_zone(settings.timezone))
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        _=_,
        ngettext=_n,
        csrf_token=csrf.token,
        once=once.word,
        asset=partial(assets.asset, app=app),
        icon=partial(assets.icon, app=app),
        url_exists=_exists,
        MAIL_HUES=MAIL_HUES,
        file_limit=settings.max_file_bytes // (1024 * 1024),
    )
    app.context_processor(_page)


FILTERS: dict[str, Callable[..., Any]] = {
    "markdown": text.to_html,
    "plain": text.to_plain,
    "excerpt": text.summary,
    "ago": locale.ago,
    "moment": locale.moment,
    "day": locale.day,
    "short_day": locale.short_day,
    "hour": locale.hour,
    "span": locale.span,
}


def language_of_reader() -> str | None:
    """The person's own language, else the one chosen in this browser, else the browser's, else the network's."""
    if not has_request_context():
        return None
    if request.path.startswith("/api/"):
        asked = request.accept_languages.best_match(list(locale.LANGUAGES))
        return asked or (person.locale if (person := me()) else None)
    person = me()
    chosen = person.locale if person else request.cookies.get("language", "")
    if chosen in locale.LANGUAGES:
        return chosen
    settings: Settings = current_app.config["MAILLAGE"]
    return request.accept_languages.best_match(list(locale.LANGUAGES), settings.locale)


def network() -> Network:
    """Whose house this is, asked once for a request."""
    if "network" not in g:
        g.network = the_network()
    return cast(Network, g.network)


def my_spaces() -> list[Space]:
    """The spaces where the reader sits, asked once for a request."""
    if "my_spaces" not in g:
        person = me()
        g.my_spaces = spaces_of(person) if person else []
    return cast("list[Space]", g.my_spaces)


def _page() -> dict[str, Any]:
    """What templates know. A fragment is drawn without the frame: what the frame alone shows is then not asked."""
    if not has_request_context():
        return {"me": None, "network": network(), "locale": locale.language()}
    person = me()
    known: dict[str, Any] = {
        "me": person,
        "network": network(),
        "demo": network().is_demo,
        "locale": locale.language(),
        "theme": request.cookies.get("theme", "auto"),
        "request_id": answers.reference(),
        "my_spaces": [],
        "live_spaces": "[]",
        "unread": 0,
        "to_moderate": 0,
    }
    return known if _is_bare() else known | _frame(person)


def _frame(person: Person | None) -> dict[str, Any]:
    known: dict[str, Any] = {"my_spaces": my_spaces()}
    if person is not None:
        known["unread"] = inbox.unread_count(person)
        known["live_spaces"] = json.dumps(live.positions(person), ensure_ascii=False)
    for feature in current_app.extensions["features"]:
        for part in feature.page_parts:
            known |= part()
    return known


def _is_bare() -> bool:
    """A fragment for an open page, or the page of a failure that must not ask for anything more."""
    return "X-Fragment" in request.headers or "frame_only" in g


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _speak_on_the_reader_s_clock() -> None:
    person = me()
    settings: Settings = current_app.config["MAILLAGE"]
    zone = person.timezone if person else settings.timezone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        zone = settings.timezone
    locale.set_zone(zone)


@blueprint.post("/langue")
def language() -> ResponseReturnValue:
    """Read the site in another language: kept with the person, else in the browser."""
    chosen = request.form.get("language", "")
    answer: Response = redirect(same_site(request.form.get("next", "/")), 303)
    if chosen not in locale.LANGUAGES:
        return answer
    person = me()
    if person is not None:
        person.locale = chosen
        database.session.add(person)
    secure = current_app.config["MAILLAGE"].secure
    answer.set_cookie("language", chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
    return answer


@blueprint.post("/apercu")
@signed_in
def preview() -> ResponseReturnValue:
    """How a Markdown text will read."""
    source = request.form.get("text", "")
    if len(source) > LONGEST_PREVIEW:
        raise Refused(_("Ce texte est trop long pour un aperçu."))
    return str(text.to_html(text.clean(source)))


def same_site(address: str, otherwise: str = "/") -> str:
    """A path of this site to go back to; anything that would leave it is replaced by `otherwise`."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # « //[ » is no address at all
        return otherwise
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    # Browsers read « /\\evil.example » as another site, and a control character hides one.
    safe = (
        inside
        and not address.startswith(("//", "/\\"))
        and not text.has_controls(address)
        and "\\" not in address
    )
    return address if safe else otherwise


def path_to(endpoint: str, **values: Any) -> str | None:
    """The address of a page that may not be there."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None
