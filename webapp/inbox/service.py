"""The verbs of what one is told: read it, choose its rhythm and its hour, pause it, stop it, take it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from core import clock, locale
from core.db import db, insert_ignore, upsert
from core.errors import Refused
from core.locale import _
from core.people import Person
from core.publications import Placement
from core.spaces import Membership, Space, is_active
from notifications import digests
from notifications import inbox as ledger
from notifications.events import Event, publish
from notifications.inbox import Notification
from notifications.preferences import RHYTHMS, MailSettings, SpacePreference, settings_of
from webapp.inbox import queries
from webapp.inbox.events import MailRestored, MailStopped

MINUTES_A_DAY = 24 * 60
LONGEST_PAUSE = timedelta(days=366)
#: What may be stopped from a mail: this space, only the pace, the digests, everything.
WAYS = ("space", "weekly", "digests", "everything")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def mark_read(*, notification: Notification) -> None:
    """One was read; once is enough."""
    if notification.read_at is None:
        notification.read_at = clock.now()


def mark_all_read(*, person: Person) -> int:
    """Everything told until now was read; how many were not yet."""
    return ledger.mark_read(person)


# ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def choose_rhythm(*, person: Person, rhythm: str) -> None:
    """The rhythm of the whole network, for the spaces that have none of their own."""
    _check_rhythm(rhythm)
    _settings(person).rhythm = rhythm
    _take_effect(person)


def choose_space_rhythm(*, person: Person, space: Space, rhythm: str | None) -> None:
    """The rhythm of one space; None: like the rest of the network."""
    if rhythm is not None:
        _check_rhythm(rhythm)
    _write_space_rhythm(person, space.id, rhythm)
    _take_effect(person)


def choose_hours(
    *, person: Person, minute: int, weekdays: list[int] | None = None, weekly_day: int | None = None
) -> None:
    """When the digest leaves: minutes since midnight on the person's own clock, days of the week (Monday is 0)."""
    if not 0 <= minute < MINUTES_A_DAY:
        raise _wrong("minute", _("Choisissez une heure de la journée."))
    settings = _settings(person)
    settings.digest_minute = minute
    if weekdays is not None:
        if not weekdays or not set(weekdays) <= set(range(7)):
            raise _wrong("weekdays", _("Choisissez au moins un jour de la semaine."))
        settings.weekdays = sorted(set(weekdays))
    if weekly_day is not None:
        if weekly_day not in range(7):
            raise _wrong("weekly_day", _("Choisissez un jour de la semaine."))
        settings.weekly_day = weekly_day
    _take_effect(person)


def choose_language(*, person: Person, language: str, timezone: str) -> None:
    """The language and the time zone in which one is spoken to, here and by mail: they go together."""
    if language not in locale.LANGUAGES:
        raise _wrong("language", _("Cette langue n’est pas proposée."))
    if timezone not in available_timezones():
        raise _wrong("timezone", _("Ce fuseau horaire n’est pas connu."))
    person.locale, person.timezone = language, timezone
    _take_effect(person)


def pause(*, person: Person, until: datetime | None) -> None:
    """No mail before `until`; None ends the pause. What waits is kept for the first digest after it."""
    if until is not None and not clock.now() < until <= clock.now() + LONGEST_PAUSE:
        raise _wrong("until", _("Choisissez un jour à venir, dans moins d’un an."))
    _settings(person).paused_until = until
    _take_effect(person)


# ── Stopping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def stop(*, person: Person, way: str, space: Space | None = None) -> None:
    """Stop mail by one of `WAYS`, at once; asked again, it changes nothing. What was chosen before is kept."""
    if way not in WAYS or (way == "space" and space is None):
        raise _wrong("way", _("Choisissez ce que vous ne voulez plus recevoir."))
    before = _chosen(person)
    after = _without(before, way, space)
    if after == before:
        return
    publish(MailStopped(person=person, space=space, data=before))
    _choose_all(person, after)


def restore(*, person: Person) -> bool:
    """Give back what was chosen before the last stop; False when nothing had been stopped."""
    stopped = last_stop(person)
    if stopped is None:
        return False
    publish(MailRestored(person=person, data={"of": stopped.id}))
    _choose_all(person, stopped.data)
    return True


def last_stop(person: Person) -> MailStopped | None:
    """The last time they stopped their mail, unless they have already taken it back."""
    query = (
        sa.select(Event)
        .where(Event.person_id == person.id, Event.kind.in_(("mail.stopped", "mail.restored")))
        .order_by(Event.id.desc())
        .limit(1)
    )
    found = db.session.scalar(query)
    return found if isinstance(found, MailStopped) else None


@dataclass(frozen=True)
class Chosen:
    """What someone receives now: from the space in question, from the network, and whether anything is left to stop."""

    network: str
    space: str
    digests: bool
    any: bool


def rhythms_chosen(person: Person, space: Space | None) -> Chosen:
    own = queries.preferences_of(person)
    network = settings_of(person).rhythm
    every = {network, *own.values()}
    return Chosen(
        network=network,
        space=own.get(space.id, network) if space is not None else network,
        digests=bool(every & {"daily", "weekly"}),
        any=every != {"never"},
    )


