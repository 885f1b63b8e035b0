"""What is read out of mails as they come: replies, bounces, answers that nobody wrote, forwarded and broken ones."""

from email import message_from_bytes
from email.message import EmailMessage
from time import process_time
from uuid import UUID, uuid4

import pytest

from shared.inbound import InboundKind, NotAMail, Reading, read, written
from shared.return_address import About, Matter, ReturnAddresses

OURS = ReturnAddresses("ours")
DESK = "partnerships@sister-cities.org"
LETTER_ID = "<5b1b3f38-6a68-4a8e-9a39-2f0d4e4b9c11@sister-cities.org>"


def reply(text: str = "Yes, gladly.", **heads: str) -> bytes:
    mail = EmailMessage()
    for name, value in {
        "From": "Haruka Sato <Haruka@ashikaga.example.org>",
        "To": DESK,
        "Subject": "Re: Springfield",
        "Message-ID": "<1@ashikaga.example.org>",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }.items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def report(action: str, status: str = "5.1.1", returned: str = "message/rfc822") -> bytes:
    """As mail servers write them (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: {DESK}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you ...
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; kokusai@ashikaga.example.org
Action: {action}
Status: {status}

--b
Content-Type: {returned}

From: {DESK}
To: kokusai@ashikaga.example.org
Message-ID: {LETTER_ID}
Subject: Springfield

--b--
""".encode()


def test_a_reply_is_read_without_what_it_quotes() -> None:
    """From whom, to what, and the words that are new."""
    quoted = f"On Tue, 3 Mar 2026 at 10:00, Cities Seeking Cities <{DESK}> wrote:\n> Would you like to?\n"
    quoting = f"Yes, gladly.\n\n{quoted}"
    found = read(reply(quoting, In_Reply_To=LETTER_ID, References=f"<0@x.org> {LETTER_ID}"))
    assert (found.kind, found.sender, found.sender_name) == (
        InboundKind.REPLY,
        "haruka@ashikaga.example.org",
        "Haruka Sato",
    )
    assert found.text == "Yes, gladly."
    assert "Would you like to?" in found.whole
    assert found.refers_to == (LETTER_ID, "<0@x.org>")


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_names_who_was_not_reached_and_which_letter(returned: str) -> None:
    """A delivery report that failed is a bounce, whether it brings the letter back or its head alone."""
    found = read(report("failed", returned=returned))
    assert found.kind is InboundKind.BOUNCE
    assert found.failed == ("kokusai@ashikaga.example.org",)
    assert LETTER_ID in found.refers_to


def test_a_delay_is_no_bounce() -> None:
    """A server that still tries has not given up."""
    assert read(report("delayed", "4.4.1")).kind is InboundKind.DELAYED


def test_an_odd_bounce_is_known_all_the_same() -> None:
    """Servers that follow no standard are known by how their bounces look."""
    raw = reply(
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<kokusai@ashikaga.example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
        From="MAILER-DAEMON@mx.example.org",
    )
    found = read(raw)
    assert (found.kind, found.failed) == (InboundKind.BOUNCE, ("kokusai@ashikaga.example.org",))


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Subject": "Automatic reply: Springfield"},
        {"Subject": "Out of Office: Springfield"},
        {"Subject": "Réponse automatique : Springfield"},
    ],
)
def test_an_answer_that_nobody_wrote_is_no_reply(heads: dict[str, str]) -> None:
    """Out of office, by the marks that mail programs set; the subject alone makes nothing sure."""
    found = read(reply("I am away until Monday.", **heads))
    assert found.kind is InboundKind.AUTOMATIC
    assert found.is_sure is ("Subject" not in heads)


@pytest.mark.parametrize(
    "heads",
    [
        {"From": "postmaster@ashikaga.example.org"},
        {"Return_Path": "<>"},
        {"Subject": "Out of office hours suit us best"},
    ],
)
def test_what_only_looks_automatic_is_not_sure(heads: dict[str, str]) -> None:
    """A small town's postmaster may be its mayor."""
    found = read(reply("We are interested.", **heads))
    assert (found.kind, found.is_sure) == (InboundKind.AUTOMATIC, False)


def test_an_absence_with_an_empty_return_path_is_sure() -> None:
    """As vacation programs send it (RFC 3834)."""
    found = read(reply("Away", Return_Path="<>", Auto_Submitted="auto-replied (vacation)"))
    assert (found.kind, found.is_sure) == (InboundKind.AUTOMATIC, True)


