"""The local mail catcher: shows what a stranger sent, whatever is in it, and lets none of it act."""

import mailbox
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.mail.catcher import Box, Reader

BROKEN = [
    b"Content-Type: text/plain; charset=nope\n\nhello",
    b"Content-Type: text/html; charset=nope\n\n<p>hello",
    b"Content-Type: multipart/mixed\n\nhello",
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 400 + b"hello",
    b"Subject: =?utf-8?q?a=0d=0ab?=\nMessage-ID: <a@[\nContent-Type: ;\n\nhello \xff",
    b"",
]


@pytest.fixture
def caught(tmp_path: Path) -> Iterator[httpx.Client]:
    folder = tmp_path / "mail"
    mailbox.Maildir(folder, create=True)
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(Reader, Box(folder)))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with httpx.Client(base_url=f"http://127.0.0.1:{web.server_port}/mailbox") as client:
        yield client
    web.shutdown()
    web.server_close()


def put(folder: Path, raw: bytes) -> str:
    return mailbox.Maildir(folder).add(raw)


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_one_broken_mail_keeps_none_from_being_read(
    caught: httpx.Client, tmp_path: Path, number: int
) -> None:
    """The list, the JSON and removing go on, and the mail itself is shown as far as it can be."""
    folder = tmp_path / "mail"
    key = put(folder, BROKEN[number])
    sound = put(folder, b"From: a@example.org\nTo: ann@example.org\nSubject: Hello\n\nWords")
    assert sound in caught.get("/").text
    for path in (f"/{key}", f"/{key}/html", f"/{key}/source"):
        assert caught.get(path).status_code == 200
    told = {each["key"]: each for each in caught.get("/api/messages").json()}
    assert (told[sound]["text"], len(told)) == ("Words", 2)
    to = {"to": "ann@example.org"}
    assert caught.delete("/api/messages", params=to).json() == {"removed": 1}


def test_what_a_stranger_wrote_is_shown_and_does_nothing(
    caught: httpx.Client, tmp_path: Path
) -> None:
    """Opened by itself, too: no scripts, no forms, nothing loaded, in an origin of its own."""
    raw = b"Content-Type: text/html\n\n<form action=/mailbox/><script>alert(1)</script>"
    key = put(tmp_path / "mail", raw)
    policy = caught.get(f"/{key}/html").headers["content-security-policy"]
    directives = {each.split()[0]: each.split()[1:] for each in policy.split(";")}
    assert directives["default-src"] == directives["form-action"] == ["'none'"]
    assert not {"allow-scripts", "allow-forms", "allow-same-origin"} & set(directives["sandbox"])
