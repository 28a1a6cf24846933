"""The verbs of signing in: send a link, use it, check a password, open and close sessions, link outside accounts."""

from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app

from core import clock, links, sessions, text, tokens
from core.addresses import masked
from core.db import after_commit, db
from core.errors import Conflict, Refused, TooMany
from core.locale import _
from core.people import Person, by_email
from core.sessions import Session
from notifications import live
from notifications.mail import letters
from webapp.identity import devices, passwords, queries, rules
from webapp.identity.models import OidcIdentity, SignInLink
from webapp.identity.oidc import Proof, label_of, providers
from webapp.shell import rate

log = structlog.get_logger(__name__)

LINK_LASTS = timedelta(minutes=30)
#: To whom the mail is made that will be undone; what a stranger typed may not even be an address.
NOBODY = "personne@example.org"
#: How often, from one address and from one machine: a whole office may stand behind one machine.
#: An application's configuration may set others, under `SIGN_IN_RATES`.
RATES = {
    "link-address": "5/15 minutes; 20/day",
    "link-machine": "60/15 minutes",
    "password-address": "10/15 minutes; 60/day",
    "password-machine": "60/15 minutes",
    "new-password": "10/hour",
}


# ── A link by mail ───────────────────────────────────────────────────────────────────────────────────────────────────


def send_link(
    *, address: str, next_path: str = "/", user_agent: str = "", machine: str | None = None
) -> None:
    """Send a link that signs in to this address, if it is someone's who may.

    Whether it is must show in nothing, not even the time it takes: for a stranger the same rows and the same mail are
    made, then undone, and a link that opens nothing is kept. Raises `TooMany`, for strangers too; `machine` is the
    network address that asks, None for one of our own verbs.
    """
    _hold_back("link-address", text.normalise_email(address))
    if machine is not None:
        _hold_back("link-machine", machine)
    person = queries.person_to_let_in(address)
    secret = tokens.secret()
    link = SignInLink(
        person=person,
        secret_digest=tokens.digest(secret),
        next_path=rules.safe_path(next_path),
        user_agent=user_agent[:200],
        expires_at=clock.now() + LINK_LASTS,
    )
    db.session.add(link)
    db.session.flush()
    with db.session.begin_nested() as made:
        _write_link(person, link, secret)
        db.session.flush()
        if person is None:
            made.rollback()
    _forget_old_links()


