"""Staff change the ranking of one case: weights, cities left out; the reason is kept, and stays within matching."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local.platform import Platform
from services.matching import adjusting, looking, outbox, rows, views
from services.matching.application import Matching
from services.matching.domain import adjustments as domain
from services.matching.domain import refusals as no
from services.matching.domain.adjustments import Adjustments
from services.matching.domain.screening import Screening
from services.matching.score.weights import Factor, published
from shared.context import Caller, Role
from shared.events import CaseRechecked, public_names
from shared.examples import ASHIKAGA, CASE, COIMBRA, LISTING, TARTU
from shared.refusals import Refusal
from shared.values import RuleEffect
from tests.clients import Clients
from tests.matching.alone import Clock, hear, matching_alone
from tests.matching.histories import AT, LATER, LYNGBY
from tests.matching.test_matching import a_search

ANA = Caller("ana", Role.STAFF)
Command = Callable[[Adjustments], object]


def fresh() -> Adjustments:
    return Adjustments(case_id=CASE, at=AT)


def adjusted() -> Adjustments:
    known = fresh()
    known.change_weights({"themes": 40, "size": 0}, AT)
    known.exclude(TARTU, AT)
    return known


@pytest.mark.parametrize(
    ("state", "command", "event"),
    [
        (fresh, lambda a: a.change_weights({"themes": 40}, LATER), "WeightsChanged"),
        (adjusted, lambda a: a.change_weights({"language": 1}, LATER), "WeightsChanged"),
        (adjusted, lambda a: a.change_weights({"themes": 40.0}, LATER), None),
        (adjusted, lambda a: a.reset_weights(LATER), "WeightsReset"),
        (fresh, lambda a: a.exclude(TARTU, LATER), "CityExcluded"),
        (adjusted, lambda a: a.readmit(TARTU.geoname_id, LATER), "CityReadmitted"),
    ],
)
def test_each_adjustment_is_an_event(
    state: Callable[[], Adjustments], command: Command, event: str | None
) -> None:
    """What staff change is recorded; the same weight again is no news."""
    known = state()
    before = len(known.pending_events)
    command(known)
    assert [type(each).__name__ for each in known.pending_events[before:]] == [event] * bool(event)


@pytest.mark.parametrize(
    ("state", "command", "refusal"),
    [
        (fresh, lambda a: a.change_weights({"fame": 1}, LATER), no.UnknownFactor),
        (fresh, lambda a: a.change_weights({"size": -1}, LATER), no.WeightOutOfRange),
        (fresh, lambda a: a.change_weights({"size": 100.5}, LATER), no.WeightOutOfRange),
        (fresh, lambda a: a.change_weights({"size": float("nan")}, LATER), no.WeightOutOfRange),
        (fresh, lambda a: a.reset_weights(LATER), no.NothingAdjusted),
        (adjusted, lambda a: a.exclude(TARTU, LATER), no.AlreadyExcluded),
        (fresh, lambda a: a.readmit(TARTU.geoname_id, LATER), no.NotExcluded),
    ],
)
def test_what_cannot_be_adjusted_is_refused(
    state: Callable[[], Adjustments], command: Command, refusal: type[Refusal]
) -> None:
    """An unknown factor, a weight out of range, a city that is excluded already: refused, and nothing is recorded."""
    known = state()
    before = len(known.pending_events)
    with pytest.raises(refusal):
        command(known)
    assert len(known.pending_events) == before


def test_weights_add_up_and_cities_come_back() -> None:
    """A later change stands beside the earlier ones; a reset takes all of them, and leaves the excluded cities."""
    known = adjusted()
    known.change_weights({"themes": 10, "role": 5}, LATER)
    assert known.weights == {"themes": 10, "size": 0, "role": 5}
    known.reset_weights(LATER)
    assert (known.weights, set(known.excluded)) == ({}, {TARTU.geoname_id})
    known.readmit(TARTU.geoname_id, LATER)
    known.exclude(TARTU, LATER)
    assert known.excluded == {TARTU.geoname_id: TARTU}


def test_the_factors_are_those_of_the_score() -> None:
    """The domain knows the score's names, and not the score."""
    assert {factor.value for factor in Factor} == domain.FACTORS


