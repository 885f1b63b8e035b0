"""Return addresses: the address of a desk, with the case, request or thread that an answer belongs to signed into it.

    partnerships+t.<number>.<signature>@sister-cities.org

What stands before the @ has 64 signs at most (RFC 5321), so a desk's own part may have 18. Mail servers may change
its case.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MAC_BYTES = 10
SIGNED = re.compile(r"\+([a-z])\.([a-z2-7]{26})\.([a-z2-7]{16})@", re.IGNORECASE)


class About(StrEnum):
    """What a letter is about; the letter of it that stands in its return address."""

    CASE = "c"
    CASE_OF_STAFF = "s"
    """A case, in what its person of staff is written: whoever answers there speaks for staff."""
    LISTING = "l"
    PAIR = "p"
    THREAD = "t"

    @property
    def keeper(self) -> str:
        """The service that answers for it."""
        return "outreach" if self in (About.PAIR, About.THREAD) else "intake"


@dataclass(frozen=True, slots=True)
class Matter:
    about: About
    id: UUID

    @property
    def kind(self) -> str:
        """case, listing, pair or thread."""
        return "case" if self.about is About.CASE_OF_STAFF else self.about.name.lower()


@dataclass(frozen=True, slots=True)
class ReturnAddresses:
    """Of one service; `secret` is its own, so that it takes no address that another one made."""

    secret: str

    def of(self, desk: str, matter: Matter) -> str:
        local, _, domain = desk.partition("@")
        number = _base32(matter.id.bytes)
        return f"{local}+{matter.about}.{number}.{_base32(self._mac(matter))}@{domain}"

    def read(self, addresses: Iterable[str]) -> Matter | None:
        """The matter of the first address that we signed."""
        for address in addresses:
            found = SIGNED.search(address)
            matter = _matter(found[1], found[2]) if found else None
            if (
                found
                and matter
                and hmac.compare_digest(_base32(self._mac(matter)), found[3].lower())
            ):
                return matter
        return None

    @staticmethod
    def claimed(addresses: Iterable[str]) -> About | None:
        """What an address says that it is about, whoever signed it."""
        found = next(filter(None, map(SIGNED.search, addresses)), None)
        return About(found[1].lower()) if found and found[1].lower() in set(About) else None

    def _mac(self, matter: Matter) -> bytes:
        told = b"return address " + matter.about.encode() + matter.id.bytes
        return hmac.digest(self.secret.encode(), told, hashlib.sha256)[:MAC_BYTES]


def _base32(number: bytes) -> str:
    return base64.b32encode(number).decode().rstrip("=").lower()


def _matter(about: str, number: str) -> Matter | None:
    try:
        return Matter(About(about.lower()), UUID(bytes=base64.b32decode(f"{number.upper()}======")))
    except ValueError:
        return None
