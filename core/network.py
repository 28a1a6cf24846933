"""The network itself: its name, its voice and its colours are data, so that any federation may run the house."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Identified, Json, db
from core.people import Person

WALLOON_DECREE = (
    "décret wallon du 2 mai 2019 relatif à l’accessibilité des sites internet et des applications mobiles "
    "des organismes du secteur public"
)


class Network(Identified, Base):
    """The one row that says whose house this is."""

    __tablename__ = "network"

    name: Mapped[str] = mapped_column(sa.String(120), default="Maillage")
    tagline: Mapped[str] = mapped_column(sa.String(240), default="")
    presentation: Mapped[str] = mapped_column(sa.Text, default="")
    colour: Mapped[str] = mapped_column(sa.String(20), default="sapin")
    operator: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    #: The law that asks for the accessibility statement, as it is cited: another region has another.
    accessibility_law: Mapped[str] = mapped_column(
        sa.String(300), default=WALLOON_DECREE, server_default=WALLOON_DECREE
    )
    is_demo: Mapped[bool] = mapped_column(default=False)
    #: Whom a newcomer may enter as while it is a demonstration: {person, note}, in this order; see `suggestions`.
    suggested: Mapped[list[dict[str, int | str]]] = mapped_column(Json, default=list, server_default="[]")


def the_network() -> Network:
    """The network's row, or a nameless one while the house is empty."""
    return db.session.scalar(sa.select(Network).limit(1)) or Network(
        name="Maillage",
        tagline="",
        presentation="",
        colour="sapin",
        operator="",
        contact_email="",
        accessibility_law=WALLOON_DECREE,
        is_demo=False,
        suggested=[],
    )


@dataclass(frozen=True)
class Suggestion:
    """Someone of the demonstration that a newcomer may enter as, and what there is to see as them."""

    person: Person
    note: str


def suggestions() -> list[Suggestion]:
    """Whom the sign-in page proposes to enter as: people of a demonstration who have an account; nobody elsewhere."""
    network = the_network()
    if not network.is_demo or not network.suggested:
        return []
    wanted = {int(one["person"]): str(one["note"]) for one in network.suggested}
    query = sa.select(Person).where(
        Person.id.in_(wanted),
        Person.email.is_not(None),
        Person.account_at.is_not(None),
        Person.closed_at.is_(None),
    )
    found = {person.id: person for person in db.session.scalars(query)}
    return [Suggestion(found[number], note) for number, note in wanted.items() if number in found]
