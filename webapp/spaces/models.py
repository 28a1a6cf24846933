"""Requests to join a space, and the words by which roles, doors and visibilities are called on screen."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Dated, Identified
from core.locale import lazy_
from core.organisations import Organisation
from core.people import Person
from core.spaces import Space

ROLE_LABELS = {
    "guest": lazy_("Invité·e"),
    "member": lazy_("Membre"),
    "moderator": lazy_("Modérateur·rice"),
    "animator": lazy_("Animateur·rice"),
}
ROLE_NOTES = {
    "guest": lazy_("lit et répond jusqu’à une date, ne publie pas"),
    "member": lazy_("lit, publie et répond"),
    "moderator": lazy_("valide aussi ce qui est partagé et accueille les nouvelles personnes"),
    "animator": lazy_("règle aussi l’espace et confie les rôles"),
}
JOIN_LABELS = {
    "open": lazy_("Ouvert"),
    "request": lazy_("Sur demande"),
    "invitation": lazy_("Sur invitation"),
}
JOIN_NOTES = {
    "open": lazy_("tout membre du réseau entre d’un clic"),
    "request": lazy_("la personne se présente, un modérateur décide"),
    "invitation": lazy_("on entre seulement par une invitation"),
}
VISIBILITY_LABELS = {
    "public": lazy_("Public"),
    "network": lazy_("Le réseau"),
    "members": lazy_("Ses membres"),
}
VISIBILITY_NOTES = {
    "public": lazy_("tout le monde sait qu’il existe et lit ce qui y est public"),
    "network": lazy_("les membres du réseau savent qu’il existe"),
    "members": lazy_("pour les autres, il n’existe pas"),
}
#: The hues of `core.spaces.COLOURS`, as people call them.
COLOUR_LABELS = {
    "terracotta": lazy_("Terre cuite"),
    "ambre": lazy_("Ambre"),
    "olive": lazy_("Olive"),
    "sauge": lazy_("Sauge"),
    "sapin": lazy_("Sapin"),
    "sarcelle": lazy_("Sarcelle"),
    "ardoise": lazy_("Ardoise"),
    "indigo": lazy_("Indigo"),
    "prune": lazy_("Prune"),
    "framboise": lazy_("Framboise"),
    "brique": lazy_("Brique"),
    "encre": lazy_("Encre"),
}

_WAITING = sa.text("decided_at IS NULL")


class JoinRequest(Identified, Dated, Base):
    """Someone asks to enter a space. Open until `decided_at`; the database refuses two open ones for the same door."""

    __tablename__ = "join_requests"
    __table_args__ = (
        sa.Index(
            "uq_join_requests_space_person_waiting",
            "space_id",
            "person_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL")
    )
    message: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    #: "pending", "accepted", "refused" or "withdrawn".
    state: Mapped[str] = mapped_column(sa.String(10), default="pending", server_default="pending")
    #: The word that came with the decision.
    answer: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))

    space: Mapped[Space] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organisation: Mapped[Organisation | None] = relationship()
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
