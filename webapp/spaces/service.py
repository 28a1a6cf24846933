"""The verbs of spaces: enter and leave, ask and answer, confide roles, settle a space, archive it."""

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core import clock, text
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from core.locale import _
from core.organisations import Organisation, acted_for
from core.people import Person
from core.spaces import COLOURS, JOIN_POLICIES, ROLES, VISIBILITIES, Membership, Space, is_active
from notifications import digests, live
from notifications.events import publish
from webapp.spaces import queries, rules
from webapp.spaces.events import (
    MembershipAccepted,
    MembershipAdded,
    MembershipJoined,
    MembershipLeft,
    MembershipRefused,
    MembershipRemoved,
    MembershipRequested,
    MembershipRequestWithdrawn,
    MembershipRoleChanged,
    SpaceArchived,
    SpaceChanged,
    SpaceCreated,
    SpaceReopened,
)
from webapp.spaces.models import JoinRequest

LONGEST_MESSAGE = 1000
LONGEST_WORD = 1000
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Addresses under /espaces that are pages, not spaces.
_TAKEN = {"nouveau", "nouvelle"}
#: What an animator may settle; the rest is the staff's.
SETTLED_BY_ANIMATORS = frozenset(
    ["name", "short_name", "description", "charter", "colour", "icon", "modules", "join_policy", "visibility"]
)


# ── Entering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def seat(
    *,
    space: Space,
    person: Person,
    role: str = "member",
    organisation: Organisation | None = None,
    until: datetime | None = None,
) -> Membership:
    """Open a person's membership, or open it again; whoever already sits there keeps the higher of the two roles.

    The ground of every way in: it asks nobody's leave and tells nobody. `until` is compulsory for a guest, and is of no
    meaning to the others. Raises `Refused`.
    """
    _check_seat(space, role, until)
    membership = db.session.scalar(
        sa.select(Membership).where(Membership.space_id == space.id, Membership.person_id == person.id)
    )
    if membership is None:
        membership = Membership(space=space, person=person, role=role)
        db.session.add(membership)
    elif membership.is_active and Membership.rank[membership.role] > Membership.rank[role]:
        role, until = membership.role, membership.until
    if not membership.is_active:
        membership.joined_at = clock.now()
    membership.role, membership.ended_at = role, None
    membership.until = until if role == "guest" else None
    membership.organisation = organisation or membership.organisation
    db.session.flush()
    _close_request(space, person)
    digests.enrol([person.id])
    live.revoked(person.id)
    return membership


def join(*, space: Space, by: Person, organisation: Organisation | None = None) -> Membership:
    """Enter an open space at once. Raises `Refused` when it is not open to this person."""
    mine = queries.membership(space, by)
    if mine is not None:
        return mine
    if not rules.may_join(space, mine, by, removed=queries.was_removed(space, by)):
        raise Refused(_("On n’entre pas librement dans cet espace."))
    _check_organisation(by, organisation)
    membership = seat(space=space, person=by, organisation=organisation)
    publish(MembershipJoined(space=space, actor=by, person=by))
    return membership


def add_member(
    *,
    space: Space,
    person: Person,
    by: Person,
    role: str = "member",
    organisation: Organisation | None = None,
    until: datetime | None = None,
) -> Membership:
    """Bring someone in, as animators and the staff may. Raises `NotAllowed`, `Refused`."""
    if not rules.may_animate(queries.membership(space, by), by):
        raise NotAllowed
    if person.closed_at is not None:
        raise Refused(_("Le compte de cette personne est fermé."))
    if queries.membership(space, person) is not None:
        raise Refused(_("%(name)s fait déjà partie de cet espace.", name=person.name))
    _check_organisation(person, organisation)
    membership = seat(space=space, person=person, role=role, organisation=organisation, until=until)
    publish(MembershipAdded(space=space, actor=by, person=person, data={"role": role}))
    return membership


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_to_join(
    *, space: Space, by: Person, message: str = "", organisation: Organisation | None = None
) -> JoinRequest:
    """Knock at the door, with a message. Asked again while it waits, the first request stands. Raises `Refused`."""
    waiting = queries.pending_request(space, by)
    if waiting is not None:
        return waiting
    mine = queries.membership(space, by)
    if not rules.may_ask(space, mine, by, removed=queries.was_removed(space, by)):
        raise Refused(_("On n’entre pas dans cet espace sur demande."))
    message = _within(text.clean(message), LONGEST_MESSAGE, "message")
    _check_organisation(by, organisation)
    request = JoinRequest(space=space, person=by, organisation=organisation, message=message)
    db.session.add(request)
    db.session.flush()
    told = {"word": message, "organisation": organisation.name if organisation else "", "request": request.id}
    publish(MembershipRequested(space=space, actor=by, person=by, data=told))
    return request


