"""Templates of letters: what a file may say, and the two parts that come of it."""

from email.message import EmailMessage

import pytest

from services.intake import letters as intake
from services.outreach import letters as outreach
from shared.templates import Kind, NotATemplate, Templates, parse, put_words

KIND = Kind({"place": "the city", "text": "the question", "link": "where"}, frozenset({"text"}))
FILE = """desk: partnerships
subject: A question about {place}
button: Answer | {link}

Before we can list {place}:

{text}"""


def written(file: str = FILE, language: str = "en", **facts: str) -> EmailMessage:
    mail = EmailMessage()
    told = {"place": "Ashikaga", "text": "Who signs?", "link": "http://localhost/x"} | facts
    put_words(mail, parse("question", language, file), told, "Haruka Sato", ("The team", "a@b.org"))
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
            "The team",
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
