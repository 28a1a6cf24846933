"""My feed, for programs."""

from datetime import datetime

from core import links
from webapp.feed import feature
from webapp.publications.queries import Entry, feed
from webapp.shell.api import Answer, Page, PageQuery, Place, endpoint
from webapp.shell.identity import someone


class FeedItem(Answer):
    """A publication that appeared in one of my spaces; its own call gives the rest."""

    id: int
    kind: str
    title: str
    author: str
    organisation: str | None
    spaces: list[str]
    published_at: datetime | None
    unread: bool
    url: str

    @classmethod
    def of(cls, entry: Entry) -> "FeedItem":
        publication = entry.publication
        return cls(
            id=publication.id,
            kind=publication.kind,
            title=publication.title,
            author=publication.author.name,
            organisation=publication.organisation.name if publication.organisation else None,
            spaces=[space.slug for space in entry.spaces],
            published_at=publication.published_at,
            unread=entry.unread,
            url=links.url_to(f"{publication.module}.show", id=publication.id),
        )


@endpoint(
    feature, "GET", "/feed", scope="read", query=PageQuery, answer=Page[FeedItem], summary="Read my feed"
)
def index(query: PageQuery) -> Page[FeedItem]:
    """What is new over all my spaces, latest first."""
    found = feed(someone(), before=query.place, limit=query.limit)
    following = Place(*found.next).word() if found.next else None
    return Page(items=[FeedItem.of(entry) for entry in found.entries], next=following)