def withdraw_request(*, request: JoinRequest, by: Person) -> None:
    """Take one's own request back. Raises `Conflict` when it has been answered meanwhile."""
    if request.person_id != by.id:
        raise NotAllowed
    _decide(request, "withdrawn", by, "")
    publish(MembershipRequestWithdrawn(space_id=request.space_id, actor=by, person=by))


def accept_request(*, request: JoinRequest, by: Person, word: str = "") -> Membership:
    """Let someone in. Raises `Conflict` when a colleague has just decided."""
    _check_decider(request, by)
    word = _within(text.clean(word), LONGEST_WORD, "word")
    _decide(request, "accepted", by, word)
    membership = seat(space=request.space, person=request.person, organisation=request.organisation)
    publish(MembershipAccepted(space=request.space, actor=by, person=request.person, data={"word": word}))
    return membership


def refuse_request(*, request: JoinRequest, by: Person, word: str) -> None:
    """Keep the door closed, with the reason why. Raises `Conflict` when a colleague has just decided."""
    _check_decider(request, by)
    word = _within(text.clean(word), LONGEST_WORD, "word")
    if not word:
        sentence = _("Dites en un mot pourquoi : la personne le lira.")
        raise Refused(sentence, word=sentence)
    _decide(request, "refused", by, word)
    publish(MembershipRefused(space=request.space, actor=by, person=request.person, data={"word": word}))


# ── Leaving, roles ───────────────────────────────────────────────────────────────────────────────────────────────────


def leave(*, membership: Membership, by: Person) -> None:
    """End one's own membership. Raises `Refused` for the last animator: a space is never left to itself."""
    if membership.person_id != by.id:
        raise NotAllowed
    if membership.role == "animator" and _is_last_animator(membership):
        raise Refused(
            _(
                "Vous êtes la dernière personne à animer cet espace. Confiez d’abord l’animation à quelqu’un "
                "d’autre, dans la page des membres, ou écrivez à l’équipe du réseau."
            )
        )
    _end(membership)
    publish(MembershipLeft(space=membership.space, actor=by, person=membership.person))


def remove_member(*, membership: Membership, by: Person, word: str = "") -> None:
    """End someone's membership: they hear nothing more from this instant. Raises `NotAllowed`, `Refused`."""
    mine = queries.membership(membership.space, by)
    if not rules.may_remove(mine, by, membership):
        raise NotAllowed
    if not by.is_staff and membership.role == "animator" and _is_last_animator(membership):
        raise Refused(_("Un espace garde toujours une personne qui l’anime."))
    word = _within(text.clean(word), LONGEST_WORD, "word")
    _end(membership)
    publish(
        MembershipRemoved(space=membership.space, actor=by, person=membership.person, data={"word": word})
    )


