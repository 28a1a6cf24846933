"""The journal: every fact that happened, in its own sentence, for those who answer for a space and for the network."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Journal"))
