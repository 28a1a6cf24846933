"""What could not be done, told: a page for people, a problem for programs, with the right status and a way out."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException

from core import db
from core.config import Settings
from core.errors import HouseError, TooMany
from core.locale import _, lazy_
from core.network import Network
from webapp.shell import answers, problems, resend
from webapp.shell.identity import SignedOut

log = structlog.get_logger(__name__)

#: What PostgreSQL says of a second row where one may stand.
_UNIQUE_VIOLATION = "23505"

#: For each status: its title, and what it says when nobody said better.
SENTENCES: dict[int, tuple[Any, Any]] = {
    400: (
        lazy_("Demande illisible"),
        lazy_("La demande n’est pas arrivée entière. Revenez en arrière et recommencez."),
    ),
    403: (
        lazy_("Cette action ne vous est pas ouverte"),
        lazy_("Vous pouvez lire cette page, mais pas faire cela. Un animateur de l’espace peut vous aider."),
    ),
    404: (
        lazy_("Cette page n’existe pas"),
        lazy_("Le lien est peut-être ancien, ou la page est réservée à d’autres personnes."),
    ),
    405: (
        lazy_("Cette adresse ne s’ouvre pas ainsi"),
        lazy_("Elle ne sert qu’à recevoir un formulaire. Repartez de la page où se trouve le bouton."),
    ),
    409: (
        lazy_("Quelqu’un est passé avant vous"),
        lazy_(
            "La situation a changé depuis que vous avez ouvert la page. Rouvrez-la pour voir où elle en est."
        ),
    ),
    413: (
        lazy_("L’envoi est trop lourd"),
        lazy_("Envoyez moins de fichiers à la fois, ou des fichiers plus légers."),
    ),
    414: (lazy_("Adresse trop longue"), lazy_("Raccourcissez votre recherche, puis recommencez.")),
    415: (lazy_("Contenu inattendu"), lazy_("Cette page ne peut pas lire ce qui lui a été envoyé.")),
    422: (lazy_("Quelque chose est à corriger"), lazy_("Revenez en arrière, corrigez, puis recommencez.")),
    429: (lazy_("Trop de demandes à la fois"), lazy_("Attendez un peu avant de recommencer.")),
    500: (
        lazy_("Une erreur de notre côté"),
        lazy_("Elle est notée, et rien de ce qui était enregistré n’est perdu. Réessayez dans un instant."),
    ),
    503: (lazy_("Le site reprend son souffle"), lazy_("Il revient dans un instant : réessayez.")),
}


def init_app(app: Flask, _settings: Settings) -> None:
    app.register_error_handler(HouseError, _house)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(HTTPException, _http)
    for not_for_a_table in (DataError, OverflowError, UnicodeEncodeError):
        app.register_error_handler(not_for_a_table, _unreadable)
    app.register_error_handler(IntegrityError, _taken)
    app.register_error_handler(Exception, _failure)


def page(status: int, text: str = "", **context: Any) -> tuple[str, int]:
    """The page of what could not be done. `context` may hold `title`, `details`, `action` and `action_label`."""
    title, usual_text = _sentences(status)
    context = {"code": status, "title": title, "text": text or usual_text} | context
    return render_template("shell/error.html", **context, request_id=answers.reference()), status


def _sentences(status: int) -> tuple[str, str]:
    usual = 400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500
    title, text = SENTENCES.get(status) or SENTENCES[usual]
    return str(title), str(text)


def _house(error: HouseError) -> ResponseReturnValue:
    if problems.is_api(request.path):
        return problems.from_house(error)
    body, status = page(error.status, error.sentence, details=[str(one) for one in error.fields.values()])
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return body, status, headers


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Whoever wrote for an hour in a page that has aged finds every word again, and sends it once more."""
    text = _(
        "La page d’où vous venez n’est plus à jour : ouverte depuis longtemps, ou dans une autre session."
    )
    if resend.comes_from_here():
        return page(400, text, title=_("Envoyez une seconde fois"), again=resend.what_was_sent())
    return page(400, text, title=_("Cet envoi ne vient pas d’une page de ce site"))


def _signed_out(_error: SignedOut) -> ResponseReturnValue:
    text = _(
        "Votre session s’est terminée pendant que vous écriviez. Rien de ce que vous avez écrit n’est perdu."
    )
    return page(401, text, title=_("Vous n’êtes plus connecté"), again=resend.what_was_sent())


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.BAD_REQUEST:
        return error  # a redirection that Werkzeug raises: an address written without its last slash
    if problems.is_api(request.path):
        return problems.from_http(error)
    body, status = page(status)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return body, status, kept


def _unreadable(error: Exception) -> ResponseReturnValue:
    """A value that no column can hold (a NUL, a number of thirty digits) and that no form had stopped."""
    db.rollback()
    log.warning("http.unreadable", path=request.path, exc_info=error)
    if problems.is_api(request.path):
        return problems.problem(400)
    return page(400)


def _taken(error: IntegrityError) -> ResponseReturnValue:
    """Two requests at the same instant wrote what may be written once: the second came second, and nothing failed."""
    if getattr(error.orig, "sqlstate", "") != _UNIQUE_VIOLATION and "UNIQUE" not in str(error.orig):
        return _failure(error)
    db.rollback()
    log.warning("http.taken", path=request.path, exc_info=error)
    return problems.problem(409) if problems.is_api(request.path) else page(409)


def _failure(error: Exception) -> ResponseReturnValue:
    log.error("http.failure", path=request.path, exc_info=error)
    try:
        db.rollback()
        return problems.problem(500) if problems.is_api(request.path) else page(500)
    except Exception:  # the page of an error must not need what has just failed
        log.exception("http.failure_page")
        return _page_without_database()


def _page_without_database() -> ResponseReturnValue:
    if problems.is_api(request.path):
        return problems.problem(500)
    settings: Settings = current_app.config["MAILLAGE"]
    g.person = g.session = None
    g.network = Network(
        name="Maillage", tagline="", presentation="", colour="sapin", operator="", is_demo=False
    )
    g.frame_only = True  # see `page`: nothing more is asked of the database
    title, text = _sentences(500)
    return render_template(
        "shell/error.html",
        code=500, title=title, text=text, locale=settings.locale, request_id=answers.reference(),
    ), 500  # fmt: skip
