"""The pages in the footer, open to everyone."""

from datetime import date

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from core import sessions
from webapp.pages import feature

#: When the pages were last held against the statement: by the tests, and by hand with a keyboard.
REVIEWED_ON = date(2026, 11, 24)


@feature.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html", reviewed_on=REVIEWED_ON)


@feature.get("/vie-privee")
def privacy() -> ResponseReturnValue:
    return render_template(
        "pages/privacy.html",
        idle_days=sessions.IDLE.days,
        longest_days=sessions.LONGEST.days,
        providers=current_app.config["MAILLAGE"].oidc,
    )


@feature.get("/a-propos")
def about() -> ResponseReturnValue:
    return render_template("pages/about.html")
