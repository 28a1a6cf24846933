"""What could not be done, told: a page for people, a problem for programs, with the right status and a way out."""

from typing import Any

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core import db
from core.config import Settings
from core.errors import HouseError, TooMany
from core.locale import _, lazy_
from webapp.shell import answers, problems

log = structlog.get_logger(__name__)

#: For each status: its title, and what it says when nobody said better.
SENTENCES: dict[int, tuple[Any, Any]] = {
    400: (
        lazy_("Demande illisible"),
        lazy_("La demande n’est pas arrivée entière. Revenez en arrière et recommencez."),
    ),
    403: (lazy_("Ce n’est pas permis"), lazy_("Vous pouvez voir cette page, mais pas faire cette action.")),
    404: (
        lazy_("Cette page n’existe pas"),
        lazy_("Le lien est peut-être ancien, ou la page est réservée à d’autres personnes."),
    ),
    405: (lazy_("Cela ne se fait pas ainsi"), lazy_("Passez par les boutons de la page.")),
    409: (
        lazy_("Quelqu’un est passé avant vous"),
        lazy_("L’état a changé depuis que vous avez ouvert la page."),
    ),
    413: (
        lazy_("C’est trop volumineux"),
        lazy_("Envoyez moins de fichiers à la fois, ou des fichiers plus légers."),
    ),
    422: (lazy_("Quelque chose est à corriger"), lazy_("Revenez en arrière, corrigez, puis recommencez.")),
    429: (lazy_("Trop de demandes"), lazy_("Attendez un peu avant de recommencer.")),
    500: (
        lazy_("Une erreur de notre côté"),
        lazy_("Elle est notée, et rien de ce qui était enregistré n’est perdu. Réessayez dans un instant."),
    ),
}


def init_app(app: Flask, _settings: Settings) -> None:
    app.register_error_handler(HouseError, _house)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failure)


def page(status: int, text: str = "", *, title: str = "") -> tuple[str, int]:
    """The page of what could not be done."""
    usual_title, usual_text = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])
    made = render_template(
        "shell/error.html",
        code=status,
        title=title or str(usual_title),
        text=text or str(usual_text),
        request_id=answers.reference(),
    )
    return made, status


def _house(error: HouseError) -> ResponseReturnValue:
    if problems.is_api(request.path):
        return problems.from_house(error)
    text = " ".join([error.sentence, *map(str, error.fields.values())]).strip()
    body, status = page(error.status, text)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return body, status, headers


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        _("Cette page était ouverte depuis longtemps, ou dans un autre site. Revenez en arrière : votre texte y est encore. "
          "Rechargez la page, puis envoyez à nouveau."),
        title=_("La page a vieilli"),
    )  # fmt: skip


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and 300 <= error.code < 400:
        return error  # a redirection that Werkzeug raises: an address written without its last slash
    if problems.is_api(request.path):
        return problems.from_http(error)
    body, status = page(error.code or 500)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return body, status, kept


def _failure(error: Exception) -> ResponseReturnValue:
    db.rollback()
    log.error("http.failure", path=request.path, exc_info=error)
    if problems.is_api(request.path):
        return problems.problem(500)
    return page(500)
