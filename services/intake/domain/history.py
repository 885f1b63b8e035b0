"""How long a search lasts: what the programme can honestly say (B16)."""

from collections.abc import Sequence

ENOUGH = 10
DAYS_OF_A_MONTH = 30.44


def honest_range(days_of_closed_searches: Sequence[int]) -> str:
    """From the programme's own history once ten searches have closed; until then what experience says."""
    if len(days_of_closed_searches) < ENOUGH:
        return "A search takes from a few months to over a year."
    months = sorted(max(1, round(days / DAYS_OF_A_MONTH)) for days in days_of_closed_searches)
    tenth = len(months) // 10
    low, high = months[tenth], months[-1 - tenth]
    span = f"{low} to {high} months" if low < high else f"about {low} months"
    return f"Most searches took {span}: eight in ten of the {len(months)} that have closed so far."
