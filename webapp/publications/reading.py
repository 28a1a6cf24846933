"""What is read on its page is no longer news: the one place where showing a page writes."""

from flask import request

from core.db import transaction
from core.people import Person
from core.publications import Publication
from notifications.inbox import mark_read, unread_publications


def note(person: Person | None, publication: Publication) -> bool:
    """Mark as read what the person was told of it; True when there was something, and everything must be loaded again.

    A page fetched ahead by the browser was not read by anyone.
    """
    if person is None or request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return False
    if not unread_publications(person, [publication.id]):
        return False
    with transaction():
        mark_read(person, publication=publication)
    return True
