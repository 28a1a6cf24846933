"""The built assets: found by their plain name, served compressed and for ever, because their names change with them."""

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, send_from_directory
from markupsafe import Markup
from werkzeug.security import safe_join

from core.config import Settings

DIST = Path(__file__).resolve().parents[1] / "static" / "dist"
PREFIX = "/static/dist/"
FOR_EVER = 365 * 24 * 3600
A_DAY = 24 * 3600
#: Said by us: what a machine knows of types depends on what is installed on it.
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}

blueprint = Blueprint("assets", __name__)
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


def init_app(app: Flask, _settings: Settings) -> None:
    app.extensions["assets"] = _manifest()
    app.register_blueprint(blueprint)


def asset(name: str, app: Flask) -> str | None:
    """The address of a built file, or None when the assets were not built: pages do without."""
    file = app.extensions["assets"].get(name)
    return PREFIX + file if file else None


def icon(name: str, app: Flask) -> Markup:
    """A drawing of the sprite: it says nothing to screen readers, the words beside it do."""
    sprite = asset("sprite.svg", app)
    if sprite is None:
        return Markup()
    return Markup(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    ).format(sprite, name)


@blueprint.get(f"{PREFIX}<path:file>")
def built(file: str) -> Response:
    """A built file, as small as the browser can take it."""
    name, encoding = _smallest(file)
    answer = send_from_directory(DIST, name, mimetype=_type_of(file), max_age=FOR_EVER)
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    return answer


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Asked by browsers that read no link."""
    mark = current_app.extensions["assets"].get("icon.svg")
    if mark is None:
        abort(404)
    return send_from_directory(DIST, mark, mimetype=_type_of(mark), max_age=A_DAY)


def _smallest(file: str) -> tuple[str, str]:
    for encoding, suffix in _ENCODINGS:
        # Asked by quality: « br;q=0 » names brotli to refuse it.
        if request.accept_encodings.quality(encoding) > 0 and _stands(f"{file}{suffix}"):
            return f"{file}{suffix}", encoding
    return file, ""


def _stands(file: str) -> bool:
    path = safe_join(str(DIST), file)
    return path is not None and Path(path).is_file()


def _type_of(file: str) -> str:
    return TYPES.get(Path(file).suffix, "application/octet-stream")


def _manifest() -> dict[str, str]:
    path = DIST / "manifest.json"
    if not path.exists():
        return {}
    return {name: entry["file"] for name, entry in json.loads(path.read_text(encoding="utf-8")).items()}
