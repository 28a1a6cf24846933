"""Who may come in, and where they may be led afterwards."""

from core.people import Person
from webapp.shell.page import same_site

LONGEST_PATH = 500


def may_sign_in(person: Person, *, is_member: bool) -> bool:
    """Who has an account; and who belongs to a space without one: theirs opens when they first come in."""
    return person.closed_at is None and (person.account_at is not None or is_member or person.is_staff)


def safe_path(asked: str | None) -> str:
    """Where to go after signing in: a page of this site, or the front door for anything else."""
    if not asked or len(asked) > LONGEST_PATH:
        return "/"
    try:
        path = same_site(asked)
    except ValueError:  # « http://[ » is no address at all
        return "/"
    return "/" if path.startswith(("/connexion", "/deconnexion")) else path
