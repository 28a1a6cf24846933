"""The live channel of each space and each person: identifiers only, in order, caught up after an absence.

The doorkeeper of Flask-SocketIO. Clients emit `subscribe {space, after}` and are acknowledged with `{ok, seq}`; the
server emits `nudge {seq, event, kind, space}`. A page then fetches what it shows with its reader's own rights.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import redis
import sqlalchemy as sa
import structlog
from flask import Flask, current_app, request
from flask_socketio import SocketIO, disconnect
from sqlalchemy.orm import Mapped, mapped_column

from core import sessions
from core.config import Settings
from core.db import Base, Identified, db, insert_ignore
from core.people import Person
from core.spaces import Membership, Space, is_active
from notifications.events import Event
from notifications.inbox import Notification

log = structlog.get_logger(__name__)

PEOPLE = "people"
#: Beyond that many missed nudges, the page is told to fetch itself again.
MOST_REPLAYED = 500
#: How often the rights of open subscriptions are asked again, in seconds: someone removed hears nothing after that.
RECHECK = 2.0
#: How long someone who subscribed counts as present, in seconds: clients subscribe again every thirty.
PRESENT_FOR = 90
#: Messages a client may send in ten seconds before it is disconnected.
MOST_MESSAGES = 120
_LARGEST = 2**31 - 1


class LiveChannel(Base):
    """The last sequence given in a channel: « people », or « space:12 »."""

    __tablename__ = "live_channels"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")


class LiveEntry(Identified, Base):
    """An event at its place in a space's channel."""

    __tablename__ = "live_entries"
    __table_args__ = (sa.UniqueConstraint("space_id", "seq"), sa.UniqueConstraint("event_id", "space_id"))

    space_id: Mapped[int] = mapped_column(sa.ForeignKey("spaces.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))


@dataclass(frozen=True)
class Nudge:
    """What will be said once the transaction is committed. `space` is a slug, or None: told people then hear it."""

    seq: int
    event: int
    kind: str
    space: str | None
    space_id: int | None = None

    def payload(self) -> dict[str, Any]:
        return {"seq": self.seq, "event": self.event, "kind": self.kind, "space": self.space}


# ── At dispatch ──────────────────────────────────────────────────────────────────────────────────────────────────────


def enter(event: Event, *, told: int) -> list[Nudge]:
    """Give the event its place in each channel, within the dispatch's transaction.

    Taking the next number locks the channel's row until the commit, so that numbers are committed in their order:
    whoever asks « after 41 » cannot miss a 40 still on its way.
    """
    nudges = [_enter_space(event, space_id, slug) for space_id, slug in _slugs(event.live_spaces())]
    if told:
        seq = _next(PEOPLE)
        db.session.execute(
            sa.update(Notification)
            .where(Notification.event_id == event.id, Notification.seq == 0)
            .values(seq=seq)
            .execution_options(synchronize_session=False)
        )
        nudges.append(Nudge(seq, event.id, event.kind, None))
    return nudges


def _enter_space(event: Event, space_id: int, slug: str) -> Nudge:
    seq = _next(f"space:{space_id}")
    values = {"space_id": space_id, "seq": seq, "event_id": event.id}
    db.session.execute(insert_ignore(LiveEntry, "event_id", "space_id").values(**values))
    return Nudge(seq, event.id, event.kind, slug, space_id)


def _slugs(space_ids: Iterable[int]) -> list[tuple[int, str]]:
    # In one order for everybody: two dispatches that lock the same channels must not wait for each other.
    query = sa.select(Space.id, Space.slug).where(Space.id.in_(list(space_ids))).order_by(Space.id)
    return [(row.id, row.slug) for row in db.session.execute(query)]


def _next(channel: str) -> int:
    db.session.execute(insert_ignore(LiveChannel, "name").values(name=channel, seq=0))
    statement = (
        sa.update(LiveChannel)
        .where(LiveChannel.name == channel)
        .values(seq=LiveChannel.seq + 1)
        .returning(LiveChannel.seq)
        .execution_options(synchronize_session=False)
    )
    return int(db.session.scalar(statement) or 0)


def send(nudges: list[Nudge]) -> None:
    """After the commit: say it to whoever listens. Nothing is lost if nobody hears: clients ask for what they missed."""
    wire: _Wire | None = current_app.extensions.get("live")
    if wire is None:
        return
    try:
        for nudge in nudges:
            if nudge.space_id is not None:
                wire.say(nudge, _room(nudge.space_id))
            else:
                for person_id in _told_and_present(nudge, wire.present()):
                    wire.say(nudge, f"person:{person_id}")
    except redis.RedisError as error:
        log.warning("live.redis_away", error=str(error))


def _told_and_present(nudge: Nudge, present: set[int]) -> list[int]:
    if not present:
        return []
    query = sa.select(Notification.person_id).where(
        Notification.event_id == nudge.event, Notification.person_id.in_(present)
    )
    return list(db.session.scalars(query))


# ── For pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def positions(person: Person) -> list[dict[str, Any]]:
    """Where each channel of a person stands, for the page being drawn: two queries, whatever the number of spaces."""
    spaces = db.session.execute(
        sa.select(Space.slug, sa.func.coalesce(LiveChannel.seq, 0))
        .join(Membership, Membership.space_id == Space.id)
        .outerjoin(LiveChannel, LiveChannel.name == sa.literal("space:") + sa.cast(Space.id, sa.String))
        .where(Membership.person_id == person.id, is_active(), Space.archived_at.is_(None))
        .order_by(Space.slug)
    ).all()
    own = {"space": "", "seq": _last(PEOPLE)}
    return [own, *({"space": slug, "seq": int(seq)} for slug, seq in spaces)]


def _last(channel: str) -> int:
    return int(db.session.scalar(sa.select(LiveChannel.seq).where(LiveChannel.name == channel)) or 0)


def revoked(person_id: int) -> None:
    """A role or a session of this person ended: once that is committed, ask their rights again at once.

    Other processes ask by themselves within `RECHECK` seconds.
    """
    del person_id
    wire: _Wire | None = current_app.extensions.get("live")
    if wire is not None:
        wire.recheck_now.set()


# ── The wire ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Listener:
    """One open socket: who it is, how they proved it, and the spaces they hear."""

    person_id: int
    session_id: int | None
    token_id: int | None
    spaces: dict[int, str] = field(default_factory=dict)
    messages: list[float] = field(default_factory=list)


class _Wire:
    """The sockets of this process, and the way to those of the others."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.listeners: dict[str, _Listener] = {}
        self.recheck_now = threading.Event()
        self._lock = threading.Lock()
        self._watching = False
        # A socket holds a thread of the server for as long as it is open: some must be left for pages.
        self._most = settings.web_threads * 7 // 8
        self._redis = _redis(settings)
        # Any: its stubs know neither `server` nor what is handed on to Engine.IO.
        self.socket: Any = cast(Any, SocketIO)(
            app,
            async_mode="threading",
            transports=["websocket"],
            message_queue=_queue_url(settings),
            channel="maillage-live",
            manage_session=False,
            cors_allowed_origins=_origins(settings),
            max_http_buffer_size=16 * 1024,
            ping_interval=25,
            ping_timeout=20,
            logger=False,
            engineio_logger=False,
        )
        self.socket.on_event("connect", self._connect)
        self.socket.on_event("disconnect", self._disconnect)
        self.socket.on_event("subscribe", self._subscribe)

    def say(self, nudge: Nudge, room: str) -> None:
        self.socket.emit("nudge", nudge.payload(), to=room)

    # What clients do

    def _connect(self, auth: Any = None) -> bool | None:
        if len(self.listeners) >= self._most:
            log.warning("live.full", sockets=len(self.listeners))
            return False
        listener = _recognise(auth)
        if listener is None:
            return False
        with self._lock:
            self.listeners[_sid()] = listener
        self._mark_present(listener.person_id)
        self._watch()
        return None

    def _disconnect(self, *_reason: Any) -> None:
        with self._lock:
            self.listeners.pop(_sid(), None)

    def _subscribe(self, asked: Any = None) -> dict[str, Any]:
        listener = self.listeners.get(_sid())
        if listener is None or not _within_pace(listener):
            disconnect()
            return {"ok": False, "error": "disconnected"}
        wanted, after = _read(asked)
        self._mark_present(listener.person_id)
        try:
            if wanted is None:
                return self._subscribe_person(listener, after)
            return self._subscribe_space(listener, wanted, after)
        finally:
            db.session.remove()

    def _subscribe_person(self, listener: _Listener, after: int | None) -> dict[str, Any]:
        self._join(f"person:{listener.person_id}")
        last = _last(PEOPLE)
        return self._replay(_missed_by(listener.person_id, after), seq=last)

    def _subscribe_space(self, listener: _Listener, wanted: str | int, after: int | None) -> dict[str, Any]:
        space = _space_heard_by(listener.person_id, wanted)
        if space is None:
            return {"ok": False, "error": "unknown"}
        # In the room first, then what was missed: a nudge between the two comes twice rather than never, and its
        # sequence tells.
        space_id, slug = space.id, space.slug
        listener.spaces[space_id] = slug
        self._join(_room(space_id))
        # What is read from here on must be the database as it is after joining, not the view of the question above.
        db.session.rollback()
        last = _last(f"space:{space_id}")
        return self._replay(_missed_in(space_id, slug, after), seq=last)

    def _replay(self, missed: list[Nudge] | None, *, seq: int) -> dict[str, Any]:
        """`seq` was read before `missed`: whatever is not beyond it has been said."""
        if missed is None:
            return {"ok": True, "seq": seq, "reload": True}
        for nudge in missed:
            self.socket.emit("nudge", nudge.payload(), to=_sid())
        return {"ok": True, "seq": max([seq, *(nudge.seq for nudge in missed)])}

    def _join(self, room: str) -> None:
        # Whoever left between their question and this line is in no room: there is nobody to answer.
        with suppress(KeyError):
            self.socket.server.enter_room(_sid(), room, namespace="/")

    # Who is there

    def present(self) -> set[int]:
        """Who listens, in this process and the others."""
        here = {listener.person_id for listener in list(self.listeners.values())}
        if self._redis is None:
            return here
        since = time.time() - PRESENT_FOR
        found = cast("list[bytes]", self._redis.zrangebyscore("maillage-present", since, "+inf"))
        return here | {int(one) for one in found}

    def _mark_present(self, person_id: int) -> None:
        if self._redis is None:
            return
        try:
            now = time.time()
            self._redis.zadd("maillage-present", {str(person_id): now})
            self._redis.zremrangebyscore("maillage-present", 0, now - PRESENT_FOR)
        except redis.RedisError as error:
            log.warning("live.redis_away", error=str(error))

    # Rights, asked again

    def _watch(self) -> None:
        with self._lock:
            if self._watching:
                return
            self._watching = True
        threading.Thread(target=self._watch_rights, name="live-rights", daemon=True).start()

    def _watch_rights(self) -> None:
        while True:
            self.recheck_now.wait(RECHECK)
            self.recheck_now.clear()
            try:
                with self.app.app_context():
                    self.recheck()
            except Exception:
                # The watch must outlive a database that is away for a moment.
                log.exception("live.recheck_failed")

    def recheck(self) -> None:
        """Take out whoever may not listen any more: three queries, whatever the number of sockets."""
        with self._lock:
            listeners = dict(self.listeners)
        if not listeners:
            return
        allowed = _Allowed(listeners.values())
        for sid, listener in listeners.items():
            if not allowed.connected(listener):
                self.socket.server.disconnect(sid)
                continue
            for space_id in [s for s in listener.spaces if not allowed.hears(listener, s)]:
                del listener.spaces[space_id]
                self.socket.server.leave_room(sid, _room(space_id), namespace="/")
        db.session.remove()


class _Allowed:
    """What the database says, now, of a set of listeners."""

    def __init__(self, listeners: Iterable[_Listener]) -> None:
        listeners = list(listeners)
        people = {one.person_id for one in listeners}
        self.sessions = set(
            db.session.scalars(
                sa.select(sessions.Session.id)
                .join(Person)
                .where(
                    sessions.Session.id.in_({one.session_id for one in listeners if one.session_id}),
                    sessions.holds(),
                    Person.closed_at.is_(None),
                )
            )
        )
        self.tokens = set(
            db.session.scalars(
                sa.select(sessions.ApiToken.id)
                .join(Person)
                .where(
                    sessions.ApiToken.id.in_({one.token_id for one in listeners if one.token_id}),
                    sessions.token_holds(),
                    Person.closed_at.is_(None),
                )
            )
        )
        self.staff = set(
            db.session.scalars(sa.select(Person.id).where(Person.id.in_(people), Person.is_staff))
        )
        self.seats: dict[int, set[int]] = defaultdict(set)
        seats = sa.select(Membership.person_id, Membership.space_id).where(
            Membership.person_id.in_(people), is_active()
        )
        for person_id, space_id in db.session.execute(seats):
            self.seats[person_id].add(space_id)

    def connected(self, listener: _Listener) -> bool:
        return listener.session_id in self.sessions or listener.token_id in self.tokens

    def hears(self, listener: _Listener, space_id: int) -> bool:
        return listener.person_id in self.staff or space_id in self.seats[listener.person_id]


def init_app(app: Flask, settings: Settings) -> None:
    """Open the channel on an application that serves browsers, or that only speaks to those who do."""
    app.extensions["live"] = _Wire(app, settings)


def close(app: Flask) -> None:
    """The process is about to stop: hang up without a word of farewell, so that clients come back by themselves."""
    wire: _Wire | None = app.extensions.get("live")
    if wire is not None and wire.listeners:
        wire.socket.server.eio.disconnect()


@contextmanager
def silent(app: Flask) -> Iterator[None]:
    """Say nothing to anyone for a while: when the past is being loaded."""
    wire = app.extensions.pop("live", None)
    try:
        yield
    finally:
        if wire is not None:
            app.extensions["live"] = wire


def _recognise(auth: Any) -> _Listener | None:
    """Who knocks: by a token given in `auth`, else by the cookie of a session."""
    try:
        if isinstance(auth, dict) and isinstance(auth.get("token"), str):
            token = sessions.token_for(auth["token"])
            if token is None or not token.scopes:
                return None
            return _Listener(token.person_id, None, token.id)
        session = sessions.session_for(request.cookies.get(current_app.config["IDENTITY_COOKIE"], ""))
        return _Listener(session.person_id, session.id, None) if session else None
    finally:
        db.session.remove()


def _read(asked: Any) -> tuple[str | int | None, int | None]:
    """(space, after) of what a client asked; what makes no sense asks for a space that nobody knows."""
    if asked is None:
        return None, None
    if not isinstance(asked, dict):
        return "", None
    wanted, after = asked.get("space"), asked.get("after")
    if isinstance(wanted, bool) or not isinstance(wanted, (str, int, type(None))):
        wanted = ""
    if isinstance(after, bool) or not isinstance(after, int) or after < 0:
        after = None
    return wanted, after


def _space_heard_by(person_id: int, wanted: str | int) -> Space | None:
    """The space, if this person sits in it or is staff: unknown and forbidden are one answer."""
    if isinstance(wanted, int):
        named = Space.id == wanted if 0 < wanted <= _LARGEST else sa.false()
    else:
        named = Space.slug == wanted if "\x00" not in wanted else sa.false()
    seated = sa.exists().where(
        Membership.space_id == Space.id, Membership.person_id == person_id, is_active()
    )
    is_staff = sa.exists().where(Person.id == person_id, Person.is_staff, Person.closed_at.is_(None))
    return db.session.scalar(sa.select(Space).where(named, sa.or_(seated, is_staff)))


def _missed_in(space_id: int, slug: str, after: int | None) -> list[Nudge] | None:
    """What was said in a space after a sequence; None when it is too much to be said again."""
    if after is None:
        return []
    query = (
        sa.select(LiveEntry.seq, LiveEntry.event_id, Event.__table__.c.kind)
        .join(Event.__table__, Event.__table__.c.id == LiveEntry.event_id)
        .where(LiveEntry.space_id == space_id, LiveEntry.seq > after)
        .order_by(LiveEntry.seq)
        .limit(MOST_REPLAYED + 1)
    )
    found = [Nudge(seq, event, kind, slug, space_id) for seq, event, kind in db.session.execute(query)]
    return found if len(found) <= MOST_REPLAYED else None


def _missed_by(person_id: int, after: int | None) -> list[Nudge] | None:
    if after is None:
        return []
    query = (
        sa.select(Notification.seq, Notification.event_id, Event.__table__.c.kind)
        .join(Event.__table__, Event.__table__.c.id == Notification.event_id)
        .where(Notification.person_id == person_id, Notification.seq > after)
        .order_by(Notification.seq)
        .limit(MOST_REPLAYED + 1)
    )
    found = [Nudge(seq, event, kind, None) for seq, event, kind in db.session.execute(query)]
    return found if len(found) <= MOST_REPLAYED else None


def _within_pace(listener: _Listener) -> bool:
    now = time.monotonic()
    listener.messages = [*(at for at in listener.messages if at > now - 10), now]
    return len(listener.messages) <= MOST_MESSAGES


def _room(space_id: int) -> str:
    return f"space:{space_id}"


def _sid() -> str:
    return str(cast(Any, request).sid)  # Flask-SocketIO puts it there


def _origins(settings: Settings) -> list[str]:
    """Pages of our own site only: a cookie must not serve another site's script. Programs send no Origin."""
    parts = urlsplit(settings.base_url)
    origins = {f"{parts.scheme}://{parts.netloc}"}
    if not settings.secure:
        # At home, localhost has several names.
        origins |= {f"http://{name}:{parts.port or 80}" for name in ("localhost", "127.0.0.1", "[::1]")}
    return sorted(origins)


def _queue_url(settings: Settings) -> str | None:
    return settings.redis_url.replace("valkey", "redis", 1) if settings.redis_url else None


def _redis(settings: Settings) -> "redis.Redis | None":
    url = _queue_url(settings)
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) if url else None
