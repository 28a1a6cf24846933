"""The pages of meetings: the agenda of a space, a meeting and its answers, its calendar."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import Refused
from core.locale import _
from core.people import Person
from webapp.meetings import feature, ical, queries, rules, service
from webapp.meetings.forms import AnswerForm, CancelForm, MeetingForm
from webapp.meetings.models import ANSWERS, Meeting
from webapp.publications import queries as publications
from webapp.publications.desk import Desk
from webapp.publications.desk import shown as shown_publication
from webapp.publications.forms import PublicationForm
from webapp.shell.identity import me, signed_in, someone
from webapp.spaces import queries as spaces


class MeetingDesk(Desk[Meeting]):
    """Meetings are listed by when they are, not by when they were announced."""

    kind = Meeting
    form = MeetingForm
    path = "reunions"
    new_path = "nouvelle"

    def draft(self, form: PublicationForm) -> Meeting:
        return service.draft(by=someone(), **form.values())

    def save(self, publication: Meeting, form: PublicationForm) -> None:
        service.edit(publication, by=someone(), version=form.read_version, **form.values())

    def index(self, slug: str) -> ResponseReturnValue:
        space = self._space(slug)
        person = me()
        coming = queries.to_come(person, space=space, limit=100)
        past = queries.past(person, space, limit=30)
        return render_template(
            "meetings/index.html",
            space=space,
            coming=coming,
            past=past,
            counts=queries.counts_coming([*coming, *past]),
            my_answers=queries.answers_of(person, [*coming, *past]) if person else {},
            in_hand=publications.in_hand_of(person, space=space, kind=Meeting) if person else [],
            may_write=self._may_write(space),
        )

    def shown(self, publication: Meeting) -> dict[str, Any]:
        return shown_meeting(publication, me())


desk = MeetingDesk(feature)


def shown_meeting(meeting: Meeting, person: Person | None, form: AnswerForm | None = None) -> dict[str, Any]:
    """What the page of a meeting, and its part that answers change, need."""
    memberships = queries.memberships_around(person, meeting)
    in_charge = person is not None and rules.may_change(meeting, person, memberships)
    mine = queries.answer_of(person, meeting)
    answers = queries.answers_to(meeting)
    taken = len(answers["yes"])
    return {
        "meeting": meeting,
        "answers": answers,
        # Names are for those who sit in one of its spaces; others read how many.
        "sees_names": bool(memberships) or (person is not None and person.is_staff),
        "mine": mine,
        "may_answer": rules.may_answer(meeting, memberships),
        "may_cancel": in_charge and meeting.is_out,
        "sees_online": rules.may_see_online_address(
            meeting, mine.answer if mine else None, in_charge=in_charge
        ),
        "is_full": meeting.capacity is not None and taken >= meeting.capacity,
        "answer_form": form or AnswerForm(data={"comment": mine.comment if mine else ""}),
    }


@feature.get("/reunions/<int:id>/reponses")
def answers(id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
    """The part of the page that answers change, for pages left open."""
    meeting = publications.readable(me(), id, Meeting)
    return render_template("meetings/_answers.html", **shown_meeting(meeting, me()))


@feature.post("/reunions/<int:id>/reponse")
@signed_in
def answer(id: int) -> ResponseReturnValue:  # noqa: A002
    """Say whether one comes; the second answer replaces the first."""
    meeting = publications.readable(someone(), id, Meeting)
    form = AnswerForm()
    if form.validate_on_submit():
        with form.catching():
            given = request.form.get("answer", "")
            service.answer(meeting, by=someone(), answer=given, comment=form.comment.data or "")
            flash(SAID[given](), "good")
            return redirect(url_for("meetings.show", id=meeting.id) + "#reponse", 303)
    page = render_template(
        "meetings/show.html",
        **shown_publication(meeting, me()),
        **shown_meeting(meeting, me(), form),
        sent="",
    )
    return page, 422


SAID = dict(
    zip(
        ANSWERS,
        (
            lambda: _("C’est noté : vous venez. Un rappel vous parviendra la veille."),
            lambda: _("C’est noté : vous viendrez peut-être. Un rappel vous parviendra la veille."),
            lambda: _("C’est noté : vous ne venez pas."),
        ),
        strict=True,
    )
)


@feature.get("/reunions/<int:id>/annulation")
@signed_in
def ask_cancel(id: int) -> ResponseReturnValue:  # noqa: A002
    """Before calling it off: who will be told."""
    meeting = publications.readable(someone(), id, Meeting)
    return _show_cancel(meeting, CancelForm())


@feature.post("/reunions/<int:id>/annulation")
@signed_in
def cancel(id: int) -> ResponseReturnValue:  # noqa: A002
    """Call it off in the open."""
    meeting = publications.readable(someone(), id, Meeting)
    form = CancelForm()
    if form.validate_on_submit():
        with form.catching():
            service.cancel(meeting, by=someone(), reason=form.reason.data or "")
            flash(_("La réunion est annulée. Celles et ceux qui venaient sont prévenus."), "good")
            return redirect(url_for("meetings.show", id=meeting.id), 303)
    return _show_cancel(meeting, form), 422


@feature.get("/reunions/<int:id>.ics")
def calendar(id: int) -> ResponseReturnValue:  # noqa: A002
    """The meeting for a calendar, with the online address for whoever may see it."""
    person = me()
    meeting = publications.readable(person, id, Meeting)
    if not meeting.is_out:
        raise Refused(_("Cette réunion n’est pas encore annoncée."))
    known = shown_meeting(meeting, person)
    content = ical.calendar([meeting], with_online=known["sees_online"])
    return Response(
        content,
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="reunion-{meeting.id}.ics"'},
    )


@feature.get("/espaces/<slug>/reunions.ics")
def agenda(slug: str) -> ResponseReturnValue:
    """The meetings of a space that anyone may read, or this reader, for a calendar."""
    space = spaces.entered(slug, me())
    meetings = queries.to_come(me(), space=space, limit=200)
    return Response(
        ical.calendar(meetings, name=space.name), content_type="text/calendar; charset=utf-8; method=PUBLISH"
    )


def _show_cancel(meeting: Meeting, form: CancelForm) -> str:
    if not rules.may_change(meeting, someone(), queries.memberships_around(someone(), meeting)):
        raise Refused(_("Cette réunion ne peut plus être annulée par vous."))
    return render_template(
        "meetings/cancel.html", meeting=meeting, form=form, coming=queries.answers_to(meeting)
    )
