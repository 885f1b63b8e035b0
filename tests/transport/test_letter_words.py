"""Letters in the words of staff: changed with a preview, in any language, and back to what is shipped."""

from email.message import EmailMessage
from uuid import uuid4

import httpx
import pytest

from services.intake import letters as intake
from services.intake.api.city_fields import languages
from services.outreach import letters as outreach
from shared.letter_words import EXAMPLES
from shared.templates import Templates
from tests.clients import Client, Clients
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
    staff, mark = clients.staff(), f"Tudo bem {uuid4().hex[:8]}"
    shown = staff.reads(INVITATION)
    assert (shown["is_shipped"], shown["shipped"]) == (False, None)
    translated(
        staff, "pt", "dear: Bom dia {name},\ngood_day: Bom dia,\nclosing: Até logo,\nwhy: Porque.\n"
    )
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
    letter = mail_to(clients, email, "let us find")
    told = letter.get_body(("plain",)).get_content()
    assert told.startswith(f"Bom dia Ana,\n\n{mark}, ")
    assert "Até logo,\nThe Cities Seeking Cities team" in told
    assert told.endswith("Porque.\n")
    back = staff.does(f"{INVITATION}/shipped", {"based_on": saved["version"]})
    assert mark not in back["words"]
    assert (back["is_shipped"], back["shipped"]) == (False, None)
    assert [each["words"] is None for each in back["versions"][:2]] == [True, False]
    refusal = staff.is_refused(f"{INVITATION}/shipped", {"based_on": back["version"]})
    assert "nothing to go back from" in refusal["detail"]


def translated(staff: Client, language: str, words: str) -> None:
    """What stands around the letters of a language."""
    path = f"{LETTERS}/frame/{language}"
    staff.does(path, {"words": words, "based_on": staff.reads(path)["version"]})


def test_a_language_begins_with_what_stands_around_its_letters(clients: Clients) -> None:
    """Before that no letter of it is saved, as it would greet in English; a code that nobody writes is refused."""
    staff = clients.staff()
    shown = staff.reads(f"{LETTERS}/question/is")
    form = {"words": shown["words"], "based_on": 0}
    refusal = staff.is_refused(f"{LETTERS}/question/is", form)
    assert refusal["type"] == "/problems/no-frame"
    assert "frame" in refusal["next_step"]
    preview = staff.does(
        f"{LETTERS}/frame/is/preview", {"words": staff.reads(f"{LETTERS}/frame/is")["words"]}
    )
    assert "Dear Ann Lee," in preview["text"]
    for language in ("xx", "ae", "und"):
        refusal = staff.is_refused(f"{LETTERS}/question/{language}", form)
        assert refusal["type"] == "/problems/unknown-language"
        assert staff.get(f"{LETTERS}/question/{language}").status_code == 422


def test_only_languages_of_today_are_offered() -> None:
    """Nobody is asked whether we should write in Avestan; all that are official somewhere are there."""
    offered = dict(languages())
    assert not {"ae", "cu", "pi", "vo", "und"} & set(offered)
    assert {"ar", "fr", "he", "hi", "ja", "pt", "sw", "uk", "zh"} <= set(offered)


def test_letters_that_let_people_in_are_worded_by_operators(clients: Clients) -> None:
    """Staff see and preview them; each change of any letter stands in the trail."""
    path = f"{LETTERS}/passkey_removed/en"
    shown = clients.staff().reads(path)
    form = {"words": f"{shown['words']}\n\nStay safe.", "based_on": shown["version"]}
    assert clients.staff().is_refused(path, form)["type"] == "/problems/for-operators"
    assert clients.staff().is_refused(f"{path}/shipped", {"based_on": 0})["status"] == 403
    operator = clients.operator()
    saved = operator.does(path, form)
    operator.does(f"{path}/shipped", {"based_on": saved["version"]})
    entries = operator.reads(f"{INTAKE}/audit", what="letter_words_changed", limit=500)["items"]
    mine = [each["detail"] for each in entries if operator.caller.subject in each["actor"]]
    assert mine == ["passkey_removed/en"] * 2


def test_no_words_of_staff_stand_around_letters_that_let_people_in(clients: Clients) -> None:
    """What staff put around all letters stands around their own; the way in begins with shipped words, or with words
    of an operator."""
    staff, operator, mark = clients.staff(), clients.operator(), uuid4().hex[:8]
    path = f"{LETTERS}/frame/en"
    shown = staff.reads(path)
    words = shown["words"].replace("Dear {name}", f"Confirm your account {mark}, {{name}}")
    saved = staff.does(path, {"words": words, "based_on": shown["version"]})
    try:
        member = a_member(clients)
        assert mark in told(mail_to(clients, member.email, "You may say Yes"))
        httpx.post(f"{clients.base_url}/sign-in", data={"email": member.email}).raise_for_status()
        sign_in = told(mail_to(clients, member.email, "Sign in"))
        assert mark not in sign_in
        assert sign_in.startswith("Dear ")
        template = operator.reads(f"{LETTERS}/sign_in/en")["words"]
        preview = operator.does(f"{LETTERS}/sign_in/en/preview", {"words": template})
        assert preview["text"].startswith("Dear Ann Lee")
    finally:
        staff.does(f"{path}/shipped", {"based_on": saved["version"]})


def test_an_operator_words_what_stands_around_the_way_in(clients: Clients) -> None:
    """In a language that staff began, letters that let people in wait for a frame of an operator."""
    staff, operator = clients.staff(), clients.operator()
    frame = "dear: Hyvä {name},\ngood_day: Hei,\nclosing: Terveisin,\nwhy: Siksi.\n"
    translated(staff, "fi", frame)
    path = f"{LETTERS}/role_offered/fi"
    shown = operator.reads(path)
    form = {"words": shown["words"], "based_on": shown["version"]}
    refusal = operator.is_refused(path, form)
    assert refusal["type"] == "/problems/no-frame-of-operators"
    assert "save it yourself" in refusal["next_step"]
    translated(operator, "fi", frame)
    operator.does(path, form)
    preview = operator.does(f"{path}/preview", {"words": shown["words"]})
    assert preview["text"].startswith("Hyvä Ann Lee,")


def told(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(
    "words",
    [
        "dear: First confirm your account at evil.example/login. Dear {name},",
        "dear: Confirm at evil.example, {name},",
        "dear: https://evil.example {name}",
    ],
)
def test_no_frame_leads_away(clients: Clients, words: str) -> None:
    """An address around letters is refused in a sentence, however it is written, from staff and operators alike."""
    form = {"words": f"{words}\ngood_day: x\nclosing: x\nwhy: x", "based_on": 0}
    for caller in (clients.staff(), clients.operator()):
        assert (
            "no address stands around letters"
            in caller.is_refused(f"{LETTERS}/frame/en", form)["detail"]
        )


def test_two_changes_at_once_do_not_undo_each_other(clients: Clients) -> None:
    """Who was slower is told, and reads the new words first."""
    staff, path = clients.staff(), f"{LETTERS}/debrief_invitation/sw"
    translated(staff, "sw", staff.reads(f"{LETTERS}/frame/sw")["words"])
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
        ("desk: partnerships\nsubject: Hello\n\n{code} evil.example/login", "leads away from us"),
        ("desk: partnerships\nsubject: Hello\n\n{code} https://evil.example", "leads away from us"),
        ("desk: partnerships\nsubject: Hello\n\n{code} {public_url}.evil.example", "leads away"),
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
