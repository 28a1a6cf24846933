"""The outgoing mailbox: without a mail server, every mail is read here as it would have been received."""

from core.locale import lazy_
from webapp.shell.features import Feature

feature = Feature(__name__, label=lazy_("Courrier sortant"))
