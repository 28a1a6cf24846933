"""What meetings set beside a space's feed: the next ones."""

from flask import render_template

from core.spaces import Space
from webapp.meetings import feature, queries
from webapp.shell.identity import me

SHOWN = 3


@feature.space_aside
def next_meetings(space: Space) -> str:
    """The next meetings of a space that are not cancelled, with what the reader answered."""
    person = me()
    coming = [m for m in queries.to_come(person, space=space, limit=SHOWN + 5) if not m.is_cancelled][:SHOWN]
    return render_template(
        "meetings/_next.html",
        space=space,
        meetings=coming,
        answers=queries.answers_of(person, coming) if person and coming else {},
    )
