"""The directory of organisations and the sheet of each: public to read, kept by their referents and the staff."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import text
from core.db import db
from core.errors import NotFound, Refused
from core.locale import _
from core.organisations import Organisation
from core.people import Person
from core.spaces import Space, visible_to
from webapp.organisations import feature, queries, rules, service
from webapp.organisations.forms import MandateForm, OrganisationForm
from webapp.organisations.queries import Filters
from webapp.people.queries import known_to
from webapp.publications.queries import dressed
from webapp.shell.identity import me, signed_in, someone, staff_only
from webapp.spaces.queries import directory, is_of_network

A_PAGE = 40


@feature.get("/organisations")
def index() -> ResponseReturnValue:
    filters = _filters()
    after = request.args.get("apres", type=int)
    found = queries.listed(filters, after=after, limit=A_PAGE)
    shown = found[:A_PAGE]
    return render_template(
        "organisations/index.html",
        organisations=shown,
        filters=filters,
        number=queries.count(filters),
        sectors=queries.sectors(),
        communes=queries.communes_present(),
        spaces=[one.space for one in directory(me())],
        first_page=after is None,
        older=_address(filters, apres=shown[-1].id) if len(found) > A_PAGE else None,
        address=_address,
    )


def _filters() -> Filters:
    """What the address keeps. Raises `NotFound` for a space the reader may not know."""
    given = {name: text.one_line(request.args.get(name, ""))[:100] for name in ("q", "secteur", "commune")}
    slug = request.args.get("espace", "")
    space = None
    if slug:
        space = db.session.scalar(sa.select(Space).where(Space.slug == slug, visible_to(me())))
        if space is None:
            raise NotFound
    return Filters(given["q"], given["secteur"], given["commune"], space)


def _address(filters: Filters, **values: Any) -> str:
    """The address of the directory with what was kept; a name given here replaces it, None drops it."""
    kept = {
        "q": filters.search or None,
        "secteur": filters.sector or None,
        "commune": filters.commune or None,
        "espace": filters.space.slug if filters.space else None,
    }
    return url_for("organisations.index", **(kept | values))


@feature.get("/organisations/<slug>")
def show(slug: str) -> ResponseReturnValue:
    organisation = queries.by_slug(slug)
    edits = _may_edit(organisation)
    names = is_of_network(me()) or edits
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        names=names,
        mandates=queries.mandates(organisation) if names else [],
        past=queries.mandates(organisation, past=True) if edits else [],
        spaces=queries.spaces_of(organisation, me()),
        entries=dressed(queries.publications_of(organisation, me()), me()),
        edits=edits,
        form=MandateForm(formdata=None) if edits else None,
    )


@feature.get("/organisations/nouvelle")
@staff_only
def new() -> ResponseReturnValue:
    return _edit_page(OrganisationForm.of())


@feature.post("/organisations")
@staff_only
def create() -> ResponseReturnValue:
    form = OrganisationForm.of()
    if form.validate_on_submit():
        with form.catching():
            made = service.add_organisation(by=someone(), **form.sheet())
            flash(_("« %(name)s » est dans l’annuaire.", name=made.name), "good")
            return redirect(url_for("organisations.show", slug=made.slug), 303)
    return _edit_page(form)


@feature.get("/organisations/<slug>/modifier")
@signed_in
def edit(slug: str) -> ResponseReturnValue:
    organisation = _edited(slug)
    return _edit_page(OrganisationForm.of(organisation), organisation)


@feature.post("/organisations/<slug>/modifier")
@signed_in
def change(slug: str) -> ResponseReturnValue:
    organisation = _edited(slug)
    form = OrganisationForm.of(organisation)
    if form.validate_on_submit():
        with form.catching():
            service.edit_organisation(
                organisation=organisation, by=someone(), version=form.version.data or 0, **form.sheet()
            )
            flash(_("La fiche est à jour."), "good")
            return redirect(url_for("organisations.show", slug=slug), 303)
    if form.conflict:
        form.compare_with(organisation)
    return _edit_page(form, organisation)


@feature.post("/organisations/<slug>/archivage")
@staff_only
def archive(slug: str) -> ResponseReturnValue:
    service.archive_organisation(organisation=queries.by_slug(slug), by=someone())
    flash(_("L’organisation a quitté l’annuaire ; sa fiche reste."), "good")
    return redirect(url_for("organisations.show", slug=slug), 303)


@feature.post("/organisations/<slug>/reouverture")
@staff_only
def reopen(slug: str) -> ResponseReturnValue:
    service.reopen_organisation(organisation=queries.by_slug(slug), by=someone())
    flash(_("L’organisation est de nouveau dans l’annuaire."), "good")
    return redirect(url_for("organisations.show", slug=slug), 303)


# ── Who acts for it ──────────────────────────────────────────────────────────────────────────────────────────────────


@feature.post("/organisations/<slug>/mandats")
@signed_in
def give_mandate(slug: str) -> ResponseReturnValue:
    organisation = _edited(slug)
    form = MandateForm()
    if form.validate_on_submit():
        with form.catching():
            given = form.values()
            person = _known_by_address(given.pop("address"))
            service.give_mandate(organisation=organisation, person=person, by=someone(), **given)
            flash(_("%(name)s peut écrire au nom de l’organisation.", name=person.name), "good")
            return redirect(url_for("organisations.show", slug=slug) + "#equipe", 303)
    page = render_template("organisations/mandate.html", organisation=organisation, form=form)
    return page, form.http_status


@feature.post("/organisations/<slug>/mandats/<int:id>/fin")
@signed_in
def end_mandate(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    organisation = _edited(slug)
    mandate = queries.one_mandate(organisation, id)
    service.end_mandate(mandate=mandate, by=someone())
    flash(_("%(name)s n’agit plus pour l’organisation.", name=mandate.person.name), "good")
    return redirect(url_for("organisations.show", slug=slug) + "#equipe", 303)


def _known_by_address(address: str) -> Person:
    """The person of this address, of those the reader may know: it must not serve to try addresses out."""
    person = db.session.scalar(
        sa.select(Person).where(
            Person.email_key == text.normalise_email(address),
            Person.closed_at.is_(None),
            known_to(someone()),
        )
    )
    if person is None:
        sentence = _("Vous ne connaissez personne de ce réseau à cette adresse : invitez-la d’abord.")
        raise Refused(sentence, address=sentence)
    return person


def _edited(slug: str) -> Organisation:
    """The organisation, for whoever keeps its sheet. Raises `NotFound` for everybody else."""
    organisation = queries.by_slug(slug)
    if not _may_edit(organisation):
        raise NotFound
    return organisation


def _may_edit(organisation: Organisation) -> bool:
    return rules.may_edit(organisation, me(), queries.mandates_of(me(), organisation))


def _edit_page(form: OrganisationForm, organisation: Organisation | None = None) -> ResponseReturnValue:
    return render_template("organisations/edit.html", form=form, organisation=organisation), form.http_status
