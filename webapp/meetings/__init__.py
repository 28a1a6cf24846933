"""Meetings: called in a space, answered with yes, maybe or no, moved or cancelled in the open, reminded on the eve."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(
    __name__,
    label=lazy_("Réunions"),
    module=True,
    icon="calendar-event",
    position=20,
    new_label=lazy_("Nouvelle réunion"),
)
