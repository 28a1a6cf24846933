"""Who may do what with an organisation: pure."""

from core import clock
from core.organisations import Mandate, Organisation
from core.people import Person


def may_edit(organisation: Organisation, person: Person | None, mandates: list[Mandate]) -> bool:
    """The staff, and those it named as referents, while they are so; `mandates` are this person's own here."""
    if person is None:
        return False
    if person.is_staff:
        return True
    return organisation.archived_on is None and any(
        one.is_referent and one.person_id == person.id and holds(one) for one in mandates
    )


def holds(mandate: Mandate) -> bool:
    """Whether a mandate holds today, its two days included."""
    today = clock.today()
    return mandate.starts_on <= today and (mandate.ends_on is None or mandate.ends_on >= today)
