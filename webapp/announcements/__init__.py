"""Announcements: what a space tells its members, pinned if need be, until a date if it has one."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(
    __name__,
    label=lazy_("Annonces"),
    module=True,
    icon="megaphone",
    position=10,
    new_label=lazy_("Nouvelle annonce"),
)
