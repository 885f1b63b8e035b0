"""Documents of a pair: what goes into one, what it lacks before both sides can sign it, and where its originals are."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from eventsourcing.domain import event
from pydantic import Field

from services.outreach.domain import refusals as no
from services.outreach.domain.partnership import check_past
from shared.aggregates import Aggregate
from shared.forms import NO_CONTROL, PROSE, Day
from shared.refusals import Refusal
from shared.values import DocumentKind, Place, Theme, Value

AGREEMENTS = (
    DocumentKind.LETTER_OF_INTENT,
    DocumentKind.FRIENDSHIP_AGREEMENT,
    DocumentKind.SISTER_CITY_AGREEMENT,
)
ARTICLES = (
    "fields",
    "coordination",
    "non_binding",
    "money",
    "law",
    "term",
    "renewal",
    "notice",
    "amendment",
    "languages",
)
"""Of each agreement, in their order, after its purpose."""
REQUIRED = {
    "purpose": "endorses the link",
    "fields": "names the fields of cooperation",
    "non_binding": "says that the document is not legally binding",
    "money": "says that money must be available first",
    "term": "says how long it runs",
    "renewal": "says how it is renewed",
    "notice": "says how either side ends it",
    "languages": "says that the languages are equally valid",
}
"""Articles without which an agreement is not what the programme recognises, and what each does."""


class Side(StrEnum):
    US = "us"
    FOREIGN = "foreign"


WITH_ORIGINALS: dict[DocumentKind, tuple[Side, ...]] = {
    **dict.fromkeys(AGREEMENTS, (Side.US, Side.FOREIGN)),
    DocumentKind.INVITATION: (Side.FOREIGN,),
    DocumentKind.ACCEPTANCE: (Side.US,),
    DocumentKind.COUNCIL_RESOLUTION: (Side.US,),
    DocumentKind.PROCLAMATION: (Side.US,),
    DocumentKind.VISA_SUPPORT_LETTER: (Side.FOREIGN,),
    DocumentKind.DELEGATION_LIST: (),
}
"""The sides that hold a signed original of each document."""

Words = Annotated[str, Field(max_length=200, pattern=NO_CONTROL)]
ArticleText = Annotated[str, Field(max_length=4000, pattern=PROSE)]


class Signer(Value):
    name: Words = ""
    office: Words = ""
    is_highest_official: Annotated[
        bool, Field(description="The highest elected or, without elections, appointed official.")
    ] = False
    translated_name: Annotated[
        Words, Field(description="In the script of the other language, where it has its own.")
    ] = ""
    translated_office: Words = ""


class Delegate(Value):
    name: Words
    office: Words = ""
    organization: Words = ""


class OwnWords(Value):
    """An article as the two sides want it."""

    text: Annotated[ArticleText, Field(description="In English.")]
    translation: Annotated[ArticleText, Field(description="In the other language.")] = ""


class Details(Value):
    """What a document is filled with beside the places; personal, so it rests sealed and is in no event."""

    fields: Annotated[
        tuple[Theme, ...], Field(max_length=12, description="Fields of cooperation.")
    ] = ()
    us_signer: Signer = Signer()
    foreign_signer: Signer = Signer()
    us_witness: Words = ""
    foreign_witness: Words = ""
    us_name: Annotated[
        Words, Field(description="The member's name as the other language writes it.")
    ] = ""
    foreign_name: Annotated[
        Words, Field(description="The city's name as the other language writes it.")
    ] = ""
    term_years: Annotated[int | None, Field(ge=1, le=99)] = 5
    notice_months: Annotated[int | None, Field(ge=1, le=60)] = 6
    dated_on: Annotated[
        Day | None, Field(description="The day at the head of a letter; else it is written in.")
    ] = None
    resolution_number: Words = ""
    adopted_on: Day | None = None
    proclaimed_on: Day | None = None
    visit_from: Day | None = None
    visit_to: Day | None = None
    host_pays: Annotated[
        bool, Field(description="The member pays for lodging, meals and local transport.")
    ] = False
    us_contact: Words = ""
    foreign_contact: Words = ""
    delegates: Annotated[tuple[Delegate, ...], Field(max_length=100)] = ()
    left_out: Annotated[
        tuple[Words, ...], Field(max_length=20, description="Articles of an agreement, by name.")
    ] = ()
    own_words: Annotated[
        dict[str, OwnWords],
        Field(
            max_length=20, description="Articles of an agreement, by name, in words of your own."
        ),
    ] = {}  # noqa: RUF012  # frozen, and pydantic copies it
    translation_checked_by: Annotated[
        Words, Field(description="The translator who checked this text beside the English one.")
    ] = ""


OF_ONE_TEXT = ("dated_on", "left_out", "own_words", "translation_checked_by")
"""Details that speak of one document's text and do not pass to the next one."""


