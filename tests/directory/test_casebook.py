"""The casebook: where a case stands, who has the ball, what happened."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest

from services.directory import casebook
from services.directory.case_doors import details_of, line_of
from services.directory.city_map import Rows
from services.directory.read_models import ReadModels
from shared import events as e
from shared.events import PublicEvent
from shared.values import Lane, PartnershipKind
from tests.directory.heard import Hearing
from tests.directory.test_city_map import example
from tests.examples import CASE

LATER = datetime(2040, 1, 1, tzinfo=UTC)
STEPS: list[tuple[type[PublicEvent], str]] = [
    (e.CitySeekingRequested, "requested"),
    (e.DebriefInvited, "debrief_invited"),
    (e.DebriefScheduled, "debrief_scheduled"),
    (e.DebriefCompleted, "researching"),
    (e.ProspectsProposed, "prospects_proposed"),
    (e.ShortlistSelected, "shortlisted"),
    (e.EmbassyContacted, "outreach"),
    (e.IntroductionArranged, "introduction_arranged"),
    (e.IntroductionHeld, "introduced"),
    (e.HandedOverToMember, "handed_over"),
    (e.InvitationSent, "invitation"),
    (e.LetterOfIntentSigned, "letter_of_intent"),
    (e.CouncilResolutionAdopted, "council_resolution"),
    (e.PartnershipFormed, "partnered"),
    (e.CitySeekingClosed, "closed"),
]


@pytest.fixture
def directory(read_models: ReadModels) -> Hearing:
    hearing = Hearing(read_models)
    hearing.hears(example(e.CommunityRegistered))
    return hearing


def case(staff_door: Rows) -> dict[str, Any]:
    found = casebook.case(staff_door, CASE)
    assert found is not None
    return found


def test_a_case_goes_from_yes_to_partnership(directory: Hearing, staff_door: Rows) -> None:
    """Each step of the programme shows as the stage of the case."""
    stages = []
    for event, _ in STEPS:
        directory.hears(example(event))
        stages.append(case(staff_door)["stage"])
    assert stages == [stage for _, stage in STEPS]


def test_a_failed_pair_gives_the_case_back(directory: Hearing, staff_door: Rows) -> None:
    """When its furthest pair fails, the case stands where the next one is."""
    directory.hears(*(example(event) for event, _ in STEPS[:9]), example(e.PairFailed))
    found = case(staff_door)
    assert (found["stage"], found["open_pairs"], found["failed_pairs"]) == ("shortlisted", 2, 1)


def test_a_paused_case_says_until_when(directory: Hearing, staff_door: Rows) -> None:
    """A search that rests says so, whatever else goes on."""
    directory.hears(example(e.CitySeekingRequested), example(e.CitySeekingPaused))
    assert case(staff_door)["stage"] == "paused"
    directory.hears(example(e.CitySeekingResumed))
    assert case(staff_door)["stage"] == "requested"


def test_a_case_says_who_has_the_ball(directory: Hearing, staff_door: Rows) -> None:
    """Every open case has an owner, a next step and a date; a closed one waits for nobody."""
    directory.hears(
        example(e.CitySeekingRequested), example(e.CaseAssigned), example(e.NextStepSet)
    )
    found = case(staff_door)
    assert (found["staff_id"], found["holder"], found["step"]) == (
        "staff-ana",
        "member",
        "book_debrief",
    )
    assert str(found["due_on"]) == "2027-03-10"
    directory.hears(example(e.CitySeekingWithdrawn))
    assert (case(staff_door)["holder"], case(staff_door)["due_on"]) == ("nobody", None)


def test_the_timeline_is_told_in_sentences(directory: Hearing, staff_door: Rows) -> None:
    """What happened reads as sentences with the names of the cities, in the order of its dates."""
    directory.hears(
        example(e.ShortlistSelected),
        example(e.InterestGauged),
        example(e.CitySeekingRequested),
        example(e.PartnershipFormed),
        example(e.PartnershipEnded),
    )
    told = [entry["sentence"] for entry in details_of(case(staff_door))["timeline"]]
    assert told == [
        "Springfield, IL, said Yes to seeking a sister city and names Coimbra.",
        "Springfield chose Ashikaga, Coimbra, Tartu.",
        "Ashikaga is interested in Springfield.",
        "Springfield and Ashikaga are now sister cities.",
        "The partnership of Springfield and Ashikaga has ended.",
    ]
    assert line_of(case(staff_door), example(e.CaseAssigned).happened_at.date())[
        "last_sentence"
    ].startswith("The partnership of")


def test_threads_stand_with_their_pair(directory: Hearing, staff_door: Rows) -> None:
    """B9: one prospect has several threads at once, each with its channel and its silence."""
    contacted = example(e.ChannelContacted, thread_id=CASE)
    directory.hears(
        example(e.CitySeekingRequested),
        example(e.EmbassyContacted),
        contacted,
        example(e.FollowUpDue),
    )
    [pair] = case(staff_door)["pairs"]
    assert [(t["channel"], t["state"], t["days_silent"]) for t in pair["threads"]] == [
        ("foreign_embassy", "follow_up_due", 7),
        ("municipal_association", "written", None),
    ]


def threads(staff_door: Rows) -> list[tuple[Any, ...]]:
    [pair] = case(staff_door)["pairs"]
    return [(t["state"], t["days_silent"], t["last_at"][:10]) for t in pair["threads"]]


def test_a_reply_that_is_taken_back_leaves_the_silence(
    directory: Hearing, staff_door: Rows
) -> None:
    """The thread stands where it stood before the reply; an earlier reply still counts."""
    reply = example(e.ReplyReceived)
    retracted = example(e.ReplyRetracted)
    directory.hears(
        example(e.CitySeekingRequested), example(e.EmbassyContacted), example(e.FollowUpDue)
    )
    silent = threads(staff_door)
    directory.hears(reply, retracted)
    assert threads(staff_door) == silent
    assert silent[0][:2] == ("follow_up_due", 7)
    directory.hears(reply, reply, retracted)
    assert threads(staff_door)[0][0] == "answered"
    directory.hears(example(e.FollowUpSent), retracted, retracted)
    assert threads(staff_door)[0][0] == "followed_up"


def test_a_contact_that_is_taken_back_was_never_made(directory: Hearing, staff_door: Rows) -> None:
    """Its thread goes, and the pair was first written to by what is left, or not at all."""
    embassy, office = example(e.EmbassyContacted), example(e.ChannelContacted, thread_id=CASE)
    directory.hears(example(e.CitySeekingRequested), example(e.ShortlistSelected), embassy, office)
    directory.hears(example(e.ContactRetracted))
    [pair] = [pair for pair in case(staff_door)["pairs"] if pair["threads"]]
    assert [thread["channel"] for thread in pair["threads"]] == ["municipal_association"]
    assert pair["contacted_at"] == office.happened_at
    directory.hears(example(e.ContactRetracted, thread_id=CASE))
    found = case(staff_door)
    assert (found["stage"], [p["contacted_at"] for p in found["pairs"]]) == (
        "shortlisted",
        [None, None, None],
    )


def test_a_pair_that_goes_on_stands_where_it_stood(directory: Hearing, staff_door: Rows) -> None:
    """A pair that failed by mistake takes the case back to its stage."""
    directory.hears(*(example(event) for event, _ in STEPS[:9]), example(e.PairFailed))
    directory.hears(example(e.PairReopened))
    found = case(staff_door)
    assert (found["stage"], found["failed_pairs"]) == ("introduced", 0)


def test_an_introduction_that_is_called_off_has_no_date(
    directory: Hearing, staff_door: Rows
) -> None:
    """The case stands where it stood before it was arranged, until it is arranged anew."""
    directory.hears(*(example(event) for event, _ in STEPS[:8]), example(e.IntroductionCalledOff))
    found = case(staff_door)
    assert (found["stage"], found["pairs"][0]["introduction_at"]) == ("outreach", None)
    directory.hears(example(e.IntroductionArranged))
    assert case(staff_door)["stage"] == "introduction_arranged"


def test_a_hand_over_that_is_taken_back_was_never_made(
    directory: Hearing, staff_door: Rows
) -> None:
    """The pair stands as it was introduced, and the timeline tells both."""
    directory.hears(*(example(event) for event, _ in STEPS[:10]), example(e.HandOverRetracted))
    found = case(staff_door)
    assert (found["stage"], found["pairs"][0]["handed_over_on"]) == ("introduced", None)
    assert [entry["type"] for entry in details_of(found)["timeline"]][-2:] == [
        "HandedOverToMember",
        "HandOverRetracted",
    ]
    directory.hears(example(e.HandedOverToMember))
    assert case(staff_door)["stage"] == "handed_over"


def test_a_partnership_that_is_taken_back_leaves_the_pair_where_it_was(
    directory: Hearing, staff_door: Rows
) -> None:
    """The pair stands as before the agreement; what is told of the partnership later is none of the case's."""
    told = [example(event) for event, _ in STEPS[:14]]
    directory.hears(*told, example(e.PartnershipRetracted, happened_at=LATER))
    directory.hears(example(e.CheckInDue, happened_at=LATER))
    found = case(staff_door)
    assert found["stage"] == "council_resolution"
    assert details_of(found)["timeline"][-1]["type"] == "PartnershipRetracted"
    directory.hears(example(e.PartnershipFormed))
    assert case(staff_door)["stage"] == "partnered"


