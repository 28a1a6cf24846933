"""Sign-in: a link by mail, a password or an outside provider; the sessions it opens, listed and closed."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Connexion"))
