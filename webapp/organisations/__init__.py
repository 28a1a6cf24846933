"""Organisations: the directory of the network's members, the sheet of each, and who acts for it."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Organisations"))
