"""How often: counters of what one caller may ask, in memory when the house is one process, in Redis when it is several."""

import math
import time
from dataclasses import dataclass

import structlog
from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from core.config import Settings
from core.errors import TooMany
from core.locale import _

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Counters:
    shared: FixedWindowRateLimiter
    #: While Redis is away, each process counts for itself: a door that no longer counts would be worse than a few more.
    own: FixedWindowRateLimiter


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["rate"] = _Counters(
        shared=FixedWindowRateLimiter(_storage(settings)), own=FixedWindowRateLimiter(MemoryStorage())
    )


def count(purpose: str, who: str, most: str) -> None:
    """Count one more; raises `TooMany` beyond `most` (« 20/minute », « 5/hour; 20/day »)."""
    counters: _Counters = current_app.extensions["rate"]
    for one in most.split(";"):
        limit = parse(one.strip())
        try:
            _hit(counters.shared, limit, purpose, who)
        except StorageError as error:
            log.warning("rate.redis_away", error=str(error))
            _hit(counters.own, limit, purpose, who)


def _hit(limiter: FixedWindowRateLimiter, limit: RateLimitItem, purpose: str, who: str) -> None:
    if not limiter.hit(limit, purpose, who):
        left = limiter.get_window_stats(limit, purpose, who).reset_time - time.time()
        raise TooMany(_sentence(left), max(1, math.ceil(left)))


def _sentence(seconds: float) -> str:
    """Until when, in words: « dans 4 minutes »."""
    if seconds < 90:
        return _("Trop de demandes en peu de temps. Réessayez dans une minute.")
    if seconds < 5400:
        return _("Trop de demandes en peu de temps. Réessayez dans %(n)s minutes.", n=math.ceil(seconds / 60))
    return _("Trop de demandes en peu de temps. Réessayez dans %(n)s heures.", n=math.ceil(seconds / 3600))


def _storage(settings: Settings) -> Storage:
    if settings.redis_url is None:
        return MemoryStorage()
    # Valkey is spoken to with Redis' client; for a socket, `limits` has a name of its own.
    scheme, rest = settings.redis_url.split("://", 1)
    known = {"valkey": "redis", "valkeys": "rediss", "unix": "redis+unix"}.get(scheme, scheme)
    return RedisStorage(f"{known}://{rest}", key_prefix="maillage-rate", wrap_exceptions=True)
