"""Forms: every text cleaned, every refusal a sentence at its field, nothing typed ever lost."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    Field,
    FileField,
    IntegerField,
    MultipleFileField,
    SelectMultipleField,
    StringField,
    ValidationError,
    validators,
)
from wtforms.fields import DateField
from wtforms.widgets import CheckboxInput, DateInput, DateTimeLocalInput, HiddenInput, ListWidget, TextArea

from core import locale, text
from core.db import db
from core.errors import Conflict, Refused
from core.locale import _, lazy_
from core.spaces import Space
from webapp.shell.sentences import Sentences

__all__ = [
    "BoxesField", "DayField", "EditForm", "FilesField", "HouseForm", "LineField", "MomentField", "SpacesField",
    "TextField", "UrlField", "ValidationError", "at_most", "moment", "required",
]  # fmt: skip

EARLIEST, LATEST = 1900, 2200


class _Meta(FlaskForm.Meta):
    # The frame checks the token of every request (`webapp.shell.csrf`): forms need not do it again.
    csrf = False

    def get_translations(self, _form: Any) -> Sentences:
        return Sentences()

    def wrap_formdata(self, form: Any, formdata: Any) -> Any:
        """A file for a field of files, a text for every other: whatever the request says, types are ours."""
        if formdata is None or isinstance(formdata, MultiDict):
            return formdata
        if not form.is_submitted():
            return None
        sorted_out: MultiDict[str, Any] = MultiDict()
        for field in form:
            files = isinstance(field, FileField | MultipleFileField)
            given: list[Any] = (request.files if files else request.form).getlist(field.name)
            if given:
                sorted_out.setlist(field.name, given)
        # A form of boxes none of which is ticked sends nothing, and was sent all the same.
        return sorted_out


class HouseForm(FlaskForm):
    """The base of every form; a view uses it so.

    if form.validate_on_submit():
        with form.catching():
            …the verb, with **form.values()…
            return redirect(…)
    return render_template(…, form=form), form.http_status
    """

    Meta = _Meta

    def __init__(self, *args: Any, **options: Any) -> None:
        self.conflict: Conflict | None = None
        super().__init__(*args, **options)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """What a verb refuses becomes errors of the form, at its fields or above them all, and is undone."""
        try:
            # Undone at once: the page drawn again must not stumble over what was half-made.
            with db.session.begin_nested():
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

    @property
    def http_status(self) -> int:
        """The status of the page that shows this form: 200 at first, 422 with something to correct, 409."""
        if self.conflict is not None:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.is_submitted() else HTTPStatus.OK

    def values(self) -> dict[str, Any]:
        """What was given, by field: the arguments of a verb."""
        return {name: getattr(field, "chosen", field.data) for name, field in self._fields.items()}


@dataclass(frozen=True)
class Difference:
    """A field where what was typed and what is now written are not the same."""

    label: str
    mine: str
    theirs: str


class EditForm(HouseForm):
    """A form that changes what exists: `EditForm(obj=tool)` carries the version that was read.

    In a view, after `with form.catching(): service.edit(…, **form.values())`:

    if form.conflict:
        form.compare_with(tool)     # then `forms.conflict(form)` shows both texts, and sending again overwrites knowingly
    """

    version = IntegerField(
        widget=HiddenInput(), validators=[validators.InputRequired(), validators.NumberRange(min=0)]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        self.differences: list[Difference] = []
        super().__init__(*args, **options)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """A `Conflict` too: the page is shown again with what was typed, and `http_status` is then 409."""
        try:
            with super().catching():
                yield
        except Conflict as conflict:
            self.conflict = conflict
            sentence = conflict.sentence or _("Quelqu’un a changé ceci pendant que vous écriviez.")
            self.form_errors.append(sentence)

    def compare_with(self, current: Any) -> None:
        """Put what was typed beside what is now written in `current`, whose version becomes the one that was read."""
        for field in self:
            if field.name == "version" or not hasattr(current, field.name) or not isinstance(field.data, str):
                continue
            theirs = str(getattr(current, field.name) or "")
            if theirs != field.data:
                self.differences.append(Difference(str(field.label.text), field.data, theirs))
        self.version.data = current.version
        self.version.raw_data = None


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Typed(StringField):
    """A text as people type it. Data is never None: an empty text is empty."""

    #: Characters at most, when no validator says it: a form forgotten must not fill a column.
    most: ClassVar[int] = 200

    def __init__(self, label: Any = None, validators: Iterable[Any] | None = None, **options: Any) -> None:
        checks = list(validators or ())
        if not any(isinstance(check, _Length) for check in checks):
            checks.append(_Length(max=self.most))
        super().__init__(label, checks, **options)

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        given = valuelist[0]
        self.data = self._cleaned(given)
        if self._hides_something(given):
            raise ValueError(
                _(
                    "Ce texte contenait des caractères invisibles. Nous les avons retirés : relisez, puis envoyez."
                )
            )

    def _cleaned(self, given: str) -> str:
        raise NotImplementedError

    def _hides_something(self, given: str) -> bool:
        raise NotImplementedError


_Length = validators.Length


class LineField(_Typed):
    """One line of text: composed, trimmed. A line break or a control character is refused, and taken out."""

    def _cleaned(self, given: str) -> str:
        return text.one_line(given)

    def _hides_something(self, given: str) -> bool:
        # A tab comes with what is copied from a table: it becomes a space, and nobody minds.
        return text.has_controls(given.strip().replace("\t", " "))


class TextField(_Typed):
    """Several lines: composed, trimmed. A control character is refused, and taken out."""

    widget = TextArea()
    most = 20_000

    def _cleaned(self, given: str) -> str:
        return text.clean(given)

    def _hides_something(self, given: str) -> bool:
        return text.has_controls(given.translate({9: None, 10: None, 13: None}))


#: « www.exemple.be/page », but neither « mailto: » nor « javascript: ».
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|$)")


class UrlField(LineField):
    """An address on the web, http or https only; « www.exemple.be » becomes https."""

    most = 500

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        if self.data and _BARE_HOST.match(self.data):
            self.data = f"https://{self.data}"

    def pre_validate(self, _form: Any) -> None:
        if self.data and not re.fullmatch(r"https?://[^\s/?#]+\S*", self.data, re.IGNORECASE):
            raise validators.StopValidation(_("Donnez une adresse complète, qui commence par https://."))


class DayField(DateField):
    """A day, without an hour."""

    widget = DateInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        super().process_formdata([valuelist[0].strip()[:40]])
        if isinstance(self.data, date) and not EARLIEST <= self.data.year <= LATEST:
            self.data = None
            raise ValueError(_("Vérifiez l’année de cette date."))


class MomentField(Field):
    """A day and an hour, typed on the reader's own clock; the data is an aware instant in UTC, or None.

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
        self.typed = text.one_line(valuelist[0])[:40]
        self.data = None
        if self.typed:
            self.data = moment(self.typed, locale.zone())


