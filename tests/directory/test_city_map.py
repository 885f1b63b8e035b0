"""B20: what the public sees, and what it never sees."""

from datetime import date
from typing import Any

import psycopg
import pytest

from services.directory import city_map
from services.directory.city_map import Rows
from services.directory.read_models import ReadModels
from shared import events as e
from shared.events import PublicEvent
from shared.values import PartnershipKind, PublicProfile, Standing
from tests.directory.heard import Hearing
from tests.examples import ASHIKAGA, COIMBRA, EXAMPLES, LISTING, SPRINGFIELD

MEMBER = SPRINGFIELD.community_id


def example(event: type[PublicEvent], **changes: Any) -> PublicEvent:
    return EXAMPLES[event.subject()].model_copy(update=changes)


@pytest.fixture
def directory(read_models: ReadModels) -> Hearing:
    return Hearing(read_models)


def shown(public: Rows) -> dict[str, set[str]]:
    """Name -> why the city is shown."""
    rows = public.execute("SELECT * FROM city_map.cities").fetchall()
    reasons = ("is_listed", "is_seeking", "is_partnered")
    return {row["name"]: {reason for reason in reasons if row[reason]} for row in rows}


def seeks(directory: Hearing, **changes: Any) -> None:
    directory.hears(example(e.CommunityRegistered), example(e.CitySeekingRequested, **changes))


def test_a_member_that_agreed_is_shown_as_seeking(directory: Hearing, public: Rows) -> None:
    """B20: that a U.S. member is looking is shown if the member agrees."""
    seeks(directory, is_shown_publicly=True)
    assert shown(public) == {"Springfield": {"is_seeking"}}


def test_a_member_that_did_not_agree_is_not_shown(directory: Hearing, public: Rows) -> None:
    """B20: that a U.S. member is looking is shown only if the member agrees."""
    seeks(directory, is_shown_publicly=False)
    directory.hears(example(e.DebriefCompleted))
    assert shown(public) == {}


def test_a_member_may_change_its_mind(directory: Hearing, public: Rows) -> None:
    """B20: consent can be given later, and taken back."""
    seeks(directory, is_shown_publicly=False)
    directory.hears(example(e.CitySeekingAmended, is_shown_publicly=True))
    assert shown(public) == {"Springfield": {"is_seeking"}}
    directory.hears(example(e.CitySeekingAmended, is_shown_publicly=False))
    assert shown(public) == {}


@pytest.mark.parametrize("end", [e.CitySeekingPaused, e.CitySeekingWithdrawn, e.CitySeekingClosed])
def test_a_search_that_does_not_go_on_is_not_shown(
    end: type[PublicEvent], directory: Hearing, public: Rows
) -> None:
    """A search that rests or has ended is not on the map."""
    seeks(directory)
    directory.hears(example(end))
    assert shown(public) == {}


def test_a_search_that_goes_on_again_is_shown_again(directory: Hearing, public: Rows) -> None:
    """A search that was paused and resumed is on the map again."""
    seeks(directory)
    directory.hears(example(e.CitySeekingPaused), example(e.CitySeekingResumed))
    assert shown(public) == {"Springfield": {"is_seeking"}}


def test_a_member_that_lapsed_is_not_shown_as_seeking(directory: Hearing, public: Rows) -> None:
    """B3: only a member in good standing seeks; foreign cities are not led to others."""
    seeks(directory)
    directory.hears(example(e.MembershipStandingChanged, standing=Standing.LAPSED))
    assert shown(public) == {}


def test_a_request_that_is_not_listed_leaves_no_trace(directory: Hearing, public: Rows) -> None:
    """B13, B20: a foreign city is posted only once it is assessed, and a refusal never reaches the public."""
    directory.hears(
        example(e.ForeignRequestSubmitted),
        example(e.ForeignRequestVerified),
        example(e.MoreInformationAsked),
        example(e.ForeignCityDeclined),
    )
    assert shown(public) == {}
    with directory.read_models.pool.connection() as connection:
        current = connection.execute("SELECT generation FROM generations").fetchone()
        assert current is not None
        table = f"city_map_g{current['generation']}.cities"
        assert not connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


def test_a_listing_expires_and_comes_back(directory: Hearing, public: Rows) -> None:
    """A listing that nobody confirms is off the map until somebody does."""
    directory.hears(example(e.ForeignCityListed))
    assert shown(public) == {"Ashikaga": {"is_listed"}}
    directory.hears(example(e.ListingExpired))
    assert shown(public) == {}
    directory.hears(example(e.ListingReconfirmed))
    assert shown(public) == {"Ashikaga": {"is_listed"}}
    directory.hears(example(e.ListingWithdrawn), example(e.ListingReconfirmed))
    assert shown(public) == {}


