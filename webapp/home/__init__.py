"""Home: for a visitor, what the network is and how to get in; for a member, today at a glance."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Accueil"))
