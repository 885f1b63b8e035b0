"""A city whose name stands alone in a letter is told from every other of that name."""

import pytest

from shared.place_names import in_full
from tests.clients import Clients
from tests.intake.people import a_member, a_request, mail_to
from tests.outreach.pairs import a_pair


@pytest.mark.parametrize(
    ("name", "country", "admin1", "told"),
    [
        ("Moscow", "US", "ID", "Moscow, Idaho"),
        ("Washington", "US", "DC", "Washington, D.C."),
        ("Riga", "LV", "", "Riga, Latvia"),
        ("Leeds", "GB", "ENG", "Leeds, United Kingdom"),
        ("Ponce", "PR", "", "Ponce, Puerto Rico"),
        ("Singapore", "SG", "", "Singapore"),
        ("Springfield", "US", "??", "Springfield"),
    ],
)
def test_a_place_is_told_with_its_state_or_country(
    name: str, country: str, admin1: str, told: str
) -> None:
    """U.S. places with their state, others with their country; a country that is a city once."""
    assert in_full(name, country, admin1) == told


def test_subjects_and_entries_tell_which_city_it_is(clients: Clients) -> None:
    """The invitation to the debriefing names the state, the letter to a city abroad its country, the hand-over both."""
    member, city = a_member(clients), a_request(clients)
    member.says_yes()
    mail = mail_to(clients, member.email, "let us find a time")
    assert in_full(member.place.name, "US", member.place.admin1) in str(mail["Subject"])
    mail = mail_to(clients, city.email, "Please confirm")
    assert in_full(city.place.name, city.place.country, "") in str(mail["Subject"])
    pair = a_pair(clients)
    pair.is_handed_over()
    mail = mail_to(clients, pair.member.email, "waits for your letter")
    assert in_full(pair.city.name, pair.city.country, "") in str(mail["Subject"])
    assert f"Your case: {pair.case}" in mail.get_body(("plain",)).get_content()
