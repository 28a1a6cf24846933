"""What publications of every kind tell: that they are out, and what moderation decided; kinds subclass `Published`."""

from datetime import timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from core import clock, links, text
from core.db import db
from core.locale import _, _n
from core.people import Person
from core.publications import Publication
from core.spaces import Membership
from notifications import audience
from notifications.events import Event
from notifications.inbox import Notification
from notifications.lines import Line

#: An edit sooner than this after it appeared is a slip of the pen, not a change to announce.
SLIP = timedelta(minutes=15)


class PublicationEvent(Event):
    """The base of all facts about a publication: where it leads, whose pages move, and when it no longer holds."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    @property
    def about(self) -> Publication:
        """The publication, which such a fact always has."""
        if self.publication is None:
            raise TypeError("a fact about a publication has a publication")
        return self.publication

    def still_holds(self) -> bool:
        """It is told while the publication is out: what was withdrawn, or has expired, is not."""
        return self.about.is_visible_now

    def audience(self) -> "audience.Audience | None":
        """The members of all the spaces where it stands."""
        return audience.members_of_spaces_of(self.about)

    def live_spaces(self) -> list[int]:
        """The pages of its spaces once it has appeared; until then, only those it concerns hear of it, in person."""
        appeared = self.about.published_at is not None and self.about.published_at <= clock.now()
        return [placement.space_id for placement in self.about.placements] if appeared else []

    def path(self) -> str:
        return links.path_to(f"{self.about.module}.show", id=self.about.id)

    def title(self) -> str:
        return _("%(name)s : « %(title)s »", name=self.actor_name, title=self.about.title)

    def line(self) -> Line | None:
        """How it stands in a digest."""
        return Line(
            title=self.about.title,
            path=self.path(),
            kind=str(self.about.label),
            kind_plural=str(self.about.label_plural),
            text=text.summary(self.about.text),
            meta=_signature(self.about),
        )

    def reason(self) -> str:
        spaces = self.about.spaces
        # A space that only its members know of is not named to the others.
        names = [one.name for one in spaces if len(spaces) == 1 or one.visibility != "members"]
        if not names:
            return _("Vous recevez ce message parce que vous suivez l’un des espaces où cela paraît.")
        return _n(
            "Vous recevez ce message parce que vous suivez l’espace %(names)s.",
            "Vous recevez ce message parce que vous suivez l’un de ces espaces : %(names)s.",
            len(names),
            names=", ".join(names),
        )

    def mail_context(self, person: Person) -> dict[str, Any]:
        del person
        return {"publication": self.about, "signature": _signature(self.about)}


class Published(PublicationEvent):
    """It appeared: at once, at its hour, or in one more space. Each kind has its own, named « <kind>.published ».

    `data["placed_in"]` holds the id of the space when it is shown there later. Whoever was told of it already, through
    another space or an earlier publication, is not told again.
    """

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "megaphone"
    mail_template: ClassVar[str] = "publications/mail/published"

    def follow_ups(self) -> list[Event]:
        """Other facts that wait with it, written in the same transaction: a meeting's reminder, for instance."""
        return []

    def audience(self) -> "audience.Audience | None":
        """The members of its spaces who were not told yet.

        The publication is held until the end of the dispatch, so that two facts of one publication are told one after
        the other: the second sees whom the first told.
        """
        db.session.execute(sa.select(Publication.id).where(Publication.id == self.about.id).with_for_update())
        told = audience.members_of_spaces_of(self.about)
        if self.placed_in is not None:
            told = audience.members_of(self.placed_in)
        already = (
            sa.select(Notification.person_id)
            .join(Event, Event.id == Notification.event_id)
            .where(
                Notification.publication_id == self.about.id,
                Event.kind == sa.inspect(type(self)).polymorphic_identity,
                Event.id != self.id,
            )
        )
        return told.where(Membership.person_id.not_in(already), Membership.person_id != self.about.author_id)

    def live_spaces(self) -> list[int]:
        return super().live_spaces() if self.placed_in is None else [self.placed_in]

    @property
    def placed_in(self) -> int | None:
        found = self.data.get("placed_in") if self.data else None
        return int(found) if found is not None else None

    def title(self) -> str:
        return _("%(name)s publie « %(title)s »", name=self.about.author.name, title=self.about.title)

    def sentence(self) -> str:
        if self.placed_in is None or self.space is None:
            return self.title()
        if self.space.visibility == "members":
            # Read in the journals of its other spaces too, by people who may not know of this one.
            return _(
                "%(name)s place « %(title)s » aussi dans un espace réservé à ses membres",
                name=self.actor_name,
                title=self.about.title,
            )
        return _(
            "%(name)s place « %(title)s » aussi dans %(space)s",
            name=self.actor_name,
            title=self.about.title,
            space=self.space.name,
        )

    def subject(self) -> str:
        return self.about.title


