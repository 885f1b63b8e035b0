"""Templates of letters: what a file may say, and the two parts that come of it."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from services.intake import letters as intake
from services.outreach import letters as outreach
from shared.folding import LETTERS
from shared.templates import (
    Kind,
    NotATemplate,
    Templates,
    page_elsewhere,
    parse,
    parse_frame,
    put_parts,
    put_words,
    shipped_frames,
)

KIND = Kind({"place": "the city", "text": "the question", "link": "where"}, frozenset({"text"}))
FILE = """desk: partnerships
subject: A question about {place}
button: Answer | {link}

Before we can list {place}:

{text}"""


def written(file: str = FILE, language: str = "en", **facts: str) -> EmailMessage:
    mail = EmailMessage()
    told = {"place": "Ashikaga", "text": "Who signs?", "link": "http://localhost/x"} | facts
    template, around = parse("question", language, file), shipped_frames()["en"]
    put_words(mail, template, around, told, "Haruka Sato", ("The team", "a@b.org"))
    return mail


def part(mail: EmailMessage, subtype: str) -> str:
    found = mail.get_body((subtype,))
    assert found is not None
    return str(found.get_content())


@pytest.mark.parametrize("templates", [intake.TEMPLATES, outreach.TEMPLATES])
def test_every_shipped_template_reads_back_as_it_was_written(templates: Templates) -> None:
    """A template that is written out and read again is the same one."""
    assert templates.shipped
    for template in templates.shipped.values():
        assert parse(template.kind, template.language, template.text()) == template


def test_a_letter_says_the_same_in_text_and_in_html() -> None:
    """Greeting, words, button and signature stand in both parts; the HTML loads nothing from anywhere."""
    mail = written()
    assert mail["Subject"] == "A question about Ashikaga"
    for subtype in ("plain", "html"):
        for words in (
            "Dear Haruka Sato,",
            "Before we can list Ashikaga:",
            "Who signs?",
            "Answer",
            "Kind regards,",
            "The team",
            "You get this letter because",
        ):
            assert words in part(mail, subtype)
        assert "http://localhost/x" in part(mail, subtype)
    assert "src=" not in part(mail, "html")
    assert "url(" not in part(mail, "html")


def test_what_people_write_is_text_in_html() -> None:
    """Tags, braces and line breaks of a private text come out as they were typed."""
    mail = written(text="<script>alert(1)</script> {place} & more\nsecond line")
    assert "<script>" not in part(mail, "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {place} &amp; more<br>second line" in part(
        mail, "html"
    )
    assert "<script>alert(1)</script> {place} & more\nsecond line" in part(mail, "plain")


def test_a_subject_is_one_line() -> None:
    """A name with a line break or an encoded word begins no header of its own."""
    mail = written(place="Ashikaga\r\nBcc: x@example.org =?utf-8?q?a?=")
    assert mail["Subject"] == "A question about Ashikaga Bcc: x@example.org = ?utf-8?q?a?="
    assert mail["Bcc"] is None


def test_long_lines_are_folded_and_addresses_are_not() -> None:
    """The text part keeps to 78 signs, but for an address, which would no longer lead anywhere."""
    link = "http://localhost:8080/" + "x" * 90
    lines = part(written(text="word " * 60, link=link), "plain").splitlines()
    assert link in lines
    assert all(len(line) <= 78 for line in lines if line != link)


def test_why_is_told_to_people_alone() -> None:
    """An address that somebody typed into the public form is told nothing of taking part in anything."""
    mail, around = EmailMessage(), shipped_frames()["en"]
    put_words(
        mail, parse("x", "en", "desk: info\nsubject: x\n\nText"), around, {}, "", ("The team",)
    )
    assert "Good day," in part(mail, "plain")
    assert "You get this letter" not in part(mail, "plain")


def test_words_of_a_person_name_no_language() -> None:
    """Staff write in whatever language they like: the reader's program finds out which, and in which direction."""
    mail = EmailMessage()
    mail["Subject"] = "x"
    put_parts(mail, language="", paragraphs=["Dear Mr Sato"], button=None, signature=["The team"])
    assert '<html dir="auto">' in part(mail, "html")


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("dear: Olá\ngood_day: Olá,\nclosing: x\nwhy: y", "{name} stands once"),
        ("dear: Olá {name},\ngood_day: Olá,\nwhy: y", "closing is missing"),
        ("dear: Olá {name},\nbutton: x", "its lines are dear"),
        ("dear: Olá {name},\ngood_day: Olá,\nclosing: www.example.org\nwhy: y", "no address"),
    ],
)
def test_what_stands_around_letters_leads_nowhere(frame: str, why: str) -> None:
    """It greets, closes and explains, also the letters that let people in; so it holds no address."""
    with pytest.raises(NotATemplate, match=why):
        parse_frame(frame)


def test_times_and_our_own_pages_are_no_address_of_others() -> None:
    """Abbreviations, times, fractions and {public_url}/... stand in words as before."""
    for words in (
        "e.g. 10.30/11.30 a.m./p.m. Sr./Sra.",
        "{public_url}/sign-in?next=/a.bc/d, or {public_url}.",
        "z.B. hier.Dann weiter; {link}",
        "v1.2/3",
    ):
        assert page_elsewhere(words) == ""
    for words in (
        "evil.example:8080/x",
        "{place}.example/x",
        "EVIL.EXAMPLE?a",
        "{link}@evil.example",
    ):
        assert page_elsewhere(words)


def test_a_long_subject_begins_on_its_first_line() -> None:
    """Python would leave the first line empty; whoever reads the letter gets the same subject as before."""
    for words in ("a" * 20, "Łódź", "Springfield, Tuesday 3 March 2026,"):
        for length in range(1, 120):
            mail = EmailMessage()
            mail["Subject"] = f"{words} {'meets on Sunday; ' * 9}"[:length].strip()
            raw = mail.as_bytes(policy=LETTERS)
            first = raw.splitlines()[0]
            assert first.strip() != b"Subject:"
            assert len(first) <= 78
            assert message_from_bytes(raw, policy=default)["Subject"] == mail["Subject"]


def test_arabic_is_written_from_right_to_left() -> None:
    """A template of a language that is written from the right says so to the mail program."""
    assert '<html lang="ar" dir="rtl">' in part(written(language="ar"), "html")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("subject: x\n\nText", "desk is info or partnerships"),
        ("desk: info\n\nText", "no subject"),
        ("desk: info\nsubject: x", "no text after an empty line"),
        ("desk: info\nsubject: x\nreply-to: y\n\nText", 'not "reply-to: y"'),
        ("desk: info\nsubject: x\nbutton: Open\n\nText", "its button"),
        ("desk: info\nsubject: x\n\n{place.__class__}", "braces"),
        ("desk: info\nsubject: {}\n\nText", "braces"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(file: str, why: str) -> None:
    """What is wrong with a template is told in a sentence."""
    with pytest.raises(NotATemplate, match=why):
        parse("question", "en", file)


def test_a_template_tells_what_it_is_for_and_nothing_unknown() -> None:
    """A fact that the kind does not know is refused, and so is a template without the one that it is for."""
    with pytest.raises(
        NotATemplate, match=r"\{mayor\} is not known here; there are link, place, text"
    ):
        KIND.check(parse("question", "en", FILE + " {mayor}"))
    with pytest.raises(NotATemplate, match=r"it has to tell \{text\}"):
        KIND.check(parse("question", "en", FILE.replace("{text}", "nothing")))
