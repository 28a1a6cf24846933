"""My feed: what is new over all one's spaces, on one page, latest first."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Mon fil"))