def test_no_event_of_adjustments_carries_a_reason_or_is_public() -> None:
    """Why stands in the notes of matching alone; the others hear nothing of it."""
    names = {name for name, value in vars(Adjustments).items() if isinstance(value, type)}
    assert not names & public_names("matching")
    for name in names & {"WeightsChanged", "WeightsReset", "CityExcluded", "CityReadmitted"}:
        assert "reason" not in getattr(Adjustments, name).model_fields


# On a real database.


@pytest.fixture(scope="module")
def matching(platform: Platform) -> Iterator[Matching]:
    with matching_alone(platform, "matching_adjustments", Clock()) as service:
        yield service


@pytest.fixture
def case_id(matching: Matching) -> UUID:
    case_id = uuid4()
    hear(matching, "intake.CitySeekingRequested.v1", case_id=case_id, community_id=uuid4())
    return case_id


def notes(matching: Matching, case_id: UUID) -> list[tuple[Any, ...]]:
    shown = ("geoname_id", "kind", "text", "is_shown_to_member")
    found = sorted(rows.notes(matching, case_id), key=lambda row: (row["written_at"], row["text"]))
    return [tuple(row[name] for name in shown) for row in found]


def test_every_adjustment_keeps_its_reason(matching: Matching, case_id: UUID) -> None:
    """The reasons are notes for staff, recorded with the change; the ranking reads the state."""
    assert matching.adjustments(case_id) is None
    tartu = TARTU.geoname_id
    adjusting.change_weights(matching, case_id, {"themes": 50}, "1: schools.", ANA)
    adjusting.exclude(matching, case_id, tartu, "2: no time.", ANA)
    known = matching.adjustments(case_id)
    assert known is not None
    assert (known.weights, set(known.excluded)) == ({"themes": 50}, {tartu})
    adjusting.readmit(matching, case_id, tartu, "3: a new mayor.", ANA)
    adjusting.change_weights(matching, case_id, {}, "4: as before.", ANA)
    known = matching.adjustments(case_id)
    assert known is not None
    assert (known.weights, known.excluded) == ({}, {})
    assert notes(matching, case_id) == [
        (None, "weights", "1: schools.", False),
        (tartu, "exclusion", "2: no time.", False),
        (tartu, "readmission", "3: a new mayor.", False),
        (None, "weights", "4: as before.", False),
    ]


def test_weights_that_leave_nothing_are_refused(matching: Matching, case_id: UUID) -> None:
    """Something that is known of every city must count on each side, whatever was changed before."""
    ones = {"region", "size", "receptiveness"}
    always = {"role", "geography", "travel", "affinity"}
    for left in (ones, domain.FACTORS - always):
        zeros = dict.fromkeys(domain.FACTORS - left, 0.0)
        with pytest.raises(no.NoWeightLeft, match="known of every city"):
            adjusting.change_weights(matching, case_id, zeros, "These alone.", ANA)
    assert notes(matching, case_id) == []
    zeros = dict.fromkeys(domain.FACTORS - {"travel"}, 0.0)
    adjusting.change_weights(matching, case_id, zeros, "Travel alone.", ANA)


def test_a_weight_set_back_is_no_change_any_more(matching: Matching, case_id: UUID) -> None:
    """What is as published stands in no list of what was changed, whether it was set back now or kept from before."""
    size = published().you[Factor.SIZE]
    adjusting.change_weights(matching, case_id, {"size": 0, "role": 9}, "Not size.", ANA)
    adjusting.change_weights(matching, case_id, {"size": size}, "As before.", ANA)
    known = matching.adjustments(case_id)
    assert known is not None
    assert known.weights == {"role": 9}
    old = fresh()
    old.change_weights({"size": size, "role": 9}, AT)
    assert adjusting.changed(old) == {"role": 9}


def test_a_city_is_either_excluded_or_worked_on(matching: Matching, case_id: UUID) -> None:
    """An excluded city is no prospect before it is readmitted; a prospect, or one in outreach, is not excluded."""
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id)
    (named,) = matching.case(case_id).open_pairs.values()
    with pytest.raises(no.OutreachUnderWay, match=r"People are writing to Coimbra"):
        adjusting.exclude(matching, case_id, named.geoname_id, "No time.", ANA)
    adjusting.exclude(matching, case_id, TARTU.geoname_id, "No time.", ANA)
    with pytest.raises(no.IsExcluded) as refused:
        matching.add_prospect(case_id, TARTU.geoname_id, "", ANA)
    assert refused.value.next_step.startswith("Readmit it first")
    adjusting.readmit(matching, case_id, TARTU.geoname_id, "A new mayor.", ANA)
    matching.add_prospect(case_id, TARTU.geoname_id, "", ANA)
    with pytest.raises(no.StillAProspect) as kept:
        adjusting.exclude(matching, case_id, TARTU.geoname_id, "No time.", ANA)
    assert kept.value.next_step.startswith("Take it off the list")
    matching.remove_prospect(case_id, TARTU.geoname_id, "No time.", ANA)
    adjusting.exclude(matching, case_id, TARTU.geoname_id, "No time.", ANA)


