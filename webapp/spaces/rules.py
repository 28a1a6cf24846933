"""Who may do what in a space: pure, so that pages, API and mails answer alike.

`membership` is the person's active membership of the space, or None. The staff need none: when it may be missing, give
the `space`, so that an archived one is known to be read-only.
"""

from core import clock
from core.people import Person
from core.spaces import Membership, Space


def may_publish(membership: Membership | None, person: Person | None, space: Space | None = None) -> bool:
    """Members and the staff; a guest speaks for nobody, and nothing is added to an archived space."""
    return _is_open(membership, space) and _holds(membership, person, "member")


def may_moderate(membership: Membership | None, person: Person | None) -> bool:
    """Moderators, animators and the staff, in an archived space too: there is always something to set right."""
    return _holds(membership, person, "moderator")


def may_animate(membership: Membership | None, person: Person | None) -> bool:
    """Animators and the staff: settings, roles, removals."""
    return _holds(membership, person, "animator")


def may_join(
    space: Space, membership: Membership | None, person: Person | None, *, removed: bool = False
) -> bool:
    """Enter at once. Whoever was taken out of an open space knocks before coming back."""
    knows_who = person is not None and membership is None
    return knows_who and space.archived_at is None and space.join_policy == "open" and not removed


def may_ask(
    space: Space, membership: Membership | None, person: Person | None, *, removed: bool = False
) -> bool:
    """Ask to enter: a space on request, or an open one for whoever was taken out of it."""
    if person is None or membership is not None or space.archived_at is not None:
        return False
    return space.join_policy == "request" or (space.join_policy == "open" and removed)


def may_see_members(
    space: Space, membership: Membership | None, person: Person | None, *, of_network: bool
) -> bool:
    """Names are for the space, the staff, and the network when the space shows itself to it; never for visitors."""
    if person is None:
        return False
    return person.is_staff or membership is not None or (of_network and space.visibility != "members")


def roles_to_give(membership: Membership | None, person: Person) -> tuple[str, ...]:
    """The roles someone may give to others here."""
    return ("member", "moderator", "animator", "guest") if may_animate(membership, person) else ()


def may_remove(mine: Membership | None, person: Person, other: Membership) -> bool:
    """Animators and the staff end someone else's membership; one's own, one leaves."""
    return may_animate(mine, person) and other.person_id != person.id


def _holds(membership: Membership | None, person: Person | None, role: str) -> bool:
    if person is None or person.closed_at is not None:
        return False
    return person.is_staff or (membership is not None and membership.at_least(role))


def _is_open(membership: Membership | None, space: Space | None) -> bool:
    space = space or (membership.space if membership is not None else None)
    return space is None or space.archived_at is None or space.archived_at > clock.now()
