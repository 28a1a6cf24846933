"""The pages of what one is told: notifications, preferences, and the page by which anyone stops a mail."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, locale
from core.addresses import masked
from core.db import db
from core.errors import NotFound
from core.locale import _, spoken_to
from core.people import Person
from core.spaces import Space
from notifications import digests
from notifications.inbox import Notification, unread_count
from notifications.mail import unsubscribe
from notifications.preferences import settings_of
from webapp.inbox import feature, queries, service
from webapp.inbox.forms import RHYTHM_LABELS, RHYTHM_NOTES, PauseForm, PreferencesForm, usual_pauses
from webapp.shell.csrf import without_csrf
from webapp.shell.identity import signed_in, someone

A_PAGE = 40


# ── Notifications ────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/notifications")
@signed_in
def index() -> ResponseReturnValue:
    unread_only = "non-lues" in request.args
    before = request.args.get("avant", type=int)
    found = queries.told_to(someone(), unread_only=unread_only, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    fragment = request.headers.get("X-Fragment") == "1"
    return render_template(
        "inbox/_list.html" if fragment else "inbox/index.html",
        days=_by_day(shown),
        unread_only=unread_only,
        older=shown[-1].id if len(found) > A_PAGE else None,
        first_page=before is None,
    )


@feature.get("/notifications/nombre")
@signed_in
def count() -> ResponseReturnValue:
    return {"unread": unread_count(someone())}


@feature.post("/notifications/<int:id>/lecture")
@signed_in
def read(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """Mark as read; « ouvrir » leads to the thing itself."""
    notification = queries.one_told_to(someone(), id)
    service.mark_read(notification=notification)
    return redirect(notification.event.path() if "ouvrir" in request.form else _back_to_list(), 303)


@feature.post("/notifications/lecture")
@signed_in
def read_all() -> ResponseReturnValue:
    service.mark_all_read(person=someone())
    flash(_("Toutes vos notifications sont marquées comme lues."), "good")
    return redirect(url_for("inbox.index"), 303)


def _back_to_list() -> str:
    values: dict[str, Any] = {"non-lues": 1} if "non-lues" in request.form else {}
    return url_for("inbox.index", **values)


def _by_day(notifications: Iterable[Notification]) -> list[tuple[str, list[Notification]]]:
    """The notifications under the name of their day, on the reader's clock."""
    today = clock.today(locale.zone())
    names = {0: _("Aujourd’hui"), 1: _("Hier")}
    days = groupby(notifications, key=lambda notification: locale.local(notification.created_at).date())
    return [(names.get((today - day).days, locale.day(day)), list(group)) for day, group in days]


# ── Preferences ──────────────────────────────────────────────────────────────────────────────────────────────────────


@feature.get("/preferences")
@signed_in
def preferences() -> ResponseReturnValue:
    return _preferences_page()


@feature.post("/preferences")
@signed_in
def choose() -> ResponseReturnValue:
    person, spaces = someone(), queries.rhythms_of(someone())
    form = PreferencesForm.of(person, settings_of(person), spaces)
    if form.validate_on_submit():
        with form.catching():
            service.choose_language(person=person, language=form.language.data, timezone=form.timezone.data)
            service.choose_hours(
                person=person,
                minute=form.minute.data,
                weekdays=form.weekdays.data,
                weekly_day=form.weekly_day.data,
            )
            service.choose_rhythm(person=person, rhythm=form.rhythm.data)
            for one in spaces:
                service.choose_space_rhythm(person=person, space=one.space, rhythm=form.rhythm_of(one))
            flash(_("Vos préférences valent dès maintenant."), "good")
            return redirect(url_for("inbox.preferences"), 303)
    return _preferences_page(form=form, status=422)


@feature.post("/preferences/pause")
@signed_in
def pause() -> ResponseReturnValue:
    form = PauseForm()
    if form.validate_on_submit():
        with form.catching():
            until = form.instant(someone())
            service.pause(person=someone(), until=until)
            if until is not None:
                flash(_("Aucun courriel ne partira avant le %(day)s.", day=locale.day(until)), "good")
            return redirect(url_for("inbox.preferences"), 303)
    return _preferences_page(pause_form=form, status=422)


@feature.post("/preferences/reprise")
@signed_in
def resume() -> ResponseReturnValue:
    service.pause(person=someone(), until=None)
    flash(_("Vos courriels reprennent."), "good")
    return redirect(url_for("inbox.preferences"), 303)


@feature.post("/preferences/envoi")
@signed_in
def send_now() -> ResponseReturnValue:
    """« Envoyez-le-moi maintenant »: what waits leaves at once, and is not said again by the next digest."""
    if digests.preview(someone()) is None:
        flash(_("Rien de neuf n’attend : aucun courriel n’est parti."), "news")
    else:
        flash(_("Votre récapitulatif part à l’instant."), "good")
    return redirect(url_for("inbox.preferences"), 303)


def _preferences_page(
    *, form: PreferencesForm | None = None, pause_form: PauseForm | None = None, status: int = 200
) -> ResponseReturnValue:
    person = someone()
    settings, spaces = settings_of(person), queries.rhythms_of(person)
    paused = settings.paused_until is not None and settings.paused_until > clock.now()
    page = render_template(
        "inbox/preferences.html",
        form=form or PreferencesForm.of(person, settings, spaces),
        pause_form=pause_form or PauseForm(),
        usual_pauses=usual_pauses(),
        settings=settings,
        next_digest=queries.next_digest(person),
        paused=paused,
        spaces=spaces,
        labels=RHYTHM_LABELS,
        notes=RHYTHM_NOTES,
    )
    return page, status


# ── Stopping a mail, with or without an account ──────────────────────────────────────────────────────────────────────


@feature.get(f"{unsubscribe.PATH}<word>")
def unsubscribing(word: str) -> ResponseReturnValue:
    """Shows, and never changes anything: mail scanners follow every link."""
    person, space = _meant_by(word)
    return _unsubscribe_page(word, person, space)


@feature.post(f"{unsubscribe.PATH}<word>")
@without_csrf
def unsubscribe_now(word: str) -> ResponseReturnValue:
    """Acts, and answers 200 without leading elsewhere (RFC 8058, 3.2). The word is the proof: nothing else is asked."""
    person, space = _meant_by(word)
    if request.form.get("List-Unsubscribe") == "One-Click":
        service.stop(person=person, way="space" if space is not None else "digests", space=space)
    elif "retablir" in request.form:
        service.restore(person=person)
    else:
        service.stop(person=person, way=request.form.get("choix", ""), space=space)
    return _unsubscribe_page(word, person, space, done=True)


def _meant_by(word: str) -> tuple[Person, Space | None]:
    origin = unsubscribe.read(word)
    person = db.session.get(Person, origin.person_id) if origin is not None else None
    if origin is None or person is None:
        raise NotFound
    return person, db.session.get(Space, origin.space_id) if origin.space_id else None


def _unsubscribe_page(
    word: str, person: Person, space: Space | None, *, done: bool = False
) -> ResponseReturnValue:
    with spoken_to(person.locale, person.timezone):
        return render_template(
            "inbox/unsubscribe.html",
            action=unsubscribe.PATH + word,
            person=person,
            address=masked(person.email) if person.email else "",
            space=space,
            done=done,
            stopped=service.last_stop(person),
            chosen=service.rhythms_chosen(person, space),
            labels=RHYTHM_LABELS,
        )
