"""Giving files to a publication and taking them away; nothing stays on the disk that no row knows."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from PIL import Image
from sqlalchemy import event
from sqlalchemy.orm import Session

from core import clock, files
from core.db import after_commit, db
from core.errors import Refused
from core.files import Accepted, StoredFile
from core.locale import _
from core.people import Person
from core.publications import Publication

MOST_FILES = 12
LONGEST_ALT = 300
#: The longest side of the rendition that lists show, in pixels: a card of 400 pixels on a sharp screen.
SMALL = 800
#: A file of a request still under way has no row yet.
GRACE = timedelta(hours=1)
_WRITTEN = "written_files"

Upload = tuple[IO[bytes], str]


def attach(publication: Publication, uploads: Sequence[Upload], *, by: Person) -> list[StoredFile]:
    """Join files. Raises `Refused` at `files`, naming the one that is refused."""
    if not uploads:
        return []
    already = _number(publication)
    if already + len(uploads) > MOST_FILES:
        raise Refused(files=_("%(max)d fichiers au plus par publication.", max=MOST_FILES))
    joined = []
    for position, (stream, name) in enumerate(uploads, start=already):
        try:
            kept = _keep(stream, name)
        except Refused as refused:
            raise Refused(
                files=_("« %(name)s » : %(why)s", name=name[-80:], why=refused.sentence)
            ) from refused
        joined.append(_add(publication, kept, by, position=position))
    db.session.flush()
    return joined


def set_cover(publication: Publication, upload: Upload, *, alt: str, by: Person) -> StoredFile:
    """Put a picture at the head, in place of the one there. Raises `Refused` at `cover` or `cover_alt`."""
    described = _described(alt)
    try:
        kept = _keep(*upload, images_only=True)
    except Refused as refused:
        raise Refused(cover=refused.sentence) from refused
    remove_cover(publication)
    cover = _add(publication, kept, by, use="cover", alt=described)
    _write_small(cover)
    db.session.flush()
    return cover


def describe_cover(publication: Publication, alt: str) -> None:
    """Change the words that stand for the picture."""
    for cover in _of(publication, "cover"):
        cover.alt = _described(alt)


def remove_cover(publication: Publication) -> None:
    for cover in _of(publication, "cover"):
        _remove(cover)


def remove(publication: Publication, ids: Iterable[int]) -> None:
    """Take joined files away; what is not this publication's is left alone."""
    wanted = set(ids)
    for file in _of(publication, "attachment"):
        if file.id in wanted:
            _remove(file)


def small_path(file: StoredFile) -> Path:
    """Where the smaller rendition of a picture is kept, beside it."""
    return file.path.with_name(f"{file.storage_name}.small")


def sweep() -> int:
    """Take off the disk what no row knows, left by a crash; how many. For the daily housekeeping."""
    limit = (clock.now() - GRACE).timestamp()
    known = set(db.session.scalars(sa.select(StoredFile.storage_name)))
    unknown = [path for path in files.folder().glob("??/*") if path.name.split(".")[0] not in known]
    left = [path for path in unknown if path.is_file() and path.stat().st_mtime < limit]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _keep(stream: IO[bytes], name: str, *, images_only: bool = False) -> Accepted:
    kept = files.keep(stream, name, images_only=images_only)  # type: ignore[arg-type]
    _written().append(files.folder() / kept.storage_name[:2] / kept.storage_name)
    return kept


def _add(
    publication: Publication, kept: Accepted, by: Person, *, position: int = 0, **values: Any
) -> StoredFile:
    file = files.attach(publication, kept, by=by, **values)
    file.position = position
    db.session.add(file)
    return file


def _write_small(cover: StoredFile) -> None:
    with Image.open(cover.path) as picture:
        picture.thumbnail((SMALL, SMALL))
        path = small_path(cover)
        _written().append(path)
        picture.convert("RGB" if cover.media_type == "image/jpeg" else "RGBA").save(path, "WEBP", quality=80)


def _remove(file: StoredFile) -> None:
    files.discard(file)
    small = small_path(file)
    after_commit(lambda: small.unlink(missing_ok=True))
    db.session.delete(file)


def _described(alt: str) -> str:
    words = alt.strip()
    if not words:
        raise Refused(cover_alt=_("Décrivez l’image en quelques mots, pour qui ne la voit pas."))
    if len(words) > LONGEST_ALT:
        raise Refused(cover_alt=_("%(max)d caractères au plus.", max=LONGEST_ALT))
    return words


def _of(publication: Publication, use: str) -> list[StoredFile]:
    query = sa.select(StoredFile).where(StoredFile.publication_id == publication.id, StoredFile.use == use)
    return list(db.session.scalars(query))


def _number(publication: Publication) -> int:
    query = sa.select(sa.func.count(StoredFile.id)).where(
        StoredFile.publication_id == publication.id, StoredFile.use == "attachment"
    )
    return int(db.session.scalar(query) or 0)


# ── What is written before the transaction is accepted, and goes with it when it is refused ─────────────────────────


def _written() -> list[Path]:
    found: list[Path] = db.session().info.setdefault(_WRITTEN, [])
    return found


@event.listens_for(Session, "after_rollback")
def _undo(session: Session) -> None:
    for path in session.info.pop(_WRITTEN, []):
        path.unlink(missing_ok=True)


@event.listens_for(Session, "after_commit")
def _accept(session: Session) -> None:
    session.info.pop(_WRITTEN, None)
