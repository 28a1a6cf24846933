"""Invitations: moderators open the door of a space to an address, and only whoever receives mail there walks through."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Invitations"))
