"""The design system keeps its promises: readable colours, known icons, and nothing that the content policy would refuse."""

import re
from pathlib import Path

import pytest

from core.palette import MAIL_HUES

ROOT = Path(__file__).resolve().parents[1]
CSS = ROOT / "frontend" / "src" / "css"
# Mails have no stylesheet: colours and sizes are inline there, and nowhere else.
PAGES = [path for path in (ROOT / "webapp").rglob("templates/**/*.html") if "mail" not in path.parts]
SHEET, SHEET_DARK, PAPER, PAPER_DARK = "#fffdf9", "#211f1c", "#f5f1ea", "#171513"


@pytest.mark.parametrize("name", MAIL_HUES)
def test_each_hue_reads_on_every_ground_it_is_laid_on(name: str) -> None:
    hue = MAIL_HUES[name]
    for ink, ground in [
        ("#ffffff", hue.solid),
        *((hue.text, ground) for ground in (SHEET, PAPER, hue.soft)),
        *((hue.dark_text, ground) for ground in (SHEET_DARK, PAPER_DARK, hue.dark_soft)),
    ]:
        assert _contrast(ink, ground) >= 4.5, f"{ink} on {ground}"


def test_pages_and_mails_wear_the_same_hues() -> None:
    sheet = (CSS / "hues.css").read_text(encoding="utf-8")
    for name, hue in MAIL_HUES.items():
        rule = sheet.split(f".hue-{name} {{")[1].split("}")[0]
        for part, light, dark in [("text", hue.text, hue.dark_text), ("soft", hue.soft, hue.dark_soft)]:
            assert f"--hue-{part}: light-dark({light}, {dark})" in rule
        assert f"--hue-solid: light-dark({hue.solid}, " in rule


def test_every_icon_named_in_a_page_is_in_the_sprite() -> None:
    lines = (ROOT / "frontend" / "src" / "icons.txt").read_text(encoding="utf-8").splitlines()
    known = {line.split()[0] for line in lines if line and not line.startswith("#")}
    for page in PAGES:
        named = set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", page.read_text(encoding="utf-8")))
        assert named <= known, (
            f"{page.relative_to(ROOT)}: add {sorted(named - known)} to frontend/src/icons.txt"
        )


def test_no_page_holds_what_the_content_policy_refuses() -> None:
    inline = re.compile(
        r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style|<script(?![^>]*\ssrc=)|hx-on|href\s*=\s*["']javascript:"""
    )
    for page in PAGES:
        found = inline.search(page.read_text(encoding="utf-8"))
        assert found is None, f"{page.relative_to(ROOT)}: {found.group() if found else ''}"


def _contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