def test_what_the_member_names_is_left_out_no_longer(matching: Matching, case_id: UUID) -> None:
    """B8: its word goes before staff's: once named, an excluded city comes back and goes to outreach, a note says why,
    and as long as it is worked on nobody excludes it."""
    tartu = TARTU.geoname_id
    adjusting.exclude(matching, case_id, tartu, "1: no time.", ANA)
    for _ in range(2):
        hear(matching, "intake.CitySeekingAmended.v1", case_id=case_id, named_cities=(TARTU,))
        known = matching.adjustments(case_id)
        assert known is not None
        assert (known.excluded, known.version) == ({}, 3)
        assert TARTU.community_id in matching.case(case_id).open_pairs
    assert notes(matching, case_id)[1:] == [
        (tartu, "readmission", "The member names this city itself.", False)
    ]
    with pytest.raises(no.OutreachUnderWay):
        adjusting.exclude(matching, case_id, tartu, "No time.", ANA)


def test_a_city_that_the_member_has_in_mind_is_not_excluded(
    matching: Matching, case_id: UUID
) -> None:
    """B8: also where it is not in outreach, as a sister city is not, whose link may end."""
    member = matching.case(case_id).community_id
    partners = {"community_id": member, "partnership_id": uuid4(), "listing_id": None}
    hear(matching, "outreach.PartnershipFormed.v1", **partners)
    hear(matching, "intake.CitySeekingAmended.v1", case_id=case_id, named_cities=(ASHIKAGA,))
    with pytest.raises(no.StillNamed, match="Ashikaga") as refused:
        adjusting.exclude(matching, case_id, ASHIKAGA.geoname_id, "A partner.", ANA)
    assert refused.value.next_step.startswith("Talk with the member")
    hear(matching, "intake.CitySeekingAmended.v1", case_id=case_id, named_cities=())
    adjusting.exclude(matching, case_id, ASHIKAGA.geoname_id, "A partner.", ANA)


def test_the_members_interest_goes_before_staffs_exclusion(
    matching: Matching, case_id: UUID
) -> None:
    """B14: staff see that they left a listed city out, the member does not; its interest ends that, also under another
    record of the city, and the notes say why."""
    hear(matching, "intake.ForeignCityListed.v1", listing_id=LISTING, place=ASHIKAGA)
    hear(matching, "intake.DebriefCompleted.v1", case_id=case_id)
    file = matching.case(case_id)
    member = Caller("bo", Role.ADMINISTRATOR, community_id=file.community_id)

    def is_excluded(caller: Caller) -> bool | None:
        shown = views.case(matching, matching.case(case_id), caller).listed
        return next(each.is_excluded for each in shown if each.listing_id == LISTING)

    merge = {"community_id": TARTU.community_id, "into_community_id": ASHIKAGA.community_id}
    for city in (ASHIKAGA, TARTU, LYNGBY):
        adjusting.exclude(matching, case_id, city.geoname_id, "No time.", ANA)
    hear(matching, "intake.CommunitiesMerged.v1", **merge)
    assert (is_excluded(ANA), is_excluded(member)) == (True, None)
    matching.express_interest(LISTING, member)
    assert (is_excluded(ANA), is_excluded(member)) == (False, None)
    known = matching.adjustments(case_id)
    assert known is not None
    assert list(known.excluded) == [LYNGBY.geoname_id]
    said = [note for note in notes(matching, case_id) if note[1] == "readmission"]
    assert {note[0] for note in said} == {ASHIKAGA.geoname_id, TARTU.geoname_id}
    assert {note[2:] for note in said} == {("The member is interested in it.", False)}


