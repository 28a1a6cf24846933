"""From a wish to a message: in the language and on the clock of its reader, with the headers that its stream owes.

Three streams: what one must receive says nothing of lists; a notice belongs to its space's list and to its
publication's thread; a digest stands alone each time. See RFC 2369, 2919, 3834 and 8058.
"""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import cast

from flask import current_app

from core import clock, links, locale, tokens
from core.config import Settings
from core.network import Network, the_network
from core.people import Person
from core.spaces import Space
from notifications.events import Event
from notifications.inbox import Notification
from notifications.mail import message, rendering, unsubscribe
from notifications.mail.message import Attachment
from notifications.speech import speaking_to

PREFERENCES = "/preferences"
#: What `deliveries.subject` holds.
LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Composed:
    """A message ready to leave: these bytes, and no others, at every attempt."""

    subject: str
    message_id: str
    raw: bytes


# ── The streams ──────────────────────────────────────────────────────────────────────────────────────────────────────


def letter(
    *, to: str, person: Person | None, template: str, context: dict[str, object], network: Network
) -> Composed:
    """What one must receive: a link to sign in, an invitation. Never to be unsubscribed from."""
    with speaking_to(person):
        subject, plain, page = rendering.render(template, network, **{"person": person} | context)
        message_id = new_message_id("a")
        headers = [
            *_head(to, person.name if person else "", subject, message_id, network),
            *_automatic(),
        ]
        return _composed(subject, message_id, headers, [message.quoted(plain)], [message.quoted(page)])


def notice(notification: Notification, address: str) -> Composed:
    """One event for one person, as it stands at this moment."""
    event, person, space = notification.event, notification.person, notification.space
    network = the_network()
    origin = unsubscribe.Origin(person.id, notification.space_id)
    with speaking_to(person):
        url = links.base_url() + event.path()
        context = {
            "event": event,
            "person": person,
            "space": space,
            "hue": space.colour if space else event.hue,
            "line": event.line(),
            "event_url": url,
            "unsubscribe_url": None if event.compulsory else origin.address,
            "preferences_url": preferences_url(person),
        }
        context |= event.mail_context(person)
        # The space through which it reached this person: another of its spaces may be unknown to them.
        context["space"] = space or context["space"]
        subject, plain, page = rendering.render(event.mail_template, network, **context)
        subject = f"[{space.short_name}] {subject}" if space else subject
        message_id = new_message_id("n")
        headers = [
            *_head(address, person.name, subject, message_id, network),
            *_thread(event),
            *(_list_of(space, network) if space else []),
            *(_one_click(origin) if event.rhythm == "chosen" and space and not event.compulsory else []),
            message.structured("Archived-At", f"<{url}>"),
            *_automatic(),
            message.structured("Precedence", "list"),
        ]
        attached = [Attachment(*parts) for parts in event.attachments(person)]
        plain_part, html_part = [message.quoted(plain)], [message.quoted(page)]
        return _composed(subject, message_id, headers, plain_part, html_part, attached)


def digest(
    *,
    person: Person,
    address: str,
    subject: str,
    period: str,
    plain: Iterable[bytes],
    html: Iterable[bytes],
    network: Network,
) -> Composed:
    """A period's mail, from pieces already `quoted`. Call it while speaking to the person.

    Its identifier follows from the person and the period: whatever happened here, a mail server that has seen it
    recognises it.
    """
    message_id = f"<d.{tokens.keyed_hash(f'{person.id}')[:16]}.{period.replace(':', '')}@{mail_domain()}>"
    headers = [
        *_head(address, person.name, subject, message_id, network),
        message.structured("List-Id", f"<recapitulatif.{mail_domain()}>"),
        message.structured("List-Post", "NO"),
        *_one_click(unsubscribe.Origin(person.id)),
        *_automatic(),
        message.structured("Precedence", "list"),
    ]
    return _composed(subject, message_id, headers, plain, html)


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────────────────


def preferences_url(person: Person) -> str | None:
    """Where one chooses what one receives, for whoever can sign in; the others have the page of the unsubscribe word."""
    return links.base_url() + PREFERENCES if person.has_account else None


def sender() -> tuple[str, str]:
    """Our name and our address."""
    return parseaddr(_settings().mail_from)


def mail_domain() -> str:
    return message.wire_address(f"x@{_settings().mail_domain}").partition("@")[2]


def new_message_id(stream: str) -> str:
    """A new identifier that says nothing of its reader."""
    word = base64.b32encode(secrets.token_bytes(15)).decode().lower()
    return f"<{stream}.{word}@{mail_domain()}>"


def _composed(
    subject: str,
    message_id: str,
    headers: list[bytes],
    plain: Iterable[bytes],
    html: Iterable[bytes],
    attachments: list[Attachment] | None = None,
) -> Composed:
    raw = message.assemble(headers, plain=plain, html=html, attachments=attachments or [])
    return Composed(subject[:LONGEST_SUBJECT], message_id, raw)


def _head(address: str, name: str, subject: str, message_id: str, network: Network) -> list[bytes]:
    replies = network.contact_email
    return [
        message.date(locale.local(clock.now())),
        message.mailbox("From", *sender()),
        message.mailbox("To", name, address),
        *([message.mailbox("Reply-To", network.name, replies)] if replies else []),
        message.unstructured("Subject", subject[:LONGEST_SUBJECT]),
        message.structured("Message-ID", message_id),
    ]


def _automatic() -> list[bytes]:
    return [
        message.structured("Auto-Submitted", "auto-generated"),
        # Not « All »: it would silence the reports of failure too.
        message.structured("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]


def _thread(event: Event) -> list[bytes]:
    """What is told of one publication is one conversation, even for whoever never got its beginning."""
    if event.publication_id is None:
        return []
    root = f"<t.{event.publication_id}@{mail_domain()}>"
    return [message.structured("In-Reply-To", root), message.structured("References", root)]


def _list_of(space: Space, network: Network) -> list[bytes]:
    """The list that a space is. Its identifier is its number: names and addresses change, filters must not."""
    list_id = f"<espace-{space.id}.{mail_domain()}>"
    name = space.short_name if space.short_name.isascii() else ""
    owner = network.contact_email
    return [
        message.structured("List-Id", f'"{name}" {list_id}' if _plain(name) else list_id),
        message.structured("List-Archive", f"<{links.base_url()}/espaces/{space.slug}>"),
        message.structured("List-Post", "NO"),
        *([message.structured("List-Owner", f"<mailto:{owner}>")] if owner.isascii() and owner else []),
    ]


def _plain(name: str) -> bool:
    return bool(name) and not set(name) & set('"\\=?')


def _one_click(origin: unsubscribe.Origin) -> list[bytes]:
    return [message.structured(name, value) for name, value in unsubscribe.headers(origin).items()]


def _settings() -> Settings:
    return cast(Settings, current_app.config["MAILLAGE"])
