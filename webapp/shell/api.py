"""The API's frame: who calls, what they may, send and get; each feature's `api.py` declares its own calls."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, get_origin

import pydantic
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from core import clock, locale, sessions, tokens
from core.config import Settings
from core.db import db, transaction
from core.errors import HouseError, NotFound, Refused
from core.locale import _
from core.text import has_controls
from webapp.shell import idempotency, rate
from webapp.shell.features import Feature
from webapp.shell.identity import me
from webapp.shell.problems import Problem, from_house, from_http, from_validation, is_api, problem

__all__ = [
    "Answer",
    "Body",
    "Day",
    "Id",
    "Line",
    "Moment",
    "Page",
    "PageQuery",
    "Place",
    "Problem",
    "Query",
    "Text",
    "calls",
    "endpoint",
    "page_of",
    "version_read",
]  # fmt: skip

PREFIX = "/api/v1"
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Text only: files have their own way in, `files=True`.
MOST_JSON_BYTES = 1024 * 1024
#: From one token, then from one address without a token.
MOST_CALLS = "600/minute"
MOST_VISITS = "120/minute"
#: PostgreSQL's integer; SQLite would take more, and then fail on the largest.
LARGEST_ID = 2**31 - 1
USED_EVERY = timedelta(minutes=5)


# ── What calls take and give ─────────────────────────────────────────────────────────────────────────────────────────


def _one_line(value: str) -> str:
    if has_controls(value):
        raise ValueError(_("Une seule ligne, sans caractère de contrôle."))
    return value


def _several_lines(value: str) -> str:
    if has_controls(value.translate({9: None, 10: None, 13: None})):
        raise ValueError(_("Ce texte contient un caractère de contrôle."))
    return value


def _of_our_time(value: datetime) -> datetime:
    if not 1970 <= value.year <= 2200:
        raise ValueError(_("Donnez une date entre 1970 et 2200."))
    return value.astimezone(UTC)


def _day_of_our_time(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise ValueError(_("Donnez une date entre 1900 et 2200."))
    return value


#: One line of text; give its limits with `pydantic.Field(min_length=1, max_length=200)`.
Line = Annotated[str, pydantic.AfterValidator(_one_line)]
#: Several lines.
Text = Annotated[str, pydantic.AfterValidator(_several_lines)]
#: The number of a row.
Id = Annotated[int, pydantic.Field(ge=1, le=LARGEST_ID)]
#: An instant with its offset, given in UTC.
Moment = Annotated[pydantic.AwareDatetime, pydantic.AfterValidator(_of_our_time)]
Day = Annotated[date, pydantic.AfterValidator(_day_of_our_time)]


class Body(pydantic.BaseModel):
    """What a call is sent, as JSON: read strictly, unknown fields refused, texts trimmed."""

    model_config = pydantic.ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    def given(self) -> dict[str, Any]:
        """The fields the caller wrote, for a PATCH: what was not said does not change."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Query(pydantic.BaseModel):
    """What a call is asked in its address: unknown names refused."""

    model_config = pydantic.ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class PageQuery(Query):
    """The query of a list: `?limit=&after=`."""

    limit: int = pydantic.Field(20, ge=1, le=100, description="How many items at most.")
    after: Line | None = pydantic.Field(None, max_length=120, description="The `next` of the page before.")

    @property
    def place(self) -> "Place | None":
        """Where the page before ended, as given to `page_of`; raises `Refused` when the word is not one of ours."""
        return None if self.after is None else Place.read(self.after)


class Answer(pydantic.BaseModel):
    """What a call answers; may be read straight from a row."""

    model_config = pydantic.ConfigDict(from_attributes=True)


Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(Answer, Generic[Item]):
    """A part of a list. `next` is given back as `after` for what follows; null at the end."""

    items: list[Item]
    next: str | None = None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """A place in a list ordered by an instant, then by a number."""

    instant: datetime
    id: int

    def word(self) -> str:
        """The place as a signed word, which nobody else can make up."""
        microseconds = (self.instant - _EPOCH) // timedelta(microseconds=1)
        return tokens.sign("api-place", max(0, microseconds), self.id)

    @classmethod
    def read(cls, word: str) -> "Place":
        numbers = tokens.read("api-place", word)
        if numbers is None or len(numbers) != 2:
            raise Refused(_("Ce repère de page n’est pas valable."), after=_("Reprenez la liste au début."))
        return cls(_EPOCH + timedelta(microseconds=numbers[0]), numbers[1])


