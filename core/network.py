"""The network itself: its name, its voice and its colours are data, so that any federation may run the house."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Identified, db

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
    )
