"""The pages of invitations: a space's list, and the door as it looks from outside."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.addresses import masked
from core.errors import Conflict, Refused, TooMany
from core.locale import _, _n
from core.people import by_email
from core.spaces import Space, membership_of
from webapp.identity import service as identity
from webapp.invitations import feature, queries, rules, service
from webapp.invitations.forms import ROLE_LABELS, ROLE_NOTES, AcceptForm, InvitationForm
from webapp.invitations.models import Invitation
from webapp.shell.identity import me, my_session, remember, signed_in, someone
from webapp.shell.secret_pages import secret_address


@feature.get("/espaces/<slug>/invitations")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    space = queries.space_to_fill(slug, someone())
    return _list(space, _form(space))


@feature.post("/espaces/<slug>/invitations")
@signed_in
def create(slug: str) -> ResponseReturnValue:
    space = queries.space_to_fill(slug, someone())
    form = _form(space)
    status = 422
    if form.validate_on_submit():
        try:
            sent = service.invite(space=space, by=someone(), **form.chosen())
        except TooMany as error:
            form.form_errors.append(error.sentence)
            status = error.status
        except Refused as error:
            form.refuse(error)
        else:
            _tell_what_left(sent)
            return redirect(url_for("invitations.index", slug=slug), 303)
    return _list(space, form, status=status)


@feature.post("/espaces/<slug>/invitations/<int:id>/renvoi")
@signed_in
def send_again(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space = queries.space_to_fill(slug, someone())
    invitation = queries.one_of(space, id)
    service.send_again(invitation=invitation, by=someone())
    flash(_("Un nouveau message part vers %(address)s.", address=invitation.address), "good")
    return redirect(url_for("invitations.index", slug=slug), 303)


@feature.post("/espaces/<slug>/invitations/<int:id>/annulation")
@signed_in
def revoke(slug: str, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    space = queries.space_to_fill(slug, someone())
    invitation = queries.one_of(space, id)
    service.revoke(invitation=invitation, by=someone())
    flash(_("L’invitation de %(address)s n’ouvre plus rien.", address=invitation.address), "good")
    return redirect(url_for("invitations.index", slug=slug), 303)


@feature.get("/invitations/<secret>")
@secret_address
def show(secret: str) -> ResponseReturnValue:
    invitation = queries.invitation_of(secret)
    if invitation is None or service.closed_because(invitation):
        return _closed(invitation)
    form = AcceptForm(None, name=invitation.name)
    return _door(invitation, secret, form)


@feature.post("/invitations/<secret>")
@secret_address
def accept(secret: str) -> ResponseReturnValue:
    invitation = queries.invitation_of(secret)
    if invitation is None or service.closed_because(invitation):
        return _closed(invitation)
    form = AcceptForm()
    try:
        if form.validate():
            return _accept(invitation, form)
    except Conflict:
        return _door(invitation, secret, form, status=409)
    except Refused as error:
        form.refuse(error)
    return _door(invitation, secret, form, status=422)


def _accept(invitation: Invitation, form: AcceptForm) -> ResponseReturnValue:
    person, signs_in = service.accept(invitation=invitation, name=form.name.data or "", present=me())
    inside = f"/espaces/{invitation.space.slug}" if invitation.space else "/"
    if signs_in:
        secret = identity.sign_in(
            person=person, method="invitation", user_agent=request.user_agent.string, replacing=my_session()
        )
        session.clear()
        flash(_("Bienvenue, %(name)s !", name=person.name), "good")
        answer = redirect(inside, 303)
        remember(answer, current_app, secret)
        return answer
    if me() is not None:
        flash(_("Vous voilà dans l’espace."), "good")
        return redirect(inside, 303)
    return _accepted_from_outside(invitation, inside)


def _accepted_from_outside(invitation: Invitation, inside: str) -> ResponseReturnValue:
    """Whoever has an account signs in as always: the link is sent at once, so that one click is missing, not five."""
    try:
        identity.send_link(address=invitation.address, next_path=inside, user_agent=request.user_agent.string)
    except TooMany:
        return redirect(url_for("identity.sign_in", next=inside), 303)
    return render_template(
        "invitations/accepted.html", invitation=invitation, masked=masked(invitation.address)
    )


def _door(invitation: Invitation, secret: str, form: AcceptForm, *, status: int = 200) -> ResponseReturnValue:
    person = by_email(invitation.address)
    page = render_template(
        "invitations/show.html",
        invitation=invitation,
        secret=secret,
        form=form,
        masked=masked(invitation.address),
        is_new=person is None,
        other=me() if me() is not None and me() != person else None,
        role=ROLE_LABELS[invitation.role],
    )
    return page, status


def _closed(invitation: Invitation | None) -> ResponseReturnValue:
    reason = service.closed_because(invitation) if invitation else ""
    return render_template("invitations/closed.html", reason=reason), 410 if invitation else 404


def _form(space: Space) -> InvitationForm:
    return InvitationForm.offering(rules.roles_to_offer(someone(), membership_of(someone(), space)))


def _tell_what_left(sent: service.Sent) -> None:
    if sent.invitations:
        flash(
            _n("Une invitation est partie.", "%(num)s invitations sont parties.", len(sent.invitations)),
            "good",
        )
    if sent.members:
        names = ", ".join(person.name for person in sent.members)
        flash(_("Déjà dans l’espace, laissé·es en paix : %(names)s.", names=names), "news")


def _list(space: Space, form: InvitationForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "invitations/index.html",
        space=space,
        form=form,
        notes=ROLE_NOTES,
        roles=ROLE_LABELS,
        invitations=queries.sent_for(space),
    )
    return page, status
