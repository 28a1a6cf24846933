"""The pages of spaces: the directory, each space, its members, its doors, its settings."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.errors import NotFound, Refused
from core.locale import _
from core.spaces import Space
from webapp.programmes.queries import axes_of, bridges
from webapp.publications.queries import Feed, feed, spot_of
from webapp.shell.api import Place
from webapp.shell.identity import me, signed_in, someone, staff_only
from webapp.spaces import feature, queries, rules, service
from webapp.spaces.forms import AskForm, DecisionForm, RoleForm, SettingsForm
from webapp.spaces.models import JOIN_NOTES, ROLE_NOTES, VISIBILITY_NOTES, JoinRequest

A_PAGE = 20
#: What appeared just before the last one seen may be committed just after it: asked again, and not shown twice.
OVERLAP = timedelta(minutes=1)


# ── The directory ────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/espaces")
def index() -> ResponseReturnValue:
    shown = queries.directory(me())
    staff = me() is not None and someone().is_staff
    return render_template(
        "spaces/index.html",
        mine=[one for one in shown if one.role],
        families=_families(shown),
        bridges=bridges(me()),
        archived=queries.directory(me(), archived=True) if staff else [],
    )


def _families(shown: list[queries.Shown]) -> list[tuple[queries.Shown | None, list[queries.Shown]]]:
    """(parent, its children), after the spaces that stand alone, under None.

    One's own are shown first, and those of an axis with it: neither comes twice.
    """
    known = {one.space.id for one in shown}
    in_axes = {space.id for _axis, space in bridges(me())}
    parents = {one.space.parent_id for one in shown if one.space.parent_id in known}
    alone = [
        one
        for one in shown
        if not one.role
        and one.space.parent_id not in known
        and one.space.id not in parents
        and one.space.id not in in_axes
    ]
    families = [
        (one, [child for child in shown if child.space.parent_id == one.space.id])
        for one in shown
        if one.space.id in parents
    ]
    return [(None, alone), *families]


# ── One space ────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/espaces/<slug>")
def show(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, me())
    before = _place("avant")
    # Taken before looking: what appears while we look must come on top, not fall between.
    asked_at = clock.now()
    found = feed(me(), space=space, before=before, limit=A_PAGE)
    return render_template(
        "spaces/show.html",
        space=space,
        feed=found,
        first_page=before is None,
        older=url_for("spaces.show", slug=slug, avant=Place(*found.next).word()) if found.next else None,
        fresh=_fresh_address(space, found, asked_at),
        children=queries.children_of(space, me()),
    )


@feature.get("/espaces/<slug>/nouveautes")
def fresh(slug: str) -> ResponseReturnValue:
    """What came since `apres`: put on top of the open page. X-Next is the address of the next question."""
    space = queries.entered(slug, me())
    after = _place("apres")
    if after is None:
        raise NotFound
    asked_at = clock.now()
    found = feed(me(), space=space, after=Place(after.instant - OVERLAP, 0), limit=A_PAGE)
    answer = make_response(render_template("spaces/_entries.html", entries=found.entries))
    answer.headers["X-Next"] = _fresh_address(space, found, asked_at)
    return answer


@feature.get("/espaces/<slug>/a-propos")
def about(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, me())
    return render_template(
        "spaces/about.html",
        space=space,
        parent=queries.parent_of(space, me()),
        children=queries.children_of(space, me()),
        axes=axes_of(space),
        animators=queries.animators_of(space) if _may_see_members(space) else [],
        organisations=queries.organisations_in(space),
    )


def _fresh_address(space: Space, found: Feed, asked_at: datetime) -> str:
    newest = Place(*spot_of(found.entries[0].publication)) if found.entries else Place(asked_at, 0)
    return url_for("spaces.fresh", slug=space.slug, apres=newest.word())


def _place(name: str) -> Any:
    word = request.args.get(name)
    if not word:
        return None
    try:
        return Place.read(word)
    except Refused as refused:
        raise NotFound from refused


# ── Entering, leaving ────────────────────────────────────────────────────────────────────────────────────────────────


@feature.post("/espaces/<slug>/adhesion")
@signed_in
def join(slug: str) -> ResponseReturnValue:
    """Enter an open space, at once."""
    space = queries.entered(slug, someone())
    service.join(space=space, by=someone())
    flash(_("Bienvenue dans « %(space)s ».", space=space.name), "good")
    return redirect(url_for("spaces.show", slug=slug), 303)


@feature.get("/espaces/<slug>/demande")
@signed_in
def ask(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, someone())
    return render_template("spaces/ask.html", space=space, form=AskForm.of(someone()))


@feature.post("/espaces/<slug>/demandes")
@signed_in
def send_request(slug: str) -> ResponseReturnValue:
    """Knock at the door."""
    space = queries.entered(slug, someone())
    form = AskForm.of(someone())
    if form.validate_on_submit():
        with form.catching():
            service.ask_to_join(
                space=space,
                by=someone(),
                message=form.message.data or "",
                organisation=form.organisation.chosen,
            )
            flash(_("Votre demande est partie. La réponse vous arrivera par courriel."), "good")
            return redirect(url_for("spaces.about", slug=slug), 303)
    return render_template("spaces/ask.html", space=space, form=form), form.http_status


@feature.post("/espaces/<slug>/demandes/<int:id>/reprise")
@signed_in
def withdraw_request(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """Take one's own request back."""
    space = queries.entered(slug, someone())
    asked = queries.one_request(space, id)
    if asked.person_id != someone().id:
        raise NotFound
    service.withdraw_request(request=asked, by=someone())
    flash(_("Votre demande est reprise."), "good")
    return redirect(url_for("spaces.about", slug=slug), 303)


