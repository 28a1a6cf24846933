"""The forms of a meeting: what it is, what one answers, why it is called off."""

from typing import Any, ClassVar

from wtforms import BooleanField, IntegerField, validators

from core import locale
from core.locale import lazy_
from core.publications import Publication
from webapp.meetings import service
from webapp.meetings.models import Meeting
from webapp.publications.forms import PublicationForm
from webapp.shell.forms import HouseForm, LineField, MomentField, TextField, UrlField, at_most, required


class MeetingForm(PublicationForm):
    """A meeting as one calls it. It has no validity of its own: it is over when it is over."""

    kind: ClassVar[type[Publication]] = Meeting
    details: ClassVar[tuple[str, ...]] = (
        "starts_at",
        "ends_at",
        "all_day",
        "place",
        "online_url",
        "capacity",
    )

    starts_at = MomentField(lazy_("Début"), [required(lazy_("Donnez un jour et une heure."))])
    ends_at = MomentField(lazy_("Fin"), [required(lazy_("Donnez un jour et une heure."))])
    all_day = BooleanField(
        lazy_("Toute la journée"), description=lazy_("Les heures ne comptent pas, seuls les jours.")
    )
    place = LineField(lazy_("Lieu"), [at_most(200)], description=lazy_("Nom du lieu et adresse."))
    online_url = UrlField(
        lazy_("Adresse en ligne"),
        [at_most(500)],
        description=lazy_("Montrée seulement à celles et ceux qui viennent, ou peut-être."),
    )
    capacity = IntegerField(
        lazy_("Nombre de places"),
        [
            validators.Optional(),
            validators.NumberRange(1, 10_000, message=lazy_("Donnez un nombre entre 1 et 10 000.")),
        ],
        description=lazy_("Laissez vide si tout le monde peut venir."),
    )
    expires_at = None  # type: ignore[assignment]

    def values(self) -> dict[str, Any]:
        found = super().values()
        # What is sent unchanged is what the page showed, to the minute: it must not count as a move.
        for name in ("starts_at", "ends_at"):
            kept = getattr(self.publication, name, None)
            if kept is not None and _same_minute(kept, found.get(name)):
                found[name] = kept
        return found


class AnswerForm(HouseForm):
    """A word with one's answer."""

    comment = LineField(
        lazy_("Un mot pour celles et ceux qui préparent la réunion"), [at_most(service.LONGEST_COMMENT)]
    )


class CancelForm(HouseForm):
    """Why it will not take place."""

    reason = TextField(
        lazy_("Pourquoi est-elle annulée ?"),
        [
            required(lazy_("Dites pourquoi : celles et ceux qui venaient le liront.")),
            at_most(service.LONGEST_REASON),
        ],
        description=lazy_("Chaque personne qui vient, ou à qui elle a été annoncée, recevra ces mots."),
    )


def _same_minute(one: Any, other: Any) -> bool:
    return other is not None and locale.local(one).replace(second=0, microsecond=0) == locale.local(other)
