"""A letter of authority as a file: which kinds are taken, judged by what is in them and not by their name."""

import io
import zipfile
from enum import StrEnum

from shared.refusals import Refusal

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
DOCX_PARTS = {"[Content_Types].xml", "word/document.xml"}


class FileKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    DOCX = "docx"


def kind_of(content: bytes) -> FileKind:
    """Raises EmptyFile, FileTooLarge, KindNotTaken."""
    if not content:
        raise EmptyFile
    if len(content) > MOST_BYTES:
        raise FileTooLarge(most=f"{MOST_BYTES // 1_000_000} MB")
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return FileKind.PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return FileKind.PNG
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return FileKind.JPEG
    if content.startswith(b"PK\x03\x04") and _is_docx(content):
        return FileKind.DOCX
    raise KindNotTaken


def _is_docx(content: bytes) -> bool:
    """A document of Word without programs in it, and not packed to burst."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    names = {part.filename for part in parts}
    has_programs = any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names)
    is_small = sum(part.file_size for part in parts) <= MOST_UNPACKED
    return names >= DOCX_PARTS and is_small and not has_programs


class EmptyFile(Refusal):
    """There is nothing in this file."""

    status = 422
    next_step = "Choose the file again; it may not have been saved yet."


class FileTooLarge(Refusal):
    """This file is larger than {most}."""

    status = 413
    next_step = "Save it smaller, for instance as a PDF, or send a scan in grey."


class KindNotTaken(Refusal):
    """This is no file of a kind that we take: PDF, PNG, JPEG, or a Word document (DOCX) without macros."""

    status = 415
    next_step = "Save the letter as PDF, or take a photograph of it. What counts is what is in the file, not its name."


class NoSuchLetter(Refusal):
    """There is no letter with this number at the request."""

    status = 404
    next_step = "Read the request again; its letters are listed there."
