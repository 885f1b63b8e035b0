"""Signing in without passwords: a link by e-mail, bound to the browser that asked, and sessions that really end."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg import Cursor

from services.intake import accounts, audit, limits, reading
from services.intake.application import Intake
from services.intake.domain import account
from services.intake.domain.account import LINK_MINUTES, RANK, ROLES, Lifetime, Link
from services.intake.domain.passkeys import PasskeyNeeded
from shared.context import Caller
from shared.mail import Letter
from shared.place_names import in_full
from shared.recorder import Write
from shared.tokens import Signer

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of the code for another device: no sign that looks like another."""
WITHIN = timedelta(minutes=10)
Way = Literal["link", "passkey", "organisation"]
SIGNED_IN: dict[Way, str] = {
    "link": "signed_in",
    "passkey": "signed_in_by_passkey",
    "organisation": "signed_in_by_organisation",
}
"""How the trail says it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Links within ten minutes; `per_address_here` are those for one address from one network, or from a browser in
    which it signed in before."""

    per_address: int = 10
    per_address_here: int = 5
    per_network: int = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What the asking browser is given; the same for every address, known or not."""

    browser: str
    code: str


@dataclass(frozen=True, slots=True)
class Session:
    session_id: UUID
    email_digest: bytes
    person: reading.PersonView
    people: tuple[reading.PersonView, ...]
    """Every role that the address holds."""
    began_at: datetime

    @property
    def caller(self) -> Caller:
        return caller_of(self.person)


@dataclass
class SignIn:
    """`secret`: from which links are made, so that none has to be kept anywhere."""

    intake: Intake
    signer: Signer
    secret: str
    limits: Limits = field(default_factory=Limits)
    lifetime: Lifetime = field(default_factory=Lifetime)
    organisation: str = ""
    """Whose accounts staff can sign in with too, by name; empty: nobody's."""

    # Links.

    def ask(self, email: str, network: str, browser: str = "") -> Asked:
        """Does the same for every address; a letter to one that nobody has is cancelled when it is to be written.

        Raises TooManyLinks.
        """
        address, now = email.strip().lower(), self.intake.clock()
        digest = self.intake.vault.digest(address)
        is_known = self._knows(browser, digest)
        self.take_network("sign-in network", network)
        self._take_address(address, network, browser if is_known else "", now)
        asked = Asked(browser or secrets.token_urlsafe(32), _code())
        link_id = uuid4()
        row = {
            "link_id": link_id,
            "token_hash": _hash(self.token(link_id)),
            "browser_hash": _hash(asked.browser),
            "code_hash": _hash(asked.code),
            "email_digest": digest,
            "network": self._where(network),
            "is_known": is_known,
            "now": now,
            "ends_at": now + timedelta(minutes=LINK_MINUTES),
        }
        self.intake.keep(
            lambda curs: curs.execute(ENDED, row),
            lambda curs: curs.execute(MADE, row),
            Letter("sign_in", link_id, link_id).row(uuid4()),
        )
        return asked

    def _knows(self, browser: str, email_digest: bytes) -> bool:
        """Whether the address has signed in in this browser before."""
        found = self.intake.rows(
            "SELECT 1 FROM sessions WHERE browser_hash = %(browser)s AND email_digest = %(email)s LIMIT 1",
            browser=_hash(browser),
            email=email_digest,
        )
        return bool(browser and found)

    def _take_address(self, address: str, network: str, known: str, now: datetime) -> None:
        """Nobody uses up from elsewhere what the browsers of the address itself may ask for. Raises TooManyLinks."""
        here = self.limits.per_address_here
        if known:
            self._take("sign-in address, known browser", f"{address} {known}", here, now)
            return
        self._take("sign-in address here", f"{address} {network}", here, now)
        self._take("sign-in address", address, self.limits.per_address, now)

    def take_network(self, bucket: str, network: str) -> None:
        """Raises TooManyLinks."""
        self._take(bucket, network, self.limits.per_network, self.intake.clock())

    def _take(self, bucket: str, key: str, most: int, now: datetime) -> None:
        if not limits.take(self.intake, bucket, key, most, WITHIN, now):
            raise account.TooManyLinks

    def token(self, link_id: UUID) -> str:
        """256 bits that only this secret makes of the number; kept nowhere but in the letter."""
        made = hmac.digest(self.secret.encode(), b"sign in" + link_id.bytes, hashlib.sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def needs_code(self, token: str, browser: str) -> bool:
        """Whether the link is opened in another browser. Raises LinkIsOver."""
        row = self._link(token)
        link = _link_of(row, browser)
        link.check(self.intake.clock())
        return not link.is_same_browser

    def redeem(self, token: str, browser: str, code: str, network: str, device: str) -> str:
        """The session's token. Raises LinkIsOver, CodeNeeded, PasskeyNeeded."""
        row, now = self._link(token), self.intake.clock()
        link = _link_of(row, browser)
        link.check(now)
        is_right = hmac.compare_digest(
            row["code_hash"], _hash(code.strip().upper().replace("-", ""))
        )
        if not link.is_same_browser and not is_right:
            self.intake.keep(lambda curs: curs.execute(TRIED, {"id": row["link_id"]}))
        link.check_browser(is_code_right=is_right)
        return self.begin(
            row["email_digest"], network, device, link_id=row["link_id"], browser=browser
        )

    def _link(self, token: str) -> dict[str, Any]:
        """Raises LinkIsOver."""
        found = self.intake.rows(
            "SELECT link_id, browser_hash, code_hash, email_digest, ends_at, tries, is_over"
            " FROM sign_in_links WHERE token_hash = %(token)s",
            token=_hash(token),
        )
        if not found:
            raise account.LinkIsOver
        return found[0]

    # Sessions.

    def begin(
        self,
        email_digest: bytes,
        network: str,
        device: str,
        *,
        link_id: UUID | None = None,
        browser: str = "",
        by: Way = "link",
    ) -> str:
        """For whoever proved the address; a role that was offered to them is theirs now.

        Raises LinkIsOver, PasskeyNeeded.
        """
        people = self.people(email_digest)
        if not people:
            raise account.LinkIsOver
        if by != "passkey" and self.takes_passkey_only(email_digest):
            raise PasskeyNeeded
        token, now, where = secrets.token_urlsafe(32), self.intake.clock(), self._where(network)
        row = {
            "session_id": uuid4(),
            "token_hash": _hash(token),
            "email_digest": email_digest,
            "person_id": people[0].person_id,
            "network": where,
            "browser_hash": _hash(browser) if browser else None,
            "sealed": self.intake.vault.seal(device[:300]),
            "now": now,
        }
        with self.intake.transaction() as curs:
            if link_id is not None:
                _use(curs, link_id, now)
            curs.execute(BEGUN, row)
            signed_in = audit.entry(
                self.intake,
                SIGNED_IN[by],
                person_id=people[0].person_id,
                network=where,
                actor=actor_of(people[0]),
            )
            signed_in(curs)
        self._accept_offers(people)
        return token

    def takes_passkey_only(self, email_digest: bytes) -> bool:
        return bool(
            self.intake.rows(
                "SELECT 1 FROM passkey_only WHERE email_digest = %(email)s", email=email_digest
            )
        )

    def _accept_offers(self, people: Sequence[reading.PersonView]) -> None:
        for person in people:
            if person.community_id is not None:
                accounts.accept_administration(self.intake, person.community_id, person.person_id)

    def session(self, token: str) -> Session:
        """Raises NoSession where there is none, it has ended, or the person holds no role any more."""
        found = self.intake.rows(
            "SELECT session_id, email_digest, person_id, began_at, seen_at FROM sessions"
            " WHERE token_hash = %(token)s AND ended_at IS NULL",
            token=_hash(token),
        )
        now = self.intake.clock()
        if (
            not token
            or not found
            or self.lifetime.is_over(found[0]["began_at"], found[0]["seen_at"], now)
        ):
            raise account.NoSession
        row, people = found[0], self.people(found[0]["email_digest"])
        if not people:
            raise account.NoSession
        chosen = [person for person in people if person.person_id == row["person_id"]]
        self._see(row["session_id"], row["seen_at"], now)
        return Session(
            row["session_id"],
            row["email_digest"],
            (chosen or people)[0],
            tuple(people),
            row["began_at"],
        )

    def _see(self, session_id: UUID, seen_at: datetime, now: datetime) -> None:
        if now - seen_at > timedelta(minutes=1):
            seen = {"id": session_id, "now": now}
            self.intake.keep(lambda curs: curs.execute(SEEN, seen))

    def choose(self, token: str, person_id: UUID) -> Session:
        """Raises NoSession, NotYourRole."""
        session = self.session(token)
        if person_id not in {person.person_id for person in session.people}:
            raise account.NotYourRole
        chosen = {"id": session.session_id, "person_id": person_id}
        self.intake.keep(
            lambda curs: curs.execute(
                "UPDATE sessions SET person_id = %(person_id)s WHERE session_id = %(id)s", chosen
            )
        )
        return self.session(token)

    def end(self, token: str, *, everywhere: bool = False) -> None:
        """In the database: a copy of the cookie is worth nothing from now on."""
        try:
            session = self.session(token)
        except account.NoSession:
            return
        ended = {
            "id": session.session_id,
            "email": session.email_digest,
            "all": everywhere,
            "now": self.intake.clock(),
        }
        self.intake.keep(
            lambda curs: curs.execute(OVER, ended),
            audit.entry(
                self.intake,
                "signed_out_everywhere" if everywhere else "signed_out",
                person_id=session.person.person_id,
                actor=actor_of(session.person),
            ),
        )

    def token_for(self, token: str, audience: str) -> str:
        """A token of five minutes for one service; who the caller is and may act for is looked up anew."""
        return self.signer.token(self.session(token).caller, audience)

    def devices(self, session: Session) -> list[dict[str, Any]]:
        found = self.intake.rows(
            "SELECT session_id, sealed, began_at, seen_at FROM sessions"
            " WHERE email_digest = %(email)s AND ended_at IS NULL ORDER BY seen_at DESC",
            email=session.email_digest,
        )
        now = self.intake.clock()
        opened = self.intake.vault.open_all([row["sealed"] for row in found])
        return [
            {**row, "device": device or "", "is_this_one": row["session_id"] == session.session_id}
            for row, device in zip(found, opened, strict=True)
            if not self.lifetime.is_over(row["began_at"], row["seen_at"], now)
        ]

    def places(self, session: Session) -> dict[UUID, str]:
        """The names of the communities and listings that the roles are of."""
        of = [person.community_id or person.listing_id for person in session.people]
        found = self.intake.rows(
            "SELECT community_id AS id, name, country, admin1 FROM communities"
            " WHERE community_id = ANY(%(of)s) UNION ALL"
            " SELECT listing_id, name, country, '' FROM listings WHERE listing_id = ANY(%(of)s)",
            of=[each for each in of if each is not None],
        )
        return {row["id"]: in_full(row["name"], row["country"], row["admin1"]) for row in found}

    def people(self, email_digest: bytes) -> list[reading.PersonView]:
        """Those with a role, the weightiest first."""
        found = self.intake.rows(
            f"SELECT {reading.PERSON} FROM people WHERE email_digest = %(email)s",  # noqa: S608  # a constant
            email=email_digest,
        )
        people = [each for each in reading.people_of(self.intake, found) if each.role in ROLES]
        return sorted(people, key=lambda each: (RANK.index(each.role), str(each.person_id)))

    def _where(self, network: str) -> bytes:
        return self.intake.vault.digest(network)


def end_others(session: Session, now: datetime) -> Write:
    """Every other browser in which the address is signed in."""
    ended = {"id": session.session_id, "email": session.email_digest, "now": now}
    return lambda curs: curs.execute(
        "UPDATE sessions SET ended_at = %(now)s"
        " WHERE ended_at IS NULL AND session_id <> %(id)s AND email_digest = %(email)s",
        ended,
    )


def caller_of(person: reading.PersonView) -> Caller:
    return Caller(str(person.person_id), ROLES[person.role], person.community_id, person.listing_id)


def actor_of(person: reading.PersonView) -> str:
    return f"{ROLES[person.role].value}:{person.person_id}"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(6))


