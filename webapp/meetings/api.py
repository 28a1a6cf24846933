"""The calls of meetings: those of every publication, and answering, and calling off."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, cast

import pydantic

from core.publications import Publication
from webapp.meetings import feature, queries, rules, service
from webapp.meetings.models import Meeting
from webapp.publications import queries as publications
from webapp.publications.api import (
    Calls,
    Named,
    PublicationChange,
    PublicationIn,
    PublicationOut,
    PublicationQuery,
    Reason,
)
from webapp.shell.api import Answer, Body, Line, Moment, endpoint
from webapp.shell.identity import me, someone

Place = Annotated[Line, pydantic.Field(max_length=200)]
WebAddress = Annotated[Line, pydantic.Field(max_length=500, pattern=r"^(https?://\S+)?$")]
Capacity = Annotated[int, pydantic.Field(ge=1, le=10_000)]
ALL_DAY = "When true, the days of `starts_at` and `ends_at` count, both included, on the caller's clock."


class MeetingIn(PublicationIn):
    """A meeting to call."""

    starts_at: Moment
    ends_at: Moment
    all_day: bool = pydantic.Field(False, description=ALL_DAY)
    place: Place = ""
    online_url: WebAddress = ""
    capacity: Capacity | None = None


class MeetingChange(PublicationChange):
    """What changes in a meeting: day, hour and place are told at once to whoever comes."""

    may_be_null: ClassVar[frozenset[str]] = PublicationChange.may_be_null | {"capacity"}

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    all_day: bool | None = pydantic.Field(None, description=ALL_DAY)
    place: Place | None = None
    online_url: WebAddress | None = None
    capacity: Capacity | None = None


class MeetingOut(PublicationOut):
    """A meeting. `online_url` is empty for whoever neither comes nor holds it."""

    own: ClassVar[tuple[str, ...]] = (
        "starts_at", "ends_at", "all_day", "place", "capacity", "cancelled_at", "cancel_reason", "uid", "sequence",
    )  # fmt: skip

    starts_at: datetime
    ends_at: datetime
    all_day: bool
    place: str
    online_url: str = ""
    capacity: int | None
    cancelled_at: datetime | None
    cancel_reason: str
    uid: str
    sequence: int
    coming: int = pydantic.Field(0, description="How many answered yes.")
    my_answer: Literal["yes", "maybe", "no"] | None = None


class MeetingQuery(PublicationQuery):
    """Which meetings."""

    to_come: bool | None = pydantic.Field(None, description="True: only those not yet over.")


class AnswerIn(Body):
    """What one answers."""

    answer: Literal["yes", "maybe", "no"]
    comment: Annotated[Line, pydantic.Field(max_length=service.LONGEST_COMMENT)] = ""


class AnswerOut(Answer):
    """What someone answered."""

    person: Named
    answer: str
    comment: str
    answered_at: datetime


class Meetings(Calls):
    """The common calls, with the verbs and the figures of meetings."""

    kind = Meeting
    body = MeetingIn
    change = MeetingChange
    out = MeetingOut
    query = MeetingQuery
    one = "a meeting"
    many = "meetings"

    def conditions(self, query: Any) -> list[Any]:
        if query.to_come is None:
            return []
        return [queries.is_to_come() if query.to_come else ~queries.is_to_come()]

    def draft(self, values: dict[str, Any]) -> Publication:
        return service.draft(by=someone(), **values)

    def save(self, publication: Publication, version: int, values: dict[str, Any]) -> Publication:
        return service.edit(cast(Meeting, publication), by=someone(), version=version, **values)

    def outs(self, publications: Any) -> dict[int, PublicationOut]:
        made = super().outs(publications)
        counts = queries.counts_coming(publications)
        person = me()
        answers = queries.answers_of(person, publications) if person else {}
        for meeting in publications:
            shown = cast(MeetingOut, made[meeting.id])
            shown.coming = counts.get(meeting.id, 0)
            shown.my_answer = cast(Any, answers.get(meeting.id))
            holds = person is not None and meeting.author_id == person.id
            if rules.may_see_online_address(meeting, shown.my_answer, in_charge=holds):
                shown.online_url = meeting.online_url
        return made


calls = Meetings(feature)


@endpoint(
    feature, "PUT", "/meetings/<int:id>/answer", scope="write", body=AnswerIn, answer=MeetingOut,
    summary="Answer a meeting", errors=(403,),
)  # fmt: skip
def answer(id: int, body: AnswerIn) -> Any:  # noqa: A002 - the address' own name
    """The later answer replaces the first. 422 when there is no place left."""
    meeting = publications.readable(someone(), id, Meeting)
    service.answer(meeting, by=someone(), answer=body.answer, comment=body.comment)
    return calls.answered(meeting)


@endpoint(
    feature, "GET", "/meetings/<int:id>/answers", scope="read", answer=list[AnswerOut],
    summary="List the answers to a meeting",
)  # fmt: skip
def answers(id: int) -> Any:  # noqa: A002
    """For those who sit in one of its spaces; the others get an empty list."""
    person = someone()
    meeting = publications.readable(person, id, Meeting)
    if not queries.memberships_around(person, meeting) and not person.is_staff:
        return []
    return [given for several in queries.answers_to(meeting).values() for given in several]


@endpoint(
    feature, "POST", "/meetings/<int:id>/cancellation", scope="write", body=Reason, answer=MeetingOut,
    summary="Cancel a meeting", errors=(403, 409),
)  # fmt: skip
def cancel(id: int, body: Reason) -> Any:  # noqa: A002
    """In the open: it stays, and whoever comes is told at once."""
    meeting = publications.readable(someone(), id, Meeting)
    service.cancel(meeting, by=someone(), reason=body.reason)
    return calls.answered(meeting)
