"""Templates of letters: a text file for each kind and language, made into a text and an HTML part.

    desk: partnerships
    subject: Please confirm the request of {place}
    button: Confirm the address | {link}

    Paragraphs. {facts} stand in braces; a line break inside a paragraph stays one.

`button` is optional; the text part shows it as a line. `frame.txt` of a language holds what stands around every letter:
greeting, closing, and why one gets it.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.refusals import Refusal

HERE = Path(__file__).parent / "letters"
ENGLISH = "en"
RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ps", "ur", "yi")
DESKS = ("info", "partnerships")
BLANK = re.compile(r"\{([a-z_]+)\}")
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
OURS = re.compile(r"\{link\}|\{public_url\}(/\S*|\{page\})?")
"""Where a button may lead: whoever reads it trusts it."""
ELSEWHERE = re.compile(r"://|www\.|@", re.IGNORECASE)
PAGE = re.compile(
    # With the full stops that browsers take for one, and with signs that make another address of ours.
    r"://|www\.|\w[.\u3002\uff0e\uff61][^\W\d_][\w-]+(:\d+)?[/?#]|\b\d+\.\d+\.\d+\.\d+|"
    r"\{(link|public_url)\}([a-z0-9@-]|[.:][a-z0-9])",
    re.IGNORECASE,
)
"""An address of somebody else's page, as people and mail programs read it."""
BARE = re.compile(r"\w[.\uff0e][a-z]{2,}", re.IGNORECASE)
LONGEST_PART = 300
WIDTH = 78


def page_elsewhere(text: str) -> str:
    """The first address of another page than ours; empty where there is none."""
    ours = re.sub(r"\{public_url\}/\S*", "", text)
    strange = PAGE.search(ours) or PAGE.search(BLANK.sub("x", ours))
    return strange[0] if strange else ""


class NotATemplate(Refusal):
    """This template cannot be used: {why}."""

    status = 422
    next_step = "Mend the template and save it again; the one before stays in use until then."


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind of letter in one language."""

    kind: str
    language: str
    desk: str
    subject: str
    body: str
    button: str = ""
    """Its words, then ` | `, then where it leads."""

    @property
    def blanks(self) -> set[str]:
        return set(BLANK.findall(f"{self.subject}\n{self.body}\n{self.button}"))

    def text(self) -> str:
        """As in its file."""
        button = f"button: {self.button}\n" if self.button else ""
        return f"desk: {self.desk}\nsubject: {self.subject}\n{button}\n{self.body}\n"


def parse(kind: str, language: str, text: str) -> Template:
    """Raises NotATemplate."""
    head, _, body = text.replace("\r\n", "\n").strip().partition("\n\n")
    told: dict[str, str] = {}
    for line in head.split("\n"):
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in ("desk", "subject", "button"):
            raise NotATemplate(
                why=f'its first lines are desk, subject and button, not "{line[:60]}"'
            )
        told[name.strip()] = value.strip()
    if told.get("desk") not in DESKS:
        raise NotATemplate(why="its desk is info or partnerships")
    if not told.get("subject") or not body.strip():
        raise NotATemplate(why="it has no subject, or no text after an empty line")
    if "button" in told and len(told["button"].split(" | ")) != 2:
        raise NotATemplate(why="its button is a few words, then | , then where it leads")
    template = Template(
        kind, language, told["desk"], told["subject"], body.strip(), told.get("button", "")
    )
    stray = BLANK.sub("", f"{template.subject}\n{template.body}\n{template.button}")
    if "{" in stray or "}" in stray:
        raise NotATemplate(why="braces stand only around the name of a fact, such as {place}")
    return template


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of letter can tell: fact -> what it is, for whoever edits the words."""

    may_tell: Mapping[str, str]
    must_tell: frozenset[str] = frozenset()

    def check(self, template: Template) -> None:
        """Raises NotATemplate where it asks for what is not there, or leaves out what it is for."""
        if template.button and not OURS.fullmatch(template.button.partition(" | ")[2]):
            raise NotATemplate(
                why="its button leads to {link}, or to a page of ours: {public_url}, {public_url}/..."
                " or {public_url}{page}"
            )
        if strange := page_elsewhere(f"{template.subject}\n{template.body}\n{template.button}"):
            raise NotATemplate(
                why=f'it leads away from us ("{strange}"); only pages of ours are named, with {{public_url}}/'
            )
        if unknown := sorted(template.blanks - set(self.may_tell)):
            raise NotATemplate(
                why=f"{{{unknown[0]}}} is not known here; there are {', '.join(sorted(self.may_tell))}"
            )
        if missing := sorted(self.must_tell - template.blanks):
            raise NotATemplate(why=f"it has to tell {{{missing[0]}}}")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every letter of a language."""

    dear: str
    """The greeting of somebody whose name is known, as {name}."""
    good_day: str
    """The greeting of an address that nobody has proved."""
    closing: str
    why: str
    """Why one gets the letter."""

    def greeting(self, name: str) -> str:
        return self.dear.replace("{name}", name) if name else self.good_day

    def text(self) -> str:
        """As in its file."""
        return "".join(f"{part}: {getattr(self, part)}\n" for part in PARTS)


PARTS = tuple(each.name for each in fields(Frame))


def parse_frame(text: str) -> Frame:
    """Raises NotATemplate."""
    told = dict(map(_part, filter(None, map(str.strip, text.splitlines()))))
    if missing := [part for part in PARTS if not told.get(part)]:
        raise NotATemplate(why=f"the line {missing[0]} is missing")
    made = Frame(**told)
    if BLANK.findall(made.text()) != ["name"] or "{name}" not in made.dear:
        raise NotATemplate(
            why="{name} stands once, in the line dear, and nothing else stands in braces"
        )
    if ELSEWHERE.search(made.text()):
        raise NotATemplate(
            why="no address stands around letters, neither of a page nor of a person"
        )
    return made


def check_frame(frame: Frame) -> Frame:
    """Raises NotATemplate. Words saved before are still read, so that no letter waits for them."""
    strange = PAGE.search(frame.text()) or BARE.search(frame.text())
    if strange:
        raise NotATemplate(
            why=f'no address stands around letters, and this reads like one: "{strange[0]}"; after a full stop stands'
            " a space"
        )
    return frame


def _part(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or name.strip() not in PARTS or len(value) > LONGEST_PART:
        raise NotATemplate(
            why=f'its lines are {", ".join(PARTS)}, each of {LONGEST_PART} signs at most, not "{line[:60]}"'
        )
    return name.strip(), value.strip()


@lru_cache
def shipped_frames() -> Mapping[str, Frame]:
    """Language -> what stands around its letters."""
    return {file.parent.name: parse_frame(file.read_text()) for file in HERE.glob("*/frame.txt")}


@dataclass
class Templates:
    """A service's templates, as its files have them."""

    folder: Path
    kinds: Mapping[str, Kind]
    shipped: dict[tuple[str, str], Template] = field(init=False)

    def __post_init__(self) -> None:
        self.shipped = {}
        for file in sorted(self.folder.glob("*/*.txt")):
            template = parse(file.stem, file.parent.name, file.read_text())
            self.kinds[file.stem].check(template)
            self.shipped[file.stem, file.parent.name] = template
        missing = [kind for kind in self.kinds if (kind, ENGLISH) not in self.shipped]
        assert not missing, f"no English words for {missing}"


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """Facts are put in once: braces in a fact mean nothing. Raises KeyError where one is not there."""
    return BLANK.sub(lambda found: str(facts[found[1]]), text)