def change_role(*, membership: Membership, role: str, by: Person, until: datetime | None = None) -> None:
    """Give someone another role; `until` is a guest's last instant. Raises `NotAllowed`, `Refused`."""
    if role not in rules.roles_to_give(queries.membership(membership.space, by), by):
        raise NotAllowed if role in ROLES else _wrong("role", _("Choisissez l’un des rôles proposés."))
    _check_seat(membership.space, role, until)
    if role == membership.role and (role != "guest" or until == membership.until):
        return
    losing = membership.role == "animator" and role != "animator"
    if losing and _is_last_animator(membership) and (not by.is_staff or membership.person_id == by.id):
        raise Refused(
            _("Confiez d’abord l’animation à une autre personne : un espace n’est jamais laissé à lui-même.")
        )
    before, membership.role = membership.role, role
    membership.until = until if role == "guest" else None
    live.revoked(membership.person_id)
    told = {"role": role, "before": before}
    publish(MembershipRoleChanged(space=membership.space, actor=by, person=membership.person, data=told))


# ── The space itself ─────────────────────────────────────────────────────────────────────────────────────────────────


def create_space(*, by: Person | None, name: str, **values: Any) -> Space:
    """Add a room to the house; `by` is None when the house itself does. `values` are the columns of a space.

    Without a slug, one is made from the short name. Raises `NotAllowed`, `Refused` with a sentence for each field.
    """
    if by is not None and not by.is_staff:
        raise NotAllowed
    values["short_name"] = values.get("short_name") or name[:40]
    values["slug"] = values.get("slug") or text.slugify(values["short_name"])
    space = Space()
    _settle(space, {"name": name} | values)
    if "position" not in values:
        space.position = int(db.session.scalar(sa.select(sa.func.max(Space.position))) or 0) + 1
    db.session.add(space)
    db.session.flush()
    publish(SpaceCreated(space=space, actor=by))
    return space


def change_space(*, space: Space, by: Person, version: int, **values: Any) -> None:
    """Change the settings of a space. `version` is the one the reader had before their eyes.

    Raises `NotAllowed`, `Conflict` when someone else changed it meanwhile, `Refused` with a sentence for each field.
    """
    if not rules.may_animate(queries.membership(space, by), by):
        raise NotAllowed
    if not by.is_staff and not values.keys() <= SETTLED_BY_ANIMATORS:
        raise NotAllowed
    if space.archived_at is not None and not by.is_staff:
        raise Refused(_("Cet espace est archivé : il se lit, il ne change plus."))
    changed = {name: value for name, value in values.items() if getattr(space, name) != value}
    if not changed:
        return
    _take_version(space, version)
    _settle(space, changed)
    db.session.flush()
    publish(SpaceChanged(space=space, actor=by, data={"fields": sorted(changed)}))


def archive_space(*, space: Space, by: Person) -> None:
    """From now on it is read, and no longer written in. Staff only."""
    if not by.is_staff:
        raise NotAllowed
    if space.archived_at is None:
        space.archived_at = clock.now()
        publish(SpaceArchived(space=space, actor=by))


def reopen_space(*, space: Space, by: Person) -> None:
    """It is written in again. Staff only."""
    if not by.is_staff:
        raise NotAllowed
    if space.archived_at is not None:
        space.archived_at = None
        publish(SpaceReopened(space=space, actor=by))


# ── What is checked ──────────────────────────────────────────────────────────────────────────────────────────────────


def _settle(space: Space, values: dict[str, Any]) -> None:
    wrong = {name: sentence for name, sentence in _wrongs(space, values) if sentence}
    if wrong:
        raise Refused(_("Certains réglages sont à revoir."), **wrong)
    for name, value in values.items():
        setattr(space, name, value)


