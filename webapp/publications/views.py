"""What one does with a publication of any kind: bring it out, decide, take it back, put it elsewhere, pin it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import Conflict, Refused
from core.locale import _, lazy_
from core.people import Person
from core.publications import Publication
from webapp.publications import feature, queries, rules, service
from webapp.publications.desk import address_of, outcome, shown
from webapp.publications.forms import ReasonForm
from webapp.shell.forms import HouseForm
from webapp.shell.identity import me, signed_in, someone
from webapp.shell.page import same_site
from webapp.spaces import queries as spaces


@feature.get("/publications/<int:id>")
def go(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """Lead to the page of its kind."""
    return redirect(address_of(queries.readable(me(), id)), 302)


@feature.get("/publications/<int:id>/etat")
def status(id: int) -> ResponseReturnValue:  # noqa: A002
    """The part of its page that says where it stands, for pages left open."""
    return render_template("publications/_status.html", **shown(queries.readable(me(), id), me()))


@feature.post("/publications/<int:id>/soumission")
@signed_in
def share(id: int) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    service.share(publication, by=someone())
    return _back(publication, outcome(publication, by=someone()))


@feature.post("/publications/<int:id>/validation")
@signed_in
def approve(id: int) -> ResponseReturnValue:  # noqa: A002
    return _decide(
        id, service.approve, _("C’est approuvé. Chaque personne concernée est prévenue, une fois.")
    )


@feature.post("/publications/<int:id>/demande-de-modifications")
@signed_in
def ask_changes(id: int) -> ResponseReturnValue:  # noqa: A002
    return _decide(id, service.ask_changes, _("La demande est partie. L’auteur est prévenu avec vos mots."))


@feature.post("/publications/<int:id>/refus")
@signed_in
def refuse(id: int) -> ResponseReturnValue:  # noqa: A002
    return _decide(id, service.refuse, _("C’est refusé. L’auteur est prévenu avec vos mots."))


@feature.post("/publications/<int:id>/retrait")
@signed_in
def withdraw(id: int) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    form = ReasonForm()
    try:
        service.withdraw(publication, by=someone(), reason=form.reason.data or "")
    except Refused as refused:
        form.refuse(refused)
        return _ask_again(publication, form, "withdraw"), 422
    return _back(publication, _("C’est retiré : plus personne d’autre ne le voit."))


@feature.post("/publications/<int:id>/archivage")
@signed_in
def archive(id: int) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    service.archive(publication, by=someone())
    return _back(publication, _("C’est archivé : la page reste, les listes ne le montrent plus."))


@feature.post("/publications/<int:id>/places")
@signed_in
def place(id: int) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    space = spaces.entered(request.form.get("space", ""), someone())
    service.place(publication, space=space, by=someone())
    return _back(publication, _("Cette publication se trouve aussi dans %(space)s.", space=space.name))


@feature.post("/publications/<int:id>/places/<slug>/retrait")
@signed_in
def unplace(id: int, slug: str) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    space = spaces.entered(slug, someone())
    service.unplace(publication, space=space, by=someone())
    return _back(publication, _("Cette publication ne se trouve plus dans %(space)s.", space=space.name))


@feature.post("/publications/<int:id>/places/<slug>/epingle")
@signed_in
def pin(id: int, slug: str) -> ResponseReturnValue:  # noqa: A002
    publication: Publication = queries.readable(someone(), id)
    space = spaces.entered(slug, someone())
    if request.form.get("pinned") == "no":
        service.unpin(publication, space=space, by=someone())
        return _back(publication, _("Cette publication n’est plus épinglée."))
    service.pin(publication, space=space, by=someone())
    return _back(publication, _("Cette publication reste en tête de l’espace %(space)s.", space=space.name))


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decide(
    id: int,  # noqa: A002
    verb: Callable[..., Publication],
    said: str,
) -> ResponseReturnValue:
    """One of the three decisions. What was typed is given back when it is refused, and when someone came first."""
    publication: Publication = queries.readable(someone(), id)
    form = ReasonForm()
    given = {} if verb is service.approve else {"reason": form.reason.data or ""}
    try:
        verb(publication, by=someone(), version=form.read_version, **given)
    except Refused as refused:
        form.refuse(refused)
        return _ask_again(publication, form, verb.__name__), 422
    except Conflict as conflict:
        return _say_conflict(publication, conflict, form), 409
    flash(said, "good")
    return redirect(_next(), 303)


def _ask_again(publication: Publication, form: HouseForm, verb: str) -> str:
    return render_template(
        "publications/reason.html",
        form=form,
        verb=verb,
        title=ASKED[verb],
        next=_next(),
        **shown(publication, me()),
    )


ASKED = {
    "approve": lazy_("Approuver"),
    "ask_changes": lazy_("Demander des modifications"),
    "refuse": lazy_("Refuser"),
    "withdraw": lazy_("Retirer"),
}


def _say_conflict(publication: Publication, conflict: Conflict, form: ReasonForm) -> str:
    readable = _still_readable(publication, someone())
    return render_template(
        "publications/conflict.html",
        sentence=conflict.sentence,
        typed=form.reason.data or "",
        next=_next(),
        publication=publication,
        address=address_of(publication) if readable else None,
    )


def _still_readable(publication: Publication, person: Person) -> bool:
    standing = queries.standing(person, publication)
    return standing.is_author or standing.is_moderator or rules.may_decide(publication, standing)


def _next() -> str:
    return same_site(request.form.get("next", ""), url_for("moderation.index"))


def _back(publication: Publication, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(same_site(request.form.get("next", ""), address_of(publication)), 303)