class Finding(Value):
    """One thing that a document lacks."""

    rule: Annotated[str, Field(description="A name of the rule that stays.")]
    sentence: str
    next_step: str
    is_blocking: Annotated[
        bool, Field(description="A copy for signature is made once none of these is left.")
    ] = True


class Change(Value):
    """An article of ours that is not as it was."""

    heading: str
    was: str
    now: Annotated[str, Field(description="The nearest paragraph; empty where there is none.")]


class Draft(Value):
    """A document as it is to be checked."""

    kind: DocumentKind
    language: Annotated[str, Field(description="The one beside English; `en` for English alone.")]
    is_translation_checked: bool
    place: Place
    foreign_place: Place
    has_resolution: bool
    details: Details


def check(draft: Draft) -> list[Finding]:
    """All that the document lacks; empty where both sides can sign it."""
    found = [*_signers(draft), *_facts(draft), *_language(draft)]
    return [*found, *_agreement(draft)] if draft.kind in AGREEMENTS else found


def _finding(refusal: Refusal, *, is_blocking: bool = True) -> Finding:
    return Finding(
        rule=re.sub(r"(?<!^)(?=[A-Z])", "-", type(refusal).__name__).lower(),
        sentence=refusal.sentence,
        next_step=refusal.next_step,
        is_blocking=is_blocking,
    )


SIGNED_BY: dict[DocumentKind, tuple[Side, ...]] = {
    **dict.fromkeys(AGREEMENTS, (Side.US, Side.FOREIGN)),
    DocumentKind.ACCEPTANCE: (Side.FOREIGN,),
    DocumentKind.DELEGATION_LIST: (),
}


def _signers(draft: Draft) -> Iterator[Finding]:
    for side in SIGNED_BY.get(draft.kind, (Side.US,)):
        place = draft.place if side is Side.US else draft.foreign_place
        signer = draft.details.us_signer if side is Side.US else draft.details.foreign_signer
        if not signer.name or not signer.office:
            yield _finding(no.SignerNotNamed(name=place.name))
        elif draft.kind in AGREEMENTS and not signer.is_highest_official:
            if side is Side.US:
                yield _finding(no.UsSignatureNotHighest(name=place.name, office=signer.office))
            else:
                yield _finding(no.ForeignSignatureNotHighest(city=place.name, office=signer.office))


NEEDED: dict[DocumentKind, dict[str, str]] = {
    DocumentKind.COUNCIL_RESOLUTION: {"resolution_number": "the number of the resolution"},
    DocumentKind.PROCLAMATION: {"proclaimed_on": "the day that is proclaimed"},
    DocumentKind.VISA_SUPPORT_LETTER: {
        "visit_from": "the first day of the visit",
        "visit_to": "the last day of the visit",
        "delegates": "the members of the delegation",
        "us_contact": "whom the consulate may ask",
    },
    DocumentKind.DELEGATION_LIST: {
        "visit_from": "the first day of the visit",
        "visit_to": "the last day of the visit",
        "delegates": "the members of the delegation",
    },
    DocumentKind.ACCEPTANCE: {"foreign_contact": "whom to write to in the city abroad"},
}
WITHOUT_FIELDS = (DocumentKind.DELEGATION_LIST,)


def _facts(draft: Draft) -> Iterator[Finding]:
    for field, what in NEEDED.get(draft.kind, {}).items():
        if not getattr(draft.details, field):
            yield _finding(no.FactMissing(what=what))
    if not draft.details.fields and draft.kind not in WITHOUT_FIELDS:
        yield _finding(no.NoFieldsOfCooperation())


