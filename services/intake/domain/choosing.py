"""What members do on their pages: what matching says of a choice is told there, and what is no choice at all."""

from shared.refusals import Refusal


class NotChosen(Refusal):
    """{why}"""

    status = 422
    next_step = "Choose three, four or five of the cities below, or write to us about what stands in the way."

    def __init__(self, why: str, then: str = "") -> None:
        """`then`: what matching says that can be done."""
        super().__init__(why=why)
        self.next_step = then or type(self).next_step


class ProposalsAway(Refusal):
    """The cities that are proposed cannot be read at the moment."""

    status = 503
    next_step = "Try again in a moment; nothing was changed."


class NoneOfThem(Refusal):
    """What was sent is none of the cities below."""

    status = 422
    next_step = "Tick cities on this page; nothing was changed."


class TimeIsGone(Refusal):
    """This time is not proposed, or not any more."""

    next_step = (
        "Take one of the times on this page, or answer our letter with two or three that suit you."
    )


def numbers_of(ticked: list[str]) -> list[int]:
    """Raises NoneOfThem."""
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in ticked):
        raise NoneOfThem
    return [int(each) for each in ticked]
