"""Writes all documents in all languages into a folder, to look at; all people in them are invented."""

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from services.outreach.documents import composing, languages, printing
from services.outreach.domain.document import Delegate, Details, Draft, Signer
from shared.gazetteer import Gazetteer
from shared.values import DocumentKind, Place, Theme

SPRINGFIELD, LEEDS = 4250542, 2644688
CITIES = {"ar": 2538475, "fr": 2990969, "ja": 1865005}
MADE_AT = datetime(2027, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Other:
    """The city abroad and its people; names in its own script where it has one."""

    mayor: str
    interpreter: str
    mayor_translated: str = ""
    office_translated: str = ""
    city: str = ""
    us_city: str = ""
    us_mayor: str = ""


OTHERS = {
    "en": Other("Robin Shaw", "Jo Field"),
    "fr": Other("Claire Moreau", "Luc Bernard"),
    "ar": Other(
        mayor="Amina Bensaid",
        interpreter="Youssef Alami",
        mayor_translated="أمينة بنسعيد",
        office_translated="رئيسة البلدية",
        city="الرباط",
        us_city="سبرينغفيلد، إلينوي",
        us_mayor="آن لي",
    ),
    "ja": Other(
        mayor="Kenji Mori",
        interpreter="Haruka Sato",
        mayor_translated="森 健二",
        city="足利市",
        us_city="イリノイ州スプリングフィールド市",
        us_mayor="アン・リー",
    ),
}
DATED_ON = {
    DocumentKind.INVITATION: date(2026, 9, 21),
    DocumentKind.ACCEPTANCE: date(2026, 10, 12),
    DocumentKind.VISA_SUPPORT_LETTER: date(2027, 3, 2),
}


def details(kind: DocumentKind, language: str) -> Details:
    """One story: invited in September, resolved in February, the delegation comes in May."""
    other = OTHERS[language]
    return Details(
        fields=(Theme.EDUCATION, Theme.CULTURE, Theme.YOUTH),
        us_signer=Signer(
            name="Ann Lee", office="Mayor", is_highest_official=True, translated_name=other.us_mayor
        ),
        foreign_signer=Signer(
            name=other.mayor,
            office="Mayor",
            is_highest_official=True,
            translated_name=other.mayor_translated,
            translated_office=other.office_translated,
        ),
        us_witness="Sam Poe",
        foreign_witness=other.interpreter,
        us_name=other.us_city,
        foreign_name=other.city,
        dated_on=DATED_ON.get(kind),
        resolution_number="2027-14",
        adopted_on=date(2027, 2, 10),
        proclaimed_on=date(2027, 5, 14),
        visit_from=date(2027, 5, 10),
        visit_to=date(2027, 5, 16),
        us_contact="Sam Poe, sister-cities@springfield.example.org, +1 217 555 0100",
        foreign_contact=f"{other.interpreter}, International Relations",
        delegates=(
            Delegate(name=other.mayor, office="Mayor", organization="City Hall"),
            Delegate(name=other.interpreter, office="Interpreter", organization="City Hall"),
        ),
    )


def draft(kind: DocumentKind, language: str, here: Place, there: Place) -> Draft:
    return Draft(
        kind=kind,
        language=language,
        is_translation_checked=languages.language(language).is_checked,
        place=here,
        foreign_place=there,
        has_resolution=True,
        details=details(kind, language),
    )


def render(gazetteer: Gazetteer, folder: Path) -> None:
    here = gazetteer.find(SPRINGFIELD)
    assert here is not None
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages.offered():
        there = gazetteer.find(CITIES.get(language, LEEDS))
        assert there is not None
        for number, kind in enumerate(DocumentKind, start=1):
            content = composing.compose(draft(kind, language, here, there))
            imprint = printing.Imprint(
                document_id=UUID(int=number),
                version=1,
                template=composing.template_of(language),
                content_hash=composing.hash_of(content),
                made_at=MADE_AT,
                is_draft=True,
            )
            name = f"{language}-{number}-{kind.value}"
            (folder / f"{name}.pdf").write_bytes(printing.pdf(content, imprint))
            (folder / f"{name}.docx").write_bytes(printing.docx(content, imprint))


if __name__ == "__main__":
    gazetteer_file = Path(sys.prefix) / "share" / "gazetteer.sqlite"
    render(Gazetteer(gazetteer_file), Path(sys.argv[1]))
    print(f"{sys.argv[1]}: nine documents in {len(languages.offered())} languages")
