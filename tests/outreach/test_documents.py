"""Documents: nine kinds in several languages, checked, printed, in versions, with their signed originals."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import docx
import httpx
import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from deploy.local.binaries import GAZETTEER
from deploy.local.platform import Platform
from services.outreach.documents import composing, languages, printing, samples
from services.outreach.domain.document import (
    AGREEMENTS,
    REQUIRED,
    Delegate,
    Details,
    Draft,
    OwnWords,
    Signer,
    check,
)
from shared.gazetteer import Gazetteer
from shared.typesetting import MissingSign, check_signs
from shared.values import DocumentKind, Theme
from tests.clients import Client, Clients, eventually
from tests.intake.people import INTAKE
from tests.outreach.pairs import TalksWith, a_pair, the_service

NAMES = {"fr": ("", ""), "ar": ("سبرينغفيلد", "الرباط"), "ja": ("スプリングフィールド", "足利市")}
CITIES = {"fr": 2990969, "ar": 2538475, "ja": 1865005}
FULL = Details(
    fields=(Theme.EDUCATION, Theme.CULTURE),
    us_signer=Signer(name="Ann Lee", office="Mayor", is_highest_official=True),
    foreign_signer=Signer(name="Kenji Mori", office="Mayor", is_highest_official=True),
    us_witness="Sam Poe",
    foreign_witness="Haruka Sato",
    resolution_number="2027-14",
    adopted_on=date(2027, 2, 10),
    proclaimed_on=date(2027, 5, 14),
    visit_from=date(2027, 5, 10),
    visit_to=date(2027, 5, 16),
    us_contact="Sam Poe, +1 217 555 0100",
    foreign_contact="Haruka Sato",
    delegates=(Delegate(name="Kenji Mori", office="Mayor"), Delegate(name="Lena O’Neil")),
    translation_checked_by="Aiko Tanaka",
)
ALL = [(kind, language) for language in CITIES for kind in DocumentKind]


def a_draft(kind: DocumentKind, language: str = "ja", details: Details = FULL) -> Draft:
    gazetteer = Gazetteer(GAZETTEER)
    here, there = gazetteer.find(4250542), gazetteer.find(CITIES.get(language, 1865005))
    assert here is not None
    assert there is not None
    us_name, foreign_name = NAMES.get(language, ("", ""))
    return Draft(
        kind=kind,
        language=language,
        is_translation_checked=language == "en",
        place=here,
        foreign_place=there,
        has_resolution=True,
        details=details.model_copy(update={"us_name": us_name, "foreign_name": foreign_name}),
    )


def an_imprint(draft: Draft, *, is_draft: bool = True) -> printing.Imprint:
    content = composing.compose(draft)
    return printing.Imprint(
        document_id=UUID("6f1c2f0e-3b7a-5c0d-9e4e-2a1b7c8d9e0f"),
        version=2,
        template=composing.template_of(draft.language),
        content_hash=composing.hash_of(content),
        made_at=datetime(2027, 3, 1, tzinfo=UTC),
        is_draft=is_draft,
    )


def rules_of(draft: Draft) -> set[str]:
    return {each.rule for each in check(draft)}


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_each_document_is_printed_in_each_language_with_the_same_bytes(
    kind: DocumentKind, language: str
) -> None:
    """All nine, in English with French, Arabic and Japanese: PDF/UA-1 and DOCX, a repeat byte for byte the same."""
    draft = a_draft(kind, language)
    content, imprint = composing.compose(draft), an_imprint(draft)
    made = printing.pdf(content, imprint), printing.docx(content, imprint)
    assert made == (printing.pdf(content, imprint), printing.docx(content, imprint))
    pages = PdfReader(io.BytesIO(made[0])).pages
    for page in pages:
        text = page.extract_text()
        for told in (str(imprint.document_id), "version 2", f"en/{language}", "Draft"):
            assert told in text
    assert b"pdfuaid" in made[0]
    assert content["title"][0] in pages[0].extract_text()
    with zipfile.ZipFile(io.BytesIO(made[1])) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    words = "\n".join(cell.text for cell in _cells(made[1]))
    for title in content["title"]:
        assert title in words


def _pages(draft: Draft) -> list[str]:
    made = printing.pdf(composing.compose(draft), an_imprint(draft))
    """Their texts without spaces, of which there are more or fewer where a line ends."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made)).pages]


