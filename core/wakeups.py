"""The doorbell: says « there is work », carries nothing, and may be lost without harm: the rows stay due."""

from collections.abc import Callable

from core.db import after_commit

_answer: list[Callable[[str], object]] = []


def answer_with(ring: Callable[[str], object] | None) -> None:
    """Whoever runs the workers says here how they are woken; None silences the bell."""
    _answer[:] = [ring] if ring else []


def ring(queue: str) -> None:
    """Wake the workers of `queue` once the current transaction is committed, never before: they would look too early."""
    after_commit(_BELLS.setdefault(queue, _Bell(queue)))


def ring_now(queue: str) -> None:
    """Wake the workers of `queue` at once: for the clock, which is in no transaction."""
    for answer in _answer:
        answer(queue)


class _Bell:
    """One callback per queue, so that a hundred events in a transaction ring once."""

    def __init__(self, queue: str) -> None:
        self.queue = queue

    def __call__(self) -> None:
        ring_now(self.queue)


_BELLS: dict[str, _Bell] = {}
