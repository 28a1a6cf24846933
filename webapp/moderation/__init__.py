"""Moderation: what waits for a second pair of eyes, oldest first, and the three decisions one may take."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Modération"))
