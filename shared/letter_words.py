"""The words of letters as staff change them: versions beside the shipped templates, a preview, and the way back."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from shared.application import Service
from shared.context import Caller, Role
from shared.forms import PROSE, Form
from shared.http import Door, StaffOrOperator
from shared.languages import check_language
from shared.recorder import Write
from shared.refusals import NotFound, Refusal
from shared.templates import (
    DESKS,
    ENGLISH,
    Frame,
    Kind,
    NotATemplate,
    Template,
    Templates,
    check_frame,
    parse,
    parse_frame,
    put_words,
    shipped_frames,
)

EXAMPLES: Mapping[str, str] = {
    "administrator": "Dana Fox",
    "author": "Ann Lee",
    "city": "Ashikaga, Japan",
    "button": "What is due",
    "by": "You called it off.",
    "cities": "- Ashikaga, Japan\n- Coimbra, Portugal\n- Riga, Latvia",
    "code": "ABCD-EFGH",
    "contact": "Haruka Sato, International Relations, haruka.sato@example.org",
    "count": "2 overdue, 3 due",
    "day": "Tuesday 3 March 2026",
    "days": "30",
    "details": "Agenda: who we are, what we look for.",
    "earlier": "Monday 2 March 2026, 10:00 in Springfield (Central Time)",
    "expires_on": "3 September 2026",
    "if_not": "If the time does not suit you, answer this mail.",
    "link": "https://example.org/link",
    "minutes": "60",
    "months": "6",
    "name": "Laptop",
    "next": "Please answer this mail with two or three times that suit you, by Monday 9 March 2026.",
    "nobodys": "Nothing.",
    "reason": "Petra is ill.",
    "news": "Cities are proposed",
    "not_answering": "",
    "page": "/digest",
    "own": "Tuesday 3 March 2026, 16:00 in Springfield (Central Time)",
    "place": "Springfield, Illinois",
    "public_url": "https://example.org",
    "requested_on": "3 March 2026",
    "slots": "- Tuesday 3 March 2026, 16:00 in Springfield\n- Wednesday 4 March 2026, 10:00 in Springfield",
    "staff": "Maria Gomez",
    "stands": "Until one of them is picked, the time that is set stands: Monday 2 March 2026, 10:00 in Springfield"
    " (Central Time).",
    "subject_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11",
    "text": "Could you tell us who signs for your city?",
    "what": "Our staff propose these cities to you:",
    "who": "The administrator",
    "why": "no city was found that suits both sides",
    "when": "Tuesday 3 March 2026, 16:00 in Springfield (Central Time)",
    "yours": "Springfield, Illinois: prepare the debriefing, by 3 March 2026.",
}
"""Facts to preview a letter with; nobody's."""

FRAME = "frame"
AROUND = Kind({"name": "the reader's name, in the greeting"})
"""Greeting, closing and why one gets it: of every letter of a language."""
Trail = Callable[[str, str], Write]
"""Writes down that the words of a kind in a language were changed."""
Language = Annotated[str, Path(pattern=r"^[a-z]{2,3}$", examples=["fr"])]
KindName = Annotated[str, Path(pattern=r"^[a-z_]{2,40}$", examples=["question"])]


class ChangedMeanwhile(Refusal):
    """Somebody else has changed these words while you were writing."""

    next_step = "Read the words that are in use now, and make your change to them."


class NotChanged(Refusal):
    """These are the words that are shipped: there is nothing to go back from."""

    next_step = "Nothing has to be done."


class NoFrame(Refusal):
    """Nothing says yet how letters in this language ({code}) greet, close, and tell why one gets them."""

    next_step = "Translate the letter `frame` into this language first; then its letters do not begin in English."


class ForOperators(Refusal):
    """The words of this letter ({kind}) are changed by operators alone: it lets people in."""

    status = 403
    next_step = "Ask an operator to change them; the preview shows how they would look."


class NoFrameOfOperators(Refusal):
    """No operator has said yet how letters in this language ({code}) greet, close, and tell why one gets them."""

    next_step = (
        "Read the letter `frame` of this language, and save it yourself: around letters that let people in stand"
        " no words of staff."
    )


class WordsForm(Form):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "words": "desk: partnerships\nsubject: A question about {place}\n\n"
                "Before {place} can be listed we need to know: {text}\n\nPlease write to us ({subject_id})."
            }
        }
    )

    words: Annotated[str, Field(min_length=1, max_length=20_000, pattern=PROSE)]


class ChangeForm(WordsForm):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "words": "desk: partnerships\nsubject: A question about {place}\n\n{text}",
                "based_on": 0,
            }
        }
    )

    based_on: Annotated[int, Field(ge=0, description="The version that you changed.")]


class BackForm(Form):
    model_config = ConfigDict(json_schema_extra={"example": {"based_on": 1}})

    based_on: Annotated[int, Field(ge=0, description="The version that is in use.")]


