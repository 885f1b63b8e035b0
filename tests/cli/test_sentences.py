"""Every public event is told in a sentence that a newcomer understands."""

from uuid import uuid4

import pytest

from shared.events import REGISTRY
from shared.names import Names
from tests.examples import ASHIKAGA, EXAMPLES, SPRINGFIELD, TARTU


@pytest.fixture
def names() -> Names:
    """Knows the cities of the examples."""
    known = {place.community_id: place.name for place in (SPRINGFIELD, ASHIKAGA, TARTU)}
    return Names(known.get)


@pytest.mark.parametrize("subject", REGISTRY)
def test_every_event_has_a_sentence(subject: str, names: Names) -> None:
    """No event is told by its class name alone; each has a sentence with a beginning and an end."""
    told = names.tell(EXAMPLES[subject])
    assert "happened." not in told
    assert told.endswith(".")
    assert told[0].isupper()
    assert "None" not in told
    assert "_" not in told


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (
            "intake.CitySeekingRequested.v1",
            "Springfield, IL, said Yes to seeking a sister city and names Coimbra.",
        ),
        (
            "intake.NextStepSet.v1",
            "Springfield: next step is to book the debrief by 2027-03-10; member has the ball.",
        ),
        ("matching.ShortlistSelected.v1", "Springfield chose Ashikaga, Coimbra, Tartu."),
        (
            "outreach.EmbassyContacted.v1",
            "A foreign embassy (JP) was written to about Springfield and Ashikaga.",
        ),
        ("outreach.InterestGauged.v1", "Ashikaga is interested in Springfield."),
        ("outreach.PartnershipFormed.v1", "Springfield and Ashikaga are now sister cities."),
    ],
)
def test_sentences_name_cities(subject: str, told: str, names: Names) -> None:
    """Cities are named, although most events carry ids alone."""
    assert names.tell(EXAMPLES[subject]) == told


def test_a_name_is_learnt_from_an_earlier_event() -> None:
    """A place that one event carries names the city in later ones."""
    names = Names()
    invited = EXAMPLES["intake.DebriefInvited.v1"]
    assert "community" in names.tell(invited)
    names.tell(EXAMPLES["intake.CitySeekingRequested.v1"])
    assert names.tell(invited) == "Springfield was asked for a date for the debrief."


def test_nobody_is_asked_twice_for_an_unknown_name() -> None:
    """Where intake does not know a name either, it is not asked again with every event."""
    asked: list[object] = []
    names = Names(asked.append)
    unknown = uuid4()
    assert names.of(unknown) == names.of(unknown)
    assert asked == [unknown]
