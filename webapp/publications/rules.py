"""Who may do what with a publication: pure, so that pages, API and mails answer alike."""

from dataclasses import dataclass, field

from core.publications import SCOPES, Publication

#: From where an author may share: for the first time, or again.
SHAREABLE = ("draft", "changes_asked", "refused", "withdrawn", "archived")
#: What may still be taken back.
WITHDRAWABLE = ("submitted", "changes_asked", "refused", "published")
MODERATORS = ("moderator", "animator")


@dataclass(frozen=True)
class Standing:
    """What a person is to a publication, or would be to one about to be written. A visitor is nothing at all."""

    is_author: bool = False
    is_staff: bool = False
    #: Their role in each space where it stands, by the space's id; only where they sit now.
    roles: dict[int, str] = field(default_factory=dict)
    #: The spaces whose moderators are in charge of it, see `homes`; None: all of them.
    homes: frozenset[int] | None = None

    @property
    def is_moderator(self) -> bool:
        """In charge of it: staff, or moderator of at least one of its homes."""
        return self.is_staff or any(
            role in MODERATORS and (self.homes is None or space_id in self.homes)
            for space_id, role in self.roles.items()
        )

    def moderates(self, space_id: int) -> bool:
        return self.is_staff or self.roles.get(space_id) in MODERATORS

    def belongs_to(self, space_id: int) -> bool:
        """More than a guest, who speaks for nobody."""
        return self.is_staff or self.roles.get(space_id, "guest") != "guest"


def homes(publication: Publication) -> frozenset[int]:
    """The spaces where it stood when it appeared. One that showed it later decides of its place there, and of no more:
    else whoever moderates somewhere could fetch what the network reads, and take it back from everyone.
    """
    appeared = publication.published_at
    first = [one for one in publication.placements if appeared is None or one.placed_at <= appeared]
    return frozenset(one.space_id for one in first or publication.placements)


def is_wider(scope: str, than: str) -> bool:
    return SCOPES.index(scope) > SCOPES.index(than)


def may_share(publication: Publication, standing: Standing) -> bool:
    """The author, while they belong to every space where it stands."""
    return (
        standing.is_author
        and publication.state in SHAREABLE
        and all(standing.belongs_to(placement.space_id) for placement in publication.placements)
    )


def goes_out_directly(publication: Publication, standing: Standing) -> bool:
    """Whether sharing it publishes it; otherwise a moderator reads it first.

    A tool or a project always waits, whoever wrote it. What a moderator sent back or took away waits too: nobody
    overrules a decision alone. Beyond the spaces themselves (network, public), only who moderates them all goes ahead.
    """
    if publication.needs_approval or publication.moderation_note:
        return False
    return publication.scope == "space" or moderates_all(publication, standing)


def moderates_all(publication: Publication, standing: Standing) -> bool:
    return all(standing.moderates(placement.space_id) for placement in publication.placements)


def may_decide(publication: Publication, standing: Standing) -> bool:
    """Moderators of one of its spaces and staff; nobody decides on their own."""
    return publication.state == "submitted" and standing.is_moderator and not standing.is_author


def may_edit(publication: Publication, standing: Standing) -> bool:
    """The author, but for what is archived; moderators, once it is published, to mend it in the open."""
    if standing.is_author:
        return publication.state != "archived"
    return publication.state == "published" and standing.is_moderator


def may_withdraw(publication: Publication, standing: Standing) -> bool:
    """The author, from the queue or from the lists; moderators, what is published, with a reason."""
    if publication.is_out and not publication.may_be_taken_back:
        return False
    if standing.is_author:
        return publication.state in WITHDRAWABLE
    return publication.state == "published" and standing.is_moderator


def may_archive(publication: Publication, standing: Standing) -> bool:
    return publication.is_out and (standing.is_author or standing.is_moderator)


def may_pin(publication: Publication, standing: Standing, space_id: int) -> bool:
    return publication.is_out and standing.moderates(space_id)


def may_place(publication: Publication, standing: Standing, role_there: str | None) -> bool:
    """Show it in one more space: whoever belongs there and wrote it, or moderates it already.

    Who moderates there also takes up what the network reads, but never what other spaces keep for themselves.
    """
    if publication.state not in ("draft", "submitted", "published", "changes_asked"):
        return False
    in_charge = standing.is_author or standing.is_moderator
    if role_there in MODERATORS or standing.is_staff:
        return in_charge or (publication.is_out and publication.scope != "space")
    return role_there == "member" and in_charge


def may_unplace(publication: Publication, standing: Standing, space_id: int) -> bool:
    """Take it out of one space: its author, or who moderates that space; it always stands somewhere."""
    return len(publication.placements) > 1 and (standing.is_author or standing.moderates(space_id))