@pytest.mark.parametrize("kind", AGREEMENTS)
def test_no_article_is_torn_apart_between_pages(kind: DocumentKind) -> None:
    """Each stands on one page as a whole; one in own words that is longer than a page loses nothing."""
    draft = a_draft(kind, "fr")
    pages = _pages(draft)
    for block in composing.compose(draft)["blocks"]:
        texts = ["".join(text.split()) for text in block["texts"]]
        assert any(all(text in page for text in texts) for page in pages)
    long = OwnWords(text="word " * 790 + "ends", translation="mot " * 790 + "finit")
    told = "".join(
        _pages(a_draft(kind, "fr", FULL.model_copy(update={"own_words": {"law": long}})))
    )
    assert told.count("word") == 790
    assert "ends" in told
    assert "finit" in told


LETTERS = [DocumentKind.INVITATION, DocumentKind.ACCEPTANCE, DocumentKind.VISA_SUPPORT_LETTER]


@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("language", CITIES)
def test_a_letter_says_where_and_when_and_to_whom(kind: DocumentKind, language: str) -> None:
    """Place, day and addressee stand at its head in both languages, and nobody dates the signature by hand."""
    dated = FULL.model_copy(update={"dated_on": date(2026, 9, 21)})
    content = composing.compose(a_draft(kind, language, dated))
    english, other = content["blocks"][0]["lines"]
    assert "September 21, 2026" in english[0]
    assert "2026" in other[0]
    assert len(english) == 4
    assert content["is_letter"]
    open_head = composing.compose(a_draft(kind, language, Details()))["blocks"][0]["lines"][0]
    assert "____" in open_head[0]
    assert not any("____" in line for line in open_head[1:])


def test_a_french_month_begins_with_an_ordinal() -> None:
    """Le 1er mars, and le 11 mars."""
    told = [
        composing.compose(
            a_draft(DocumentKind.INVITATION, "fr", FULL.model_copy(update={"dated_on": day}))
        )["blocks"][0]["lines"][1][0]
        for day in (date(2027, 3, 1), date(2027, 3, 11))
    ]
    assert told == ["Springfield, le 1er mars 2027", "Springfield, le 11 mars 2027"]


@pytest.mark.parametrize("language", CITIES)
def test_a_draft_says_so_in_both_languages(language: str) -> None:
    """Across each page and at its foot, and at the head of the DOCX."""
    draft = a_draft(DocumentKind.FRIENDSHIP_AGREEMENT, language)
    content, imprint = composing.compose(draft), an_imprint(draft)
    told = " / ".join(content["draft"])
    assert printing.foot(content, imprint).startswith(told)
    paper = docx.Document(io.BytesIO(printing.docx(content, imprint)))
    assert paper.sections[0].header.paragraphs[0].text == told


@pytest.mark.parametrize("language", CITIES)
def test_each_column_of_a_pdf_is_read_out_in_its_own_language(language: str) -> None:
    """PDF/UA: tagged, with a title and a language, and each text of the other column says which language it is in."""
    draft = a_draft(DocumentKind.SISTER_CITY_AGREEMENT, language)
    root: Any = PdfReader(
        io.BytesIO(printing.pdf(composing.compose(draft), an_imprint(draft)))
    ).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert str(root["/Lang"]).startswith("en")
    elements = list(_elements(root["/StructTreeRoot"]))
    assert any(str(each.get("/Lang", "")).startswith(language) for each in elements)
    assert {"/H1", "/H2", "/P"} <= {each.get("/S") for each in elements}


