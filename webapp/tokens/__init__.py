"""Access keys: what lets someone's programs call the API in their name, shown once, listed, revocable at once."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Clés d’accès"))