def test_a_bounce_names_the_address_that_we_wrote_to() -> None:
    """Also where the mail was sent on to another, which failed."""
    raw = report("failed").replace(
        b"Final-Recipient:",
        b"Original-Recipient: rfc822; Office@ashikaga.example.org\nFinal-Recipient:",
    )
    assert read(raw).failed == ("kokusai@ashikaga.example.org", "office@ashikaga.example.org")


@pytest.mark.parametrize(
    "heads", [{"Auto_Submitted": "no"}, {"Precedence": "bulk"}, {"Subject": "Office hours"}]
)
def test_a_persons_answer_stays_one(heads: dict[str, str]) -> None:
    """What only looks like automatic mail is a reply."""
    assert read(reply(**heads)).kind is InboundKind.REPLY


def test_another_mail_under_the_same_number_is_another() -> None:
    """A mail that travelled twice is the same, whatever the servers noted on it; other words are another mail."""
    once = reply("Yes, gladly.")
    assert read(b"Received: from mx1.example.org\n" + once).identity == read(once).identity
    assert read(reply("No, thank you.")).identity != read(once).identity


def test_what_is_sent_on_is_what_it_is_about() -> None:
    """A reply that staff send on as an attachment is read as it was written."""
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "staff@sister-cities.org", DESK, "Fwd"
    outer.set_content("See below.")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "mayor@ashikaga.example.org", "Re: Springfield"
    inner.set_content("We are interested.")
    outer.add_attachment(inner)
    found = read(outer.as_bytes())
    assert (found.sender, found.text) == ("mayor@ashikaga.example.org", "We are interested.")


def test_html_files_and_odd_alphabets_are_read() -> None:
    """A mail of HTML alone gives its words; files come with name and bytes; Latin-1 and nonsense break nothing."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@x.org", DESK
    mail.set_content(
        "<head><title>no</title></head><p>Très <b>bien</b></p><script>x()</script>", subtype="html"
    )
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="lettre.pdf")
    found = read(mail.as_bytes())
    assert found.text == "Très bien"
    assert [(file.name, file.content) for file in found.attachments] == [("lettre.pdf", b"%PDF")]
    odd = b"From: a@x.org\nSubject: x\nContent-Type: text/plain; charset=klingon\n\ncaf\xe9"
    assert read(odd).text.startswith("caf")


def test_the_same_mail_has_the_same_number() -> None:
    """Also one whose sender gave it none."""
    raw = b"From: a@x.org\nSubject: x\n\nhello"
    assert read(raw).message_id == read(raw).message_id != read(raw + b"!").message_id


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 5000 + b" a@b.org\n\nhi",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2000)
        ),
        b"From: a@b.org\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"\nhi",
        (
            b"From: a@b.org\nContent-Type: multipart/report; boundary=b\n\n--b\n"
            b"Content-Type: text/rfc822-headers; charset=nope\n\nMessage-ID: <a@b>\n--b--"
        ),
        b"From: a@b.org\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 10_000,
        b"From: a@b.org\nContent-Type: multipart/mixed; boundary=x\n\n"
        + b"".join(
            b"--x" + f"{n:b}".translate({48: " ", 49: "\t"}).encode() + b"\n\nhi\n"
            for n in range(10_000)
        ),
        b"From: a@b.org\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"".join(
            b"--b%s\nContent-Type: multipart/mixed; boundary=b%d\n\n"
            % (b"%d" % n if n else b"", n + 1)
            for n in range(200)
        )
        + b"\n" * 100_000,
        b"From: a@b.org\nContent-Type: message/delivery-status\n\n" + b"a: b\n\n" * 20_000,
    ],
)
def test_what_no_program_would_write_is_no_mail(raw: bytes) -> None:
    """It is refused like any other nonsense, and nothing stops for it."""
    with pytest.raises(NotAMail):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.org\nTo: " + b"(" * 5000 + b"\n\nhi",
        b"From: a@b.org\nMessage-ID: <a@[\nIn-Reply-To: <>\n\nhi",
        b"From: a@b.org\nContent-Type: text/html\n\n<![foo <!DOCTYPE [<!ELEMENT <script>hi",
        b"From: a@b.org\n\nhi On " + b"a " * 60_000 + b"\nwrote",
        b"From: a@b.org\n\nhi Am " + b"b " * 60_000 + b"\nschrieb",
    ],
)
def test_an_odd_mail_is_read_as_far_as_it_can_be(raw: bytes) -> None:
    """Its words are there, in a moment, however its heads and lines were made."""
    assert "hi" in read(raw).text


def test_halves_of_signs_are_kept_as_a_question_mark() -> None:
    """An alphabet that can bring half a sign brings nothing that cannot be kept."""
    raw = b"From: a@b.org\nContent-Type: text/plain; charset=utf-7\n\n+2AA- hi"
    assert read(raw).text.encode() == b"? hi"


def test_a_mail_about_boundaries_is_a_mail() -> None:
    """The word is nobody's fault; a letter of a border commission with a long file is read."""
    text = b"Of the boundary. " * 70
    lines = b"QUJD" * 18 + b"\n"
    file = (
        b"--x\nContent-Type: application/pdf\nContent-Disposition: attachment\n\n" + lines * 200_000
    )
    raw = (
        b"From: a@b.org\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n" + text + b"\n" + file
    )
    assert "Of the boundary" in read(raw + b"\n--x--\n").text


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff\xfe", b"hello", b"Subject: no sender\n\nx", b"From: nobody\n\nx"]
)
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    """The refusal says what to send."""
    with pytest.raises(NotAMail, match="no e-mail message"):
        read(raw)


