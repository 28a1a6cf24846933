"""Forms: every text cleaned, every refusal a sentence at its field, nothing typed ever lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import Field, MultipleFileField, StringField, TextAreaField, ValidationError, validators
from wtforms.fields import DateField
from wtforms.widgets import DateInput, DateTimeLocalInput

from core import locale, text
from core.errors import Refused
from core.locale import _

EARLIEST, LATEST = 1900, 2200


class _Sentences:
    """WTForms' own sentences, in the reader's words. What it says in English is the key."""

    known: ClassVar[dict[str, Callable[[], str]]] = {
        "This field is required.": lambda: _("Ce champ est nécessaire."),
        "Not a valid choice.": lambda: _("Choisissez l’une des réponses proposées."),
        "Not a valid choice": lambda: _("Choisissez l’une des réponses proposées."),
        "Invalid Choice: could not coerce.": lambda: _("Choisissez l’une des réponses proposées."),
        "Invalid choice(s): one or more data inputs could not be coerced.": lambda: _(
            "Choisissez parmi les réponses."
        ),
        "Not a valid date value.": lambda: _("Donnez une date valable, par exemple 03/03/2026."),
        "Not a valid integer value.": lambda: _("Donnez un nombre entier."),
        "Not a valid decimal value.": lambda: _("Donnez un nombre."),
        "Invalid email address.": lambda: _("Cette adresse de courriel n’est pas complète."),
        "Invalid URL.": lambda: _("Donnez une adresse complète, qui commence par https://."),
        "Invalid input.": lambda: _("Cette valeur n’est pas acceptée."),
    }

    def gettext(self, sentence: str) -> str:
        if sentence in self.known:
            return self.known[sentence]()
        if sentence.startswith("'%(value)s' is not a valid choice"):
            return _("Choisissez parmi les réponses proposées.")
        return sentence

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The sentences that hold a number: of characters, of choices."""
        sentence = one if number == 1 else many
        if "longer than" in sentence:
            return _("%(max)d caractères au plus.")
        if "at least" in sentence:
            return _("%(min)d caractères au moins.")
        if "exactly" in sentence:
            return _("%(max)d caractères, exactement.")
        if "not valid choices" in sentence or "is not a valid choice" in sentence:
            return _("Choisissez parmi les réponses proposées.")
        return sentence


class _Meta(FlaskForm.Meta):
    # The frame checks the token of every request (`webapp.shell.csrf`), forms need not do it again.
    csrf = False

    def get_translations(self, _form: Any) -> _Sentences:
        return _Sentences()


class HouseForm(FlaskForm):
    """The base of every form. In a view: `if form.validate_on_submit(): with form.catching(): …verb…; return redirect`."""

    Meta = _Meta

    @contextmanager
    def catching(self) -> Iterator[None]:
        """What a verb refuses becomes errors of the form: at its fields, or above them all."""
        try:
            yield
        except Refused as refused:
            self.refuse(refused)

    def refuse(self, refused: Refused) -> None:
        """Show what was refused where it was typed."""
        for name, sentence in refused.fields.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(str(sentence))
            else:
                field.errors = [*field.errors, str(sentence)]
        if refused.sentence and not any(name in self._fields for name in refused.fields):
            self.form_errors.append(refused.sentence)

    def values(self) -> dict[str, Any]:
        """What was given, by field: the arguments of a verb."""
        return {name: field.data for name, field in self._fields.items()}


class LineField(StringField):
    """One line of text: composed, trimmed, without control characters."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = text.one_line(valuelist[0]) if valuelist else (self.data or "")


class TextField(TextAreaField):
    """Several lines: composed, trimmed, without control characters."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = text.clean(valuelist[0]) if valuelist else (self.data or "")


class UrlField(LineField):
    """An address on the web, http or https only; « www.exemple.be » becomes https."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        if self.data and "://" not in self.data and "." in self.data and " " not in self.data:
            self.data = f"https://{self.data}"

    def pre_validate(self, form: Any) -> None:
        if self.data and (not self.data.startswith(("http://", "https://")) or " " in self.data):
            raise validators.StopValidation(_("Donnez une adresse complète, qui commence par https://."))


class DayField(DateField):
    """A day, without an hour."""

    widget = DateInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        super().process_formdata([valuelist[0].strip()])
        if isinstance(self.data, date) and not EARLIEST <= self.data.year <= LATEST:
            self.data = None
            raise ValueError(_("Donnez une date entre 1900 et 2200."))


class MomentField(Field):
    """A day and an hour, typed on the reader's own clock; the data is an aware instant in UTC.

    An hour that the reader's clock skips when summer time begins is refused with a sentence; one that happens twice
    when it ends is the first.
    """

    widget = DateTimeLocalInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return locale.local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        self.typed = text.one_line(valuelist[0])
        self.data = moment(self.typed, locale.zone()) if self.typed else None


class FilesField(MultipleFileField):
    """Files to join: only those that were really chosen."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]


def moment(typed: str, zone: ZoneInfo) -> datetime:
    """The instant of a day and an hour typed on the clock of `zone`. Raises ValueError with a sentence."""
    try:
        local = datetime.fromisoformat(typed.replace(" ", "T", 1)).replace(tzinfo=zone)
    except ValueError as error:
        raise ValueError(_("Donnez un jour et une heure, par exemple 03/03/2026 à 09:30.")) from error
    if not EARLIEST <= local.year <= LATEST:
        raise ValueError(_("Donnez une date entre 1900 et 2200."))
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(
            _(
                "Cette heure n’existe pas : cette nuit-là, on passe à l’heure d’été. Choisissez une heure plus tôt ou plus tard."
            )
        )
    return instant


def at_most(number: int) -> Any:
    """At most that many characters, as people count them."""
    return validators.Length(max=number)


def required(sentence: Any = None) -> Any:
    """Something must be typed; spaces alone are nothing."""

    def check(_form: Any, field: Any) -> None:
        empty = (
            field.data is None or field.data == [] or (isinstance(field.data, str) and not field.data.strip())
        )
        if empty and not field.errors:
            raise validators.StopValidation(str(sentence) if sentence else _("Ce champ est nécessaire."))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


__all__ = [
    "DayField", "FilesField", "HouseForm", "LineField", "MomentField", "TextField", "UrlField", "ValidationError",
    "at_most", "moment", "required",
]  # fmt: skip
