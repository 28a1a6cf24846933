"""Languages in which a tool is written or spoken: those heard in the network's classrooms, by their ISO 639 codes."""

from babel import Locale, UnknownLocaleError

from core import locale
from core.locale import _

#: French first; then by the ear of those who teach French to newcomers. « mul » is several, « zxx » is none.
CODES = (
    "fr", "nl", "de", "en", "ar", "tr", "ru", "uk", "es", "it", "pt", "ro", "pl", "sq", "fa", "ps", "ku", "so", "ti",
    "am", "ff", "ln", "sw", "rw", "zh", "vi", "mul", "zxx",
)  # fmt: skip


def name_of(code: str) -> str:
    """« Français », in the language of the reader."""
    if code == "mul":
        return _("Plusieurs langues")
    if code == "zxx":
        return _("Sans paroles ni texte")
    try:
        found = Locale.parse(code).get_display_name(locale.language())
    except (UnknownLocaleError, ValueError):
        found = None
    return (found or code).capitalize()


def choices() -> list[tuple[str, str]]:
    """(code, name), as forms offer them."""
    return [(code, name_of(code)) for code in CODES]
