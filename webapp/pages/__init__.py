"""What the house says of itself: who runs it, what it does with what it knows, and how accessible it is."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("À propos"))