def _link_of(row: dict[str, Any], browser: str) -> Link:
    return Link(
        ends_at=row["ends_at"],
        is_over=row["is_over"],
        tries=row["tries"],
        is_same_browser=bool(browser) and hmac.compare_digest(row["browser_hash"], _hash(browser)),
    )


def _use(curs: Cursor[Any], link_id: UUID, now: datetime) -> None:
    """Of two at once one is first. Raises LinkIsOver."""
    curs.execute(USED, {"id": link_id, "now": now})
    if curs.rowcount == 0:
        raise account.LinkIsOver


ENDED = (
    "UPDATE sign_in_links SET is_over = true WHERE email_digest = %(email_digest)s AND NOT is_over"
    # Somebody elsewhere, who may be anybody, ends no link of those who have the mailbox.
    " AND (%(is_known)s OR browser_hash = %(browser_hash)s OR (network = %(network)s AND NOT is_known))"
)
"""The newest link ends the older."""
MADE = (
    "INSERT INTO sign_in_links (link_id, token_hash, browser_hash, code_hash, email_digest, network, is_known,"
    " asked_at, ends_at) VALUES (%(link_id)s, %(token_hash)s, %(browser_hash)s, %(code_hash)s, %(email_digest)s,"
    " %(network)s, %(is_known)s, %(now)s, %(ends_at)s)"
)
TRIED = "UPDATE sign_in_links SET tries = tries + 1 WHERE link_id = %(id)s"
USED = "UPDATE sign_in_links SET is_over = true WHERE link_id = %(id)s AND NOT is_over AND ends_at > %(now)s"
BEGUN = (
    "INSERT INTO sessions (session_id, token_hash, email_digest, person_id, network, browser_hash, sealed, began_at,"
    " seen_at) VALUES (%(session_id)s, %(token_hash)s, %(email_digest)s, %(person_id)s, %(network)s, %(browser_hash)s,"
    " %(sealed)s, %(now)s, %(now)s)"
)
SEEN = "UPDATE sessions SET seen_at = %(now)s WHERE session_id = %(id)s"
OVER = (
    "UPDATE sessions SET ended_at = %(now)s"
    " WHERE ended_at IS NULL AND (session_id = %(id)s OR (%(all)s AND email_digest = %(email)s))"
)
