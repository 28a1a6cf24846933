"""What the demo network promises, asked of the database: nothing missing, nothing real, nothing left to send for the past."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from core import clock
from core.db import db
from core.network import suggestions
from core.organisations import Organisation
from core.people import Person
from core.publications import STATES, Placement, Publication, is_current, kinds
from core.spaces import Membership, Space, is_active, role_in
from notifications.inbox import Notification, unread_count
from notifications.mail.deliveries import Delivery
from webapp.meetings.models import Meeting, MeetingAnswer
from webapp.projects.models import STATUSES, Project

#: How many there are at least of each: by the name of the kind, in all states.
AT_LEAST = {"announcement": 100, "tool": 38, "project": 25, "meeting": 38}
#: Reserved by RFC 2606 for what exists nowhere.
DOMAIN = ".example"
A_WEEK = timedelta(days=7)


def verify() -> list[str]:
    """What is wrong, a sentence for each; nothing when all is well."""
    return [*_people(), *_spaces(), *_publications(), *_meetings(), *_projects(), *_inboxes(), *_mails()]


def _people() -> Iterator[str]:
    if (found := _count(Person)) != 124:
        yield f"{found} people instead of 124"
    if (found := _count(Organisation)) != 86:
        yield f"{found} organisations instead of 86"
    for table in (Person, Organisation):
        real = sa.select(table.email).where(table.email != "", table.email.not_like(f"%{DOMAIN}"))
        yield from (f"{address} may exist" for address in db.session.scalars(real))
    for what, condition in (
        ("closed account", Person.closed_at.is_not(None)),
        ("person told by mail alone", Person.account_at.is_(None) & Person.email.is_not(None)),
        ("person known by name alone", Person.email.is_(None) & Person.closed_at.is_(None)),
        ("staff", Person.is_staff.is_(True)),
    ):
        if not _count(Person, condition):
            yield f"no {what}"
    if len(suggestions()) < 5:
        yield "too few people to enter as"


def _spaces() -> Iterator[str]:
    in_charge = (
        sa.select(
            Space.slug,
            sa.func.sum(sa.case((role_in("animator"), 1), else_=0)).label("animators"),
            sa.func.sum(sa.case((role_in("moderator", "animator"), 1), else_=0)).label("all"),
        )
        .join(Membership, Membership.space_id == Space.id)
        .where(is_active())
        .group_by(Space.id)
    )
    rows = db.session.execute(in_charge).all()
    if len(rows) != 18:
        yield f"{len(rows)} spaces where people sit instead of 18"
    yield from (f"too few in charge of {row.slug}" for row in rows if row.animators < 1 or row.all < 2)
    if not _count(Membership, Membership.role == "guest", is_active()):
        yield "no guest"
    if not _count(Membership, Membership.ended_at.is_not(None)):
        yield "nobody was removed"


def _publications() -> Iterator[str]:
    by_kind = _counted(Publication.kind)
    yield from (f"too few of « {kind} »" for kind, least in AT_LEAST.items() if by_kind.get(kind, 0) < least)
    by_state = _counted(Publication.state)
    yield from (f"nothing is « {state} »" for state in STATES if state not in by_state)
    for kind in kinds():
        if kind.needs_approval:
            own = set(db.session.scalars(sa.select(kind.state).distinct()))
            missing = {"draft", "submitted", "changes_asked", "refused", "published"} - own
            yield from (f"no {kind.label} is « {state} »" for state in sorted(missing))
    for space in db.session.scalars(sa.select(Space)):
        yield from _shelves(space)
    for what, condition in (
        ("scheduled", sa.and_(Publication.state == "published", Publication.published_at > clock.now())),
        ("expired", Publication.expires_at < clock.now()),
        ("public", Publication.scope == "public"),
        ("for the whole network", Publication.scope == "network"),
    ):
        if not _count(Publication, condition):
            yield f"nothing is {what}"
    twice = sa.select(Placement.publication_id).group_by(Placement.publication_id).having(sa.func.count() > 1)
    if len(db.session.scalars(twice).all()) < 12:
        yield "too little stands in several spaces"


def _shelves(space: Space) -> Iterator[str]:
    """Each module that is on in a space has something to show."""
    shown = (
        sa.select(Publication.kind, sa.func.count().label("number"))
        .join(Placement, Placement.publication_id == Publication.id)
        .where(Placement.space_id == space.id, is_current())
        .group_by(Publication.kind)
    )
    numbers = {row.kind: row.number for row in db.session.execute(shown)}
    for kind in kinds():
        name = str(sa.inspect(kind).polymorphic_identity)
        if kind.module in space.modules and not numbers.get(name):
            # A small working group may have no tool yet: an empty shelf must be seen somewhere too.
            if space.slug.startswith("pcs-") and name == "tool":
                continue
            yield f"no {name} in {space.slug}"


def _meetings() -> Iterator[str]:
    now = clock.now()
    taken = (
        sa.select(sa.func.count())
        .where(MeetingAnswer.meeting_id == Meeting.id, MeetingAnswer.answer == "yes")
        .correlate(Meeting)
        .scalar_subquery()
    )
    tomorrow = clock.today() + timedelta(days=1)
    for what, condition in (
        ("past", Meeting.ends_at < now),
        ("within a week", Meeting.starts_at.between(now, now + A_WEEK)),
        ("cancelled", Meeting.cancelled_at.is_not(None)),
        ("moved", sa.and_(Meeting.sequence > 0, Meeting.cancelled_at.is_(None))),
        ("all day", Meeting.all_day.is_(True)),
        ("online", Meeting.online_url != ""),
        ("full", Meeting.capacity == taken),
    ):
        if not _count(Meeting, condition):
            yield f"no meeting is {what}"
    starts = db.session.scalars(sa.select(Meeting.starts_at))
    if tomorrow not in {start.astimezone(clock.BRUSSELS).date() for start in starts}:
        yield "no meeting is tomorrow"


def _projects() -> Iterator[str]:
    out = set(db.session.scalars(sa.select(Project.status).where(Project.state == "published")))
    yield from (f"no project is « {status} »" for status in STATUSES if status not in out)


def _inboxes() -> Iterator[str]:
    for suggestion in suggestions():
        found = unread_count(suggestion.person)
        if not 1 <= found <= 9:
            yield f"{suggestion.person.name} has {found} unread"
    waiting = sa.and_(
        Notification.mailed_at.is_(None), Notification.read_at.is_(None), Notification.rhythm == "daily"
    )
    if not _count(Notification, waiting):
        yield "nothing waits for the next digest"


def _mails() -> Iterator[str]:
    if found := _count(Delivery):
        yield f"{found} mails are queued for the past"


def _count(table: type, *conditions: "sa.ColumnElement[bool]") -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0)


def _counted(column: "sa.orm.attributes.InstrumentedAttribute[str]") -> dict[str, int]:
    query = sa.select(column.label("name"), sa.func.count().label("number")).group_by(column)
    return {row.name: row.number for row in db.session.execute(query)}
