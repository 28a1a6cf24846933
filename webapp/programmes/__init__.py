"""Programmes: dated plans with their axes, the platforms that sit in each axis' working group, and its bridge space."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Programmes"))