def _wrongs(space: Space, values: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, sentence) for each value that cannot stand."""
    choices = {"colour": COLOURS, "join_policy": JOIN_POLICIES, "visibility": VISIBILITIES}
    found = [
        (name, _("Choisissez l’une des réponses proposées."))
        for name, possible in choices.items()
        if name in values and values[name] not in possible
    ]
    if "name" in values and not values["name"].strip():
        found.append(("name", _("Donnez un nom à l’espace.")))
    if "slug" in values:
        found.append(("slug", _wrong_slug(space, values["slug"])))
    if values.get("parent") is not None or values.get("parent_id") is not None:
        found.append(("parent", _wrong_parent(space, values)))
    return found


def _wrong_slug(space: Space, slug: str) -> str:
    if not _SLUG.fullmatch(slug) or len(slug) > 60 or slug in _TAKEN:
        return _("Une adresse ne contient que des lettres sans accent, des chiffres et des traits d’union.")
    other = sa.select(Space.id).where(Space.slug == slug)
    if space.id is not None:
        other = other.where(Space.id != space.id)
    with db.session.no_autoflush:
        taken = db.session.scalar(other) is not None
    return _("Un autre espace porte déjà cette adresse.") if taken else ""


def _wrong_parent(space: Space, values: dict[str, Any]) -> str:
    """A space does not stand below itself, nor below one of those that stand below it."""
    parent = values.get("parent") or db.session.get(Space, values.get("parent_id"))
    if parent is None:
        return _("Choisissez l’une des réponses proposées.")
    while parent is not None:
        if parent is space:
            return _("Un espace ne peut pas se trouver sous lui-même.")
        parent = parent.parent
    return ""


def _take_version(space: Space, version: int) -> None:
    """Raises `Conflict` unless nobody has changed it since `version`; the row is then ours until the commit."""
    result: Any = db.session.execute(
        sa.update(Space)
        .where(Space.id == space.id, Space.version == version)
        .values(version=Space.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    if result.rowcount != 1:
        raise Conflict(_("Quelqu’un a changé ces réglages pendant que vous les relisiez."))


def _check_seat(space: Space, role: str, until: datetime | None) -> None:
    if space.archived_at is not None:
        raise Refused(_("Cet espace est archivé : plus personne n’y entre."))
    if role not in ROLES:
        raise _wrong("role", _("Choisissez l’un des rôles proposés."))
    if role == "guest" and (until is None or until <= clock.now()):
        raise _wrong("until", _("Donnez la date, à venir, jusqu’à laquelle la personne est invitée."))


def _check_organisation(person: Person, organisation: Organisation | None) -> None:
    if organisation is not None and organisation.id not in {one.id for one in acted_for(person)}:
        raise _wrong("organisation", _("Cette personne n’agit pas pour cette organisation."))


def _check_decider(request: JoinRequest, by: Person) -> None:
    if not rules.may_moderate(queries.membership(request.space, by), by):
        raise NotAllowed


def _decide(request: JoinRequest, state: str, by: Person, word: str) -> None:
    """Close a request: the update itself, not a look before it, decides between two people at once."""
    result: Any = db.session.execute(
        sa.update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.decided_at.is_(None))
        .values(state=state, answer=word, decided_at=clock.now(), decided_by_id=by.id)
        .execution_options(synchronize_session="fetch")
    )
    if result.rowcount != 1:
        raise Conflict(_("Cette demande vient de recevoir une réponse."))


def _close_request(space: Space, person: Person) -> None:
    """Whoever has entered by another door is not waiting any more."""
    db.session.execute(
        sa.update(JoinRequest)
        .where(
            JoinRequest.space_id == space.id,
            JoinRequest.person_id == person.id,
            JoinRequest.decided_at.is_(None),
        )
        .values(state="accepted", decided_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def _end(membership: Membership) -> None:
    membership.ended_at = clock.now()
    live.revoked(membership.person_id)


def _is_last_animator(membership: Membership) -> bool:
    """Asked under the lock of the space: of two animators who leave at once, one is the last."""
    db.session.execute(sa.select(Space.id).where(Space.id == membership.space_id).with_for_update())
    others = sa.select(
        sa.exists().where(
            Membership.space_id == membership.space_id,
            Membership.role == "animator",
            Membership.id != membership.id,
            is_active(),
        )
    )
    return not db.session.scalar(others)


def _within(words: str, most: int, field: str) -> str:
    if len(words) > most:
        raise _wrong(field, _("%(most)s caractères au plus.", most=most))
    return words


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(sentence, **{field: sentence})
