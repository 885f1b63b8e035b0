"""Letters in the words of staff: changed with a preview, in any language, and back to what is shipped."""

from uuid import uuid4

import pytest

from services.intake import letters as intake
from services.outreach import letters as outreach
from shared.letter_words import EXAMPLES
from shared.templates import Templates
from tests.clients import Clients
from tests.intake.people import INTAKE, a_member, mail_to

LETTERS = f"{INTAKE}/letters"
INVITATION = f"{LETTERS}/debrief_invitation/pt"


@pytest.mark.parametrize("templates", [intake.TEMPLATES, outreach.TEMPLATES])
def test_every_fact_can_be_shown_in_a_preview(templates: Templates) -> None:
    """A made-up value stands for each fact that any letter may tell."""
    told = {fact for kind in templates.kinds.values() for fact in kind.may_tell}
    assert sorted(told - set(EXAMPLES)) == []


@pytest.mark.parametrize("templates", [intake.TEMPLATES, outreach.TEMPLATES])
def test_no_button_leads_to_the_front_page(templates: Templates) -> None:
    """Each opens the page on which the reader can do what the letter asks for."""
    buttons = {kind: template.button for (kind, _), template in templates.shipped.items()}
    assert {kind for kind, button in buttons.items() if button.endswith("{public_url}")} == set()
    of_listings = {kind: buttons[kind] for kind in intake.OF_LISTINGS if kind in buttons}
    assert all("/list-your-city" in button for button in of_listings.values())


def test_a_new_administrator_is_asked_in(clients: Clients) -> None:
    """Whoever staff put on record hears of it once, with the way in; whoever follows them, too."""
    member = a_member(clients)
    mail = mail_to(clients, member.email, "You may say Yes")
    assert "/sign-in" in str(mail.get_body(("plain",)))
    email = f"{uuid4()}@example.org"
    form = {"name": "Ana", "email": email}
    clients.staff().does(f"{INTAKE}/communities/{member.id}/administrator", form)
    assert mail_to(clients, email, "You may say Yes")


def test_staff_change_the_words_of_a_letter(clients: Clients) -> None:
    """A language of their own, seen before it is saved; the next letter to a reader of it has these words, and after
    the way back the English ones."""
    staff, mark = clients.staff(), f"Bom dia {uuid4().hex[:8]}"
    shown = staff.reads(INVITATION)
    assert (shown["is_shipped"], shown["shipped"]) == (shown["version"] == 0, None)
    words = shown["words"].partition("\n\n")[0] + f"\n\n{mark}, {{place}}."
    preview = staff.does(f"{INVITATION}/preview", {"words": words})
    assert f"{mark}, Springfield, Illinois." in preview["text"]
    assert mark in preview["html"]
    assert staff.reads(INVITATION)["words"] == shown["words"]
    saved = staff.does(INVITATION, {"words": words, "based_on": shown["version"]})
    assert (saved["version"], saved["is_shipped"]) == (shown["version"] + 1, False)
    assert saved["versions"][0]["changed_by"]
    email = f"{uuid4()}@example.org"
    a_member(clients, administrator={"name": "Ana", "email": email, "language": "pt"}).says_yes()
    assert mark in str(mail_to(clients, email, "let us find").get_body(("plain",)))
    back = staff.does(f"{INVITATION}/shipped", {"based_on": saved["version"]})
    assert mark not in back["words"]
    assert [each["words"] is None for each in back["versions"][:2]] == [True, False]
    refusal = staff.is_refused(f"{INVITATION}/shipped", {"based_on": back["version"]})
    assert "nothing to go back from" in refusal["detail"]


def test_two_changes_at_once_do_not_undo_each_other(clients: Clients) -> None:
    """Who was slower is told, and reads the new words first."""
    staff, path = clients.staff(), f"{LETTERS}/debrief_invitation/sw"
    shown = staff.reads(path)
    form = {"words": shown["words"], "based_on": shown["version"]}
    staff.does(path, form)
    assert "Somebody else has changed" in staff.is_refused(path, form)["detail"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("no head at all", "first lines are desk, subject and button"),
        (
            "desk: partnerships\nsubject: Hello\n\nNo fact of what it is for",
            "it has to tell {code}",
        ),
        ("desk: partnerships\nsubject: {mayor}\n\n{code}", "{mayor} is not known here"),
        ("desk: info\nsubject: Hello\n\n{code}", "go to the desk partnerships"),
        ("desk: partnerships\nsubject: Hello\n\n{code!r}", "braces stand only around"),
    ],
)
def test_words_that_cannot_be_used_are_refused(clients: Clients, words: str, why: str) -> None:
    """With what is wrong, in the preview as in saving; the words before stay in use."""
    staff, path = clients.staff(), f"{LETTERS}/verification/en"
    for refusal in (
        staff.is_refused(f"{path}/preview", {"words": words}),
        staff.is_refused(path, {"words": words, "based_on": 0}),
    ):
        assert why in refusal["detail"]
    assert staff.reads(path)["is_shipped"]


def test_every_letter_is_in_the_list(clients: Clients) -> None:
    """Of both services, for staff alone."""
    for service, templates in (("intake", intake.TEMPLATES), ("outreach", outreach.TEMPLATES)):
        listed = clients.staff().reads(f"/api/{service}/v1/letters")
        assert set(templates.shipped) <= {(each["kind"], each["language"]) for each in listed}
    assert a_member(clients).administrator.get(LETTERS).status_code == 403
