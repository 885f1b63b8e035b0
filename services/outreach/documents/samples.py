"""Writes all documents in all languages into a folder, to look at; all people in them are invented."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from services.outreach.documents import composing, languages, printing
from services.outreach.domain.document import Delegate, Details, Draft, Signer
from shared.gazetteer import Gazetteer
from shared.values import DocumentKind, Place, Theme

SPRINGFIELD, LEEDS = 4250542, 2644688
CITIES = {"ar": 2538475, "fr": 2990969, "ja": 1865005}
NAMES = {
    "ar": ("سبرينغفيلد، إلينوي", "الرباط", "أمينة بنسعيد"),
    "ja": ("イリノイ州スプリングフィールド市", "足利市", "森 健二"),
}
MADE_AT = datetime(2027, 3, 1, tzinfo=UTC)


def details(language: str) -> Details:
    us_name, foreign_name, signer = NAMES.get(language, ("", "", ""))
    return Details(
        fields=(Theme.EDUCATION, Theme.CULTURE, Theme.YOUTH),
        us_signer=Signer(name="Ann Lee", office="Mayor", is_highest_official=True),
        foreign_signer=Signer(
            name="Robin Example", office="Mayor", is_highest_official=True, translated_name=signer
        ),
        us_witness="Sam Poe",
        foreign_witness="Kim Example",
        us_name=us_name,
        foreign_name=foreign_name,
        resolution_number="2027-14",
        adopted_on=date(2027, 2, 10),
        proclaimed_on=date(2027, 5, 14),
        visit_from=date(2027, 5, 10),
        visit_to=date(2027, 5, 16),
        us_contact="Sam Poe, sister-cities@springfield.example.org, +1 217 555 0100",
        foreign_contact="Kim Example, International Relations",
        delegates=(
            Delegate(name="Robin Example", office="Mayor"),
            Delegate(name="Kim Example", office="Interpreter", organization="City Hall"),
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
        details=details(language),
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
