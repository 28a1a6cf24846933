"""The verbs of organisations: add one, edit its sheet, archive it, say who acts for it and until when."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core import addresses, clock, text
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from core.locale import _
from core.organisations import Mandate, Organisation
from core.people import Person
from core.spaces import Membership
from notifications.events import publish
from webapp.organisations import queries, rules
from webapp.organisations.communes import communes
from webapp.organisations.events import (
    MandateEnded,
    MandateGiven,
    OrganisationAdded,
    OrganisationArchived,
    OrganisationEdited,
    OrganisationReopened,
)

#: The most characters of each field of a sheet.
MOST = {
    "name": 200, "acronym": 40, "form": 60, "sector": 80, "description": 4000, "address": 200, "website": 300,
    "email": 254, "phone": 40,
}  # fmt: skip
FIELDS = frozenset([*MOST, "ins"])


def add_organisation(*, by: Person | None, name: str, **values: Any) -> Organisation:
    """Add one to the directory; `by` is None when the house itself does. Staff only. Raises `NotAllowed`, `Refused`."""
    _check_staff(by)
    organisation = Organisation(slug=queries.free_slug(name))
    _write(organisation, {"name": name} | values)
    db.session.add(organisation)
    db.session.flush()
    publish(OrganisationAdded(actor=by, data=_about(organisation)))
    return organisation


def edit_organisation(*, organisation: Organisation, by: Person, version: int, **values: Any) -> None:
    """Change its sheet; `version` is the one the reader had before their eyes. Raises `NotAllowed`, `Conflict`, `Refused`."""
    _check_editor(organisation, by)
    changed = {name: value for name, value in values.items() if getattr(organisation, name) != value}
    if not changed:
        return
    _take_version(organisation, version)
    _write(organisation, changed)
    db.session.flush()
    publish(OrganisationEdited(actor=by, data=_about(organisation) | {"fields": sorted(changed)}))


def archive_organisation(*, organisation: Organisation, by: Person) -> None:
    """Take it out of the directory: nobody speaks in its name any more, what was said stays. Staff only."""
    _check_staff(by)
    if organisation.archived_on is None:
        organisation.archived_on = clock.today()
        publish(OrganisationArchived(actor=by, data=_about(organisation)))


def reopen_organisation(*, organisation: Organisation, by: Person) -> None:
    """Put it back in the directory. Staff only."""
    _check_staff(by)
    if organisation.archived_on is not None:
        organisation.archived_on = None
        publish(OrganisationReopened(actor=by, data=_about(organisation)))


def give_mandate(
    *,
    organisation: Organisation,
    person: Person,
    by: Person,
    title: str = "",
    is_referent: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Mandate:
    """Say that a person acts for it, from a day (today by default) to another, both included. Raises `Refused`."""
    _check_editor(organisation, by)
    starts_on = starts_on or clock.today()
    if ends_on is not None and ends_on < starts_on:
        raise _wrong("ends_on", _("Le dernier jour vient après le premier."))
    if any(rules.holds(mandate) for mandate in queries.mandates_of(person, organisation)):
        raise Refused(_("%(name)s agit déjà pour cette organisation.", name=person.name))
    mandate = Mandate(
        person=person,
        organisation=organisation,
        title=text.one_line(title)[:120],
        is_referent=is_referent,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(mandate)
    publish(MandateGiven(actor=by, person=person, data=_about(organisation)))
    return mandate


def end_mandate(*, mandate: Mandate, by: Person, ends_on: date | None = None) -> None:
    """Say until which day, included, someone acts for it: yesterday by default, which ends it at once.

    Their seats stay, and no longer bear its name once the mandate is over: who leaves an organisation is still someone,
    and what they wrote stays in its name.
    """
    _check_editor(mandate.organisation, by)
    ends_on = ends_on or clock.today() - timedelta(days=1)
    if ends_on < mandate.starts_on - timedelta(days=1):
        raise _wrong("ends_on", _("Le dernier jour vient après le premier."))
    mandate.ends_on = ends_on
    if not rules.holds(mandate):
        _take_name_off(mandate)
    publish(MandateEnded(actor=by, person=mandate.person, data=_about(mandate.organisation)))


def _take_name_off(mandate: Mandate) -> None:
    db.session.execute(
        sa.update(Membership)
        .where(
            Membership.person_id == mandate.person_id,
            Membership.organisation_id == mandate.organisation_id,
        )
        .values(organisation_id=None)
        .execution_options(synchronize_session="fetch")
    )


def _write(organisation: Organisation, values: dict[str, Any]) -> None:
    """Put these values in the sheet, the name's sorting form and the commune's name with them."""
    wrong = _wrongs(values)
    if wrong:
        raise Refused(_("Certains champs sont à revoir."), **wrong)
    for name, value in values.items():
        setattr(organisation, name, value)
    if "name" in values:
        organisation.sort_name = text.fold(values["name"])[:200]
    if "ins" in values:
        organisation.commune = communes()[values["ins"]].name if values["ins"] else ""


def _wrongs(values: dict[str, Any]) -> dict[str, str]:
    if values.keys() - FIELDS:
        raise NotAllowed
    wrong = {
        name: _("%(most)s caractères au plus.", most=MOST[name])
        for name, value in values.items()
        if name in MOST and len(value) > MOST[name]
    }
    if "name" in values and not values["name"].strip():
        wrong["name"] = _("Donnez le nom de l’organisation.")
    if values.get("ins") and values["ins"] not in communes():
        wrong["ins"] = _("Choisissez une commune de la liste.")
    if values.get("website") and not values["website"].startswith(("http://", "https://")):
        wrong["website"] = _("Donnez une adresse complète, qui commence par https://.")
    if values.get("email"):
        try:
            addresses.well_written(values["email"])
        except Refused as refused:
            wrong["email"] = refused.sentence
    return wrong


def _take_version(organisation: Organisation, version: int) -> None:
    """Raises `Conflict` unless nobody has edited it since `version`."""
    result: Any = db.session.execute(
        sa.update(Organisation)
        .where(Organisation.id == organisation.id, Organisation.version == version)
        .values(version=Organisation.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    if result.rowcount != 1:
        raise Conflict(_("Quelqu’un a modifié cette fiche pendant que vous la relisiez."))


def _check_staff(by: Person | None) -> None:
    if by is not None and not by.is_staff:
        raise NotAllowed


def _check_editor(organisation: Organisation, by: Person) -> None:
    if not rules.may_edit(organisation, by, queries.mandates_of(by, organisation)):
        raise NotAllowed


def _about(organisation: Organisation) -> dict[str, Any]:
    return {"organisation": organisation.id, "name": organisation.name, "slug": organisation.slug}


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(sentence, **{field: sentence})