def _elements(element: Any) -> Iterator[Any]:
    """Of the tree of structure, from the root down."""
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        found = child.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from _elements(found)


def test_a_docx_carries_its_fonts() -> None:
    """Bold and regular, Arabic where there is Arabic: it looks the same on a machine that has none of them."""
    for language, families in (("fr", 1), ("ar", 2)):
        draft = a_draft(DocumentKind.INVITATION, language)
        made = printing.docx(composing.compose(draft), an_imprint(draft))
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            carried = [name for name in archive.namelist() if name.endswith(".odttf")]
            table = archive.read("word/fontTable.xml").decode()
            key = re.findall(r'embedBold [^>]*w:fontKey="\{([^}]+)\}"', table)[0]
            font = archive.read("word/fonts/font1Bold.odttf")
        assert len(carried) == 2 * families
        mask = bytes.fromhex(key.replace("-", ""))[::-1] * 2
        plain = bytes(a ^ b for a, b in zip(font, mask, strict=False)) + font[32:]
        names = TTFont(io.BytesIO(plain))["name"]
        assert (names.getDebugName(1), names.getDebugName(2)) == ("Noto Serif", "Bold")


def test_the_samples_tell_one_story() -> None:
    """Each town has one mayor, whose name stands in both scripts."""
    for language, other in samples.OTHERS.items():
        told = [samples.details(kind, language) for kind in DocumentKind]
        assert {each.foreign_signer.name for each in told} == {other.mayor}
        assert {each.delegates[0].name for each in told} == {other.mayor}


def _cells(made: bytes) -> list[Any]:
    tables = docx.Document(io.BytesIO(made)).tables
    return [cell for table in tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize("language", ["fr", "ar", "ja"])
def test_a_telephone_number_stays_in_one_line(language: str) -> None:
    """In both columns, PDF and DOCX; a number of a resolution is as it was."""
    told = FULL.model_copy(update={"us_contact": "Sam Poe, +1 217 555-0100"})
    draft = a_draft(DocumentKind.VISA_SUPPORT_LETTER, language, told)
    content, imprint = composing.compose(draft), an_imprint(draft)
    together = "+1\u00a0217\u00a0555\u20110100"
    pages = PdfReader(io.BytesIO(printing.pdf(content, imprint))).pages
    printed = "".join(page.extract_text() for page in pages).replace("\u200e", "")
    assert re.sub("[\u00a0 ]", "\u00a0", printed).count(together) == 2
    words = [cell.text for cell in _cells(printing.docx(content, imprint))]
    assert sum(text.count(together) for text in words) == 2
    assert printing.unbroken(["2027-14", "10 May 2027"]) == ["2027-14", "10 May 2027"]


def test_each_language_says_what_english_says() -> None:
    """A language is one file: with every text of the English one, no unknown name in braces, signs that are printed."""
    languages.check_all()
    assert set(languages.offered()) >= {"en", "fr", "ar", "ja"}
    for code in languages.offered():
        months = [languages.language(code).count("months", n) for n in (1, 2, 6, 12)]
        assert all("{" not in each for each in months)


@pytest.mark.parametrize("kind", AGREEMENTS)
def test_an_agreement_with_everything_in_it_lacks_nothing(kind: DocumentKind) -> None:
    """Two signatories of highest office, witnesses, fields, all articles, a checked translation: it can be signed."""
    assert check(a_draft(kind)) == []


@pytest.mark.parametrize("article", REQUIRED)
def test_an_article_that_the_rules_ask_for_is_missed_by_name(article: str) -> None:
    """Left out, each says in a sentence what is no longer said; in own words, it asks for a second reading alone."""
    kind = DocumentKind.SISTER_CITY_AGREEMENT
    without = check(a_draft(kind, details=FULL.model_copy(update={"left_out": (article,)})))
    assert [each.rule for each in without] == ["article-left-out"]
    assert article.replace("_", " ") in without[0].sentence
    own = {article: OwnWords(text="As we say it.", translation="私たちの言葉で。")}
    changed = check(a_draft(kind, details=FULL.model_copy(update={"own_words": own})))
    assert [(each.rule, each.is_blocking) for each in changed] == [("article-in-own-words", False)]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"us_signer": Signer()}, "signer-not-named"),
        ({"foreign_signer": Signer(name="A", office="Clerk")}, "foreign-signature-not-highest"),
        ({"us_signer": Signer(name="A", office="Clerk")}, "us-signature-not-highest"),
        ({"foreign_witness": ""}, "witness-not-named"),
        ({"fields": ()}, "no-fields-of-cooperation"),
        ({"term_years": None}, "fact-missing"),
        ({"notice_months": None}, "fact-missing"),
        ({"translation_checked_by": ""}, "translation-not-checked"),
        ({"own_words": {"money": OwnWords(text="None.")}}, "own-words-not-translated"),
    ],
)
def test_each_thing_that_an_agreement_lacks_is_a_sentence(
    changed: dict[str, Any], rule: str
) -> None:
    """What is missing is named, with what to do next."""
    draft = a_draft(DocumentKind.FRIENDSHIP_AGREEMENT, details=FULL.model_copy(update=changed))
    found = {each.rule: each for each in check(draft)}
    assert rule in found
    assert found[rule].sentence
    assert found[rule].next_step


