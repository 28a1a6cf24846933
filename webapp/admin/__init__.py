"""Administration: what the staff looks after: people, organisations, spaces, the network's own name, work that is stuck."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Administration"))
