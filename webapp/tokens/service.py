"""The verbs of access keys: make one, revoke one."""

from datetime import timedelta

from core import clock, sessions, text
from core.db import db
from core.errors import Refused
from core.locale import _, _n
from core.people import Person
from core.sessions import SCOPES, ApiToken
from notifications.events import publish
from webapp.tokens import queries
from webapp.tokens.events import TokenCreated

LONGEST_NAME = 80
MOST_TOKENS = 20
LONGEST_DAYS = 366


def create_token(
    *, person: Person, name: str, scopes: list[str], days: int | None, by: Person | None
) -> tuple[ApiToken, str]:
    """A new key for `person` and its secret, to be shown once. `days`: how long it opens; None: until revoked.

    `by` is None when an administrator makes it on the command line. Raises `Refused`.
    """
    name = text.one_line(name)
    _check(person, name, scopes, days)
    expires_at = None if days is None else clock.now() + timedelta(days=days)
    ordered = [scope for scope in SCOPES if scope in scopes]
    token, secret = sessions.create_token(person, name=name, scopes=ordered, expires_at=expires_at)
    db.session.flush()
    publish(TokenCreated(actor=by, person=person, data={"name": name, "token": token.id}))
    return token, secret


def revoke_token(*, token: ApiToken) -> None:
    """Close the door of a key at once; once is enough."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()


def scopes_open_to(person: Person) -> list[str]:
    """What a person's keys may be allowed: the staff's scope is for the staff."""
    return [scope for scope in SCOPES if scope != "staff" or person.is_staff]


def _check(person: Person, name: str, scopes: list[str], days: int | None) -> None:
    if not person.has_account:
        raise Refused(_("Cette personne n’a pas de compte : une clé n’ouvrirait rien."))
    if not 1 <= len(name) <= LONGEST_NAME:
        sentence = _("Donnez un nom de 1 à %(most)s caractères.", most=LONGEST_NAME)
        raise Refused(sentence, name=sentence)
    if not scopes or not set(scopes) <= set(scopes_open_to(person)):
        sentence = _("Choisissez ce que la clé permet, parmi ce que vous pouvez faire.")
        raise Refused(sentence, scopes=sentence)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        sentence = _n("Au plus %(num)s jour.", "Au plus %(num)s jours.", LONGEST_DAYS)
        raise Refused(sentence, days=sentence)
    if queries.number_held_by(person) >= MOST_TOKENS:
        raise Refused(
            _("Vous avez déjà %(most)s clés : révoquez celles qui ne servent plus.", most=MOST_TOKENS)
        )