def one_line(text: str) -> str:
    """Nothing in a head that ends its line or would be read as an encoded word, whoever wrote it."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.replace("=?", "= ?").split())


def put_words(
    mail: EmailMessage,
    template: Template,
    around: Frame,
    facts: Mapping[str, Any],
    name: str,
    signature: Iterable[str],
) -> None:
    """Subject, text part and HTML part of a letter to `name` (empty: to an address that nobody has proved)."""
    mail["Subject"] = one_line(fill(template.subject, facts))
    label, _, link = template.button.partition(" | ")
    put_parts(
        mail,
        language=template.language,
        paragraphs=[
            around.greeting(name),
            *(each for each in fill(template.body, facts).split("\n\n") if each.strip()),
        ],
        button=(fill(label, facts), fill(link, facts)) if link else None,
        signature=(around.closing, *signature),
        why=around.why if name else "",
    )


def put_parts(
    mail: EmailMessage,
    *,
    language: str,
    paragraphs: Iterable[str],
    button: tuple[str, str] | None,
    signature: Iterable[str],
    why: str = "",
) -> None:
    """The same words twice: plain, with lines of 78 signs, and as HTML that loads nothing from anywhere. `language` is
    empty where a person wrote in whatever language."""
    words, sign_off = list(paragraphs), "\n".join(signature)
    linked = [f"{button[0]}:\n{button[1]}"] if button else []
    last = [why] if why else []
    mail.set_content("\n\n".join(map(_wrapped, [*words, *linked, sign_off, *last])) + "\n")
    html = _layout().render(
        language=language,
        direction=_direction(language),
        paragraphs=[_pieces(each) for each in words],
        button=button,
        signature=_pieces(sign_off),
        why=why,
        subject=str(mail["Subject"]),
    )
    mail.add_alternative(html, subtype="html")


def _direction(language: str) -> str:
    """Of words in an unknown language, the reader's program finds it out."""
    if not language:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _wrapped(paragraph: str) -> str:
    lines = (
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in paragraph.split("\n")
    )
    return "\n".join(lines)


def _pieces(paragraph: str) -> list[list[tuple[str, bool]]]:
    """Lines of (text, whether it is an address to follow)."""
    return [
        [
            (piece, bool(ADDRESS.fullmatch(piece)))
            for piece in re.split(f"({ADDRESS.pattern})", line)
        ]
        for line in paragraph.split("\n")
    ]


@lru_cache
def _layout() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("layout.html")
