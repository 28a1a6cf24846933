"""The pages of the administration: for whoever is not staff, they do not exist."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import text
from core.locale import _
from core.people import Person
from webapp.admin import feature, queries, service
from webapp.admin.forms import NetworkForm, PersonForm, SeatForm
from webapp.shell.identity import someone, staff_only
from webapp.shell.page import network as the_network
from webapp.spaces import service as spaces_service
from webapp.spaces.queries import entered

A_PAGE = 50


@feature.get("/administration")
@staff_only
def index() -> ResponseReturnValue:
    return render_template("admin/index.html", figures=queries.figures())


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/administration/personnes")
@staff_only
def people() -> ResponseReturnValue:
    search = text.one_line(request.args.get("q", ""))[:100]
    standing, after = request.args.get("parmi", ""), request.args.get("apres", type=int)
    last = queries.person(after) if after else None
    found = queries.people(search=search, standing=standing, after=last, limit=A_PAGE)
    shown = found[:A_PAGE]
    return render_template(
        "admin/people.html",
        people=shown,
        search=search,
        standing=standing,
        counts=queries.counts_by_standing(),
        first_page=last is None,
        following=shown[-1].id if len(found) > A_PAGE else None,
    )


@feature.get("/administration/personnes/nouvelle")
@staff_only
def new_person() -> ResponseReturnValue:
    return render_template("admin/new_person.html", form=PersonForm())


@feature.post("/administration/personnes")
@staff_only
def add_person() -> ResponseReturnValue:
    form = PersonForm()
    if form.validate_on_submit():
        with form.catching():
            person = service.add_person(by=someone(), **form.values())
            flash(_("%(name)s est dans le réseau.", name=person.name), "good")
            return redirect(url_for("admin.person", id=person.id), 303)
    return render_template("admin/new_person.html", form=form), form.http_status


@feature.get("/administration/personnes/<int:id>")
@staff_only
def person(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    return _person_page(queries.person(id))


@feature.post("/administration/personnes/<int:id>/compte")
@staff_only
def open_account(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    found = queries.person(id)
    service.open_account(person=found, by=someone())
    flash(_("Le compte est ouvert : un lien vient de partir."), "good")
    return redirect(url_for("admin.person", id=id), 303)


@feature.post("/administration/personnes/<int:id>/equipe")
@staff_only
def choose_staff(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    found = queries.person(id)
    service.choose_staff(person=found, is_staff=request.form.get("equipe") == "oui", by=someone())
    flash(_("C’est fait : %(name)s en reçoit la nouvelle.", name=found.name), "good")
    # Whoever leaves the staff no longer has this page to go back to.
    return redirect(url_for("admin.person", id=id) if someone().is_staff else "/", 303)


@feature.post("/administration/personnes/<int:id>/fermeture")
@staff_only
def close_person(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    service.close_person(person=queries.person(id), by=someone())
    flash(_("Le compte est fermé ; ce que la personne a partagé reste."), "good")
    return redirect(url_for("admin.people"), 303)


@feature.post("/administration/personnes/<int:id>/espaces")
@staff_only
def seat_person(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    found = queries.person(id)
    form = SeatForm.of(found, someone())
    if form.validate_on_submit():
        with form.catching():
            space = entered(form.space.data, someone())
            spaces_service.add_member(
                space=space, person=found, by=someone(), role=form.role.data, until=form.last_instant()
            )
            flash(_("%(name)s fait partie de « %(space)s ».", name=found.name, space=space.name), "good")
            return redirect(url_for("admin.person", id=id), 303)
    return _person_page(found, form)


def _person_page(found: Person, form: SeatForm | None = None) -> ResponseReturnValue:
    page = render_template(
        "admin/person.html",
        person=found,
        seats=queries.seats_of(found),
        mandates=queries.mandates_of(found),
        sessions=queries.open_sessions(found),
        form=form or SeatForm.of(found, someone()),
    )
    return page, form.http_status if form else 200


# ── Spaces, organisations, the network ───────────────────────────────────────────────────────────────────────────────


@feature.get("/administration/espaces")
@staff_only
def spaces() -> ResponseReturnValue:
    return render_template("admin/spaces.html", spaces=queries.spaces())


@feature.get("/administration/organisations")
@staff_only
def organisations() -> ResponseReturnValue:
    return render_template("admin/organisations.html", organisations=queries.organisations_to_mend())


@feature.get("/administration/reseau")
@staff_only
def network() -> ResponseReturnValue:
    return render_template("admin/network.html", form=NetworkForm(obj=the_network()))


@feature.post("/administration/reseau")
@staff_only
def settle_network() -> ResponseReturnValue:
    form = NetworkForm(obj=the_network())
    if form.validate_on_submit():
        with form.catching():
            service.settle_network(by=someone(), **form.values())
            flash(_("Les réglages du réseau sont enregistrés."), "good")
            return redirect(url_for("admin.network"), 303)
    return render_template("admin/network.html", form=form), form.http_status


# ── What is stuck ────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/administration/taches")
@staff_only
def work() -> ResponseReturnValue:
    return render_template("admin/work.html", events=queries.stuck_events())


@feature.post("/administration/taches/<int:id>/relance")
@staff_only
def relaunch_event(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    service.relaunch_event(event=queries.stuck_event(id), by=someone())
    flash(_("La tâche est relancée."), "good")
    return redirect(url_for("admin.work"), 303)


@feature.post("/administration/taches/<int:id>/abandon")
@staff_only
def abandon_event(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    service.abandon_event(event=queries.stuck_event(id), by=someone(), reason=request.form.get("reason", ""))
    flash(_("La tâche est abandonnée ; le journal garde pourquoi."), "good")
    return redirect(url_for("admin.work"), 303)


@feature.get("/administration/courriels")
@staff_only
def mails() -> ResponseReturnValue:
    address = text.one_line(request.args.get("adresse", ""))[:254]
    return render_template(
        "admin/mails.html",
        address=address,
        stuck=queries.stuck_mails() if not address else [],
        found=queries.mails_to(address) if address else [],
    )


@feature.post("/administration/courriels/<int:id>/renvoi")
@staff_only
def send_again(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    service.send_again(delivery=queries.mail(id), by=someone())
    flash(_("Le courriel repart dans un instant."), "good")
    return redirect(url_for("admin.mails", adresse=request.form.get("adresse") or None), 303)


@feature.post("/administration/courriels/<int:id>/abandon")
@staff_only
def abandon_mail(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    service.abandon_mail(delivery=queries.mail(id), by=someone(), reason=request.form.get("reason", ""))
    flash(_("Le courriel ne partira pas ; le journal garde pourquoi."), "good")
    return redirect(url_for("admin.mails", adresse=request.form.get("adresse") or None), 303)
