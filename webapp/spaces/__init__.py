"""Spaces: the directory of the network's rooms, the page of each, who sits there, and the doors by which one enters or leaves."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Espaces"))
