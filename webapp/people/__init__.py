"""One's own profile, and what members of the network may know of each other."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Personnes"))
