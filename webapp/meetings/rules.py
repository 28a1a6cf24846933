"""Who may do what with a meeting: pure, so that pages, API and calendars answer alike."""

from core.people import Person
from core.spaces import Membership
from webapp.meetings.models import COMING, Meeting
from webapp.publications.rules import homes


def may_answer(meeting: Meeting, memberships: list[Membership]) -> bool:
    """Members and guests of a space where it stands, until it is over; nobody answers what is cancelled."""
    open_to_answers = meeting.is_out and not meeting.is_cancelled and not meeting.is_past
    return open_to_answers and any(membership.is_active for membership in memberships)


def may_change(meeting: Meeting, person: Person, memberships: list[Membership]) -> bool:
    """Whoever called it, and the animators and moderators of its spaces, may move or cancel it until it is over."""
    if meeting.is_cancelled or meeting.is_past:
        return False
    decide = homes(meeting)
    in_charge = any(one.at_least("moderator") and one.space_id in decide for one in memberships)
    return meeting.author_id == person.id or in_charge or person.is_staff


def may_see_online_address(meeting: Meeting, answer: str | None, *, in_charge: bool) -> bool:
    """The address of a video meeting is for those who come or may come, and for those who hold the meeting."""
    return bool(meeting.online_url) and not meeting.is_cancelled and (in_charge or answer in COMING)
