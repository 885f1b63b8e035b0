"""What shows that a city abroad and the person who writes for it are real, and what each step has to say."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from shared.mail_domains import FREE_MAIL, is_on
from shared.refusals import Refusal
from shared.values import Value


class Proof(StrEnum):
    """What shows that the other side is real."""

    OFFICIAL_DOMAIN = "official_domain"
    CALL_BACK = "call_back"
    AUTHORITY_LETTER = "authority_letter"
    LETTER_WAIVED = "letter_waived"
    KNOWN_BEFORE = "known_before"


class Told(Value):
    """What staff write down with a step. It names people, so it rests sealed."""

    spoke_with: str = ""
    called_on: date | None = None
    number_source: str = ""
    note: str = ""


NEEDED: Mapping[Proof, Mapping[str, str]] = {
    Proof.CALL_BACK: {
        "spoke_with": "whom you spoke with",
        "number_source": "where the number is from",
    },
    Proof.OFFICIAL_DOMAIN: {"note": "how you know that the domain is official"},
    Proof.LETTER_WAIVED: {"note": "why the city is listed without a letter"},
}
FROM_AN_IMPORT = frozenset(Proof) - {Proof.LETTER_WAIVED, Proof.KNOWN_BEFORE}
"""What a file may say of a city."""


def guard_told(proof: Proof, told: Told, *, has_letter: bool) -> None:
    """A step says who, when and from where. Raises NotTold, LetterNotThere."""
    missing = [words for name, words in NEEDED.get(proof, {}).items() if not getattr(told, name)]
    if missing:
        raise NotTold(proof=in_words(proof), missing=" and ".join(missing))
    if proof is Proof.AUTHORITY_LETTER and not has_letter and not told.note:
        raise LetterNotThere


def missing_proofs(proofs: Collection[Proof]) -> list[str]:
    """In words, after the address and the gazetteer, without which there is no request."""
    if Proof.KNOWN_BEFORE in proofs:
        return []
    missing = []
    if not {Proof.OFFICIAL_DOMAIN, Proof.CALL_BACK} & set(proofs):
        missing.append("an address on an official domain, or a call back")
    if not {Proof.AUTHORITY_LETTER, Proof.LETTER_WAIVED} & set(proofs):
        missing.append("a letter of authority")
    return missing


def guard_official(domain: str) -> None:
    """Raises DomainOfEverybody."""
    if domain in FREE_MAIL:
        raise DomainOfEverybody(domain=domain)


def official_among(address: str, domains: Iterable[str]) -> str | None:
    """The domain of the list that the address is on, itself or below it."""
    return next((each for each in domains if is_on(address, each)), None)


def in_words(proof: Proof) -> str:
    return proof.value.replace("_", " ")


class NotTold(Refusal):
    """With this proof ({proof}) belongs {missing}."""

    status = 422
    next_step = "Write it down with the proof; somebody else of staff may have to rely on it."


class LetterNotThere(Refusal):
    """No letter of authority is on file with this request."""

    next_step = "Upload it first, or say in the note where it is kept. To list without one, waive it with a reason."


class NoSuchProof(Refusal):
    """This proof ({proof}) is not on record."""

    next_step = "Read the request again; somebody may have taken it back already."


class DomainOfEverybody(Refusal):
    """Anybody can have an address at {domain}, so it proves nothing."""

    status = 422
    next_step = "List a domain that a city or its country runs, or call the city back instead."
