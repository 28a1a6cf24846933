"""Tools: what members made or found useful and share with others, each read by a moderator before it is told."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(
    __name__,
    label=lazy_("Outils"),
    module=True,
    icon="tools",
    position=30,
    new_label=lazy_("Partager un outil"),
)
