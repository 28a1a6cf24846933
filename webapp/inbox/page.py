"""What every page shows of the inbox: the number at the bell."""

from typing import Any

from webapp.inbox import feature, queries
from webapp.shell.identity import me


@feature.page_part
def bell() -> dict[str, Any]:
    person = me()
    return {"unread": queries.unread_count(person) if person is not None else 0}
