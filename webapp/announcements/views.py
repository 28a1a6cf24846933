"""The pages of announcements."""

from webapp.announcements import feature
from webapp.announcements.forms import AnnouncementForm
from webapp.announcements.models import Announcement
from webapp.publications.desk import Desk


class Announcements(Desk[Announcement]):
    """The common desk, at its own address."""

    kind = Announcement
    form = AnnouncementForm
    path = "annonces"
    new_path = "nouvelle"


Announcements(feature)
