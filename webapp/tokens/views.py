"""The page of one's access keys."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.locale import _
from webapp.shell.identity import signed_in, someone
from webapp.tokens import feature, queries, service
from webapp.tokens.forms import SCOPE_LABELS, SCOPE_NOTES, TokenForm


@feature.get("/profil/cles")
@signed_in
def index() -> ResponseReturnValue:
    return _page(TokenForm.made_for(someone()))


@feature.post("/profil/cles")
@signed_in
def create() -> ResponseReturnValue:
    form = TokenForm.made_for(someone())
    if form.validate_on_submit():
        with form.catching():
            _token, secret = service.create_token(person=someone(), by=someone(), **form.chosen())
            return _page(TokenForm.made_for(someone()), secret=secret, status=201)
    return _page(form, status=422)


@feature.post("/profil/cles/<int:id>/revocation")
@signed_in
def revoke(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    token = queries.owned(id, someone())
    service.revoke_token(token=token)
    flash(_("La clé « %(name)s » n’ouvre plus rien.", name=token.name), "good")
    return redirect(url_for("tokens.index"), 303)


def _page(form: TokenForm, *, secret: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "tokens/index.html",
        form=form,
        secret=secret,
        tokens=queries.held_by(someone()),
        labels=SCOPE_LABELS,
        notes=SCOPE_NOTES,
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"  # the secret must not wait in a browser's history
    return answer
