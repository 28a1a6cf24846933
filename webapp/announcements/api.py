"""The calls of announcements."""

from webapp.announcements import feature
from webapp.announcements.models import Announcement
from webapp.publications.api import Calls, PublicationChange, PublicationIn, PublicationOut


class AnnouncementIn(PublicationIn):
    """An announcement to write."""


class AnnouncementChange(PublicationChange):
    """What changes in an announcement."""


class AnnouncementOut(PublicationOut):
    """An announcement."""


class Announcements(Calls):
    """The common calls, at their own address."""

    kind = Announcement
    body = AnnouncementIn
    change = AnnouncementChange
    out = AnnouncementOut
    one = "an announcement"
    many = "announcements"


Announcements(feature)