class FilesField(MultipleFileField):
    """Files to join: only those that were really chosen, `most` of them."""

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = 10, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.most = most

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]

    def pre_validate(self, _form: Any) -> None:
        if len(self.data or ()) > self.most:
            raise validators.StopValidation(_("Joignez %(most)s fichiers au plus.", most=self.most))


class BoxesField(SelectMultipleField):
    """Several answers, each with its box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __iter__(self) -> Iterator[Any]:
        # A browser understands « required » on a box as « this one too »: with it, nobody could leave one out.
        for box in super().__iter__():
            box.flags.required = False
            yield box


class SpacesField(BoxesField):
    """Spaces to choose among those that are offered; `chosen` are the spaces themselves."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, coerce=int, choices=[], **options)
        self._offered: dict[int, Space] = {}

    def offer(self, spaces: Iterable[Space]) -> None:
        """Say which spaces may be chosen, in this order: another one, even guessed, is no answer."""
        self._offered = {space.id: space for space in spaces}
        self.choices = [(space.id, space.name) for space in self._offered.values()]

    def process_data(self, value: Any) -> None:
        """From the spaces of a publication, or from their numbers."""
        super().process_data([getattr(one, "id", one) for one in value or ()])

    @property
    def chosen(self) -> list[Space]:
        return [space for id_, space in self._offered.items() if id_ in (self.data or ())]


# ── What is typed on a clock ─────────────────────────────────────────────────────────────────────────────────────────

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)|(?P<day_>\d\d?)[/.](?P<month_>\d\d?)[/.](?P<year_>\d{4}))"
    r"(?:T|,?\s+(?:[àa]\s+)?)"
    r"(?P<hour>\d\d?)\s*(?:[:hH]\s*(?P<minute>\d\d)?(?::\d\d(?:\.\d+)?)?)?",
    re.ASCII,
)


def moment(typed: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a day and an hour typed on the clock of `zone`: as browsers write it, or as people do.

    Raises ValueError with a sentence, for the hour that does not exist when summer time begins as well.
    """
    local = _read_moment(typed).replace(tzinfo=zone)
    if not EARLIEST <= local.year <= LATEST:
        raise ValueError(_("Vérifiez l’année de cette date."))
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(
            _(
                "Il ne sera jamais %(hour)s ce jour-là : la montre avance d’une heure pour l’heure d’été. "
                "Choisissez une heure plus tôt ou plus tard.",
                hour=locale.hour(local.time()),
            )
        )
    return instant


def _read_moment(typed: str) -> datetime:
    found = _MOMENT.fullmatch(typed.strip())
    if found is None:
        raise ValueError(_("Donnez un jour et une heure, par exemple 03/03/2026 à 9 h 30."))
    year, month, day = (int(found[name] or found[f"{name}_"]) for name in ("year", "month", "day"))
    try:
        return datetime(year, month, day, int(found["hour"]), int(found["minute"] or 0))  # noqa: DTZ001 - zoned by the caller
    except ValueError as error:
        raise ValueError(_("Ce jour ou cette heure n’existe pas.")) from error


# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def at_most(number: int) -> Any:
    """At most that many characters, as people count them."""
    return _Length(max=number)


def required(sentence: Any = None) -> Any:
    """Something must be typed; spaces alone are nothing."""

    def check(_form: Any, field: Any) -> None:
        data = field.data
        empty = data is None or data == [] or (isinstance(data, str) and not data.strip())
        if empty and not field.errors:
            raise validators.StopValidation(str(sentence or lazy_("Ce champ est nécessaire.")))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check
