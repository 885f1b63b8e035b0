"""Where a recipient sits, by the channel that leads to them, and when a letter goes there."""

from datetime import datetime

from shared.values import Channel, Value
from shared.working_days import Seat

IN_THE_UNITED_STATES = (
    Channel.FOREIGN_EMBASSY,
    Channel.FOREIGN_CONSULATE,
    Channel.FEDERAL_AGENCY,
)


class Delivery(Value):
    """Where a letter goes, and when, where it waits for the office to open; unknown of what is older than that."""

    seat: Seat | None = None
    goes_out_at: datetime | None = None


def sits_in(channel: Channel, country: str) -> str:
    """The country that a contact of this channel works in, where no registered contact says it."""
    return "US" if channel in IN_THE_UNITED_STATES else country