def test_a_sister_city_agreement_waits_for_the_council() -> None:
    """Without a resolution on record it is not ready; a friendship needs none."""
    no_council = {"has_resolution": False}
    sister = a_draft(DocumentKind.SISTER_CITY_AGREEMENT).model_copy(update=no_council)
    friendship = a_draft(DocumentKind.FRIENDSHIP_AGREEMENT).model_copy(update=no_council)
    assert rules_of(sister) == {"no-council-resolution"}
    assert rules_of(friendship) == set()


def test_a_sign_that_no_font_has_is_named() -> None:
    """A missing picture is an error that names the sign, never a box on paper."""
    check_signs(["Łódź, Ñuñoa, Θεσσαλονίκη, Київ, 足利市, الرباط"])
    with pytest.raises(MissingSign, match="DEVANAGARI LETTER NA"):
        check_signs({"name": ["\u0928ice"]})


def test_numbers_keep_their_order_in_a_text_from_right_to_left() -> None:
    """`2027-14` and a telephone number stand between marks, so that no reader turns them round."""
    content = composing.compose(a_draft(DocumentKind.COUNCIL_RESOLUTION, "ar"))
    assert "\u200e2027-14\u200e" in content["title"][1]


def test_what_is_not_known_is_left_as_a_line() -> None:
    """A draft can always be made: where nobody is named yet, there is room to write."""
    content = composing.compose(a_draft(DocumentKind.PROCLAMATION, details=Details()))
    assert "____" in content["blocks"][2]["texts"][0]
    assert content["signatures"][0][0]["name"] == ""


# Over HTTP.

DETAILS = {
    "fields": ["education"],
    "us_signer": {"name": "Ann Lee", "office": "Mayor", "is_highest_official": True},
    "foreign_signer": {"name": "Kenji Mori", "office": "Mayor", "is_highest_official": True},
    "translation_checked_by": "Aiko Tanaka",
}


def draw_up(pair: TalksWith, kind: str, **form: Any) -> str:
    receipt = pair.member.administrator.does(f"{pair.path}/documents", {"kind": kind, **form})
    return f"{pair.path}/documents/{receipt['id']}"


def uploads(who: Client, path: str, scan: bytes) -> httpx.Response:
    return who.http.post(
        who.base_url + path, files={"file": ("scan", scan)}, headers=who._headers(path)
    )


def fetched(pair: TalksWith, path: str, **query: str) -> httpx.Response:
    return pair.member.administrator.get(path, **query)