def page_of(
    rows: Sequence[Row],
    query: PageQuery,
    make: Callable[[Row], Item],
    place: Callable[[Row], tuple[datetime, int]],
) -> Page[Item]:
    """The page of `rows`, fetched with one more than `query.limit` to know whether something follows.

    `place(row)` gives the (instant, id) the list is ordered by.
    """
    shown = rows[: query.limit]
    following = Place(*place(shown[-1])).word() if len(rows) > query.limit else None
    return Page(items=[make(row) for row in shown], next=following)


def version_read() -> int | None:
    """The version the caller means to change, from `If-Match: "7"`; None when they did not say."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', given)
    if not found:
        raise Refused(_("L’en-tête If-Match attend une version entre guillemets, comme l’ETag reçu."))
    return int(found[1])


# ── Declaring a call ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Call:
    """One call of the API, as its feature declared it."""

    feature: Feature
    method: str
    path: str
    function: Callable[..., Any]
    scope: str | None
    summary: str
    body: type[Body] | None = None
    query: type[Query] | None = None
    answer: Any = None
    status: int = 200
    files: bool = False
    secret: bool = False
    errors: tuple[int, ...] = ()
    _adapter: list["pydantic.TypeAdapter[Any]"] = field(default_factory=list, repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.feature.name}.{self.function.__name__}"

    @property
    def writes(self) -> bool:
        return self.method in WRITING

    @property
    def answer_type(self) -> "pydantic.TypeAdapter[Any]":
        if not self._adapter:
            self._adapter.append(pydantic.TypeAdapter(self.answer))
        return self._adapter[0]


_calls: list[Call] = []
View = TypeVar("View", bound=Callable[..., Any])


def endpoint(
    feature: Feature,
    method: str,
    path: str,
    *,
    scope: str | None,
    summary: str,
    body: type[Body] | None = None,
    query: type[Query] | None = None,
    answer: Any = None,
    status: int | None = None,
    files: bool = False,
    secret: bool = False,
    errors: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Decorator: the function answers `method path` under /api/v1.

    It receives the address' values, `body=` and `query=` when declared, and returns an `answer` (or a row it can be read
    from), or `(answer, headers)`; nothing with `answer=None`, which is a 204. `me()` is the token's person, `someone()`
    is never None unless `scope=None`, which opens the call to whoever has no token. `files=True`: multipart/form-data,
    read by the function from `request.files["files"]`. `secret=True`: the answer is never kept for a repeated
    `Idempotency-Key`. `errors`: statuses it may answer beyond the usual ones.
    The first line of the function's docstring, if any, describes it in the documentation.
    """
    if scope is not None and scope not in sessions.SCOPES:
        raise ValueError(f"{scope} is no scope: choose among {sessions.SCOPES}")

    def register(function: View) -> View:
        call = Call(
            feature, method, PREFIX + path, function, scope, summary, body, query, answer,
            status or (200 if answer is not None else 204), files, secret, errors,
        )  # fmt: skip
        _calls.append(call)
        feature.add_url_rule(
            call.path,
            f"api_{function.__name__}",
            lambda **values: _answer(call, values),
            methods=[method],
        )
        return function

    return register


def calls() -> list[Call]:
    """All the calls there are, found by discovery, in the order of their addresses."""
    return sorted(_calls, key=lambda call: (call.path, call.method))


# ── Answering a call ─────────────────────────────────────────────────────────────────────────────────────────────────


def init_app(app: Flask, settings: Settings) -> None:
    del settings
    app.config.setdefault("API_TOKEN_RATE", MOST_CALLS)
    app.config.setdefault("API_VISITOR_RATE", MOST_VISITS)
    app.before_request(_recognise)
    app.after_request(_say_for_whom)


def _recognise() -> Response | None:
    """Find the person of the token; g.person and g.token say who calls, until the end of the request."""
    if not is_api(request.path):
        return None
    with locale.spoken_to(_language(), locale.zone()):
        try:
            return _recognise_bearer()
        except HouseError as error:
            return from_house(error)


