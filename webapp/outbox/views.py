"""The pages of the outgoing mailbox: the list, one mail, and the mail itself in a frame where nothing runs."""

from io import BytesIO

from flask import Flask, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.errors import NotFound
from core.locale import lazy_
from webapp.outbox import feature, queries, reading, rules
from webapp.shell.secret_pages import secret_address

A_PAGE = 40
STREAMS = {
    "account": lazy_("Compte"),
    "notice": lazy_("Notification"),
    "digest": lazy_("Récapitulatif"),
}
#: The mail brings its own inline styles; nothing runs, nothing is fetched, and its links open in the whole window.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


@feature.at_start
def open_the_mailbox(app: Flask) -> None:
    """Its pages are there only where mails go nowhere else: elsewhere, no address leads to them."""
    if not rules.may_exist(app.config["MAILLAGE"]):
        return
    for address, endpoint, view in (
        ("/courrier-sortant", "index", index),
        ("/courrier-sortant/<int:number>", "show", show),
        ("/courrier-sortant/<int:number>/message", "frame", frame),
        ("/courrier-sortant/<int:number>/source", "source", source),
        ("/courrier-sortant/<int:number>/pieces/<int:piece>", "piece", piece),
    ):
        app.add_url_rule(address, f"outbox.{endpoint}", secret_address(view), methods=["GET"])


@feature.before_request
def only_at_this_machine() -> None:
    allowed = rules.may_read(
        current_app.config["MAILLAGE"],
        caller=request.remote_addr,
        host=request.host,
        forwarded=any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")),
    )
    if not allowed:
        raise NotFound


def index() -> ResponseReturnValue:
    address = request.args.get("pour", "").strip()
    before = request.args.get("avant", type=int)
    found = queries.latest(address=address, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    return render_template(
        "outbox/index.html",
        mails=shown,
        streams=STREAMS,
        address=address,
        older=shown[-1].id if len(found) > A_PAGE else None,
    )


def show(number: int) -> ResponseReturnValue:
    delivery = queries.one(number)
    return render_template(
        "outbox/show.html", delivery=delivery, mail=reading.read(delivery.raw or b""), streams=STREAMS
    )


def frame(number: int) -> ResponseReturnValue:
    """The HTML part alone, under a policy of its own."""
    page = reading.read(queries.one(number).raw or b"").html
    answer = Response(page.replace("<head>", '<head><base target="_top">', 1), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = FRAME_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def source(number: int) -> ResponseReturnValue:
    """The bytes, as a mail program opens them."""
    raw = queries.one(number).raw or b""
    return send_file(
        BytesIO(raw), mimetype="message/rfc822", as_attachment=True, download_name=f"courriel-{number}.eml"
    )


def piece(number: int, piece: int) -> ResponseReturnValue:
    pieces = reading.read(queries.one(number).raw or b"").pieces
    if not 0 <= piece < len(pieces):
        raise NotFound
    found = pieces[piece]
    return send_file(
        BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name
    )
