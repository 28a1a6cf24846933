"""The pages of the door: come in, go out, and what opens one's account."""

from collections.abc import Callable
from dataclasses import asdict

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core import clock
from core.addresses import masked
from core.db import transaction
from core.errors import Conflict, Refused, TooMany
from core.locale import _, _n
from core.network import suggestions
from core.people import Person
from webapp.identity import devices, feature, oidc, queries, rules, service
from webapp.identity.forms import LinkForm, NewPasswordForm, OpenForm, PasswordForm, RemovePasswordForm
from webapp.shell.forms import HouseForm
from webapp.shell.identity import forget, me, my_session, remember, signed_in, someone
from webapp.shell.secret_pages import secret_address

#: What the form session (a signed cookie) holds between two pages.
SENT_TO, PENDING, NEXT = "link_sent_to", "pending_identity", "next"
#: Seconds during which a provider's account waits to be linked.
PENDING_LASTS = int(service.LINK_LASTS.total_seconds())


# ── Coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/connexion")
def sign_in() -> ResponseReturnValue:
    next_path = rules.safe_path(request.args.get("next"))
    if me() is not None and "next" in request.args:
        return redirect(next_path, 303)
    if me() is not None:
        return render_template("identity/already.html")
    return _door(LinkForm(next=next_path), PasswordForm(next=next_path))


@feature.post("/connexion")
def send_link() -> ResponseReturnValue:
    form = LinkForm()
    status = _attempt(form, lambda: _send(form.email.data or "", form.next.data))
    if status == 200:
        return redirect(url_for("identity.link_sent"), 303)
    return _door(form, PasswordForm(None, next=form.next.data), status=status)


@feature.post("/connexion/mot-de-passe")
def use_password() -> ResponseReturnValue:
    form = PasswordForm()
    found: list[Person] = []
    status = _attempt(form, lambda: found.append(_recognise(form)))
    if status == 200:
        return _enter(found[0], "password", rules.safe_path(form.next.data))
    return _door(LinkForm(None, next=form.next.data), form, status=status)


