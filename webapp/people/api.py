"""The API's view of someone: what the token's person may know of them."""

import pydantic

from core.people import Person
from webapp.people import feature, queries
from webapp.shell.api import Answer, endpoint
from webapp.shell.identity import someone


class OrganisationName(Answer):
    """An organisation, by what names it."""

    slug: str
    name: str


class SpaceName(Answer):
    """A space, by what names it."""

    slug: str
    name: str


class PersonOut(Answer):
    """A person. `email` and `phone` are given to who shares a space with them, and to staff; null otherwise."""

    id: int
    name: str
    job_title: str
    about: str
    email: str | None
    phone: str | None
    organisations: list[OrganisationName] = pydantic.Field(description="For which they act today.")
    spaces: list[SpaceName] = pydantic.Field(
        description="Where they sit, of the spaces the caller may know of."
    )


@endpoint(feature, "GET", "/people/<int:id>", scope="read", answer=PersonOut, summary="Show a person")
def show_person(id: int) -> PersonOut:  # noqa: A002 - the address' own name
    """404 for whoever the caller may not know."""
    person, reader = queries.known(id, someone()), someone()
    reachable = reader.is_staff or person == reader or queries.shares_a_space(person, reader)
    return PersonOut(
        id=person.id,
        name=person.name,
        job_title=person.job_title,
        about=person.about,
        email=person.email if reachable else None,
        phone=(person.phone or None) if reachable else None,
        organisations=_organisations(person),
        spaces=[
            SpaceName(slug=one.space.slug, name=one.space.name)
            for one in queries.memberships_of(person, reader)
        ],
    )


def _organisations(person: Person) -> list[OrganisationName]:
    acted_for = {one.organisation.slug: one.organisation.name for one in queries.mandates_of(person)}
    return [OrganisationName(slug=slug, name=name) for slug, name in acted_for.items()]
