"""What the house refuses, in its own words; the shell turns each into the right status and sentence."""

from collections.abc import Mapping


class HouseError(Exception):
    """Anything the house says no to. `sentence` is for the reader, in the reader's language."""

    status = 400

    def __init__(self, sentence: str = "", **fields: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
        #: The sentence to show at each field that is wrong, by the field's name.
        self.fields: Mapping[str, str] = fields


class Refused(HouseError):
    """What was asked is understood and cannot be done as it stands: something in it is wrong."""

    status = 422


class NotAllowed(HouseError):
    """The thing may be known to this person, but not this action on it."""

    status = 403


class NotFound(HouseError):
    """It does not exist, or this person may not know that it does: the two are never told apart."""

    status = 404


class Conflict(HouseError):
    """Someone else was there first: the state has changed since the page was shown."""

    status = 409


class TooMany(HouseError):
    """Asked too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, sentence: str = "", retry_after: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Misconfigured(Exception):
    """A setting is wrong: the start stops with this sentence."""
