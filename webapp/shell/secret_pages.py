"""Pages whose address holds a secret: kept by no cache, told to no other site, found by no search engine."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import make_response

View = TypeVar("View", bound=Callable[..., Any])


def secret_address(view: View) -> View:
    """Decorator: for what is reached by a link from a mail (OWASP ASVS 5.0, 14.2.1 and 14.3.2)."""

    @functools.wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        answer = make_response(view(*args, **values))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return cast(View, guarded)
