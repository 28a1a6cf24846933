"""The broker: dramatiq's messages say « there is work » and nothing else; in memory in one process, in Redis in several."""

import threading
from collections.abc import Callable
from typing import Any, Protocol, cast

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

from core.config import Settings

log = structlog.get_logger(__name__)

NAMESPACE = "maillage"
#: How long a call counts as on its way, in seconds: one that was lost is made again by the clock after that.
ON_ITS_WAY = 2


def make(settings: Settings) -> dramatiq.Broker:
    """The broker of this set-up. Work is rows: no message is retried, delayed, aged or given a result."""
    middleware: list[Middleware] = []
    if settings.redis_url is None:
        return StubBroker(middleware=middleware)
    url = redis_address(settings.redis_url)
    # Loss costs nothing: a message that nobody acknowledged in a minute is as good as lost.
    broker = cast(Any, RedisBroker)(
        url=url, namespace=NAMESPACE, middleware=middleware, heartbeat_timeout=60_000
    )
    return cast(dramatiq.Broker, broker)


def redis_address(url: str) -> str:
    """The address as redis-py reads it: a Valkey speaks the same language under another name."""
    return url.replace("valkey", "redis", 1)


class Bell(Protocol):
    """Calls the workers of a queue; a call while one is on its way is the same call."""

    def __call__(self, queue: str) -> None: ...

    def answered(self, queue: str) -> None:
        """The workers are at it: what becomes due from now on needs a new call."""


def bell(settings: Settings, send: Callable[[str], Any]) -> Bell:
    """The bell of this set-up; `send(queue)` puts the message on the broker."""
    if settings.redis_url is None:
        return _BellInMemory(send)
    client = redis.Redis.from_url(
        redis_address(settings.redis_url), socket_timeout=2, socket_connect_timeout=2
    )
    return _BellInRedis(send, client)


class _BellInMemory:
    def __init__(self, send: Callable[[str], Any]) -> None:
        self._send = send
        self._called: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, queue: str) -> None:
        with self._lock:
            if queue in self._called:
                return
            self._called.add(queue)
        self._send(queue)

    def answered(self, queue: str) -> None:
        with self._lock:
            self._called.discard(queue)


class _BellInRedis:
    def __init__(self, send: Callable[[str], Any], client: "redis.Redis") -> None:
        self._send = send
        self._redis = client

    def __call__(self, queue: str) -> None:
        try:
            if self._redis.set(_on_its_way(queue), 1, nx=True, ex=ON_ITS_WAY):
                self._send(queue)
        except (redis.RedisError, dramatiq.BrokerConnectionError) as error:
            # The row is due all the same: the clock rings again in a second.
            log.warning("broker.redis_away", queue=queue, error=str(error))

    def answered(self, queue: str) -> None:
        try:
            self._redis.delete(_on_its_way(queue))
        except redis.RedisError as error:
            log.warning("broker.redis_away", queue=queue, error=str(error))


def _on_its_way(queue: str) -> str:
    return f"{NAMESPACE}:called:{queue}"