def test_a_failed_conversation_is_nobodys_business(directory: Hearing, public: Rows) -> None:
    """A foreign city's refusal of a member changes nothing that the public sees."""
    directory.hears(example(e.ForeignCityListed))
    before = public.execute("SELECT * FROM city_map.cities").fetchall()
    directory.hears(
        example(e.IntroductionArranged), example(e.PairFailed), example(e.ListingReleased)
    )
    assert public.execute("SELECT * FROM city_map.cities").fetchall() == before


def test_a_partnership_shows_both_cities(directory: Hearing, public: Rows) -> None:
    """B20: the partnerships that exist are shown, and the listing that led to one has done its work."""
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed))
    assert shown(public) == {"Springfield": {"is_partnered"}, "Ashikaga": {"is_partnered"}}
    directory.hears(example(e.PartnershipEnded))
    assert shown(public) == {"Springfield": set(), "Ashikaga": set()}
    [row] = public.execute("SELECT * FROM city_map.partnerships").fetchall()
    assert (row["name"], row["foreign_name"], row["is_active"]) == (
        "Springfield",
        "Ashikaga",
        False,
    )


def test_a_stepping_stone_shows_and_the_city_looks_on(directory: Hearing, public: Rows) -> None:
    """B20: a friendship on the way is on the map; the listed city is found by others until the search ends."""
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed, ends_search=False))
    assert shown(public)["Ashikaga"] == {"is_listed", "is_partnered"}
    directory.hears(example(e.PartnershipFormed, ends_search=True))
    assert shown(public)["Ashikaga"] == {"is_partnered"}


def test_a_partnership_that_is_taken_back_was_never_there(directory: Hearing, public: Rows) -> None:
    """It is off the map, its listing is found again, and it may be formed anew."""
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed))
    directory.hears(example(e.PartnershipRetracted), example(e.PartnershipEnded))
    assert shown(public) == {"Ashikaga": {"is_listed"}}
    assert not public.execute("SELECT * FROM city_map.partnerships").fetchall()
    directory.hears(example(e.PartnershipFormed))
    assert shown(public) == {"Springfield": {"is_partnered"}, "Ashikaga": {"is_partnered"}}


def test_a_listing_is_found_again_when_no_partnership_holds_it(
    directory: Hearing, public: Rows
) -> None:
    """Where two partnerships ended its search, one that is taken back leaves it partnered."""
    other = {"partnership_id": LISTING}
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed))
    directory.hears(example(e.PartnershipFormed, **other), example(e.PartnershipRetracted))
    assert shown(public)["Ashikaga"] == {"is_partnered"}
    directory.hears(example(e.PartnershipRetracted, **other))
    assert shown(public) == {"Ashikaga": {"is_listed"}}


def test_a_partnership_that_has_ended_does_not_hold_a_listing(
    directory: Hearing, public: Rows
) -> None:
    """When the only one that goes on is taken back, the city is found again, as intake lists it."""
    other = {"partnership_id": LISTING}
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed))
    directory.hears(example(e.PartnershipFormed, **other), example(e.PartnershipEnded))
    assert shown(public)["Ashikaga"] == {"is_partnered"}
    directory.hears(example(e.PartnershipRetracted, **other))
    assert shown(public) == {"Springfield": set(), "Ashikaga": {"is_listed"}}


def test_one_that_had_ended_frees_the_listing_when_it_is_taken_back_last(
    directory: Hearing, public: Rows
) -> None:
    """Taken back while another goes on, a partnership frees nothing, nor are those that ended before forgotten."""
    second, third = {"partnership_id": LISTING}, {"partnership_id": MEMBER}
    directory.hears(example(e.ForeignCityListed), example(e.PartnershipFormed))
    directory.hears(example(e.PartnershipFormed, **second), example(e.PartnershipFormed, **third))
    directory.hears(example(e.PartnershipEnded), example(e.PartnershipRetracted, **second))
    assert shown(public)["Ashikaga"] == {"is_partnered"}
    directory.hears(example(e.PartnershipEnded, **third))
    assert shown(public)["Ashikaga"] == set()
    directory.hears(example(e.PartnershipRetracted))
    assert shown(public)["Ashikaga"] == {"is_listed"}


