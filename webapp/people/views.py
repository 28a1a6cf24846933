"""One's own pages, and the page of someone else."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.addresses import masked
from core.errors import Conflict, Refused, TooMany
from core.locale import _
from core.spaces import spaces_of
from webapp.people import feature, queries, service
from webapp.people.forms import AddressForm, ClosingForm, MandateRequestForm, ProfileForm
from webapp.publications import queries as publications
from webapp.shell.identity import me as reader
from webapp.shell.identity import signed_in, someone
from webapp.shell.secret_pages import secret_address


@feature.get("/profil")
@signed_in
def me() -> ResponseReturnValue:
    return _profile(ProfileForm.of(someone()))


@feature.post("/profil")
@signed_in
def change() -> ResponseReturnValue:
    form = ProfileForm.of(someone())
    if form.validate_on_submit():
        with form.catching():
            service.change_profile(person=someone(), **form.values())
            flash(_("Votre profil est à jour."), "good")
            return redirect(url_for("people.me"), 303)
    return _profile(form, status=422)


@feature.post("/profil/organisations")
@signed_in
def ask_mandate_change() -> ResponseReturnValue:
    form = MandateRequestForm()
    status = 422
    if form.validate_on_submit():
        try:
            service.ask_mandate_change(person=someone(), message=form.message.data or "")
        except TooMany as error:
            form.form_errors.append(error.sentence)
            status = error.status
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("Votre message est parti vers l’équipe du réseau."), "good")
            return redirect(url_for("people.me"), 303)
    return _profile(ProfileForm.of(someone()), request_form=form, status=status)


@feature.post("/profil/adresse")
@signed_in
def ask_address_change() -> ResponseReturnValue:
    form = AddressForm()
    status = 422
    if form.validate_on_submit():
        try:
            service.ask_address_change(person=someone(), address=form.email.data or "")
        except TooMany as error:
            form.form_errors.append(error.sentence)
            status = error.status
        except Refused as error:
            form.refuse(error)
        else:
            flash(
                _("Deux messages sont partis : confirmez depuis l’ancienne adresse et depuis la nouvelle."),
                "good",
            )
            return redirect(url_for("people.me") + "#adresse", 303)
    return _profile(ProfileForm.of(someone()), address_form=form, status=status)


@feature.post("/profil/adresse/abandon")
@signed_in
def forget_address_change() -> ResponseReturnValue:
    service.forget_address_change(person=someone())
    flash(_("Votre adresse ne change pas."), "good")
    return redirect(url_for("people.me") + "#adresse", 303)


@feature.get("/profil/adresse/<secret>")
@secret_address
def show_address_change(secret: str) -> ResponseReturnValue:
    found = queries.change_by_secret(secret)
    if found is None:
        return render_template("people/address_closed.html"), 410
    return _address_page(secret, *found)


@feature.post("/profil/adresse/<secret>")
@secret_address
def confirm_address(secret: str) -> ResponseReturnValue:
    found = queries.change_by_secret(secret)
    if found is None:
        return render_template("people/address_closed.html"), 410
    change, side = found
    old, new = change.person.email or "", change.new_address
    done = service.confirm_address(change=change, side=side)
    other = masked(new if side == "old" else old)
    return render_template("people/address_confirmed.html", done=done, other=other, new=masked(new))


@feature.get("/profil/mes-donnees")
@signed_in
def my_data() -> ResponseReturnValue:
    content = json.dumps(service.data_of(someone()), ensure_ascii=False, indent=2, default=_iso)
    name = f"mes-donnees-{clock.today():%Y-%m-%d}.json"
    return Response(
        content,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@feature.get("/profil/fermeture")
@signed_in
def closing() -> ResponseReturnValue:
    return _closing(ClosingForm(None))


@feature.post("/profil/fermeture")
@signed_in
def close() -> ResponseReturnValue:
    form = ClosingForm()
    if not form.validate_on_submit():
        return _closing(form, status=422)
    try:
        service.close_account(person=someone())
    except Conflict as error:
        form.form_errors.append(error.sentence)
        return _closing(form, status=409)
    return render_template("people/closed.html")


@feature.get("/personnes/<int:id>")
@signed_in
def show(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    person, me = queries.known(id, someone()), someone()
    mine = {space.id for space in spaces_of(me)}
    memberships = queries.memberships_of(person, me)
    return render_template(
        "people/show.html",
        person=person,
        is_me=person == me,
        reachable=me.is_staff or person == me or queries.shares_a_space(person, me),
        mandates=queries.mandates_of(person),
        common=[one for one in memberships if one.space_id in mine],
        others=[one for one in memberships if one.space_id not in mine],
        entries=publications.dressed(queries.publications_of(person, me), me),
    )


def _profile(
    form: ProfileForm,
    *,
    request_form: MandateRequestForm | None = None,
    address_form: AddressForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    person = someone()
    page = render_template(
        "people/me.html",
        person=person,
        form=form,
        request_form=request_form or MandateRequestForm(None),
        address_form=address_form or AddressForm(None),
        mandates=queries.mandates_of(person, past=True),
        today=clock.today(),
        memberships=queries.memberships_of(person, person),
        change=queries.change_of(person),
    )
    return page, status


def _closing(form: ClosingForm, *, status: int = 200) -> ResponseReturnValue:
    orphans = queries.left_without_animator(someone())
    return render_template("people/closing.html", form=form, orphans=orphans), status


def _address_page(secret: str, change: Any, side: str) -> ResponseReturnValue:
    return render_template(
        "people/address.html",
        secret=secret,
        side=side,
        name=change.person.name,
        old=masked(change.person.email or ""),
        new=change.new_address if side == "new" else masked(change.new_address),
        already=change.old_confirmed_at if side == "old" else change.new_confirmed_at,
        visitor=reader() is None,
    )


def _iso(value: Any) -> str:
    return str(value.isoformat())
