"""Files of publications: given only to whoever may see the publication, and never run by a browser."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Fichiers"))