def test_a_return_address_is_known_again() -> None:
    """Also where a mail server changed its case; forged, foreign and plain ones are not."""
    matter = Matter(About.THREAD, uuid4())
    address = OURS.of(DESK, matter)
    assert len(address.partition("@")[0]) <= 64
    assert OURS.read(["x@y.org", f"<{address.upper()}>"]) == matter
    other = OURS.of(DESK, Matter(About.THREAD, UUID(int=1)))
    swapped = (
        address[: address.rindex(".") - 26]
        + other.split(".")[1]
        + address[address.index("@") - 17 :]
    )
    assert OURS.read([swapped]) is None
    assert OURS.read([address.replace("+t.", "+c.")]) is None
    assert OURS.read([DESK]) is None
    assert ReturnAddresses("theirs").read([address]) is None


def test_a_mail_to_a_signed_address_names_it() -> None:
    """Wherever the address stands: in To, Cc, or what the last server noted."""
    matter = Matter(About.CASE, uuid4())
    for head in ("To", "Cc", "Delivered-To", "X-Original-To"):
        heads = {"To": "x@y.org"} | {head: OURS.of(DESK, matter)}
        found: Reading = read(reply(**heads))
        assert OURS.read(found.recipients) == matter


def test_pasted_words_begin_no_head_lines_of_their_own() -> None:
    """A subject in code that holds a line break, or a sender with one, is one line of the mail that is made of it."""
    raw = written("ann@example.org", "=?utf-8?q?a=0d=0aBcc:_x@example.org?=", "Hello")
    told = read(raw)
    assert "\n" not in told.subject
    assert message_from_bytes(raw)["Bcc"] is None


PART = "Content-Type: multipart/mixed; boundary=b\n\n--b\n"


@pytest.mark.parametrize(
    "heads",
    [
        "Subject: " + "a " * 250_000,
        "From: " + '"' * 50_001 + " <a@example.org>",
        "To: " + '"' * 50_001,
        "Content-Type: text/plain;\n " + ";\n ".join(f"a*{n}=x" for n in range(20_000)),
        PART + "Content-Type: text/plain; " + "; ".join(f"a*{n}=x" for n in range(20_000)),
        PART + "Content-Type: message/rfc822\n\nFrom: " + '"' * 50_001,
        PART + "--b\n".join(f"Content-Type: text/plain; a={'x' * 4_000}\n\nx\n" for _ in range(40)),
        "\n".join(f"X-{n}: {'x' * 500}" for n in range(200)),
    ],
)
def test_heads_longer_than_any_mail_has_are_refused_unread(heads: str) -> None:
    """Nobody keeps the reader busy for minutes with one mail, nor with a part of one."""
    raw = f"From: a@example.org\n{heads}\n\nhi".encode()
    spent = process_time()
    with pytest.raises(NotAMail):
        read(raw)
    assert process_time() - spent < 2


def test_a_mail_to_many_in_a_long_conversation_is_read() -> None:
    """As people write them; of the letters that it names the nearest count."""
    many = ", ".join(f"Person {n} <person{n}@example.org>" for n in range(150))
    told = [f"<{n}@example.org>" for n in range(200)]
    found = read(reply(To=f"{DESK}, {many}", References=" ".join(told)))
    assert len(found.recipients) == 151
    assert found.refers_to == tuple(reversed(told[-40:]))
