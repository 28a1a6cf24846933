"""The translations: sentences gathered from the code, compiled for gettext, and checked for what is missing.

The French sentence is the key, so French needs no catalogue; the others live in core/translations/<language>.
Runs where Babel is: in `.venv`, or in the environment that packs the wheel.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "core" / "translations"
LANGUAGES = ("en",)
SPEAKING = ("core", "notifications", "webapp", "workers")

_METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
_OPTIONS = {
    "**/templates/**.html": {"trimmed": "true", "silent": "false"},
    "**/templates/**.txt": {"trimmed": "true", "silent": "false"},
}
_KEYWORDS = {"_": None, "_n": (1, 2), "lazy_": None, "gettext": None, "ngettext": (1, 2)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def main(arguments: list[str]) -> int:
    verbs = {"compile": compile_all, "update": update, "check": check}
    if len(arguments) != 1 or arguments[0] not in verbs:
        print("bin/translations update | check | compile")
        return 2
    return verbs[arguments[0]]() or 0


def compile_all() -> None:
    """Write the .mo beside each .po that is newer."""
    for po in _catalogues():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        compiled = BytesIO()
        write_mo(compiled, _read(po))
        mo.write_bytes(compiled.getvalue())


def update() -> None:
    """Bring each catalogue up to the code: new sentences come empty, those no longer said go away."""
    template = _gathered()
    for language in LANGUAGES:
        po = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
        catalogue = _read(po) if po.exists() else Catalog(locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write(po, catalogue)
        missing = sum(1 for message in catalogue if message.id and not _is_translated(message))
        print(f"{po.relative_to(ROOT)} : {len(catalogue)} phrases, {missing} à traduire")


def check() -> int:
    """Is every sentence of the code translated, with the same placeholders, and nothing left over?"""
    said = {_key(message): message for message in _gathered() if message.id}
    complaints = [complaint for po in _catalogues() for complaint in _complaints(po, said)]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


def _complaints(po: Path, said: dict[tuple[str, str], Message]) -> Iterator[str]:
    language = po.parts[-3]
    known = {_key(message): message for message in _read(po) if message.id}
    for key, message in said.items():
        place = ":".join(str(part) for part in message.locations[0])
        translated = known.get(key)
        if translated is None or not _is_translated(translated):
            yield f"{language} : pas de traduction pour « {key[1]} » ({place})"
        elif _lost_placeholders(translated):
            yield f"{language} : les %(…)s ne sont pas ceux de « {key[1]} » ({place})"
    for key in known.keys() - said.keys():
        yield f"{language} : traduction d’une phrase que personne ne dit plus, « {key[1]} »"


def _lost_placeholders(message: Message) -> bool:
    originals = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    translations = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    named = {name for text in originals for name in _PLACEHOLDER.findall(text or "")}
    # A plural may leave its number out (« one reply »); nothing may ask for a name that is not given.
    given = [set(_PLACEHOLDER.findall(text or "")) for text in translations]
    return any(names - named for names in given) or (len(originals) == 1 and given[0] != named)


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings) and not message.fuzzy


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def _gathered() -> Catalog:
    catalogue = Catalog(project="Maillage", charset="utf-8")
    for package in SPEAKING:
        found = extract_from_dir(ROOT / package, _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for name, line, message, _comments, context in found:
            catalogue.add(message, None, [(f"{package}/{name}", line)], context=context)
    return catalogue


def _catalogues() -> list[Path]:
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))


def _write(po: Path, catalogue: Catalog) -> None:
    """Without dates and line numbers: a change shows what changed, and nothing else."""
    body = BytesIO()
    write_po(body, catalogue, width=110, sort_output=True, no_location=True, omit_header=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(header.encode() + body.getvalue())


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parts[-3])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
