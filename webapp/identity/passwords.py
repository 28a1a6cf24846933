"""Passwords: what makes a good one, and how one is kept (Argon2id) and checked without telling who has one."""

import re
import threading
from functools import cache
from pathlib import Path

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from core import text
from core.errors import Refused
from core.locale import _
from core.people import Person

SHORTEST = 12
LONGEST = 128
#: OWASP's second choice for Argon2id: 19 MiB, so that many people signing in together do not fill the memory.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(8)


def keep_lightly() -> None:
    """For tests: the smallest cost Argon2id accepts."""
    global _hasher  # noqa: PLW0603 - the one hook by which tests are spared half a second each
    _hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    _nobodys_hash.cache_clear()


def hashed(password: str) -> str:
    """What the database keeps."""
    with _turns:
        return _hasher.hash(_composed(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether it is the password kept as `kept`; as long to say for None, which nothing opens."""
    with _turns:
        try:
            _hasher.verify(kept or _nobodys_hash(), _composed(password[: 2 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_dated(kept: str) -> bool:
    """Whether it was kept at another cost than today's, and should be kept again."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, person: Person) -> None:
    """Raise `Refused` for a password that anyone would try first. No rule of composition (NIST SP 800-63B, 3.1.1.2)."""
    password = _composed(password)
    if len(password) < SHORTEST:
        _refuse(_("Au moins %(least)s caractères : une courte phrase convient très bien.", least=SHORTEST))
    if len(password) > LONGEST:
        _refuse(_("Au plus %(most)s caractères.", most=LONGEST))
    if _is_common(password):
        _refuse(_("Ce mot de passe est parmi les premiers qu’on essaierait : choisissez-en un plus à vous."))
    if _says_who(password, person):
        _refuse(_("Ne le faites pas de votre nom ni de votre adresse : c’est ce qu’on essaierait d’abord."))


def _refuse(sentence: str) -> None:
    raise Refused(sentence, new=sentence)


def _composed(password: str) -> str:
    """One writing of « é », whatever the keyboard; spaces inside are part of it."""
    return text.clean(password)


def _is_common(password: str) -> bool:
    """Whether it is a common one, or a common word dressed with digits, signs or repetition."""
    folded = text.fold(password)
    bare = re.sub(r"[\W_]+", "", folded)
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    forms = {folded, bare, _letters(word), _letters(_undisguised(word))}
    forms |= {_once(form) for form in forms}
    return not forms.isdisjoint(_common()) or len(set(bare)) < 4 or _is_a_row(bare)


def _says_who(password: str, person: Person) -> bool:
    address = person.email or ""
    owned = {_letters(text.fold(word)) for word in (person.name, address, address.partition("@")[0])}
    return _letters(text.fold(password)) in owned


def _letters(word: str) -> str:
    return re.sub(r"[\W\d_]+", "", word)


def _once(word: str) -> str:
    """« jetaimejetaime » → « jetaime »."""
    found = re.fullmatch(r"(.+?)\1+", word)
    return found[1] if found else word


def _undisguised(word: str) -> str:
    """« m0tdep@sse » → « motdepasse »."""
    return word.translate(str.maketrans("@4310$5!7", "aaeiossit"))


def _is_a_row(word: str) -> bool:
    """« 123456789012 », « abcdefghijkl », « azertyuiopqs »."""
    rows = (
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "azertyuiopqsdfghjklmwxcvbn",
        "qwertyuiopasdfghjklzxcvbnm",
    )
    return any(word in row or word in row[::-1] for row in rows)


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(text.fold(line) for line in lines if line and not line.startswith("#"))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("personne n’a ce mot de passe")
