"""The shortlist on the members' page: what matching says of a choice is told there."""

from shared.refusals import Refusal


class NotChosen(Refusal):
    """{why}"""

    status = 422
    next_step = "Choose three, four or five of the cities below, or write to us about what stands in the way."


class ProposalsAway(Refusal):
    """The cities that are proposed cannot be read at the moment."""

    status = 503
    next_step = "Try again in a moment; nothing was changed."
