"""Who may invite whom."""

from core.people import Person
from core.spaces import Membership, Space


def roles_to_offer(person: Person, membership: Membership | None) -> tuple[str, ...]:
    """The roles someone may invite to: moderators bring in members and guests, animators and staff anyone."""
    if person.is_staff or (membership is not None and membership.at_least("animator")):
        return ("member", "guest", "moderator", "animator")
    if membership is not None and membership.at_least("moderator"):
        return ("member", "guest")
    return ()


def may_invite(person: Person, membership: Membership | None, space: Space) -> bool:
    """Nobody is invited to a space that is archived."""
    return space.archived_at is None and bool(roles_to_offer(person, membership))
