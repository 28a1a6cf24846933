"""Projects: what members do, or would like to do together, shown to the others with a picture."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(
    __name__,
    label=lazy_("Projets"),
    module=True,
    icon="lightbulb",
    position=40,
    new_label=lazy_("Présenter un projet"),
)