def _recognise_bearer() -> Response | None:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = sessions.token_for(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        rate.count("api-visitor", request.remote_addr or "", current_app.config["API_VISITOR_RATE"])
        if scheme:
            return _unauthenticated('Bearer realm="Maillage", error="invalid_token"')
        return None
    rate.count("api-token", str(token.id), current_app.config["API_TOKEN_RATE"])
    g.token, g.person = token, token.person
    _note_use(token)
    return None


def _note_use(token: sessions.ApiToken) -> None:
    """Writing the last use at every call would make every reading a write."""
    if token.last_used_at is not None and token.last_used_at > clock.now() - USED_EVERY:
        return
    with transaction():
        token.last_used_at = clock.now()
        db.session.add(token)


def _answer(call: Call, values: dict[str, Any]) -> Response:
    if not call.files:
        request.max_content_length = MOST_JSON_BYTES
    with locale.spoken_to(_language(), locale.zone()):
        try:
            return _refuse(call) or _answer_once(call, values)
        except HouseError as error:
            return from_house(error)
        except pydantic.ValidationError as error:
            return from_validation(error)
        except HTTPException as error:
            return from_http(error)


def _refuse(call: Call) -> Response | None:
    if call.scope is None:
        return None
    if g.token is None:
        return _unauthenticated('Bearer realm="Maillage"')
    if not _grants(g.token, call.scope):
        return problem(
            403,
            _("Cette clé ne permet pas cela : il lui faut la portée « %(scope)s ».", scope=call.scope),
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{call.scope}"'},
        )
    return None


def _grants(token: sessions.ApiToken, scope: str) -> bool:
    if scope == "read":
        return bool(token.scopes)  # whoever may write may see what they wrote
    return scope in token.scopes and (scope != "staff" or token.person.is_staff)


def _unauthenticated(challenge: str) -> Response:
    return problem(401, headers={"WWW-Authenticate": challenge})


def _answer_once(call: Call, values: dict[str, Any]) -> Response:
    key = request.headers.get(idempotency.HEADER)
    if key is None or not call.writes or g.token is None:
        return _run(call, values)
    kept = idempotency.begin(g.token, key)
    if isinstance(kept, Response):
        return kept
    answer = _run(call, values)
    if answer.status_code < 400 and not call.secret:
        idempotency.finish(kept, answer)
    return answer


def _run(call: Call, values: dict[str, Any]) -> Response:
    _check_address(values)
    given = dict(values)
    query = _read_query(call)
    if query is not None:
        given["query"] = query
    if call.writes:
        refusal = _refuse_content(call)
        if refusal is not None:
            return refusal
        if call.body is not None:
            given["body"] = call.body.model_validate_json(request.get_data(), strict=True)
    return _render(call, call.function(**given))


def _check_address(values: Mapping[str, Any]) -> None:
    for value in values.values():
        if isinstance(value, str) and has_controls(value):
            raise NotFound


def _read_query(call: Call) -> Query | None:
    model = call.query or Query
    given: dict[str, Any] = {}
    for name, found in request.args.lists():
        known = model.model_fields.get(name)
        several = known is not None and get_origin(known.annotation) is list
        if len(found) > 1 and not several:
            raise Refused(_("Une seule valeur est possible."), **{name: _("Donnez une seule valeur.")})
        given[name] = found if several else found[0]
    read = model.model_validate(given)
    return read if call.query else None


def _refuse_content(call: Call) -> Response | None:
    """415 for another kind of content than the call reads, 413 for too much of it."""
    if call.files:
        if request.mimetype != "multipart/form-data":
            return problem(415, _("Envoyez un formulaire (multipart/form-data)."))
        return None
    sent = request.get_data()  # raises RequestEntityTooLarge
    if call.body is not None and request.mimetype != "application/json":
        return problem(415)
    if call.body is None and sent.strip() not in (b"", b"{}"):
        return problem(422, _("Cette demande n’attend pas de contenu."))
    return None


def _render(call: Call, returned: Any) -> Response:
    value, headers = returned if isinstance(returned, tuple) else (returned, {})
    # What the database refuses must be refused here, not at the commit, when the answer is already made.
    db.session.flush()
    if call.answer is None:
        empty = Response(status=call.status, headers=headers)
        del empty.headers["Content-Type"]
        return empty
    made = call.answer_type.validate_python(value, from_attributes=True)
    content = call.answer_type.dump_json(made, by_alias=True)
    return Response(content, call.status, mimetype="application/json", headers=headers)


def _say_for_whom(response: Response) -> Response:
    if is_api(request.path):
        response.headers["Cache-Control"] = "private, no-store"
        response.vary.update(("Authorization", "Accept-Language"))
    return response


def _language() -> str:
    """The caller's Accept-Language; without one, the language of the token's person."""
    asked = request.accept_languages.best_match(list(locale.LANGUAGES))
    person = me()
    return asked or (person.locale if person is not None else "fr")
