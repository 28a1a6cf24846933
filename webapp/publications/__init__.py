"""Publications, the ground of all kinds: their verbs, the facts they tell, their pages and calls; it knows no kind by name."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Publications"))