def _chosen(person: Person) -> dict[str, Any]:
    """All of a person's rhythms, as JSON keeps them."""
    spaces = {str(number): rhythm for number, rhythm in queries.preferences_of(person).items()}
    return {"rhythm": _settings(person).rhythm, "spaces": spaces}


def _without(chosen: Mapping[str, Any], way: str, space: Space | None) -> dict[str, Any]:
    rhythm, spaces = chosen["rhythm"], chosen["spaces"]
    if way == "space" and space is not None:
        return {"rhythm": rhythm, "spaces": {**spaces, str(space.id): "never"}}
    if way == "everything":
        return {"rhythm": "never", "spaces": {}}
    replace = {"daily": "never", "weekly": "never"}
    if way == "weekly":
        replace = {"daily": "weekly", "now": "weekly"}
    return {
        "rhythm": replace.get(rhythm, rhythm),
        "spaces": {number: replace.get(one, one) for number, one in spaces.items()},
    }


def _choose_all(person: Person, chosen: Mapping[str, Any]) -> None:
    _settings(person).rhythm = chosen["rhythm"]
    wanted = {int(number): rhythm for number, rhythm in chosen["spaces"].items()}
    for number in wanted.keys() | queries.preferences_of(person).keys():
        _write_space_rhythm(person, number, wanted.get(number))
    _take_effect(person)


# ── Taking effect ────────────────────────────────────────────────────────────────────────────────────────────────────


def _take_effect(person: Person) -> None:
    """A choice holds from now on, for what waits to be mailed too; the next digest is planned again."""
    db.session.flush()
    settings = _settings(person)
    _move_waiting(person, settings)
    digests.plan_next(settings)


def _move_waiting(person: Person, settings: MailSettings) -> None:
    """What waits for a digest follows the new choice: nothing is lost by eagerness, nothing is sent after a « never ».

    Someone who now wants everything at once gets what already waited in one last digest: it would be odd to send at once
    what is not of this instant.
    """
    eagerness = sa.func.coalesce(
        _eagerness_of_spaces(person, settings), _rank(_rhythm_of_space(person, settings))
    )
    rhythm = sa.case((eagerness == 0, "never"), (eagerness == 1, "weekly"), else_="daily")
    db.session.execute(
        sa.update(Notification)
        .where(
            Notification.person_id == person.id,
            Notification.mailed_at.is_(None),
            Notification.read_at.is_(None),
            Notification.rhythm.in_(("daily", "weekly")),
        )
        .values(rhythm=rhythm)
        .execution_options(synchronize_session=False)
    )


def _eagerness_of_spaces(person: Person, settings: MailSettings) -> Any:
    """The most eager rhythm among the person's spaces where the publication stands; NULL when it stands in none."""
    chosen = sa.func.coalesce(SpacePreference.rhythm, settings.rhythm)
    return (
        sa.select(sa.func.max(_rank(chosen)))
        .select_from(Placement)
        .join(
            Membership, sa.and_(Membership.space_id == Placement.space_id, Membership.person_id == person.id)
        )
        .outerjoin(
            SpacePreference,
            sa.and_(SpacePreference.space_id == Placement.space_id, SpacePreference.person_id == person.id),
        )
        .where(Placement.publication_id == Notification.publication_id, is_active())
        .correlate(Notification)
        .scalar_subquery()
    )


def _rhythm_of_space(person: Person, settings: MailSettings) -> Any:
    own = (
        sa.select(SpacePreference.rhythm)
        .where(SpacePreference.person_id == person.id, SpacePreference.space_id == Notification.space_id)
        .correlate(Notification)
        .scalar_subquery()
    )
    return sa.func.coalesce(own, settings.rhythm)


def _rank(rhythm: Any) -> Any:
    return sa.case(*((rhythm == name, rank) for rank, name in enumerate(RHYTHMS)), else_=0)


def _settings(person: Person) -> MailSettings:
    """The person's row, made if need be."""
    found = db.session.get(MailSettings, person.id)
    if found is not None:
        return found
    db.session.execute(insert_ignore(MailSettings, "person_id").values(person_id=person.id))
    return db.session.get_one(MailSettings, person.id)


def _write_space_rhythm(person: Person, space_id: int, rhythm: str | None) -> None:
    db.session.flush()
    if rhythm is None:
        where = (SpacePreference.person_id == person.id, SpacePreference.space_id == space_id)
        db.session.execute(sa.delete(SpacePreference).where(*where))
        return
    values = {"person_id": person.id, "space_id": space_id, "rhythm": rhythm}
    db.session.execute(upsert(SpacePreference, values, ("person_id", "space_id"), ("rhythm",)))


def _check_rhythm(rhythm: str) -> None:
    if rhythm not in RHYTHMS:
        raise _wrong("rhythm", _("Choisissez un des rythmes proposés."))


def _wrong(name: str, sentence: str) -> Refused:
    return Refused(sentence, **{name: sentence})
