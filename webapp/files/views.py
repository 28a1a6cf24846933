"""The files themselves: given to whoever may read their publication, as something to save, pictures apart."""

from flask import request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.db import db
from core.errors import NotFound
from core.files import StoredFile
from webapp.files import feature, service
from webapp.publications import queries
from webapp.shell.identity import me

#: Should a browser run it all the same: no script, no form, no origin of ours.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


@feature.get("/fichiers/<int:id>/<name>")
def show(id: int, name: str) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """The content; `?taille=petite` asks the smaller rendition of a picture. The name in the address is for people."""
    del name
    file = db.session.get(StoredFile, id) if id <= queries.LARGEST_ID else None
    if file is None:
        raise NotFound
    queries.readable(me(), file.publication_id)
    return _send(file, small="taille" in request.args)


def _send(file: StoredFile, *, small: bool) -> Response:
    path, media_type, etag = file.path, file.media_type, file.sha256
    if small and service.small_path(file).exists():
        path, media_type, etag = service.small_path(file), "image/webp", f"{file.sha256}-small"
    if not path.exists():
        raise NotFound
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=not file.is_image,
        download_name=file.name,
        conditional=True,
        etag=etag,
        last_modified=file.created_at,
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # Kept by the reader's own browser, and asked again each time: rights may have ended.
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return response