class InUse(BaseModel):
    """The words of one kind of letter in one language."""

    kind: str
    language: str
    subject: str
    is_shipped: Annotated[
        bool, Field(description="False: staff have changed them, or this language has none.")
    ]
    version: Annotated[int, Field(description="0: never changed.")]


class Version(BaseModel):
    version: int
    words: Annotated[str | None, Field(description="null: back to what is shipped.")]
    changed_by: str
    changed_at: datetime


class WordsView(InUse):
    words: str
    shipped: Annotated[str | None, Field(description="null: this language was added by staff.")]
    may_tell: Annotated[dict[str, str], Field(description="Facts in braces, and what they are.")]
    must_tell: list[str]
    versions: list[Version]


class Preview(BaseModel):
    """A letter with made-up facts."""

    subject: str
    text: str
    html: Annotated[str, Field(description="A page of its own, which loads nothing.")]


class LetterWords:
    """The letters of one service, in the words that hold now."""

    def __init__(
        self,
        service: Service,
        templates: Templates,
        for_operators: Collection[str] = (),
        trail: Trail | None = None,
    ) -> None:
        self.service, self.templates = service, templates
        self.for_operators, self.trail = for_operators, trail

    def of(self, kind: str, language: str) -> tuple[Template, Frame]:
        """In the reader's language where there is all of it, else in English; as staff changed it, else as shipped."""
        template, around = self._in_use(kind, language)[0], self._around(kind, language)
        if isinstance(template, Template) and around is not None:
            return template, around
        english, around = self._english(kind), self._around(kind, ENGLISH)
        assert isinstance(english, Template)
        assert around is not None
        return english, around

    def _around(self, kind: str, language: str) -> Frame | None:
        """What stands around a kind of letter; around those of operators no words of staff."""
        around, _ = self._in_use(FRAME, language, of_operators=kind in self.for_operators)
        assert around is None or isinstance(around, Frame)
        return around

    def _english(self, kind: str) -> Template | Frame:
        words, _ = self._in_use(kind, ENGLISH)
        assert words is not None
        return words

    def _shipped(self, kind: str, language: str) -> Template | Frame | None:
        if kind == FRAME:
            return shipped_frames().get(language)
        return self.templates.shipped.get((kind, language))

    def _in_use(
        self, kind: str, language: str, *, of_operators: bool = False
    ) -> tuple[Template | Frame | None, int]:
        """And its version; of operators: words of theirs, or shipped ones."""
        found = self.service.rows(
            "SELECT words, version FROM letter_words WHERE kind = %(kind)s AND language = %(language)s"
            " AND (by_operator OR words IS NULL OR NOT %(of_operators)s) ORDER BY version DESC LIMIT 1",
            kind=kind,
            language=language,
            of_operators=of_operators,
        )
        shipped = self._shipped(kind, language)
        if not found:
            return shipped, 0
        words, version = found[0]["words"], found[0]["version"]
        return (_read(kind, language, words) if words is not None else shipped), version

    def check(self, kind: str, language: str, words: str) -> Template | Frame:
        """Raises UnknownLanguage, NotFound, NotATemplate."""
        check_language(language)
        told, template = self._kind(kind), _read(kind, language, words)
        if isinstance(template, Frame):
            return check_frame(template)
        told.check(template)
        desk = self.templates.shipped[kind, ENGLISH].desk
        if template.desk != desk:
            raise NotATemplate(why=f"answers to this letter go to the desk {desk}")
        return template

    def change(
        self, kind: str, language: str, words: str | None, based_on: int, caller: Caller
    ) -> None:
        """None goes back to the shipped words.

        Raises ForOperators, UnknownLanguage, NotFound, NotATemplate, NoFrame, NoFrameOfOperators, NotChanged,
        ChangedMeanwhile.
        """
        is_operator = caller.role is Role.OPERATOR
        if kind in self.for_operators and not is_operator:
            raise ForOperators(kind=kind)
        if words is not None:
            words = self.check(kind, language, words).text()
            self._check_around(kind, language)
        elif self._in_use(kind, language)[0] == self._shipped(kind, language):
            raise NotChanged
        row = {
            "kind": kind,
            "language": language,
            "version": based_on + 1,
            "words": words,
            "by": caller.subject,
            "by_operator": is_operator,
            "at": self.service.clock(),
        }
        with self.service.transaction() as curs:
            curs.execute(CHANGE, row)
            if curs.rowcount == 0:
                raise ChangedMeanwhile
            if self.trail is not None:
                self.trail(kind, language)(curs)

    def _check_around(self, kind: str, language: str) -> None:
        """Raises NoFrame, NoFrameOfOperators."""
        if kind == FRAME or self._around(kind, language) is not None:
            return
        if self._in_use(FRAME, language)[0] is None:
            raise NoFrame(code=language)
        raise NoFrameOfOperators(code=language)

    def _kind(self, kind: str) -> Kind:
        """Raises NotFound."""
        if kind == FRAME:
            return AROUND
        if kind not in self.templates.kinds:
            raise NotFound(thing="letter", id=kind)
        return self.templates.kinds[kind]

    def preview(self, kind: str, language: str, words: str) -> Preview:
        """Raises UnknownLanguage, NotFound, NotATemplate."""
        checked, mail = self.check(kind, language, words), EmailMessage()
        around = self._around(kind, language) or self._around(kind, ENGLISH)
        template = Template(FRAME, language, DESKS[0], "{place}", "...")
        if isinstance(checked, Frame):
            around = checked
        else:
            template = checked
        assert isinstance(around, Frame)
        put_words(mail, template, around, EXAMPLES, "Ann Lee", ("Sister Cities International",))
        parts = {part.get_content_subtype(): part.get_content() for part in mail.iter_parts()}
        return Preview(subject=str(mail["Subject"]), text=parts["plain"], html=parts["html"])

    def view(self, kind: str, language: str) -> WordsView:
        """Of a language that has no words yet: the English ones, to be translated. Raises UnknownLanguage, NotFound."""
        check_language(language)
        told = self._kind(kind)
        versions = self.service.rows(
            "SELECT version, words, changed_by, changed_at FROM letter_words"
            " WHERE kind = %(kind)s AND language = %(language)s ORDER BY version DESC",
            kind=kind,
            language=language,
        )
        template = self._in_use(kind, language)[0] or self._english(kind)
        shipped = self._shipped(kind, language)
        return WordsView(
            **self._told(kind, language).model_dump(),
            words=template.text(),
            shipped=shipped.text() if shipped else None,
            may_tell=dict(told.may_tell),
            must_tell=sorted(told.must_tell),
            versions=[Version(**row) for row in versions],
        )

    def _told(self, kind: str, language: str) -> InUse:
        template, version = self._in_use(kind, language)
        shown = template or self._english(kind)
        return InUse(
            kind=kind,
            language=language,
            subject=shown.subject if isinstance(shown, Template) else shown.dear,
            is_shipped=template is not None and template == self._shipped(kind, language),
            version=version,
        )

    def all(self) -> list[InUse]:
        changed = self.service.rows("SELECT DISTINCT kind, language FROM letter_words")
        pairs = {
            *self.templates.shipped,
            *((FRAME, language) for language in shipped_frames()),
            *((row["kind"], row["language"]) for row in changed),
        }
        known = {FRAME, *self.templates.kinds}
        return [self._told(*pair) for pair in sorted(pairs) if pair[0] in known]