def test_what_is_sought_is_found_without_its_accents(directory: Hearing, public: Rows) -> None:
    """Accents and capitals do not matter in what a city seeks either, and signs stand for themselves."""
    profile = PublicProfile(seeks="Eine Übung, 100%")
    directory.hears(example(e.ForeignCityListed, profile=profile))
    for text, count in (("Übung", 1), ("ubung", 1), ("0%", 1), ("_bung", 0), ("\\", 0)):
        found = city_map.cities(public, city_map.Wanted(words=[city_map.Word(text)]), None, 9)
        assert len(found) == count, text
    directory.hears(example(e.ListingUpdated, profile=PublicProfile(seeks="Åland")))
    assert city_map.cities(public, city_map.Wanted(words=[city_map.Word("aland")]), None, 9)


def test_a_correction_tells_all_that_is_right(directory: Hearing, public: Rows) -> None:
    """Kind, year, day of signing, and whether it has ended: a wrong end can be taken back, or put right."""
    directory.hears(example(e.PartnershipFormed), example(e.PartnershipEnded))
    right = {"kind": PartnershipKind.FRIENDSHIP, "year": 2030, "signed_on": date(2030, 4, 5)}
    for end in (
        {"is_active": True, "ended_on": None},
        {"is_active": False, "ended_on": date(2031, 1, 2)},
    ):
        directory.hears(example(e.PartnershipCorrected, **right, **end))
        [row] = public.execute("SELECT * FROM city_map.partnerships").fetchall()
        assert {name: row[name] for name in {*right, *end}} == right | end


def test_what_a_city_seeks_is_shown_while_it_seeks(directory: Hearing, public: Rows) -> None:
    """A partnered member that does not agree to be shown as seeking does not give it away in its profile."""
    seeks(directory, is_shown_publicly=False)
    directory.hears(example(e.DebriefCompleted), example(e.PartnershipFormed))
    [row] = public.execute(
        "SELECT * FROM city_map.cities WHERE community_id = %s", [MEMBER]
    ).fetchall()
    assert row["seeks"] == ""
    directory.hears(example(e.CitySeekingAmended, is_shown_publicly=True))
    [row] = public.execute(
        "SELECT * FROM city_map.cities WHERE community_id = %s", [MEMBER]
    ).fetchall()
    assert row["seeks"].startswith("A partner of similar size")


def test_two_records_of_one_city_become_one(directory: Hearing, public: Rows) -> None:
    """A merged record's partnerships and listings stand with the record that remains."""
    directory.hears(
        example(e.PartnershipFormed),
        example(e.ForeignCityListed, place=COIMBRA, community_id=COIMBRA.community_id),
        example(
            e.CommunitiesMerged,
            community_id=ASHIKAGA.community_id,
            into_community_id=COIMBRA.community_id,
        ),
    )
    assert shown(public) == {"Springfield": {"is_partnered"}, "Coimbra": {"is_partnered"}}
    [row] = public.execute("SELECT * FROM city_map.partnerships").fetchall()
    assert row["foreign_community_id"] == COIMBRA.community_id
    for record in (ASHIKAGA, COIMBRA, SPRINGFIELD):
        wanted = city_map.Wanted(community_id=record.community_id)
        assert len(city_map.partnerships(public, wanted, None, 9)) == 1


def test_what_is_invented_says_so(directory: Hearing, public: Rows) -> None:
    """Demonstration data is labelled wherever it shows."""
    directory.hears(example(e.PartnershipFormed, is_demonstration=True))
    rows = public.execute("SELECT is_demonstration FROM city_map.cities").fetchall()
    assert [row["is_demonstration"] for row in rows] == [True, True]


FORBIDDEN = (
    "SELECT * FROM casebook.cases",
    "SELECT * FROM city_map_g{generation}.cities",
    "SELECT * FROM casebook_g{generation}.cases",
    "SELECT * FROM parked",
    "CREATE TABLE mine (a int)",
    "DELETE FROM city_map_g{generation}.cities",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_public_role_reads_its_views_and_nothing_else(
    statement: str, directory: Hearing, public: Rows
) -> None:
    """Public and casebook data stand apart: whoever breaks into the public door finds public data."""
    with directory.read_models.pool.connection() as connection:
        row = connection.execute("SELECT max(generation) AS generation FROM generations").fetchone()
    assert row is not None
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute(statement.format(**row).encode())
