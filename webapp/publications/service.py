"""The verbs of publications, the same for every kind: plain values, the actor as `by`, no request, no commit."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from core import clock, locale
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from core.locale import _
from core.organisations import Organisation, acted_for
from core.people import Person
from core.publications import SCOPES, Placement, Publication
from core.spaces import Space, membership_of
from core.text import clean, one_line
from notifications.events import Event, call_off, kind_named, reschedule
from notifications.events import publish as tell
from notifications.inbox import mark_read
from webapp.publications import queries, rules
from webapp.publications.events import (
    SLIP,
    Decision,
    PublicationApproved,
    PublicationArchived,
    PublicationChangesAsked,
    PublicationEdited,
    PublicationRefused,
    PublicationSubmitted,
    PublicationWithdrawn,
    Published,
)

Kind = TypeVar("Kind", bound=Publication)

LONGEST_TITLE = 200
LONGEST_TEXT = 30_000
LONGEST_REASON = 2_000


class Superseded(Conflict):
    """Someone else edited it meanwhile: `publication` is as it stands now, `given` is what was about to replace it."""

    def __init__(self, publication: Publication, given: dict[str, Any]) -> None:
        super().__init__(
            _(
                "Cette publication a été modifiée depuis que vous l’avez ouverte. Comparez les deux textes, puis enregistrez."
            )
        )
        self.publication = publication
        self.given = given


# ── What a kind asks of its own ──────────────────────────────────────────────────────────────────────────────────────

Guard = Callable[[Any], None]
_guards: dict[tuple[type[Publication], str], list[Guard]] = defaultdict(list)


def guard(kind: type[Publication], *, when: str) -> Callable[[Guard], Guard]:
    """Decorator: the function is asked of each publication of `kind`, "written" or "shared", and raises `Refused`."""

    def register(function: Guard) -> Guard:
        _guards[kind, when].append(function)
        return function

    return register


def _ask_guards(publication: Publication, when: str) -> None:
    for function in _guards[type(publication), when]:
        function(publication)


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def draft(
    kind: type[Kind],
    *,
    by: Person,
    spaces: Sequence[Space],
    title: str,
    text: str = "",
    organisation: Organisation | None = None,
    scope: str = "space",
    published_at: datetime | None = None,
    expires_at: datetime | None = None,
    **details: Any,
) -> Kind:
    """Write a draft of `kind`, which only its author sees; `details` are the kind's own fields.

    `published_at` is the hour at which it shall appear, when it is not at once. Raises `Refused` field by field.
    """
    _check_spaces(kind, spaces, by)
    publication = kind(author=by, locale=locale.language(), state="draft", **_defaults(kind))
    changes = {
        "title": title, "text": text, "organisation": organisation, "scope": scope,
        "published_at": published_at, "expires_at": expires_at,
    }  # fmt: skip
    _check(publication, changes | details, by)
    _apply(publication, changes | details)
    publication.placements = [Placement(space=space) for space in _once_each(spaces)]
    db.session.add(publication)
    _ask_guards(publication, "written")
    db.session.flush()
    return publication


def edit(publication: Kind, *, by: Person, version: int, **changes: Any) -> Kind:
    """Change what is given, from `version`. Raises `Superseded` when it is no longer that one.

    What is out changes at once, and openly: the journal says so, its moderators are told when its kind needs approval,
    its author when someone else did it. Its scope is widened only by who moderates all its spaces.
    `spaces` moves a draft; what is out is placed with `place` and `unplace`.
    """
    standing = check_may_edit(publication, by=by)
    spaces = changes.pop("spaces", None)
    _take_version(publication, version, changes)
    _check(publication, changes, by)
    _check_widening(publication, changes, standing)
    if spaces is not None:
        _move(publication, spaces, by)
    was_scheduled = publication.is_scheduled
    _apply(publication, changes)
    _ask_guards(publication, "written")
    if was_scheduled and "published_at" in changes:
        _change_hour(publication)
    elif publication.is_out:
        _say_edited(publication, by)
    db.session.flush()
    return publication


def check_may_edit(publication: Publication, *, by: Person) -> rules.Standing:
    """Raises `NotAllowed`: for what is changed beside the fields, its files for instance."""
    standing = queries.standing(by, publication)
    if not rules.may_edit(publication, standing):
        raise NotAllowed(_("Vous pouvez lire cette publication, mais pas la modifier."))
    return standing


def place(publication: Publication, *, space: Space, by: Person) -> Placement:
    """Show it in one more space; only those who were not told of it elsewhere are told."""
    _check_module(type(publication), space)
    standing = queries.standing(by, publication)
    sits = membership_of(by, space)
    if not rules.may_place(publication, standing, sits.role if sits else None):
        raise NotAllowed(_("Vous ne pouvez pas placer cette publication dans cet espace."))
    _hold(publication)
    if any(placement.space_id == space.id for placement in publication.placements):
        raise Conflict(_("Cette publication se trouve déjà dans l’espace %(space)s.", space=space.name))
    placement = Placement(space=space)
    publication.placements.append(placement)
    db.session.flush()
    if publication.is_out and not _waits_to_be_told(publication):
        tell(_published_event(publication, by, placed_in=space))
    return placement


def unplace(publication: Publication, *, space: Space, by: Person) -> None:
    """Take it out of a space; it always stands in one at least."""
    if not rules.may_unplace(publication, queries.standing(by, publication), space.id):
        raise NotAllowed(
            _("Une publication reste au moins dans un espace. Pour qu’elle disparaisse, retirez-la.")
        )
    publication.placements.remove(_placement(publication, space))
    db.session.flush()


def pin(publication: Publication, *, space: Space, by: Person) -> None:
    """Keep it at the head of a space."""
    _set_pin(publication, space, by, clock.now())


def unpin(publication: Publication, *, space: Space, by: Person) -> None:
    _set_pin(publication, space, by, None)


# ── Bringing out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def share(publication: Kind, *, by: Person) -> Kind:
    """Publish it when its author may, else submit it to a moderator: its state tells which."""
    if rules.goes_out_directly(publication, queries.standing(by, publication)):
        return publish(publication, by=by)
    return submit(publication, by=by)


def submit(publication: Kind, *, by: Person) -> Kind:
    """Ask a moderator to let it go out."""
    _check_sharing(publication, by)
    if not _change_state(publication, rules.SHAREABLE, state="submitted", submitted_at=clock.now()):
        raise _already(publication)
    tell(
        PublicationSubmitted(**_about(publication, by), data={"submitted_at": _iso(publication.submitted_at)})
    )
    return publication


def publish(publication: Kind, *, by: Person) -> Kind:
    """Bring it out now, or at its `published_at` when that hour is still to come. Raises `NotAllowed` when it must wait."""
    _check_sharing(publication, by)
    if not rules.goes_out_directly(publication, queries.standing(by, publication)):
        raise NotAllowed(
            _("Cette publication doit d’abord être validée par un modérateur ou une modératrice.")
        )
    if not _change_state(
        publication,
        rules.SHAREABLE,
        state="published",
        published_at=_hour_of(publication),
        moderation_note="",
    ):
        raise _already(publication)
    _tell_published(publication, by)
    return publication


def withdraw(publication: Kind, *, by: Person, reason: str = "") -> Kind:
    """Take it back: from the queue, from the lists, or before its hour. A moderator who does it says why."""
    standing = queries.standing(by, publication)
    if not rules.may_withdraw(publication, standing):
        raise _cannot(publication, "withdrawn", _("Vous ne pouvez pas retirer cette publication."))
    note = "" if standing.is_author else _reason(reason)
    if not _change_state(publication, rules.WITHDRAWABLE, state="withdrawn", moderation_note=note):
        raise _already(publication)
    call_off(_published_class(publication), publication)
    tell(PublicationWithdrawn(**_about(publication, by), data={"reason": note}))
    return publication


def archive(publication: Kind, *, by: Person) -> Kind:
    """Take it out of the lists for good; its page stays for whoever has its address."""
    if not rules.may_archive(publication, queries.standing(by, publication)):
        raise _cannot(publication, "archived", _("Vous ne pouvez pas archiver cette publication."))
    if not _change_state(publication, ("published",), state="archived"):
        raise _already(publication)
    tell(PublicationArchived(**_about(publication, by)))
    return publication


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def approve(publication: Kind, *, by: Person, version: int | None = None) -> Kind:
    """Let it go out. With the `version` that was read, raises `Conflict` when its author changed it meanwhile."""
    _decide(
        publication, by, version, state="published", published_at=_hour_of(publication), moderation_note=""
    )
    tell(PublicationApproved(**_about(publication, by)))
    _tell_published(publication, by)
    return publication


def ask_changes(publication: Kind, *, by: Person, reason: str, version: int | None = None) -> Kind:
    """Send it back to its author, saying what to change."""
    note = _reason(reason)
    _decide(publication, by, version, state="changes_asked", moderation_note=note)
    tell(PublicationChangesAsked(**_about(publication, by), data={"reason": note}))
    return publication


def refuse(publication: Kind, *, by: Person, reason: str, version: int | None = None) -> Kind:
    """Refuse it, saying why."""
    note = _reason(reason)
    _decide(publication, by, version, state="refused", moderation_note=note)
    tell(PublicationRefused(**_about(publication, by), data={"reason": note}))
    return publication


def _decide(publication: Publication, by: Person, version: int | None, **values: Any) -> None:
    standing = queries.standing(by, publication)
    if standing.is_author:
        raise NotAllowed(_("Personne ne valide ce qu’il ou elle a écrit : quelqu’un d’autre s’en chargera."))
    if not standing.is_moderator:
        raise NotAllowed(_("Seules les personnes qui modèrent cet espace décident."))
    if not _change_state(publication, ("submitted",), version=version, **values):
        raise _already(publication)
    mark_read(by, publication=publication)


def _cannot(publication: Publication, state: str, sentence: str) -> Conflict | NotAllowed:
    """Someone did it already, or this person may not."""
    return _already(publication) if publication.state == state else NotAllowed(sentence)


def _already(publication: Publication) -> Conflict:
    """What to say to whoever comes second: who did what, and when."""
    if publication.state == "submitted":
        return Conflict(
            _("L’auteur a modifié cette publication depuis que vous l’avez lue. Relisez-la avant de décider.")
        )
    last = db.session.scalar(
        sa.select(Event)
        .where(Event.publication_id == publication.id, Event.kind.in_(_decision_names()))
        .order_by(Event.created_at.desc(), Event.id.desc())
        .limit(1)
    )
    if isinstance(last, Decision) and last.state == publication.state:
        return Conflict(_("%(what)s, %(ago)s.", what=last.past(), ago=locale.ago(last.created_at)))
    return Conflict(_("L’état de cette publication a changé depuis que vous avez ouvert la page."))


def _decision_names() -> list[str]:
    return [
        str(m.polymorphic_identity)
        for m in sa.inspect(Decision).self_and_descendants
        if m.polymorphic_identity
    ]


# ── The facts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _about(publication: Publication, by: Person) -> dict[str, Any]:
    return {"actor": by, "publication": publication, "space_id": publication.placements[0].space_id}


def _tell_published(publication: Publication, by: Person) -> None:
    """Due when it appears; with what waits with it."""
    event = _published_event(publication, by)
    event.due_at = publication.published_at or clock.now()
    tell(event)
    for other in event.follow_ups():
        tell(other)


def _published_event(publication: Publication, by: Person, placed_in: Space | None = None) -> Published:
    made = _published_class(publication)(actor=by, publication=publication)
    if placed_in is not None:
        made.space_id, made.data = placed_in.id, {"placed_in": placed_in.id}
        return made
    made.actor, made.space_id = publication.author, publication.placements[0].space_id
    # What was withdrawn and comes back is another fact, told only to who was not told of the first.
    made.key = f"published:{publication.id}"
    if db.session.scalar(sa.select(sa.exists().where(Event.key == made.key))):
        made.key = None
    return made


def _published_class(publication: Publication) -> type[Published]:
    found = kind_named(f"{publication.kind}.published")
    if found is None or not issubclass(found, Published):
        raise TypeError(f"the kind « {publication.kind} » has no event « {publication.kind}.published »")
    return found


def _waits_to_be_told(publication: Publication) -> bool:
    """Whether the fact that tells all its spaces is still to be told: it will find those who sit in the new one."""
    waiting = sa.select(Published).where(
        Published.publication_id == publication.id, Published.done_at.is_(None), Published.failed_at.is_(None)
    )
    return any(event.placed_in is None for event in db.session.scalars(waiting))


def _say_edited(publication: Publication, by: Person) -> None:
    appeared = publication.published_at or clock.now()
    if clock.now() - appeared <= SLIP:
        return
    publication.edited_at = clock.now()
    tell(PublicationEdited(**_about(publication, by)))


def _change_hour(publication: Publication) -> None:
    publication.published_at = _hour_of(publication)
    reschedule(_published_class(publication), publication, publication.published_at)


def _hour_of(publication: Publication) -> datetime:
    """When it appears: the hour asked for when it is still to come, the hour it first appeared when it was archived, else now."""
    wanted = publication.published_at
    if wanted is not None and (publication.state == "archived" or wanted > clock.now()):
        return wanted
    return clock.now()


# ── What is checked ──────────────────────────────────────────────────────────────────────────────────────────────────


def _check(publication: Publication, changes: dict[str, Any], by: Person) -> None:
    """Raises `Refused` with a sentence for each field that is wrong."""
    wrong = {
        "title": _wrong_title(changes),
        "text": _too_long(changes.get("text"), LONGEST_TEXT),
        "scope": _wrong_scope(changes),
        "organisation": _wrong_organisation(publication, changes, by),
        "published_at": _wrong_hour(publication, changes),
        "expires_at": _wrong_end(publication, changes),
    }
    found = {name: sentence for name, sentence in wrong.items() if sentence}
    if found:
        raise Refused(**found)


def _wrong_title(changes: dict[str, Any]) -> str:
    if "title" not in changes:
        return ""
    if not one_line(changes["title"] or ""):
        return _("Donnez un titre.")
    return _too_long(changes["title"], LONGEST_TITLE)


def _too_long(value: str | None, most: int) -> str:
    return _("%(max)d caractères au plus.", max=most) if value and len(value) > most else ""


def _wrong_scope(changes: dict[str, Any]) -> str:
    return _("Choisissez qui peut lire.") if changes.get("scope", "space") not in SCOPES else ""


def _wrong_organisation(publication: Publication, changes: dict[str, Any], by: Person) -> str:
    organisation: Organisation | None = changes.get("organisation")
    if organisation is None or organisation.id == publication.organisation_id:
        return ""
    known = {one.id for one in acted_for(by)} if publication.author_id in (None, by.id) else set()
    return "" if organisation.id in known else _("Vous ne pouvez pas parler au nom de cette organisation.")


def _wrong_hour(publication: Publication, changes: dict[str, Any]) -> str:
    wanted = changes.get("published_at")
    if wanted is None or publication.is_out or wanted == publication.published_at or wanted > clock.now():
        return ""
    return _("Cette heure est passée. Choisissez-en une à venir, ou laissez vide pour publier tout de suite.")


def _wrong_end(publication: Publication, changes: dict[str, Any]) -> str:
    end = changes.get("expires_at")
    if end is None or end == publication.expires_at:
        return ""
    start = changes.get("published_at") or clock.now()
    return "" if end > max(start, clock.now()) else _("La fin doit venir après la publication.")


def _check_widening(publication: Publication, changes: dict[str, Any], standing: rules.Standing) -> None:
    """Widening what is out, or will be at its hour, needs who moderates all its spaces; narrowing never does."""
    wanted = changes.get("scope", publication.scope)
    if publication.state != "published" or not rules.is_wider(wanted, publication.scope):
        return
    if not rules.moderates_all(publication, standing):
        raise Refused(
            scope=_("Seule une personne qui modère l’espace peut montrer plus loin ce qui est déjà publié.")
        )


def _check_spaces(kind: type[Publication], spaces: Sequence[Space], by: Person) -> None:
    if not spaces:
        raise Refused(spaces=_("Choisissez au moins un espace."))
    standing = queries.standing_in(by, [space.id for space in spaces])
    for space in spaces:
        _check_module(kind, space)
        if not standing.belongs_to(space.id) or space.archived_at is not None:
            raise Refused(spaces=_("Vous ne pouvez pas écrire dans l’espace %(space)s.", space=space.name))


def _check_module(kind: type[Publication], space: Space) -> None:
    if kind.module and not space.has(kind.module):
        raise Refused(
            spaces=_(
                "L’espace %(space)s n’a pas de rubrique « %(kinds)s ».",
                space=space.name,
                kinds=kind.label_plural,
            )
        )


def _check_sharing(publication: Publication, by: Person) -> None:
    standing = queries.standing(by, publication)
    if not standing.is_author:
        raise NotAllowed(_("Seule la personne qui l’a écrite peut soumettre cette publication."))
    if publication.state not in rules.SHAREABLE:
        raise _already(publication)
    if not rules.may_share(publication, standing):
        raise NotAllowed(_("Vous n’êtes plus membre de l’un des espaces où cette publication doit paraître."))
    if publication.is_expired:
        raise Refused(expires_at=_("La date de fin est passée. Choisissez-en une autre."))
    _ask_guards(publication, "shared")


def _reason(reason: str) -> str:
    """The compulsory reason, cleaned."""
    cleaned = clean(reason)
    if not cleaned:
        raise Refused(reason=_("Dites pourquoi : la personne qui a écrit doit pouvoir comprendre."))
    if len(cleaned) > LONGEST_REASON:
        raise Refused(reason=_("%(max)d caractères au plus.", max=LONGEST_REASON))
    return cleaned


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _apply(publication: Publication, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name == "published_at" and publication.is_out:
            continue  # the hour at which it appeared is a fact
        cleaned = value
        if isinstance(value, str):
            cleaned = one_line(value) if name == "title" else clean(value)
        setattr(publication, name, cleaned)


def _defaults(kind: type[Publication]) -> dict[str, Any]:
    """The plain defaults of its own columns, which rows only get when they are written: guards look before."""
    mapper = sa.inspect(kind)
    own = (c for c in mapper.local_table.columns if c.default is not None and c.default.is_scalar)
    return {mapper.get_property_by_column(column).key: column.default.arg for column in own}


def _take_version(publication: Publication, version: int, changes: dict[str, Any]) -> None:
    """Make the version ours, or raise: of two edits of one version, the database lets the first through."""
    result: Any = db.session.execute(
        sa.update(Publication)
        .where(Publication.id == publication.id, Publication.version == version)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(publication)
    if not result.rowcount:
        raise Superseded(publication, changes)


def _change_state(
    publication: Publication, allowed: Sequence[str], *, version: int | None = None, **values: Any
) -> bool:
    """Move it from one of the `allowed` states: of two people at once, the database lets the first through."""
    db.session.flush()
    query = sa.update(Publication).where(Publication.id == publication.id, Publication.state.in_(allowed))
    if version is not None:
        query = query.where(Publication.version == version)
    result: Any = db.session.execute(query.values(**values).execution_options(synchronize_session=False))
    db.session.refresh(publication)
    return bool(result.rowcount)


def _hold(publication: Publication) -> None:
    """Wait for whoever is telling it or changing it, then see what they did."""
    db.session.flush()
    db.session.execute(sa.select(Publication.id).where(Publication.id == publication.id).with_for_update())
    db.session.refresh(publication)


def _move(publication: Publication, spaces: Sequence[Space], by: Person) -> None:
    kept = {placement.space_id: placement for placement in publication.placements}
    wanted = _once_each(spaces)
    if {space.id for space in wanted} == set(kept):
        return
    if publication.state == "published":
        raise Refused(spaces=_("Ce qui est publié se place et se retire depuis sa page."))
    _check_spaces(type(publication), [space for space in wanted if space.id not in kept] or wanted, by)
    publication.placements = [kept.get(space.id) or Placement(space=space) for space in wanted]


def _once_each(spaces: Sequence[Space]) -> list[Space]:
    return list({space.id: space for space in spaces}.values())


def _placement(publication: Publication, space: Space) -> Placement:
    for placement in publication.placements:
        if placement.space_id == space.id:
            return placement
    raise Refused(_("Cette publication ne se trouve pas dans l’espace %(space)s.", space=space.name))


def _set_pin(publication: Publication, space: Space, by: Person, pinned_at: datetime | None) -> None:
    placement = _placement(publication, space)
    if not rules.may_pin(publication, queries.standing(by, publication), space.id):
        raise NotAllowed(_("Seules les personnes qui modèrent l’espace épinglent ce qui s’y trouve."))
    placement.pinned_at = pinned_at
    db.session.flush()


def _iso(instant: datetime | None) -> str:
    return cast(datetime, instant).isoformat()