def test_b12_a_document_is_made_checked_printed_and_signed(clients: Clients) -> None:
    """B12: drawn up from the case, named what it lacks, printed as a draft, for signature, and signed by both sides."""
    pair = a_pair(clients)
    path = draw_up(pair, "friendship_agreement", language="fr", details=DETAILS)
    me = pair.member.administrator
    assert [each["rule"] for each in me.reads(f"{path}/checks")] == ["witness-not-named"] * 2
    draft = fetched(pair, f"{path}/pdf")
    assert draft.headers["content-type"] == "application/pdf"
    assert draft.headers["content-disposition"].startswith("attachment")
    assert draft.content == fetched(pair, f"{path}/pdf").content
    assert "Draft" in PdfReader(io.BytesIO(draft.content)).pages[0].extract_text()
    to_sign = fetched(pair, f"{path}/pdf", copy="signature").content
    assert "Draft" not in PdfReader(io.BytesIO(to_sign)).pages[0].extract_text()
    for side in ("us", "foreign"):
        assert not me.reads(path)["is_signed"]
        form = {"signed_on": "2026-03-01", "held_by": f"Archive of {side}"}
        me.does(f"{path}/originals/{side}", form)
    shown = me.reads(path)
    assert shown["is_signed"]
    assert shown["is_as_drawn_up"]
    assert [each["held_by"] for each in shown["originals"]] == [
        "Archive of us",
        "Archive of foreign",
    ]
    assert fetched(pair, f"{path}/docx").content[:2] == b"PK"


def test_a_copy_for_signature_waits_until_nothing_is_lacking(clients: Clients) -> None:
    """The refusal says the first thing that is lacking; witnesses may be written in by hand."""
    pair = a_pair(clients)
    path = draw_up(pair, "sister_city_agreement", details=DETAILS)
    refused = fetched(pair, f"{path}/pdf", copy="signature")
    assert refused.status_code == 409
    assert "council" in refused.json()["detail"]


def test_the_next_version_begins_with_the_last_one(clients: Clients) -> None:
    """Who signs is told once; the next version and the next kind take it over, but no translator's word."""
    pair = a_pair(clients)
    draw_up(pair, "letter_of_intent", language="ja", details=DETAILS)
    later = draw_up(pair, "letter_of_intent", language="ja", details={"term_years": 3})
    shown = pair.member.administrator.reads(later)
    assert shown["document_version"] == 2
    assert shown["details"]["us_signer"]["name"] == "Ann Lee"
    assert shown["details"]["term_years"] == 3
    assert shown["details"]["translation_checked_by"] == ""
    listed = pair.member.administrator.reads(f"{pair.path}/documents")
    assert [each["document_version"] for each in listed["documents"]] == [1, 2]


def test_what_cannot_be_printed_or_is_not_offered_is_refused_in_a_sentence(
    clients: Clients,
) -> None:
    """A sign without a picture, a language without texts, an article that there is not."""
    pair = a_pair(clients)
    me, path = pair.member.administrator, f"{pair.path}/documents"
    signer = {"us_signer": {"name": "\u0928", "office": "Mayor"}}
    refusals = [
        ({"kind": "invitation", "details": signer}, "DEVANAGARI LETTER NA"),
        ({"kind": "invitation", "language": "tlh"}, "tlh"),
        ({"kind": "letter_of_intent", "details": {"left_out": ["peace"]}}, "peace"),
    ]
    for form, told in refusals:
        refused = me.post(path, form)
        assert refused.status_code == 422
        assert told in refused.json()["detail"]