def test_a_stepping_stone_is_told_and_the_case_goes_on(
    directory: Hearing, staff_door: Rows
) -> None:
    """A friendship on the way stands in the timeline, with what becomes of it; the pair is not at its end."""
    friends = example(e.PartnershipFormed, kind=PartnershipKind.FRIENDSHIP, ends_search=False)
    directory.hears(*(example(event) for event, _ in STEPS[:12]), friends)
    directory.hears(example(e.PartnershipCorrected), example(e.CheckInDue))
    found = case(staff_door)
    assert found["stage"] == "letter_of_intent"
    told = [entry["subject"].split(".")[1] for entry in found["timeline"]]
    assert {"PartnershipFormed", "PartnershipCorrected", "CheckInDue"} <= set(told)


def test_listed_cities_that_were_looked_at_add_up(directory: Hearing, staff_door: Rows) -> None:
    """B7: each later look tells new listings only; the case counts each listing once."""
    first, second, third = (UUID(int=number) for number in (1, 2, 3))
    directory.hears(example(e.CitySeekingRequested))
    for looked_at in ((first, second), (third,), (third, first)):
        directory.hears(example(e.ListedCitiesReviewed, listing_ids=looked_at))
    assert case(staff_door)["reviewed_listings"] == 3


def test_a_corrected_shortlist_drops_what_was_not_chosen(
    directory: Hearing, staff_door: Rows
) -> None:
    """A city that is no longer on the shortlist is no pair of the case, unless it was written to already."""
    chosen = example(e.ShortlistSelected)
    assert isinstance(chosen, e.ShortlistSelected)
    directory.hears(example(e.CitySeekingRequested), chosen, example(e.ShortlistReopened))
    directory.hears(chosen.model_copy(update={"choices": chosen.choices[:1]}))
    assert case(staff_door)["open_pairs"] == 1


