"""The files of the demo network: small PDF, text, table and picture files, made from what their publication says."""

import csv
import io
import textwrap
from collections.abc import Callable

from workers.demo import pictures
from workers.demo.records import Record

_PAGE = (595, 842)
_LINES = 46


def made_for(record: Record, hue: str) -> list[tuple[str, bytes]]:
    """(name, content) of each file a record asks for: « pdf:nom.pdf csv:nom.csv »."""
    found = []
    for word in record.words("files"):
        form, _, name = word.partition(":")
        found.append((name, _FORMS[form](record, hue)))
    return found


def _pdf(record: Record, _hue: str) -> bytes:
    lines = [line for paragraph in _sentences(record) for line in [*textwrap.wrap(paragraph, 82), ""]]
    return pdf(record["title"], lines)


def pdf(title: str, lines: list[str]) -> bytes:
    """A PDF 1.4 by hand: Helvetica, one column, as many pages as needed; its references are counted to the byte."""
    sheets = [lines[start : start + _LINES] for start in range(0, max(1, len(lines)), _LINES)]
    first_page = 5
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-BE) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, sheet in enumerate(sheets):
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {first_page + 2 * number + 1} 0 R >>"
        )
        stream = _drawn(title if number == 0 else "", sheet)
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)]
    return _assembled(objects)


def _drawn(title: str, lines: list[str]) -> bytes:
    heading = textwrap.wrap(title, 44)
    parts = [b"BT /F2 20 Tf 24 TL 56 774 Td"]
    parts += [b"(%s) Tj T*" % _quoted(line) for line in heading]
    parts += [b"/F1 11.5 Tf 15.5 TL T*"]
    parts += [b"(%s) Tj T*" % _quoted(line) for line in lines]
    return b"\n".join([*parts, b"ET"])


def _quoted(line: str) -> bytes:
    encoded = line.replace("\u202f", "\u00a0").encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _assembled(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _txt(record: Record, _hue: str) -> bytes:
    return "\n\n".join([record["title"].upper(), *_sentences(record)]).encode()


def _csv(record: Record, _hue: str) -> bytes:
    """A table to fill in: one line for each sentence, with room for remarks."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["n°", "point", "fait", "remarques"])
    for number, sentence in enumerate(_sentences(record), start=1):
        writer.writerow([number, sentence, "", ""])
    return ("\ufeff" + out.getvalue()).encode()


def _png(record: Record, hue: str) -> bytes:
    return pictures.poster(
        hue=hue, words=["Vous valez mieux que ça !", record["title"]], seed=record["title"]
    )


_FORMS: dict[str, Callable[[Record, str], bytes]] = {"pdf": _pdf, "txt": _txt, "csv": _csv, "png": _png}


def _sentences(record: Record) -> list[str]:
    """What it is for, for whom, and its text without the marks of Markdown."""
    plain = record.text.replace("**", "").split("\n\n")
    said = [record.get("purpose"), f"Pour : {record['audience']}" if record.get("audience") else "", *plain]
    note = "Document de démonstration : les personnes et les lieux sont inventés."
    return [" ".join(one.split()) for one in [*said, note] if one.strip()]
