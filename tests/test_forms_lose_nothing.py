"""Fields clean what is typed, say in words what is wrong, and give everything back."""

import io
import re
from pathlib import Path
from types import SimpleNamespace

import flask_wtf
import pytest
import wtforms
from flask import Flask, render_template_string
from wtforms import SelectField, validators

from core.errors import Conflict, Refused
from core.locale import spoken_to
from core.spaces import Space
from webapp.shell.forms import (
    BoxesField,
    EditForm,
    FilesField,
    HouseForm,
    LineField,
    SpacesField,
    TextField,
    UrlField,
    at_most,
    required,
)
from webapp.shell.sentences import KNOWN

SPACES = [Space(id=4, name="FLE"), Space(id=9, name="Citoyenneté")]


class Sheet(EditForm):
    title = LineField("Titre", validators=[required(), at_most(20)])
    text = TextField("Texte")
    link = UrlField("Lien")
    kind = SelectField("Genre", choices=[("a", "A"), ("b", "B")], default="a")
    days = BoxesField("Jours", choices=[("lu", "lundi"), ("ma", "mardi")])
    spaces = SpacesField("Espaces")
    files = FilesField("Fichiers", most=2)


@pytest.fixture
def send(app: Flask):
    def read(**typed):
        with app.test_request_context("/", method="POST", data={"title": "T", "version": "1"} | typed):
            form = Sheet()
            form.spaces.offer(SPACES)
            form.validate_on_submit()
            return form

    return read


def test_texts_are_trimmed_and_composed(send):
    form = send(title="  Cafe\u0301  du\t lundi ", text="a\r\nb  ")
    assert not form.errors
    assert form.title.data == "Café du lundi"
    assert form.text.data == "a\nb"


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\u202e", "\u2066", "\r\nBcc: x@y.be", "\x1b[31m"])
def test_an_invisible_character_is_refused_and_taken_out(send, hidden):
    form = send(title=f"Bon{hidden}jour")
    assert "invisibles" in form.title.errors[0]
    assert not any(character in form.title.data for character in "\x00\x07\u202e\u2066\r\n\x1b")


def test_a_line_break_belongs_in_a_text_but_not_in_a_line(send):
    assert not send(text="a\nb\tc").errors
    assert "title" in send(title="a\nb").errors


def test_too_long_says_how_long(send):
    form = send(title="x" * 23)
    assert form.title.errors == ["20 caractères au plus\u00a0: il y en a 23."]
    assert len(form.title.data) == 23


def test_every_text_has_a_limit_even_when_none_is_said(send):
    assert "text" in send(text="x" * 20_001).errors
    assert "link" in send(link="https://exemple.be/" + "x" * 500).errors


def test_spaces_alone_are_nothing(send):
    assert send(title="   ").title.errors == ["Ce champ est nécessaire."]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("www.exemple.be", "https://www.exemple.be"),
        ("http://exemple.be/a?b=c", "http://exemple.be/a?b=c"),
        ("", ""),
    ],
)
def test_an_address_on_the_web(send, typed, read):
    form = send(link=typed)
    assert not form.errors
    assert form.link.data == read


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "ftp://x.be", "https://", "https:// x.be", "mailto:a@b.be", "n’importe"]
)
def test_what_is_no_address_on_the_web(send, typed):
    assert "link" in send(link=typed).errors


def test_only_what_is_offered_may_be_chosen(send):
    assert send(spaces=["4", "9"]).spaces.chosen == SPACES
    assert send(spaces=["9"]).values()["spaces"] == [SPACES[1]]
    assert "spaces" in send(spaces=["5"]).errors
    assert "spaces" in send(spaces=["abc"]).errors
    assert "kind" in send(kind="z").errors
    assert "days" in send(days=["lu", "di"]).errors


