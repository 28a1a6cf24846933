"""One transaction for each request that writes: opened and closed here, so that no feature ever commits."""

from collections.abc import Callable

from flask import make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core import db
from webapp.shell import once

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class _Undone(Exception):
    """The answer says that something is wrong: nothing of what was done may last."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


def around(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Answer the request; a writing one is committed when its answer is a success, and undone otherwise."""
    if request.method in SAFE:
        return view()
    try:
        with db.transaction():
            already = once.begin()
            if already is not None:
                return already
            answer = make_response(view())
            if answer.status_code >= 400:
                raise _Undone(answer)
            once.finish(answer)
            return answer
    except _Undone as undone:
        return undone.answer
