"""How a rule says no: the docstring of the class is the sentence that a person reads."""

from datetime import date, datetime
from typing import Any, ClassVar


class Refusal(Exception):
    """That is not possible."""

    status: ClassVar[int] = 409
    next_step: str = ""
    for_staff: ClassVar[str] = ""
    """What staff can do instead, where the next step for others is to ask them."""

    def __init__(self, **facts: Any) -> None:
        sentence = " ".join((type(self).__doc__ or "").split())
        self.facts = facts
        self.sentence = sentence.format(**{name: _told(fact) for name, fact in facts.items()})
        super().__init__(self.sentence)


def _told(fact: Any) -> Any:
    """Days as people write them."""
    is_day = isinstance(fact, date) and not isinstance(fact, datetime)
    return f"{fact:%-d %B %Y}" if is_day else fact


class NotFound(Refusal):
    """We have no {thing} with the number {id}."""

    status = 404
    next_step = "Check the link, or find it again in the list."


class NotAllowed(Refusal):
    """This is for {who}; you are signed in as {role}."""

    status = 403
    next_step = "Ask the person who may, or write to the programme's info address."


class NotSignedIn(Refusal):
    """Please sign in first: {why}."""

    status = 401
    next_step = "Sign in and try again; nothing that you entered is lost."


class ChangedMeanwhile(Refusal):
    """Somebody changed this while you were working on it."""

    status = 412
    next_step = (
        "Read it again, look at what changed, and repeat your change if it still makes sense."
    )


class NotAVersion(Refusal):
    """If-Match takes the version that you read, a number in quotes."""

    status = 400
    next_step = "Send the ETag of what you read, or leave If-Match out to change what is there now."


class HappenedAtOnce(Refusal):
    """Two changes to the same thing arrived at the same moment, and the other one came first."""

    next_step = "Read it again and repeat your change if it still makes sense."


class NoFormTaken(Refusal):
    """This takes no form, and what came with it ({told}) would be lost."""

    status = 422
    next_step = (
        "Send it without a body. What there is to say besides goes into the conversation of the case, or to the"
        " operation whose form has a field for it."
    )


class TooLarge(Refusal):
    """At most {most} bytes can be sent to this address at once."""

    status = 413
    next_step = (
        "Send less at once: shorten the text, make a scan smaller, or import a long file with csc, which sends it in"
        " parts."
    )


class KeyTooLong(Refusal):
    """An Idempotency-Key has at most {most} characters."""

    status = 400
    next_step = "Use a UUID, for instance; repeat it only to repeat the same request."


class KeyUsedForAnother(Refusal):
    """The idempotency key {key} was already used for a different request."""

    status = 422
    next_step = "Use a new key for a new request; repeat a key only to repeat the same request."


class Halted(Refusal):
    """This service has stopped taking changes: {reason}"""

    status = 503
    next_step = "Try again in a while, and look first whether what you did last is still there."