def _write_link(person: Person | None, link: SignInLink, secret: str) -> None:
    letters.write(
        to=str(person.email) if person is not None else NOBODY,
        person=person,
        template="identity/mail/link",
        stream="account",
        expires_at=link.expires_at,
        url=links.url_to("identity.show_link", secret=secret),
        device=devices.describe(link.user_agent) if link.user_agent else "",
        minutes=int(LINK_LASTS.total_seconds() // 60),
    )


def _forget_old_links() -> None:
    old = clock.now() - timedelta(days=1)
    db.session.execute(sa.delete(SignInLink).where(SignInLink.expires_at < old))


def use_link(*, link: SignInLink) -> Person:
    """Spend a link: it brings in the person whose mailbox received it. Raises `Conflict` the second time."""
    spent: Any = db.session.execute(
        sa.update(SignInLink)
        .where(
            SignInLink.id == link.id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
    )
    person = link.person
    if spent.rowcount != 1 or person is None or person.closed_at is not None:
        raise Conflict(_("Ce lien a déjà servi, ou il est trop ancien."))
    person.email_verified_at = person.email_verified_at or clock.now()
    return person


# ── A password ───────────────────────────────────────────────────────────────────────────────────────────────────────


def person_of_password(*, address: str, password: str, machine: str) -> Person | None:
    """The person of this address and password, or None: unknown, without a password and wrong are one answer.

    Raises `TooMany`; the link by mail stays open to whoever is kept out by somebody else's attempts.
    """
    _hold_back("password-machine", machine)
    _hold_back("password-address", text.normalise_email(address))
    person = by_email(address)
    may = person is not None and rules.may_sign_in(person, is_member=False)
    kept = person.password_hash if person is not None and may else None
    if not passwords.is_right(password, kept) or person is None or kept is None:
        return None
    if passwords.is_dated(kept):
        person.password_hash = passwords.hashed(password)
    return person


def set_password(*, person: Person, new: str, current: str = "", keep: Session | None) -> None:
    """Choose a password, or change it knowing the `current` one. Closes every session but `keep`, and tells by mail."""
    _check_current(person, current)
    passwords.check(new, person)
    had_one = person.password_hash is not None
    person.password_hash = passwords.hashed(new)
    end_other_sessions(person=person, keep=keep)
    _tell(person, "identity/mail/password", change="changed" if had_one else "chosen")


def remove_password(*, person: Person, current: str) -> None:
    """Go back to links by mail. Raises `Refused` when `current` is not the password."""
    if person.password_hash is None:
        return
    _check_current(person, current)
    person.password_hash = None
    _tell(person, "identity/mail/password", change="removed")


def _check_current(person: Person, current: str) -> None:
    if person.password_hash is None:
        return
    _hold_back("new-password", str(person.id))
    if not passwords.is_right(current, person.password_hash):
        sentence = _("Ce n’est pas votre mot de passe actuel.")
        raise Refused(sentence, current=sentence)


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def sign_in(*, person: Person, method: str, user_agent: str, replacing: Session | None = None) -> str:
    """Open a new session and give the secret of its cookie; the one that stood in this browser is closed.

    The account of someone who only received mail opens with it. A way never used before is told by mail.
    """
    known = queries.methods_of(person)
    if replacing is not None:
        end_session(session=replacing)
    person.account_at = person.account_at or clock.now()
    person.last_seen_at = clock.now()
    _session, secret = sessions.open_session(person, method=method, user_agent=user_agent)
    if known and method not in known and person.email:
        _tell(person, "identity/mail/new_method", method=method_in_words(method), user_agent=user_agent)
    return secret


def end_session(*, session: Session) -> None:
    """Close one session: its cookie opens nothing any more, its live channels are cut."""
    session.ended_at = session.ended_at or clock.now()
    db.session.add(session)
    after_commit(partial(live.revoked, session.person_id))


def end_other_sessions(*, person: Person, keep: Session | None) -> int:
    """Close every session of a person but `keep`; how many were open."""
    others = [one for one in queries.sessions_of(person) if keep is None or one.id != keep.id]
    for one in others:
        end_session(session=one)
    return len(others)


def method_in_words(method: str) -> str:
    """How someone came in: « un lien reçu par courriel », « un mot de passe », or the provider's name."""
    words = {
        "link": _("un lien reçu par courriel"),
        "password": _("un mot de passe"),
        "invitation": _("une invitation"),
    }
    labels = {provider.name: provider.label for provider in providers()}
    return words.get(method) or labels.get(method) or method


# ── Outside accounts ─────────────────────────────────────────────────────────────────────────────────────────────────


def link_identity(*, person: Person, proof: Proof) -> OidcIdentity:
    """Let an outside account open this person's; they are there, and know which one. Raises `Conflict` when it is another's."""
    found = queries.identity_of(proof.issuer, proof.subject)
    if found is not None and found.person_id != person.id:
        raise Conflict(_("Ce compte %(label)s est déjà relié à quelqu’un d’autre ici.", label=proof.label))
    if found is not None:
        return found
    identity = OidcIdentity(
        person=person,
        issuer=proof.issuer,
        subject=proof.subject,
        account=proof.account,
        last_used_at=clock.now(),
    )
    db.session.add(identity)
    db.session.flush()
    _tell(person, "identity/mail/identity", label=proof.label, account=proof.account, linked=True)
    return identity


def unlink_identity(*, identity: OidcIdentity) -> None:
    """The outside account opens nothing here any more; a link by mail always does."""
    label = label_of(identity.issuer)
    _tell(identity.person, "identity/mail/identity", label=label, account=identity.account, linked=False)
    db.session.delete(identity)


def person_of_proof(*, proof: Proof) -> Person | None:
    """Whose outside account it is: found by its issuer and subject, never by an address."""
    identity = queries.identity_of(proof.issuer, proof.subject)
    if identity is None or identity.person.closed_at is not None:
        return None
    identity.last_used_at = clock.now()
    identity.account = proof.account or identity.account
    return identity.person


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────────────────


def _hold_back(purpose: str, who: str) -> None:
    most = current_app.config.get("SIGN_IN_RATES", RATES).get(purpose)
    if not most:
        return
    try:
        rate.count(purpose, tokens.keyed_hash(who), most)
    except TooMany:
        log.warning("identity.held_back", purpose=purpose, who=masked(who) if "@" in who else who)
        raise


def _tell(person: Person, template: str, user_agent: str = "", **context: Any) -> None:
    """Tell someone by mail what was done with their account, in case it was not them."""
    if not person.email:
        return
    letters.write(
        to=person.email,
        person=person,
        template=template,
        stream="account",
        device=devices.describe(user_agent) if user_agent else "",
        at=clock.now(),
        url=links.url_to("identity.security"),
        **context,
    )
