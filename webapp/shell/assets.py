"""The built assets: found by their plain name, served compressed and for ever, because their names change with them."""

import json
import mimetypes
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_from_directory, url_for
from markupsafe import Markup, escape

from core.config import Settings

DIST = Path(__file__).resolve().parents[1] / "static" / "dist"
FOR_EVER = 365 * 24 * 3600

blueprint = Blueprint("assets", __name__)
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


def init_app(app: Flask, _settings: Settings) -> None:
    app.extensions["assets"] = _manifest()
    app.register_blueprint(blueprint)


def asset(name: str, app: Flask) -> str | None:
    """The address of a built file, or None when the assets were not built: pages do without."""
    file = app.extensions["assets"].get(name)
    return url_for("assets.built", file=file) if file else None


def icon(name: str, app: Flask) -> Markup:
    """A drawing of the sprite: it says nothing to screen readers, the words beside it do."""
    sprite = asset("sprite.svg", app)
    if sprite is None:
        return Markup()
    return Markup(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    ).format(sprite, escape(name))


@blueprint.get("/static/dist/<path:file>")
def built(file: str) -> Response:
    kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
    for encoding, suffix in _ENCODINGS:
        if request.accept_encodings[encoding] and (DIST / f"{file}{suffix}").is_file():
            answer = send_from_directory(DIST, f"{file}{suffix}", mimetype=kind, max_age=FOR_EVER, etag=True)
            answer.headers["Content-Encoding"] = encoding
            break
    else:
        answer = send_from_directory(DIST, file, mimetype=kind, max_age=FOR_EVER, etag=True)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    return answer


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Asked by browsers that read no link."""
    mark = _manifest().get("icon.svg")
    if mark is None:
        abort(404)
    return send_from_directory(DIST, mark, mimetype="image/svg+xml", max_age=24 * 3600)


def _manifest() -> dict[str, str]:
    path = DIST / "manifest.json"
    if not path.exists():
        return {}
    return {name: entry["file"] for name, entry in json.loads(path.read_text(encoding="utf-8")).items()}