@feature.get("/connexion/courriel")
def link_sent() -> ResponseReturnValue:
    address = session.get(SENT_TO)
    if not address:
        return redirect(url_for("identity.sign_in"), 303)
    return render_template(
        "identity/sent.html",
        address=address,
        form=LinkForm(None, email=address, next=session.get(NEXT, "/")),
        minutes=int(service.LINK_LASTS.total_seconds() // 60),
        # Without a mail server, what is sent waits in a page of this very site.
        kept_here=current_app.config["MAILLAGE"].smtp_url is None,
    )


@feature.get("/connexion/lien/<secret>")
@secret_address
def show_link(secret: str) -> ResponseReturnValue:
    link = queries.link_of(secret)
    if link is None or not link.is_open or link.person is None:
        return _spent_link(known=link is not None)
    here = request.user_agent.string
    return render_template(
        "identity/link.html",
        secret=secret,
        masked=masked(link.person.email or ""),
        other=me() if me() is not None and me() != link.person else None,
        asked_elsewhere=devices.describe(link.user_agent) if link.user_agent not in ("", here[:200]) else "",
        asked_at=link.created_at,
        pending=_pending(),
    )


@feature.post("/connexion/lien/<secret>")
@secret_address
def open_link(secret: str) -> ResponseReturnValue:
    link = queries.link_of(secret)
    if link is None:
        return _spent_link(known=False)
    proof = _pending() if OpenForm().link_identity.data else None
    try:
        person = service.use_link(link=link)
    except Conflict:
        return _spent_link(known=True)
    answer = _enter(person, "link", link.next_path)
    if proof is not None:
        _link(person, proof)
    return answer


@feature.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    current = my_session()
    if current is not None:
        service.end_session(session=current)
    session.clear()
    answer = redirect(rules.safe_path(request.form.get("next")), 303)
    forget(answer, current_app)
    return answer


def _door(link: LinkForm, password: PasswordForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "identity/sign_in.html",
        link=link,
        password=password,
        providers=oidc.providers(),
        pending=_pending(),
        suggestions=suggestions(),
    )
    return page, status


def _send(address: str, next_path: str | None) -> None:
    service.send_link(
        address=address,
        next_path=rules.safe_path(next_path),
        user_agent=request.user_agent.string,
        machine=_machine(),
    )
    session[SENT_TO], session[NEXT] = address, rules.safe_path(next_path)


def _recognise(form: PasswordForm) -> Person:
    person = service.person_of_password(
        address=form.email.data or "", password=form.password.data or "", machine=_machine()
    )
    if person is None:
        raise Refused(
            _(
                "Cette adresse et ce mot de passe ne vont pas ensemble. Le lien par courriel, lui, marche toujours."
            )
        )
    return person


def _enter(person: Person, method: str, next_path: str) -> Response:
    """A new session, whoever stood in this browser before; nothing of the old form session is left to be known."""
    secret = service.sign_in(
        person=person, method=method, user_agent=request.user_agent.string, replacing=my_session()
    )
    session.clear()
    answer = redirect(next_path, 303)
    remember(answer, current_app, secret)
    return answer


def _attempt(form: HouseForm, verb: Callable[[], object]) -> int:
    """Do the verb with a form that holds: 200; or the status to answer with, what was refused being shown in the form."""
    if not form.validate_on_submit():
        return 422
    try:
        verb()
    except TooMany as error:
        form.form_errors.append(error.sentence)
        return error.status
    except Refused as error:
        form.refuse(error)
        return error.status
    return 200


def _spent_link(*, known: bool) -> ResponseReturnValue:
    return render_template("identity/spent.html", known=known), 410 if known else 404


def _machine() -> str:
    return request.remote_addr or ""


# ── Coming in by an outside account ──────────────────────────────────────────────────────────────────────────────────


@feature.get("/connexion/avec/<name>")
def go_to_provider(name: str) -> ResponseReturnValue:
    provider = oidc.provider_named(name)
    session[NEXT] = rules.safe_path(request.args.get("next"))
    try:
        return oidc.lead_to(provider)
    except Refused as error:
        return _back_from_provider(error)


@feature.get("/connexion/avec/<name>/retour")
@secret_address
def provider_answer(name: str) -> ResponseReturnValue:
    """Where the provider sends the browser back: the protocol wants a GET, the only one here that changes something.

    What protects it is what protects a POST: a state that only this browser holds, good for one answer.
    """
    provider = oidc.provider_named(name)
    if request.method == "HEAD":
        return "", 204
    try:
        proof = oidc.read_proof(provider)
    except Refused as error:
        return _back_from_provider(error)
    with transaction():
        person = service.person_of_proof(proof=proof)
        if person is not None and (me() is None or me() == person):
            return _enter(person, provider.name, session.pop(NEXT, "/"))
    session[PENDING] = {**asdict(proof), "at": clock.now().timestamp()}
    return redirect(url_for("identity.new_identity"), 303)


@feature.get("/connexion/compte")
def new_identity() -> ResponseReturnValue:
    proof = _pending()
    if proof is None:
        return redirect(url_for("identity.security" if me() else "identity.sign_in"), 303)
    form = LinkForm(None, next=session.get(NEXT, "/"))
    return render_template("identity/new_identity.html", proof=proof, form=form)


@feature.post("/connexion/compte")
@signed_in
def link_identity() -> ResponseReturnValue:
    proof = _pending()
    session.pop(PENDING, None)
    if proof is None:
        flash(_("Cette demande est trop ancienne : recommencez."), "warn")
    else:
        _link(someone(), proof)
    return redirect(url_for("identity.security"), 303)


@feature.post("/connexion/compte/oubli")
def forget_identity() -> ResponseReturnValue:
    session.pop(PENDING, None)
    return redirect(url_for("identity.security" if me() else "identity.sign_in"), 303)


def _back_from_provider(error: Refused) -> ResponseReturnValue:
    flash(error.sentence, "bad")
    return redirect(url_for("identity.security" if me() else "identity.sign_in"), 303)


def _pending() -> oidc.Proof | None:
    """The outside account this browser has just proved and that nobody here is known by."""
    kept = dict(session.get(PENDING) or {})
    if not kept or clock.now().timestamp() - kept.pop("at", 0) > PENDING_LASTS:
        return None
    return oidc.Proof(**kept)


def _link(person: Person, proof: oidc.Proof) -> None:
    try:
        service.link_identity(person=person, proof=proof)
    except Conflict as error:
        flash(error.sentence, "bad")
    else:
        flash(
            _("Votre compte %(label)s est relié : il vous ouvre désormais cette porte.", label=proof.label),
            "good",
        )


# ── What opens one's account ─────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/profil/securite")
@signed_in
def security() -> ResponseReturnValue:
    return _security(NewPasswordForm(None), RemovePasswordForm(None))


@feature.post("/profil/mot-de-passe")
@signed_in
def set_password() -> ResponseReturnValue:
    form = NewPasswordForm()
    status = _attempt(form, lambda: _set_password(form))
    if status == 200:
        flash(_("Votre mot de passe est enregistré. Vos autres appareils devront se reconnecter."), "good")
        return redirect(url_for("identity.security"), 303)
    return _security(form, RemovePasswordForm(None), status=status)


@feature.post("/profil/mot-de-passe/retrait")
@signed_in
def remove_password() -> ResponseReturnValue:
    form = RemovePasswordForm()
    status = _attempt(
        form, lambda: service.remove_password(person=someone(), current=form.current.data or "")
    )
    if status == 200:
        flash(_("Votre mot de passe n’existe plus : vous entrez par un lien reçu par courriel."), "good")
        return redirect(url_for("identity.security"), 303)
    return _security(NewPasswordForm(None), form, status=status)


@feature.post("/profil/sessions/<int:id>/fin")
@signed_in
def end_session(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    one = queries.owned_session(id, someone())
    if one == my_session():
        return sign_out()
    service.end_session(session=one)
    flash(_("%(device)s n’est plus connecté.", device=devices.describe(one.user_agent)), "good")
    return redirect(url_for("identity.security"), 303)


@feature.post("/profil/sessions/fin")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    closed = service.end_other_sessions(person=someone(), keep=my_session())
    flash(
        _n("Un autre appareil a été déconnecté.", "%(num)s autres appareils ont été déconnectés.", closed),
        "good",
    )
    return redirect(url_for("identity.security"), 303)


@feature.post("/profil/comptes/<int:id>/retrait")
@signed_in
def unlink_identity(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    identity = queries.owned_identity(id, someone())
    label = oidc.label_of(identity.issuer)
    service.unlink_identity(identity=identity)
    flash(_("Votre compte %(label)s n’ouvre plus rien ici.", label=label), "good")
    return redirect(url_for("identity.security"), 303)


def _set_password(form: NewPasswordForm) -> None:
    service.set_password(
        person=someone(), new=form.new.data or "", current=form.current.data or "", keep=my_session()
    )


def _security(
    change: NewPasswordForm, remove: RemovePasswordForm, *, status: int = 200
) -> ResponseReturnValue:
    person = someone()
    identities = queries.identities_of(person)
    linked = {identity.issuer for identity in identities}
    page = render_template(
        "identity/security.html",
        person=person,
        change=change,
        remove=remove,
        sessions=queries.sessions_of(person),
        current=my_session(),
        identities=identities,
        linkable=[provider for provider in oidc.providers() if provider.issuer not in linked],
        device=devices.describe,
        device_icon=devices.icon_of,
        method=service.method_in_words,
        label_of=oidc.label_of,
    )
    return page, status
