"""The pages of programmes: public to read, settled by the staff."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.locale import _
from core.spaces import Space
from webapp.programmes import feature, queries, service
from webapp.programmes.forms import AxisForm, ProgrammeForm
from webapp.programmes.models import Axis, Programme
from webapp.shell.identity import me, someone, staff_only


@feature.get("/programmes")
def index() -> ResponseReturnValue:
    return render_template("programmes/index.html", programmes=queries.programmes())


@feature.get("/programmes/<slug>")
def show(slug: str) -> ResponseReturnValue:
    programme = queries.one(slug)
    around: list[Space] = []
    for axis in programme.axes:
        around += [*axis.platforms, *([axis.bridge] if axis.bridge else [])]
    known = queries.known_among(around, me())
    return render_template("programmes/show.html", programme=programme, known=known)


@feature.get("/programmes/nouveau")
@staff_only
def new() -> ResponseReturnValue:
    return _page(ProgrammeForm())


@feature.post("/programmes")
@staff_only
def create() -> ResponseReturnValue:
    return _written(ProgrammeForm(), None)


@feature.get("/programmes/<slug>/modifier")
@staff_only
def edit(slug: str) -> ResponseReturnValue:
    programme = queries.one(slug)
    return _page(ProgrammeForm(obj=programme), programme)


@feature.post("/programmes/<slug>/modifier")
@staff_only
def change(slug: str) -> ResponseReturnValue:
    programme = queries.one(slug)
    return _written(ProgrammeForm(obj=programme), programme)


@feature.get("/programmes/<slug>/axes/nouveau")
@staff_only
def new_axis(slug: str) -> ResponseReturnValue:
    return _axis_page(queries.one(slug), AxisForm.of(someone()))


@feature.post("/programmes/<slug>/axes")
@staff_only
def create_axis(slug: str) -> ResponseReturnValue:
    return _axis_written(queries.one(slug), AxisForm.of(someone()), None)


@feature.get("/programmes/<slug>/axes/<int:id>")
@staff_only
def edit_axis(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    programme = queries.one(slug)
    axis = queries.one_axis(programme, id)
    return _axis_page(programme, AxisForm.of(someone(), axis), axis)


@feature.post("/programmes/<slug>/axes/<int:id>")
@staff_only
def change_axis(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    programme = queries.one(slug)
    axis = queries.one_axis(programme, id)
    return _axis_written(programme, AxisForm.of(someone(), axis), axis)


@feature.post("/programmes/<slug>/axes/<int:id>/retrait")
@staff_only
def remove_axis(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    programme = queries.one(slug)
    service.remove_axis(axis=queries.one_axis(programme, id), by=someone())
    flash(_("L’axe est retiré du programme."), "good")
    return redirect(url_for("programmes.show", slug=slug), 303)


def _written(form: ProgrammeForm, programme: Programme | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.catching():
            written = service.write_programme(by=someone(), programme=programme, **form.values())
            flash(_("Le programme est enregistré."), "good")
            return redirect(url_for("programmes.show", slug=written.slug), 303)
    return _page(form, programme)


def _axis_written(programme: Programme, form: AxisForm, axis: Axis | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.catching():
            service.write_axis(programme=programme, by=someone(), axis=axis, **form.settled())
            flash(_("L’axe est enregistré."), "good")
            return redirect(url_for("programmes.show", slug=programme.slug), 303)
    return _axis_page(programme, form, axis)


def _page(form: ProgrammeForm, programme: Programme | None = None) -> ResponseReturnValue:
    return render_template("programmes/edit.html", form=form, programme=programme), form.http_status


def _axis_page(programme: Programme, form: AxisForm, axis: Axis | None = None) -> ResponseReturnValue:
    page = render_template("programmes/axis.html", form=form, programme=programme, axis=axis)
    return page, form.http_status
