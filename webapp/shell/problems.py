"""What the API could not do, told as `application/problem+json` (RFC 9457) in the caller's language."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pydantic
from flask import Response
from werkzeug.exceptions import HTTPException

from core import links
from core.errors import HouseError, TooMany
from core.locale import _, lazy_

MEDIA_TYPE = "application/problem+json"


class FieldError(pydantic.BaseModel):
    """What is wrong at one field. `field` is its path: `starts_at`, `spaces.0`."""

    field: str
    message: str


class Problem(pydantic.BaseModel):
    """An error (RFC 9457). `type` is the address of its explanation; `errors` says what is wrong, field by field."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


#: The name of each problem in its address, its title, and what it says when nobody said better.
KINDS: dict[int, tuple[str, Any, Any]] = {
    400: ("unreadable", lazy_("Demande illisible"), lazy_("La demande n’a pas pu être lue.")),
    401: ("unauthenticated", lazy_("Clé nécessaire"), lazy_("Présentez une clé d’accès valable.")),
    403: ("not-allowed", lazy_("Action non permise"), lazy_("Vous ne pouvez pas faire cela.")),
    404: ("not-found", lazy_("Introuvable"), lazy_("Rien ne se trouve à cette adresse.")),
    405: ("method", lazy_("Méthode non permise"), lazy_("Cette adresse ne connaît pas cette méthode.")),
    406: ("not-acceptable", lazy_("Format indisponible"), lazy_("L’API répond en JSON.")),
    408: ("timeout", lazy_("Délai dépassé"), lazy_("La demande n’est pas arrivée à temps.")),
    409: ("conflict", lazy_("Conflit"), lazy_("L’état a changé entre-temps.")),
    410: ("gone", lazy_("Disparu"), lazy_("Ce qui se trouvait ici n’existe plus.")),
    412: ("changed", lazy_("Modifié entre-temps"), lazy_("Ce n’est plus la version que vous avez lue.")),
    413: ("too-large", lazy_("Trop volumineux"), lazy_("La demande est trop volumineuse.")),
    414: ("address-too-long", lazy_("Adresse trop longue"), lazy_("L’adresse est trop longue.")),
    415: ("media-type", lazy_("Type de contenu inattendu"), lazy_("Envoyez du JSON (application/json).")),
    422: ("invalid", lazy_("Demande à corriger"), lazy_("Quelque chose est à corriger.")),
    428: ("version-needed", lazy_("Version nécessaire"), lazy_("Dites quelle version vous modifiez.")),
    429: ("too-many", lazy_("Trop de demandes"), lazy_("Attendez un peu avant de recommencer.")),
    500: (
        "failure",
        lazy_("Erreur de notre côté"),
        lazy_("Quelque chose s’est cassé. Nous en avons la trace."),
    ),
    503: ("unavailable", lazy_("Indisponible"), lazy_("Le service revient bientôt.")),
}


def problem(
    status: int,
    detail: str = "",
    *,
    errors: list[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that says so."""
    told = Problem(
        type=_address(status),
        title=_title(status),
        status=status,
        detail=detail or _usual_detail(status),
        errors=errors,
    )
    return Response(
        told.model_dump_json(exclude_none=True), status, mimetype=MEDIA_TYPE, headers=dict(headers or {})
    )


def from_house(error: HouseError) -> Response:
    """What the house refused."""
    errors = [FieldError(field=name, message=str(sentence)) for name, sentence in error.fields.items()]
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return problem(error.status, error.sentence, errors=errors or None, headers=headers)


def from_http(error: HTTPException) -> Response:
    """What Werkzeug refused before any feature was asked: an unknown address, another method, a body too large."""
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem(error.code or 500, headers=kept)


def from_validation(error: pydantic.ValidationError) -> Response:
    """What pydantic refused: 400 when it is not JSON at all, else 422 with a sentence for each field."""
    found = error.errors(include_url=False, include_context=True, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, _("Le corps de la demande n’est pas du JSON valable."))
    errors = [FieldError(field=".".join(map(str, one["loc"])), message=_sentence(one)) for one in found]
    return problem(422, errors=errors)


def _address(status: int) -> str:
    return f"{links.base_url()}/api#{KINDS[status][0]}" if status in KINDS else "about:blank"


def _title(status: int) -> str:
    return str(KINDS[status][1]) if status in KINDS else HTTPStatus(status).phrase


def _usual_detail(status: int) -> str:
    return str(KINDS[status][2]) if status in KINDS else HTTPStatus(status).phrase


#: pydantic's own sentences are English and speak of Python: these say the same to whoever calls.
_SENTENCES: dict[str, Any] = {
    "missing": lazy_("Ce champ est nécessaire."),
    "extra_forbidden": lazy_("Ce champ n’existe pas ici."),
    "string_type": lazy_("Donnez un texte."),
    "string_too_short": lazy_("Au moins %(min_length)s caractères."),
    "string_too_long": lazy_("Au plus %(max_length)s caractères."),
    "string_pattern_mismatch": lazy_("Ce texte n’a pas la forme attendue."),
    "literal_error": lazy_("Choisissez parmi : %(expected)s."),
    "enum": lazy_("Choisissez parmi : %(expected)s."),
    "int_type": lazy_("Donnez un nombre entier."),
    "int_parsing": lazy_("Donnez un nombre entier."),
    "int_parsing_size": lazy_("Ce nombre est trop grand."),
    "int_from_float": lazy_("Donnez un nombre entier."),
    "float_type": lazy_("Donnez un nombre."),
    "float_parsing": lazy_("Donnez un nombre."),
    "bool_type": lazy_("Donnez vrai ou faux."),
    "bool_parsing": lazy_("Donnez vrai ou faux."),
    "greater_than": lazy_("Donnez plus de %(gt)s."),
    "greater_than_equal": lazy_("Donnez au moins %(ge)s."),
    "less_than": lazy_("Donnez moins de %(lt)s."),
    "less_than_equal": lazy_("Donnez au plus %(le)s."),
    "too_short": lazy_("Au moins %(min_length)s éléments."),
    "too_long": lazy_("Au plus %(max_length)s éléments."),
    "list_type": lazy_("Donnez une liste."),
    "dict_type": lazy_("Donnez un objet."),
    "model_type": lazy_("Donnez un objet."),
    "model_attributes_type": lazy_("Donnez un objet."),
    "timezone_aware": lazy_("Précisez le fuseau horaire : 2026-03-03T09:30:00+01:00."),
    "url_parsing": lazy_("Ce n’est pas une adresse web."),
    "url_scheme": lazy_("Donnez une adresse en http ou https."),
    "url_too_long": lazy_("Au plus %(max_length)s caractères."),
}


def _sentence(error: Any) -> str:
    if error["type"] == "value_error":
        return str(
            error["ctx"]["error"]
        )  # ours: raised by a validator of the house, already in the caller's language
    if error["type"].startswith(("datetime", "date", "time")) and error["type"] not in _SENTENCES:
        return _("Donnez une date valable, écrite comme en ISO 8601.")
    if error["type"] not in _SENTENCES:
        return _("Cette valeur n’est pas celle attendue.")
    context = {
        name: str(value).replace(" or ", ", ").replace("'", "")
        for name, value in error.get("ctx", {}).items()
    }
    sentence: str = str(_SENTENCES[error["type"]]) % context
    return sentence


def is_api(path: str) -> bool:
    """Whether an address is the API's: its errors are problems, never pages."""
    return path.startswith("/api/")