# ── What moderation tells ────────────────────────────────────────────────────────────────────────────────────────────


class PublicationSubmitted(PublicationEvent):
    """It waits for a moderator: told to those who may decide, and to the staff when nobody else may."""

    __mapper_args__ = {"polymorphic_identity": "publication.submitted"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "hourglass-split"
    mail_template: ClassVar[str] = "publications/mail/submitted"

    def still_holds(self) -> bool:
        """Stale once decided, taken back, or submitted again."""
        submitted_at = self.about.submitted_at
        return (
            self.about.state == "submitted"
            and submitted_at is not None
            and self.data.get("submitted_at") == submitted_at.isoformat()
        )

    def audience(self) -> "audience.Audience | None":
        return _who_may_decide(self.about)

    def path(self) -> str:
        return links.path_to("moderation.index") + f"#publication-{self.about.id}"

    def title(self) -> str:
        return _(
            "%(name)s vous soumet « %(title)s » (%(kind)s)",
            name=self.about.author.name,
            title=self.about.title,
            kind=str(self.about.label).lower(),
        )

    def subject(self) -> str:
        return _("À valider : %(title)s", title=self.about.title)

    def line(self) -> Line | None:
        line = super().line()
        if line is not None:
            line.kind, line.kind_plural, line.mine = _("À valider"), _("À valider"), True
        return line

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous validez ce qui est partagé dans cet espace.")


class PublicationEdited(PublicationEvent):
    """It was changed after it appeared. Moderators are told when its kind needs approval, its author when others did it."""

    __mapper_args__ = {"polymorphic_identity": "publication.edited"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "pencil"
    mail_template: ClassVar[str] = "publications/mail/edited"

    def audience(self) -> "audience.Audience | None":
        if self.actor_id != self.about.author_id:
            return audience.one_person(self.about.author_id)
        return _who_may_decide(self.about) if self.about.needs_approval else None

    def title(self) -> str:
        return _("%(name)s a modifié « %(title)s »", name=self.actor_name, title=self.about.title)

    def line(self) -> Line | None:
        line = super().line()
        if line is not None:
            line.kind = line.kind_plural = _("Modifié depuis la validation")
        return line

    def reason(self) -> str:
        if self.actor_id != self.about.author_id:
            return _("Vous recevez ce message parce que vous en êtes l’auteur ou l’autrice.")
        return _("Vous recevez ce message parce que vous validez ce qui est partagé dans cet espace.")


class Decision(PublicationEvent):
    """A moderator decided: the author is told now, whatever they chose for the space, because it is their own affair."""

    __mapper_args__ = {"polymorphic_abstract": True}  # noqa: RUF012 - SQLAlchemy reads it as is

    rhythm: ClassVar[str] = "at_once"
    mail_template: ClassVar[str] = "publications/mail/decision"
    #: The state it put the publication in: once it is another, the decision is no news.
    state: ClassVar[str] = ""

    def still_holds(self) -> bool:
        return self.about.state == self.state

    def audience(self) -> "audience.Audience | None":
        return audience.one_person(self.about.author_id)

    @property
    def note(self) -> str:
        """What the moderator wrote."""
        return str(self.data.get("reason", ""))

    def past(self) -> str:
        """What was done, for whoever comes second: « a déjà approuvé cette publication »."""
        raise NotImplementedError

    def mail_context(self, person: Person) -> dict[str, Any]:
        return super().mail_context(person) | {
            "note": self.note,
            "edit_url": links.url_to(f"{self.about.module}.edit", id=self.about.id),
        }

    def line(self) -> Line | None:
        line = super().line()
        if line is not None:
            line.title, line.text, line.mine = self.title(), self.note, True
        return line

    def reason(self) -> str:
        return _("Vous recevez ce message parce que vous avez proposé cette publication.")


class PublicationApproved(Decision):
    """It may go out: its own « published » fact tells everyone else."""

    __mapper_args__ = {"polymorphic_identity": "publication.approved"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "check-circle"
    state: ClassVar[str] = "published"

    def past(self) -> str:
        return _("%(name)s a déjà approuvé cette publication", name=self.actor_name)

    def title(self) -> str:
        return _("%(name)s a approuvé « %(title)s »", name=self.actor_name, title=self.about.title)

    def subject(self) -> str:
        return _("C’est publié : %(title)s", title=self.about.title)


class PublicationChangesAsked(Decision):
    """It comes back to its author, with what to change."""

    __mapper_args__ = {"polymorphic_identity": "publication.changes_asked"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "arrow-counterclockwise"
    state: ClassVar[str] = "changes_asked"

    def past(self) -> str:
        return _("%(name)s a déjà demandé des modifications", name=self.actor_name)

    def title(self) -> str:
        return _(
            "%(name)s demande des modifications à « %(title)s »", name=self.actor_name, title=self.about.title
        )

    def subject(self) -> str:
        return _("À revoir : %(title)s", title=self.about.title)


class PublicationRefused(Decision):
    """It will not go out, and its author reads why."""

    __mapper_args__ = {"polymorphic_identity": "publication.refused"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "x-circle"
    state: ClassVar[str] = "refused"

    def past(self) -> str:
        return _("%(name)s a déjà refusé cette publication", name=self.actor_name)

    def title(self) -> str:
        return _("%(name)s a refusé « %(title)s »", name=self.actor_name, title=self.about.title)

    def subject(self) -> str:
        return _("Refusé : %(title)s", title=self.about.title)


class PublicationWithdrawn(Decision):
    """It was taken back: by its author, which only the journal says, or by a moderator, and its author is told why."""

    __mapper_args__ = {"polymorphic_identity": "publication.withdrawn"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "slash-circle"
    state: ClassVar[str] = "withdrawn"

    def audience(self) -> "audience.Audience | None":
        return None if self.actor_id == self.about.author_id else super().audience()

    def past(self) -> str:
        return _("%(name)s a déjà retiré cette publication", name=self.actor_name)

    def title(self) -> str:
        return _("%(name)s a retiré « %(title)s »", name=self.actor_name, title=self.about.title)

    def subject(self) -> str:
        return _("Retiré : %(title)s", title=self.about.title)


class PublicationArchived(Decision):
    """It left the lists and keeps its page; only the journal says so."""

    __mapper_args__ = {"polymorphic_identity": "publication.archived"}  # noqa: RUF012 - SQLAlchemy reads it as is

    icon: ClassVar[str] = "archive"
    state: ClassVar[str] = "archived"

    def audience(self) -> "audience.Audience | None":
        return None

    def past(self) -> str:
        return _("%(name)s a déjà archivé cette publication", name=self.actor_name)

    def title(self) -> str:
        return _("%(name)s a archivé « %(title)s »", name=self.actor_name, title=self.about.title)


def _who_may_decide(publication: Publication) -> "audience.Audience":
    """The moderators of its spaces but its author; the staff when there is no other."""
    moderators = audience.moderators_of_spaces_of(publication).where(
        Membership.person_id != publication.author_id
    )
    nobody = ~moderators.exists()
    both = sa.union_all(
        moderators, audience.staff().where(nobody, Person.id != publication.author_id)
    ).subquery()
    return sa.select(both.c.person_id, both.c.space_id)


def _signature(publication: Publication) -> str:
    """« Nadège Dubois, Les Mots Voisins »."""
    names = [publication.author.name]
    if publication.organisation is not None:
        names.append(publication.organisation.name)
    return ", ".join(names)
