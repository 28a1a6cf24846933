"""Files that belong to a publication: recognised by content, kept under random names, read by whoever reads the publication."""

import hashlib
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype
import sqlalchemy as sa
from flask import current_app
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import text
from core.db import Base, Dated, Identified, after_commit
from core.errors import Refused
from core.locale import _
from core.people import Person
from core.publications import Publication

#: Re-encoded before they are kept, so that no metadata and nothing hidden survives.
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "PNG"}
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400
ALLOWED = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/epub+zip": "epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "audio/mpeg": "mp3",
    "audio/x-wav": "wav",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "text/plain": "txt",
    "text/csv": "csv",
}


class StoredFile(Identified, Dated, Base):
    """A file on disk under `storage_name`; `name` is what people see, cleaned."""

    __tablename__ = "files"

    publication_id: Mapped[int] = mapped_column(
        sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True
    )
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    storage_name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    media_type: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    #: What the file is to its publication: "attachment", or "cover" for the picture at its head.
    use: Mapped[str] = mapped_column(sa.String(20), default="attachment", server_default="attachment")
    #: For those who cannot see the picture.
    alt: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    width: Mapped[int | None]
    height: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    publication: Mapped[Publication] = relationship()
    added_by: Mapped[Person] = relationship()

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def path(self) -> Path:
        return folder() / self.storage_name[:2] / self.storage_name


@dataclass(frozen=True)
class Accepted:
    """What was kept of an upload."""

    name: str
    storage_name: str
    media_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None


def keep(stream: BinaryIO, name: str, *, images_only: bool = False) -> Accepted:
    """Examine an upload and keep it on disk. Raises `Refused` with the sentence to show at the field.

    The type is read in the content; the name only tells apart what content cannot (text, CSV, old office files).
    """
    limit = current_app.config["MAILLAGE"].max_file_bytes
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise Refused(_("Ce fichier dépasse %(size)s Mo.", size=limit // (1024 * 1024)))
    if not content:
        raise Refused(_("Ce fichier est vide."))
    media_type = recognise(content, name)
    if images_only and media_type not in IMAGES:
        raise Refused(_("Choisissez une image JPEG, PNG ou WebP."))
    width = height = None
    if media_type in IMAGES:
        content, media_type, width, height = _reencode(content, media_type)
    return _write(content, _display_name(name, media_type), media_type, width, height)


def recognise(content: bytes, name: str) -> str:
    """The media type read in the content. Raises `Refused` for what is not accepted here."""
    head = content[:8192]
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    guess = filetype.guess(head)
    found = guess.mime if guess else None
    if found in IMAGES:
        return str(found)
    if found == "application/zip" or content[:2] == b"PK":
        found = _recognise_zip(content)
    if found is None and content[:5] == b"{\\rtf":
        found = "application/rtf"
    if content[:8] == bytes.fromhex("d0cf11e0a1b11ae1") and extension == "doc":
        found = "application/msword"
    if found is None and extension in ("txt", "csv", "md") and _is_text(head):
        found = "text/csv" if extension == "csv" else "text/plain"
    if found not in ALLOWED:
        raise Refused(
            _(
                "Ce type de fichier n’est pas accepté. Essayez un PDF, une image, un document de bureautique ou un zip."
            )
        )
    return str(found)


def _recognise_zip(content: bytes) -> str:
    """Office files are zips that say what they are at their beginning."""
    head = content[:4096]
    for mime, mark in (
        ("application/epub+zip", b"mimetypeapplication/epub+zip"),
        ("application/vnd.oasis.opendocument.text", b"mimetypeapplication/vnd.oasis.opendocument.text"),
        (
            "application/vnd.oasis.opendocument.spreadsheet",
            b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        ),
        (
            "application/vnd.oasis.opendocument.presentation",
            b"mimetypeapplication/vnd.oasis.opendocument.presentation",
        ),
    ):
        if mark in head:
            return mime
    for mime, mark in (
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"word/"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"xl/"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", b"ppt/"),
    ):
        if b"[Content_Types].xml" in content and mark in content:
            return mime
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head or b"<html" in head.lower() or b"<script" in head.lower() or b"<svg" in head.lower():
        return False
    try:
        head[: len(head) - 4].decode() if len(head) > 4096 else head.decode()
    except UnicodeDecodeError:
        return False
    return True


def _reencode(content: bytes, media_type: str) -> tuple[bytes, str, int, int]:
    """The same picture, upright, at a sensible size, without metadata: where a photo was taken is nobody's business."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused(_("Cette image est trop grande : réduisez-la sous 50 millions de pixels."))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            target = IMAGES[media_type]
            clean = upright.convert("RGB" if target == "JPEG" else "RGBA")
            out = io.BytesIO()
            clean.save(
                out, target, **({"quality": 86, "optimize": True} if target != "PNG" else {"optimize": True})
            )
            return out.getvalue(), f"image/{target.lower()}", clean.width, clean.height
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Refused(_("Cette image est abîmée et n’a pas pu être lue.")) from error


def _display_name(name: str, media_type: str) -> str:
    stem = text.one_line(name.replace("\\", "/").rsplit("/", 1)[-1]) or _("fichier")
    extension = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}.get(media_type) or ALLOWED[
        media_type
    ]
    given = stem.rsplit(".", 1)[-1].lower() if "." in stem else ""
    if given != extension and not (given == "jpeg" and extension == "jpg") and given != "md":
        stem = f"{stem.rsplit('.', 1)[0] if given else stem}.{extension}"
    return stem[-200:]


def _write(content: bytes, name: str, media_type: str, width: int | None, height: int | None) -> Accepted:
    storage_name = secrets.token_hex(24)
    path = folder() / storage_name[:2] / storage_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Accepted(
        name, storage_name, media_type, len(content), hashlib.sha256(content).hexdigest(), width, height
    )


def attach(
    publication: Publication, kept: Accepted, *, by: Person, use: str = "attachment", alt: str = ""
) -> StoredFile:
    """Give a kept file to a publication; the caller has added both to the session."""
    return StoredFile(
        publication=publication,
        added_by=by,
        name=kept.name,
        storage_name=kept.storage_name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        use=use,
        alt=alt,
        width=kept.width,
        height=kept.height,
    )


def discard(file: StoredFile) -> Callable[[], None]:
    """Take a file off the disk once the transaction that forgets it has been committed."""
    path = file.path

    def remove() -> None:
        path.unlink(missing_ok=True)

    after_commit(remove)
    return remove


def folder() -> Path:
    return Path(current_app.config["MAILLAGE"].data_dir) / "files"
