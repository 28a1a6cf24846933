"""What one is told and how: notifications, preferences, and the pages by which anyone stops a mail without signing in."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Notifications"))
