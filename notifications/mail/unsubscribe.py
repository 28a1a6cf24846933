"""Stopping mail without signing in: a signed word, in the header (RFC 8058) and at the foot of each mail, that never ages.

GET on its address shows a page, POST acts: `webapp.inbox` answers both.
"""

from dataclasses import dataclass

from core import links, tokens

PURPOSE = "unsubscribe"
PATH = "/desabonnement/"
ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Origin:
    """The mail a word was written for: whose, and about which space; no space for a digest, which joins them all."""

    person_id: int
    space_id: int | None = None

    @property
    def word(self) -> str:
        return tokens.sign(PURPOSE, self.person_id, self.space_id or 0)

    @property
    def address(self) -> str:
        """Where the word acts: for `List-Unsubscribe`, and for the link at the mail's foot."""
        return links.base_url() + PATH + self.word


def read(word: str) -> Origin | None:
    """What a word was written for, or None when it is not one of ours."""
    numbers = tokens.read(PURPOSE, word)
    if numbers is None or len(numbers) != 2:
        return None
    return Origin(numbers[0], numbers[1] or None)


def headers(origin: Origin) -> dict[str, str]:
    """The two headers of RFC 8058, each once; the word stays under 78 characters, so that nothing folds or encodes it."""
    return {"List-Unsubscribe": f"<{origin.address}>", "List-Unsubscribe-Post": ONE_CLICK}