def test_a_merged_member_keeps_its_case(directory: Hearing, staff_door: Rows) -> None:
    """The case of a record that was merged belongs to the record that remains."""
    directory.hears(
        example(e.CitySeekingRequested),
        example(
            e.CommunitiesMerged,
            community_id=example(e.CitySeekingRequested).community_id,  # type: ignore[attr-defined]
            into_community_id=CASE,
        ),
        example(e.CommunityProfileUpdated, community_id=CASE),
    )
    assert case(staff_door)["community_id"] == CASE


@pytest.mark.parametrize("is_chosen_first", [True, False])
def test_a_pair_of_merged_records_is_one_pair(
    directory: Hearing, staff_door: Rows, is_chosen_first: bool
) -> None:
    """After a merge outreach speaks of the record that remains; whatever is heard first, the pair is the same."""
    chosen = example(e.ShortlistSelected)
    assert isinstance(chosen, e.ShortlistSelected)
    foreign = chosen.choices[0].community_id
    pair_id = uuid5(chosen.case_id, str(foreign))
    written = example(e.EmbassyContacted, pair_id=pair_id, foreign_community_id=CASE)
    directory.hears(example(e.CitySeekingRequested))
    directory.hears(*((chosen, written) if is_chosen_first else (written, chosen)))
    [pair] = [pair for pair in case(staff_door)["pairs"] if pair["threads"]]
    assert (pair["foreign_community_id"], pair["lane"]) == (foreign, "shortlist")


def merged(chosen: e.ShortlistSelected, **at: Any) -> PublicEvent:
    """The first choice proves to be the second one."""
    gone, remains, *_ = (choice.community_id for choice in chosen.choices)
    return example(e.CommunitiesMerged, community_id=gone, into_community_id=remains, **at)