def test_a_city_that_the_gazetteer_has_dropped_stays_known(
    matching: Matching, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer gazetteer may lack a number that is stored: the city is told as it was known, or by its number."""
    adjusting.exclude(matching, case_id, TARTU.geoname_id, "No time.", ANA)
    known = matching.adjustments(case_id)
    assert known is not None
    was = known.excluded[TARTU.geoname_id]
    monkeypatch.setattr(matching, "gazetteer", Emptied())
    assert was is not None
    assert matching.stored_place(TARTU.geoname_id, was).name == "Tartu"
    assert matching.stored_place(TARTU.geoname_id).name == f"City number {TARTU.geoname_id}"
    (left_out,) = looking.look(matching, matching.case(case_id), limit=1).excluded
    assert left_out.place == was


def test_what_was_told_before_places_and_words_were_kept_still_reads() -> None:
    """An exclusion without its place, and a recheck without title and cities, replay as they were."""
    told = {"originator_version": 2, "timestamp": AT, "at": AT}
    known, city = fresh(), {"geoname_id": 588335}
    gone = Adjustments.CityExcluded.model_validate(told | city | {"originator_id": known.id})
    gone.mutate(known)
    assert known.excluded == {588335: None}
    screening = Screening(case_id=CASE, at=AT)
    ids = {"case_id": CASE, "community_id": CASE, "rule": "a-law", "warned": (), "cleared": ()}
    ids |= {"blocked": (588335,), "originator_id": screening.id}
    old = Screening.CaseRechecked.model_validate(told | ids)
    old.mutate(screening)
    assert screening.with_effect(RuleEffect.BLOCK) == [588335]
    public = outbox.translate(old)
    assert isinstance(public, CaseRechecked)
    assert (public.title, public.cities) == ("", ())


class Emptied:
    """A gazetteer that knows no city any more."""

    continents: Mapping[str, str] = {}

    def find(self, geoname_id: int) -> None:
        return None


def test_an_ended_search_is_not_adjusted(matching: Matching, case_id: UUID) -> None:
    """Nothing of it can be changed any more."""
    hear(matching, "intake.CitySeekingWithdrawn.v1", case_id=case_id)
    with pytest.raises(no.SearchEnded):
        adjusting.exclude(matching, case_id, TARTU.geoname_id, "Too late.", ANA)


def test_staff_adjust_a_case_over_http(clients: Clients) -> None:
    """A reason is required, staff read what was changed and why, a stale version is refused; a member reads nothing."""
    search = a_search(clients)
    staff, path = search.staff, search.path
    for form in (
        {"weights": {"size": 0}},
        {"weights": {"size": 0}, "reason": ""},
        {"weights": {"size": 0}, "reason": "  "},
        {"weights": {"size": 0}, "reason": "x" * 2001},
        {"weights": {"size": 0}, "reason": "A bell\a"},
        {"weights": {"size": True}, "reason": "Yes."},
        {"weights": {"size": "50"}, "reason": "A text."},
    ):
        assert staff.post(f"{path}/weights", form).status_code == 422
    for note, problem in (
        ("A bell\a", "not-filled-in-right"),
        ("A\ttab,\na line.", "not-a-prospect"),
    ):
        told = staff.is_refused(f"{path}/prospects/1/annotate", {"note": note})
        assert told["type"] == f"/problems/{problem}"
    refused = staff.is_refused(f"{path}/weights", {"weights": {"fame": 1}, "reason": "Fame."})
    assert refused["type"] == "/problems/unknown-factor"
    receipt = staff.does(f"{path}/weights", {"weights": {"size": 0}, "reason": "Not size."})
    exclusion = {"geoname_id": COIMBRA.geoname_id, "reason": "It asked us not to."}
    stale = staff.post(f"{path}/exclusions", exclusion, if_match=receipt["version"] - 1)
    assert stale.status_code == 412
    staff.does(f"{path}/exclusions", exclusion)
    seen = staff.reads(f"{path}/adjustments")
    assert seen["weights"] == {"size": 0}
    assert [place["name"] for place in seen["excluded"]] == ["Coimbra"]
    assert [remark["text"] for remark in seen["remarks"]] == ["Not size.", "It asked us not to."]
    assert search.member.administrator.get(f"{path}/adjustments").status_code == 403
    readmission = {"reason": "It may be asked again."}
    staff.does(f"{path}/exclusions/{COIMBRA.geoname_id}/readmit", readmission)
    assert staff.reads(f"{path}/adjustments")["excluded"] == []