def _read(kind: str, language: str, words: str) -> Template | Frame:
    """Raises NotATemplate."""
    return parse_frame(words) if kind == FRAME else parse(kind, language, words)


CHANGE = """
    INSERT INTO letter_words (kind, language, version, words, changed_by, by_operator, changed_at)
    SELECT %(kind)s, %(language)s, %(version)s, %(words)s, %(by)s, %(by_operator)s, %(at)s
    WHERE %(version)s = 1 + coalesce(
        (SELECT max(version) FROM letter_words WHERE kind = %(kind)s AND language = %(language)s), 0
    )
    ON CONFLICT DO NOTHING
"""


def routes(letters: LetterWords, name: str) -> APIRouter:
    router = APIRouter(prefix=f"/api/{name}/v1/letters", tags=["letters"], route_class=Door)

    @router.get("")
    def list_letters(caller: StaffOrOperator) -> list[InUse]:
        """Every kind of letter, in each language that has words for it."""
        return letters.all()

    @router.get("/{kind}/{language}")
    def read_letter(kind: KindName, language: Language, caller: StaffOrOperator) -> WordsView:
        """The words in use, what they can tell, and every version; of a new language the English words."""
        return letters.view(kind, language)

    @router.post("/{kind}/{language}/preview")
    def preview(
        kind: KindName, language: Language, form: WordsForm, caller: StaffOrOperator
    ) -> Preview:
        """How the letter would look, with made-up facts; nothing is saved."""
        return letters.preview(kind, language, form.words)

    @router.post("/{kind}/{language}")
    def change(
        kind: KindName, language: Language, form: ChangeForm, caller: StaffOrOperator
    ) -> WordsView:
        """The words of all letters of this kind that are written from now on; `frame` is what stands around all."""
        letters.change(kind, language, form.words, form.based_on, caller)
        return letters.view(kind, language)

    @router.post("/{kind}/{language}/shipped")
    def back(
        kind: KindName, language: Language, form: BackForm, caller: StaffOrOperator
    ) -> WordsView:
        """Back to the words that are shipped; a language that staff added is English again."""
        letters.change(kind, language, None, form.based_on, caller)
        return letters.view(kind, language)

    return router