def test_files_are_those_really_chosen(send):
    one = (io.BytesIO(b"x"), "a.txt")
    nothing = (io.BytesIO(b""), "")
    assert [file.filename for file in send(files=[one, nothing]).files.data] == ["a.txt"]
    several = [(io.BytesIO(b"x"), f"{n}.txt") for n in range(3)]
    assert send(files=several).files.errors == ["Joignez 2 fichiers au plus."]


def test_a_file_in_the_place_of_a_text_and_the_other_way_round(send):
    form = send(title=(io.BytesIO(b"x"), "a.txt"), files="a text")
    assert form.title.data == ""
    assert form.files.data == []


def test_what_a_verb_refuses_is_shown_where_it_was_typed(app: Flask):
    with app.test_request_context("/", method="POST"):
        form = Sheet()
        with form.catching():
            raise Refused("", title="Ce titre est déjà pris.")
        assert form.title.errors == ["Ce titre est déjà pris."]
        assert form.form_errors == []
        with form.catching():
            raise Refused("L’espace est fermé.", place="Ailleurs.")
        assert form.form_errors == ["Ailleurs.", "L’espace est fermé."]
        assert form.http_status == 422


def test_an_edit_over_an_edit_shows_both_texts(app: Flask):
    current = SimpleNamespace(title="En ligne", text="Pareil", link="", version=7)
    data = {"title": "À moi", "text": "Pareil", "version": "3"}
    with app.test_request_context("/", method="POST", data=data):
        form = Sheet()
        with form.catching():
            raise Conflict
        form.compare_with(current)
        assert form.http_status == 409
        assert [(one.label, one.mine, one.theirs) for one in form.differences] == [
            ("Titre", "À moi", "En ligne")
        ]
        page = render_template_string(
            '{% import "shell/forms.html" as forms %}{{ forms.error_summary(form) }}{{ forms.conflict(form) }}'
            "{{ forms.field(form.version) }}{{ forms.field(form.title) }}",
            form=form,
        )
    assert "En ligne" in page
    assert 'value="À moi"' in page
    # Sent again, it overwrites knowingly.
    assert 'name="version"' in page
    assert 'value="7"' in page


def test_an_edit_needs_the_version_that_was_read(send):
    assert "version" in send(version="").errors
    assert "version" in send(version="abc").errors


def test_every_kind_of_field_is_drawn(app: Flask):
    with app.test_request_context("/"):
        form = Sheet(obj=SimpleNamespace(version=2, spaces=[SPACES[0]]))
        form.spaces.offer(SPACES)
        page = render_template_string(
            '{% import "shell/forms.html" as forms %}{% for field in form %}{{ forms.field(field) }}{% endfor %}',
            form=form,
        )
    assert '<input checked id="spaces-0" name="spaces" type="checkbox" value="4">' in page
    assert "textarea" in page
    assert 'type="file"' in page
    assert "Version" not in page


def test_every_sentence_of_the_library_is_ours():
    """The next version of WTForms may say something new: this fails first."""
    folders = [Path(wtforms.__file__).parent, Path(flask_wtf.__file__).parent]
    source = "\n".join(
        path.read_text()
        for folder in folders
        for path in folder.rglob("*.py")
        if "csrf" not in path.parts and path.stem != "csrf"
    )
    said = set(re.findall(r'gettext\(\s*"([^"]+)"', source)) - {""}
    plural = set(re.findall(r'ngettext\(\s*"[^"]+",\s*"([^"]+)"', source))
    unknown = {one for one in said if one not in KNOWN and "CSRF" not in one}
    assert not unknown
    assert {one for one in plural if one not in KNOWN} == {
        "'%(value)s' are not valid choices for this field."
    }


def test_the_sentences_follow_the_reader(app: Flask):
    class Numbers(HouseForm):
        title = LineField("Titre", validators=[validators.Length(min=3, max=5)])

    with (
        app.test_request_context("/", method="POST", data={"title": "x"}),
        spoken_to("fr", "Europe/Brussels"),
    ):
        form = Numbers()
        form.validate()
        assert form.title.errors == ["Entre 3 et 5 caractères\u00a0: il y en a 1."]
