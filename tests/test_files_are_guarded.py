"""Files: read in their content, kept without metadata, given to whoever may read, gone with a refused request."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from core import files as ground
from core.db import db, transaction
from core.errors import Refused
from core.files import StoredFile
from tests.village import Village
from webapp.announcements.models import Announcement
from webapp.files import service as files
from webapp.publications import service

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def joined(village: Village, content: bytes, name: str) -> StoredFile:
    with transaction():
        made = service.draft(Announcement, by=village.nadege, spaces=[village.fle], title="Avec fichier")
        [file] = files.attach(made, [(io.BytesIO(content), name)], by=village.nadege)
        service.share(made, by=village.nadege)
    return file


def on_disk() -> list[Path]:
    return [path for path in ground.folder().glob("??/*") if path.is_file()]


def picture(form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, form, **options)
    return out.getvalue()


def test_a_file_is_saved_never_run(village: Village, sign_in: Callable[..., Any]) -> None:
    file = joined(village, PDF, "Règlement d’été (1).pdf")
    answer = sign_in(village.emre).get(f"/fichiers/{file.id}/x")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (
        "filename*=UTF-8''R%C3%A8glement%20d%E2%80%99%C3%A9t%C3%A9" in answer.headers["Content-Disposition"]
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.get_data() == PDF


def test_a_part_of_a_file_may_be_asked(village: Village, sign_in: Callable[..., Any]) -> None:
    file = joined(village, PDF, "a.pdf")
    answer = sign_in(village.emre).get(f"/fichiers/{file.id}/a.pdf", headers={"Range": "bytes=0-3"})
    assert answer.status_code == 206
    assert answer.get_data() == b"%PDF"


def test_a_picture_is_shown_in_place(village: Village, sign_in: Callable[..., Any]) -> None:
    file = joined(village, picture(), "photo.jpg")
    answer = sign_in(village.emre).get(f"/fichiers/{file.id}/photo.jpg")
    assert not answer.headers.get("Content-Disposition", "inline").startswith("attachment")


@pytest.mark.parametrize("who", ["driss", "kevin", "ines", "corentin", None])
def test_strangers_get_no_file(
    village: Village, sign_in: Callable[..., Any], client: Any, who: str | None
) -> None:
    file = joined(village, PDF, "a.pdf")
    browser = sign_in(getattr(village, who)) if who else client
    assert browser.get(f"/fichiers/{file.id}/a.pdf").status_code == 404
    assert browser.get(f"/fichiers/{file.id + 1}/a.pdf").status_code == 404
    assert browser.get(f"/fichiers/{2**40}/a.pdf").status_code == 404


def test_the_file_of_a_draft_is_its_author_s(village: Village, sign_in: Callable[..., Any]) -> None:
    with transaction():
        made = service.draft(Announcement, by=village.nadege, spaces=[village.fle], title="x")
        [file] = files.attach(made, [(io.BytesIO(PDF), "a.pdf")], by=village.nadege)
    assert sign_in(village.maud).get(f"/fichiers/{file.id}/a.pdf").status_code == 404
    assert sign_in(village.nadege).get(f"/fichiers/{file.id}/a.pdf").status_code == 200


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.png"),
        (b"<!doctype html><script>alert(1)</script>", "photo.jpg"),
        (b"<html><script>alert(1)</script></html>", "notes.txt"),
        (b"MZ\x90\x00" + bytes(200), "fiche.pdf"),
        (b"", "vide.pdf"),
        (b"\x00\x01\x02" * 50, "donnees.csv"),
    ],
)
def test_what_lies_about_its_type_is_refused(village: Village, content: bytes, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        joined(village, content, name)
    assert name in refusal.value.fields["files"]
    assert on_disk() == []


def test_a_pdf_that_is_also_a_page_is_only_ever_saved(village: Village, sign_in: Callable[..., Any]) -> None:
    file = joined(village, PDF + b"<html><script>alert(1)</script></html>", "polyglotte.html")
    assert file.name.endswith(".pdf")
    answer = sign_in(village.emre).get(f"/fichiers/{file.id}/polyglotte.html")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_picture_loses_where_it_was_taken(village: Village) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (50.0, 38.0, 0.0)}
    exif[0x010E] = "secret place"
    file = joined(village, picture(exif=exif), "photo.jpg")
    kept = file.path.read_bytes()
    assert b"secret place" not in kept
    with Image.open(file.path) as opened:
        assert not opened.getexif()


def test_a_picture_that_unfolds_too_large_is_refused(village: Village) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(Refused):
        joined(village, bomb, "bombe.png")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "..\\..\\boot.pdf", "a\r\nSet-Cookie: x=1.pdf", "x" * 400 + ".pdf"]
)
def test_a_name_is_only_a_name(village: Village, sign_in: Callable[..., Any], name: str) -> None:
    file = joined(village, PDF, name)
    assert "/" not in file.name
    assert "\\" not in file.name
    assert len(file.name) <= 200
    answer = sign_in(village.emre).get(f"/fichiers/{file.id}/a.pdf")
    assert answer.status_code == 200
    assert "Set-Cookie: x=1" not in str(answer.headers).split("Content-Disposition")[0]


def test_too_many_files_are_refused(village: Village) -> None:
    with transaction():
        made = service.draft(Announcement, by=village.nadege, spaces=[village.fle], title="x")
    many = [(io.BytesIO(PDF), f"{number}.pdf") for number in range(files.MOST_FILES + 1)]
    with pytest.raises(Refused) as refusal, transaction():
        files.attach(made, many, by=village.nadege)
    assert "files" in refusal.value.fields


def test_what_a_refused_request_wrote_leaves_the_disk(village: Village) -> None:
    with transaction():
        made = service.draft(Announcement, by=village.nadege, spaces=[village.fle], title="x")
    with pytest.raises(Refused), transaction():
        files.attach(made, [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(b"MZ" * 99), "b.exe")], by=village.nadege)
    assert on_disk() == []
    assert db.session.scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_a_file_taken_away_leaves_the_disk_with_the_commit(village: Village) -> None:
    def take_away_then_fail() -> None:
        files.remove(file.publication, [file.id])
        files.attach(file.publication, [(io.BytesIO(b""), "vide.pdf")], by=village.nadege)

    file = joined(village, PDF, "a.pdf")
    with pytest.raises(Refused), transaction():
        take_away_then_fail()
    assert len(on_disk()) == 1
    with transaction():
        files.remove(file.publication, [file.id])
    assert on_disk() == []


def test_another_publication_s_file_is_not_taken_away(village: Village) -> None:
    first, second = joined(village, PDF, "a.pdf"), joined(village, PDF, "b.pdf")
    with transaction():
        files.remove(first.publication, [second.id])
    assert len(on_disk()) == 2


def test_the_sweep_takes_what_no_row_knows_and_nothing_else(
    village: Village, at: Callable[[str], Any]
) -> None:
    kept = joined(village, PDF, "a.pdf")
    stray = ground.folder() / "zz" / "zz00"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    at("2027-01-01 00:00")
    assert files.sweep() == 1
    assert not stray.exists()
    assert kept.path.exists()
