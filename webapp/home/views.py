"""The first page: the network for whoever comes by, today for whoever works here."""

from flask import render_template
from flask.typing import ResponseReturnValue

from core import clock, locale
from core.locale import _
from core.people import Person
from webapp.home import feature, queries
from webapp.meetings import queries as meetings
from webapp.programmes.queries import programmes
from webapp.publications import queries as publications
from webapp.shell.identity import me
from webapp.shell.page import my_spaces
from webapp.spaces import queries as spaces

#: What an author was sent back and must look at again.
SENT_BACK = ("changes_asked", "refused")


@feature.get("/")
def index() -> ResponseReturnValue:
    person = me()
    return _for_visitors() if person is None else _for_members(person)


def _for_visitors() -> ResponseReturnValue:
    return render_template(
        "home/visitor.html",
        spaces=[one for one in spaces.directory(None) if one.space.parent_id is None],
        numbers=queries.numbers(),
        programmes=programmes(),
        news=publications.feed(None, limit=4).entries,
        meetings=publications.dressed(meetings.to_come(None, limit=3), None),
    )


def _for_members(person: Person) -> ResponseReturnValue:
    coming = meetings.mine_to_come(person, limit=4)
    in_hand = publications.in_hand_of(person)
    return render_template(
        "home/member.html",
        greeting=_greeting(person),
        today=clock.today(locale.zone()),
        news=queries.news_of(person, my_spaces()),
        meetings=coming,
        answers=meetings.answers_of(person, coming),
        requests=spaces.requests_awaiting(person),
        sent_back=[one for one in in_hand if one.state in SENT_BACK],
        drafts=[one for one in in_hand if one.state == "draft"],
        steps=queries.steps_of(person),
        to_discover=[] if my_spaces() else spaces.directory(person),
    )


def _greeting(person: Person) -> str:
    """« Bonjour Nadège », « Bonsoir Nadège » from six in the evening, on the reader's clock."""
    first_name = person.name.split(" ")[0]
    if locale.local(clock.now()).hour >= 18:
        return _("Bonsoir %(name)s", name=first_name)
    return _("Bonjour %(name)s", name=first_name)
