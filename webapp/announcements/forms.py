"""The form of an announcement: the common fields, whose text is what it says."""

from typing import ClassVar

from core.locale import lazy_
from core.publications import Publication
from webapp.announcements.models import Announcement
from webapp.publications import service
from webapp.publications.forms import PublicationForm
from webapp.shell.forms import TextField, at_most, required


class AnnouncementForm(PublicationForm):
    """An announcement."""

    kind: ClassVar[type[Publication]] = Announcement

    text = TextField(
        lazy_("Texte"), [required(lazy_("Écrivez ce que vous annoncez.")), at_most(service.LONGEST_TEXT)]
    )