def _language(draft: Draft) -> Iterator[Finding]:
    if draft.language == "en":
        if draft.kind in AGREEMENTS:
            yield _finding(no.OneLanguageAlone(), is_blocking=False)
    elif not draft.is_translation_checked and not draft.details.translation_checked_by:
        yield _finding(no.TranslationNotChecked())


def _agreement(draft: Draft) -> Iterator[Finding]:
    yield from _articles(draft)
    details = draft.details
    if details.term_years is None:
        yield _finding(no.FactMissing(what="the term"))
    if details.notice_months is None:
        yield _finding(no.FactMissing(what="the period of notice"))
    witnesses = (draft.place, details.us_witness), (draft.foreign_place, details.foreign_witness)
    for place, witness in witnesses:
        if not witness:
            yield _finding(no.WitnessNotNamed(name=place.name), is_blocking=False)
    if draft.kind is DocumentKind.SISTER_CITY_AGREEMENT and not draft.has_resolution:
        yield _finding(no.NoCouncilResolution(name=draft.place.name))


def _articles(draft: Draft) -> Iterator[Finding]:
    details = draft.details
    for article, what in REQUIRED.items():
        named = article.replace("_", " ")
        if article in details.left_out:
            yield _finding(no.ArticleLeftOut(article=named, what=what))
        elif article in details.own_words:
            yield _finding(no.ArticleInOwnWords(article=named, what=what), is_blocking=False)
    for article, own in details.own_words.items():
        if draft.language != "en" and not own.translation:
            yield _finding(no.OwnWordsNotTranslated(article=article.replace("_", " ")))


def check_articles(kind: DocumentKind, articles: set[str]) -> None:
    """Of those that are left out or in own words. Raises NoSuchArticle."""
    known = {"purpose", *ARTICLES} if kind in AGREEMENTS else set()
    for article in sorted(articles - known):
        raise no.NoSuchArticle(article=article, known=", ".join(sorted(known)) or "none")


class Edition(Value):
    """Which document it is, in which version, from which texts; never what stands in it."""

    kind: DocumentKind
    version: int
    language: str
    template: str
    content_hash: str


class Document(Aggregate):
    """One version of a document; its text is a sealed row beside it."""

    class DocumentDrawnUp(Aggregate.Created):
        document_id: UUID
        pair_id: UUID
        edition: Edition
        at: datetime

    class OriginalFiled(Aggregate.Event):
        """A signed original is with the side that holds it."""

        side: Side
        signed_on: date
        has_scan: bool
        at: datetime

    class OriginalRetracted(Aggregate.Event):
        """It was put down by mistake."""

        side: Side
        at: datetime

    @staticmethod
    def create_id(document_id: UUID) -> UUID:
        return document_id

    @event(DocumentDrawnUp)
    def __init__(self, document_id: UUID, pair_id: UUID, edition: Edition, at: datetime) -> None:
        self.pair_id, self.edition, self.drawn_up_at = pair_id, edition, at
        self.originals: dict[Side, date] = {}

    @property
    def kind(self) -> DocumentKind:
        return self.edition.kind

    @property
    def is_signed(self) -> bool:
        """Every side that holds an original has it."""
        expected = WITH_ORIGINALS[self.kind]
        return bool(expected) and all(side in self.originals for side in expected)

    def file_original(self, side: Side, signed_on: date, at: datetime, *, has_scan: bool) -> None:
        """Said again, with another day or with the scan, it corrects what was said."""
        if side not in WITH_ORIGINALS[self.kind]:
            raise no.NoOriginalThere(kind=self.kind.replace("_", " "))
        check_past(None, signed_on, at)
        self._file_original(side, signed_on, has_scan, at)

    @event(OriginalFiled)
    def _file_original(self, side: Side, signed_on: date, has_scan: bool, at: datetime) -> None:
        self.originals[side] = signed_on

    def retract_original(self, side: Side, at: datetime) -> None:
        if side not in self.originals:
            raise no.NoOriginalFiled(kind=self.kind.replace("_", " "))
        self._retract_original(side, at)

    @event(OriginalRetracted)
    def _retract_original(self, side: Side, at: datetime) -> None:
        del self.originals[side]