@feature.post("/espaces/<slug>/depart")
@signed_in
def leave(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, someone())
    mine = queries.membership(space, someone())
    if mine is None:
        raise NotFound
    service.leave(membership=mine, by=someone())
    flash(_("Vous avez quitté « %(space)s ». Ce que vous y avez publié reste.", space=space.name), "good")
    return redirect(url_for("spaces.index"), 303)


# ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/espaces/<slug>/demandes")
@signed_in
def requests(slug: str) -> ResponseReturnValue:
    return _requests_page(queries.moderated(slug, someone()))


@feature.post("/espaces/<slug>/demandes/<int:id>/acceptation")
@signed_in
def accept_request(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space, asked = _decided(slug, id)
    form = DecisionForm()
    if form.validate_on_submit():
        with form.catching():
            service.accept_request(request=asked, by=someone(), word=form.word.data or "")
            flash(_("%(name)s fait maintenant partie de l’espace.", name=asked.person.name), "good")
            return redirect(url_for("spaces.requests", slug=slug), 303)
    return _requests_page(space, asked, form)


@feature.post("/espaces/<slug>/demandes/<int:id>/refus")
@signed_in
def refuse_request(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space, asked = _decided(slug, id)
    form = DecisionForm()
    if form.validate_on_submit():
        with form.catching():
            service.refuse_request(request=asked, by=someone(), word=form.word.data or "")
            flash(_("La demande est refusée ; la personne reçoit votre mot."), "good")
            return redirect(url_for("spaces.requests", slug=slug), 303)
    return _requests_page(space, asked, form)


def _decided(slug: str, request_id: int) -> tuple[Space, JoinRequest]:
    space = queries.moderated(slug, someone())
    return space, queries.one_request(space, request_id)


def _requests_page(
    space: Space, refused: JoinRequest | None = None, form: DecisionForm | None = None
) -> ResponseReturnValue:
    page = render_template(
        "spaces/requests.html",
        space=space,
        waiting=queries.pending_requests(space),
        decided=queries.decided_requests(space),
        refused=refused,
        form=form or DecisionForm(formdata=None),
    )
    return page, form.http_status if form is not None else 200


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/espaces/<slug>/membres")
def members(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, me())
    search, role = request.args.get("q", "")[:100], request.args.get("role", "")
    names = _may_see_members(space)
    return render_template(
        "spaces/members.html",
        space=space,
        names=names,
        members=queries.members_of(space, search=search, role=role) if names else [],
        counts=queries.counts_by_role(space),
        organisations=queries.organisations_in(space),
        search=search,
        role=role,
        animates=rules.may_animate(queries.membership(space, me()), me()),
    )


@feature.get("/espaces/<slug>/membres/<int:id>")
@signed_in
def member(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """What an animator may do about someone's place here."""
    space = queries.animated(slug, someone())
    membership = queries.one_member(space, id)
    return render_template(
        "spaces/member.html",
        space=space,
        membership=membership,
        form=RoleForm.of(membership),
        notes=ROLE_NOTES,
    )


@feature.post("/espaces/<slug>/membres/<int:id>/role")
@signed_in
def change_role(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space = queries.animated(slug, someone())
    membership = queries.one_member(space, id)
    form = RoleForm.of(membership)
    if form.validate_on_submit():
        with form.catching():
            service.change_role(
                membership=membership, role=form.role.data, by=someone(), until=form.last_instant()
            )
            flash(_("C’est fait : %(name)s en reçoit la nouvelle.", name=membership.person.name), "good")
            return redirect(url_for("spaces.members", slug=slug), 303)
    page = render_template(
        "spaces/member.html", space=space, membership=membership, form=form, notes=ROLE_NOTES
    )
    return page, form.http_status


@feature.post("/espaces/<slug>/membres/<int:id>/retrait")
@signed_in
def remove_member(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space = queries.animated(slug, someone())
    membership = queries.one_member(space, id)
    service.remove_member(membership=membership, by=someone(), word=request.form.get("word", ""))
    flash(_("%(name)s ne fait plus partie de l’espace.", name=membership.person.name), "good")
    return redirect(url_for("spaces.members", slug=slug), 303)


def _may_see_members(space: Space) -> bool:
    mine = queries.membership(space, me())
    return rules.may_see_members(space, mine, me(), of_network=queries.is_of_network(me()))


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/espaces/nouveau")
@staff_only
def new() -> ResponseReturnValue:
    return _settings_page(None, SettingsForm.of(None, someone()))


@feature.post("/espaces")
@staff_only
def create() -> ResponseReturnValue:
    form = SettingsForm.of(None, someone())
    if form.validate_on_submit():
        with form.catching():
            space = service.create_space(by=someone(), **form.settings())
            flash(_("L’espace est ouvert. Il lui faut maintenant une personne qui l’anime."), "good")
            return redirect(url_for("spaces.members", slug=space.slug), 303)
    return _settings_page(None, form)


@feature.get("/espaces/<slug>/reglages")
@signed_in
def settings(slug: str) -> ResponseReturnValue:
    space = queries.animated(slug, someone())
    return _settings_page(space, SettingsForm.of(space, someone()))


@feature.post("/espaces/<slug>/reglages")
@signed_in
def change_settings(slug: str) -> ResponseReturnValue:
    space = queries.animated(slug, someone())
    form = SettingsForm.of(space, someone())
    if form.validate_on_submit():
        with form.catching():
            service.change_space(space=space, by=someone(), version=form.version.data or 0, **form.settings())
            flash(_("Les réglages sont enregistrés."), "good")
            return redirect(url_for("spaces.about", slug=space.slug), 303)
    if form.conflict:
        form.compare_with(space)
    return _settings_page(space, form)


@feature.post("/espaces/<slug>/archivage")
@staff_only
def archive(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, someone())
    service.archive_space(space=space, by=someone())
    flash(_("L’espace est archivé : il se lit, on n’y publie plus."), "good")
    return redirect(url_for("spaces.about", slug=slug), 303)


@feature.post("/espaces/<slug>/reouverture")
@staff_only
def reopen(slug: str) -> ResponseReturnValue:
    space = queries.entered(slug, someone())
    service.reopen_space(space=space, by=someone())
    flash(_("L’espace est rouvert."), "good")
    return redirect(url_for("spaces.about", slug=slug), 303)


def _settings_page(space: Space | None, form: SettingsForm) -> ResponseReturnValue:
    page = render_template(
        "spaces/settings.html",
        space=space,
        form=form,
        join_notes=JOIN_NOTES,
        visibility_notes=VISIBILITY_NOTES,
    )
    return page, form.http_status