def test_a_scan_of_a_signed_original_is_kept_and_only_downloaded(clients: Clients) -> None:
    """PDF, PNG or JPEG by its bytes, 5 MB at most; never shown in a page; what is retracted is gone."""
    pair = a_pair(clients)
    path = draw_up(pair, "council_resolution", details=DETAILS)
    me, original = pair.member.administrator, f"{path}/originals/us"
    scan = b"%PDF-1.7 " + b"x" * 400_000
    assert uploads(me, f"{original}/scan", scan).status_code == 409
    me.does(original, {"signed_on": "2026-03-01"})
    assert uploads(me, f"{original}/scan", b"MZ a program").status_code == 422
    assert uploads(me, f"{original}/scan", scan * 14).status_code == 413
    assert uploads(me, f"{original}/scan", scan).status_code == 200
    kept = fetched(pair, f"{original}/scan")
    assert kept.content == scan
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["content-disposition"].startswith("attachment")
    me.does(f"{original}/retract")
    assert fetched(pair, f"{original}/scan").status_code == 404
    assert not me.reads(path)["is_signed"]


def test_a_docx_that_an_attorney_edited_tells_what_changed(clients: Clients) -> None:
    """Untouched it tells nothing; an article that is gone or in other words is told; other files are refused."""
    pair = a_pair(clients)
    path = draw_up(pair, "friendship_agreement", language="ar", details=DETAILS)
    me = pair.member.administrator
    made = fetched(pair, f"{path}/docx").content
    assert uploads(me, f"{path}/compare", made).json() == []
    paper = docx.Document(io.BytesIO(made))
    cells = [cell for table in paper.tables for row in table.rows for cell in row.cells]
    money = next(cell for cell in cells if cell.text.startswith("Article 5"))
    money.paragraphs[1].runs[0].text += " The mayor may make exceptions."
    law = next(cell for cell in cells if cell.text.startswith("Article 6"))
    law.paragraphs[1].runs[0].text = ""
    changed = io.BytesIO()
    paper.save(changed)
    told = uploads(me, f"{path}/compare", changed.getvalue()).json()
    assert [each["heading"] for each in told] == [
        "Article 5. Availability of funds",
        "Article 6. Law and participation",
    ]
    assert told[0]["now"].endswith("The mayor may make exceptions.")
    assert told[1]["now"] == ""
    assert uploads(me, f"{path}/compare", b"%PDF-1.7").status_code == 422


def test_another_city_sees_none_of_it(clients: Clients) -> None:
    """A document belongs to the pair: another member's administrator is refused."""
    pair, other = a_pair(clients), a_pair(clients)
    path = draw_up(pair, "invitation", details=DETAILS)
    for each in (path, f"{path}/pdf", f"{path}/checks"):
        assert other.member.administrator.get(each).status_code == 403


def test_names_in_documents_rest_sealed(platform: Platform, clients: Clients) -> None:
    """What stands in a document is in no table of outreach in words that can be read."""
    name = "Ottilie Fernweh-Birnbaum"
    signer = {"us_signer": {"name": name, "office": "Mayor"}}
    draw_up(a_pair(clients), "invitation", details=signer)
    kept = the_service(platform).rows("SELECT encode(sealed, 'escape') AS sealed FROM documents")
    stored = the_service(platform).rows("SELECT encode(state, 'escape') AS state FROM events")
    assert name not in str(kept) + str(stored)


def test_a_forgotten_person_is_taken_out_of_documents(clients: Clients) -> None:
    """The name gives way to [removed] in every version, which says that it is not as it was drawn up."""
    name, staff = f"Władysława Quist-{uuid4().hex[:6]}", clients.staff()
    email = f"{uuid4()}@example.org"
    pair = a_pair(clients, administrator={"name": name, "email": email, "office": "Mayor"})
    signer = {"us_signer": {"name": name, "office": "Mayor"}}
    path = draw_up(pair, "invitation", details=signer)
    staff.does(f"{INTAKE}/people/{pair.member.administrator.caller.subject}/erase")
    assert eventually(lambda: not staff.reads(path)["is_as_drawn_up"], 20)
    shown = staff.reads(path)
    assert shown["details"]["us_signer"]["name"] == "[removed]"
    text = PdfReader(io.BytesIO(staff.get(f"{path}/pdf").content)).pages[0].extract_text()
    assert name not in text
    assert "[removed]" in text