def pairs_of(staff_door: Rows) -> dict[str, bool]:
    """City by the record as it was chosen -> whether it is chosen."""
    return {str(p["foreign_community_id"]): p["is_chosen"] for p in case(staff_door)["pairs"]}


@pytest.mark.parametrize("is_merge_first", [True, False])
def test_two_records_of_one_city_are_one_pair(
    directory: Hearing, staff_door: Rows, is_merge_first: bool
) -> None:
    """Chosen in one shortlist after they had become one, they are the last one's pair, as in outreach."""
    chosen = example(e.ShortlistSelected)
    assert isinstance(chosen, e.ShortlistSelected)
    merge = merged(chosen, happened_at=chosen.happened_at)
    directory.hears(example(e.CitySeekingRequested))
    directory.hears(*((merge, chosen) if is_merge_first else (chosen, merge)))
    assert list(pairs_of(staff_door)) == [str(c.community_id) for c in chosen.choices[1:]]
    assert case(staff_door)["open_pairs"] == 2


def test_a_city_that_is_chosen_again_under_its_other_record_keeps_its_pair(
    directory: Hearing, staff_door: Rows
) -> None:
    """The pair that was opened first goes on, chosen, with its lane; no other is opened."""
    first = example(e.ShortlistSelected)
    assert isinstance(first, e.ShortlistSelected)
    gone, remains, other = first.choices
    before = first.model_copy(update={"choices": (gone, other)})
    after = first.model_copy(update={"choices": (remains,), "happened_at": LATER})
    directory.hears(example(e.CitySeekingRequested), before, merged(first), after)
    ids = {str(gone.community_id): True, str(other.community_id): False}
    assert pairs_of(staff_door) == ids
    directory.hears(after.model_copy(update={"lane": Lane.NAMED}), before)
    found = {str(p["foreign_community_id"]): p["lane"] for p in case(staff_door)["pairs"]}
    assert found == {str(gone.community_id): "named", str(other.community_id): "shortlist"}


def test_what_is_of_interest_stays_so_under_its_other_record(
    directory: Hearing, staff_door: Rows
) -> None:
    """Only a city of the shortlist changes its lane, as in outreach."""
    chosen = example(e.ShortlistSelected)
    assert isinstance(chosen, e.ShortlistSelected)
    gone, remains, _ = chosen.choices
    interest = example(e.InterestExpressed, case_id=chosen.case_id, foreign_place=gone)
    again = {"choices": (remains,), "lane": Lane.NAMED, "happened_at": LATER}
    directory.hears(example(e.CitySeekingRequested), interest)
    directory.hears(merged(chosen), chosen.model_copy(update=again))
    [pair] = case(staff_door)["pairs"]
    assert (pair["foreign_community_id"], pair["lane"]) == (gone.community_id, "interest")


def test_pairs_that_became_one_city_later_are_two(directory: Hearing, staff_door: Rows) -> None:
    """Outreach keeps each pair that it has opened; so does the casebook, and whatever outreach speaks of."""
    chosen = example(e.ShortlistSelected)
    assert isinstance(chosen, e.ShortlistSelected)
    directory.hears(example(e.CitySeekingRequested), chosen, merged(chosen, happened_at=LATER))
    assert case(staff_door)["open_pairs"] == 3


def test_a_merged_record_finds_the_case(directory: Hearing, staff_door: Rows) -> None:
    """Cases are found by every record of their community."""
    us = example(e.CommunityRegistered).community_id  # type: ignore[attr-defined]
    directory.hears(
        example(e.CitySeekingRequested),
        example(e.CommunitiesMerged, community_id=CASE, into_community_id=us),
    )
    for record in (us, CASE):
        wanted = casebook.Wanted(community_id=record)
        assert len(casebook.cases(staff_door, wanted, LATER.date(), None, 9)) == 1
    assert not casebook.cases(
        staff_door, casebook.Wanted(community_id=UUID(int=1)), LATER.date(), None, 9
    )


def test_the_staff_role_reads_its_views_and_nothing_else(
    directory: Hearing, staff_door: Rows
) -> None:
    """The protected door cannot reach beyond the casebook's views either."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        staff_door.execute("SELECT * FROM parked")
