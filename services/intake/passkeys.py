"""Passkeys (WebAuthn) beside the link: registered while signed in, used to sign in, and required by who wants that."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.intake import audit
from services.intake.application import Intake
from services.intake.domain import passkeys as rules
from services.intake.sign_in import Session, SignIn, actor_of, end_others
from shared.mail import Letter
from shared.recorder import Write
from shared.refusals import NotFound

VERIFIED = UserVerificationRequirement.REQUIRED
"""A passkey is all that is asked for: the device has to know its owner, by a finger, a face or a PIN."""
Credential = dict[str, Any]
"""What the browser answers, as WebAuthn writes it in JSON."""
NO_ANSWER = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""A stranger may write anything into what a passkey answers."""


@dataclass(frozen=True, slots=True)
class Passkey:
    passkey_id: UUID
    name: str
    registered_at: datetime
    used_at: datetime | None


@dataclass
class Passkeys:
    """`public_url`: the only origin whose pages may ask for our passkeys; `timezone`: where staff work."""

    intake: Intake
    signing: SignIn
    public_url: str
    timezone: str = "UTC"

    @property
    def _origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def _host(self) -> str:
        return urlsplit(self.public_url).hostname or "localhost"

    # Registering.

    def offer(self, session: Session) -> dict[str, Any]:
        """What the browser makes a passkey from. Raises PasskeysAreForStaff, SignInAnew, TooManyPasskeys."""
        known = self._check_registering(session)
        options = generate_registration_options(
            rp_id=self._host,
            rp_name="Cities Seeking Cities",
            user_id=session.email_digest,
            user_name=session.person.email,
            user_display_name=session.person.name,
            challenge=self._challenge(str(session.session_id)),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=row["credential_id"]) for row in known
            ],
        )
        return options_to_json_dict(options)

    def _check_registering(self, session: Session) -> Sequence[dict[str, Any]]:
        rules.check_holder({person.role for person in session.people})
        rules.check_fresh(session.began_at, self.intake.clock())
        known = self._rows(session.email_digest)
        rules.check_number(len(known))
        return known

    def register(self, session: Session, credential: Credential, name: str) -> UUID:
        """Raises PasskeysAreForStaff, SignInAnew, TooManyPasskeys, PasskeyNotAccepted, PasskeyKnownAlready."""
        self._check_registering(session)
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=self._answered(credential, str(session.session_id)),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except NO_ANSWER as problem:
            raise rules.PasskeyNotAccepted from problem
        row = {
            "passkey_id": uuid4(),
            "credential_id": verified.credential_id,
            "public_key": verified.credential_public_key,
            "sign_count": verified.sign_count,
            "email": session.email_digest,
            "person_id": session.person.person_id,
            "sealed": self.intake.vault.seal(name),
            "now": self.intake.clock(),
        }
        with self.intake.transaction() as curs:
            curs.execute(REGISTERED, row)
            if curs.rowcount == 0:
                raise rules.PasskeyKnownAlready
            for write in self._told(session, "passkey_added"):
                write(curs)
        return UUID(str(row["passkey_id"]))

    # Signing in.

    def ask(self, network: str, browser: str) -> dict[str, Any]:
        """Names nobody: the device knows whose passkeys it has. Raises TooManyLinks."""
        self.signing.take_network("passkey network", network)
        options = generate_authentication_options(
            rp_id=self._host, challenge=self._challenge(browser), user_verification=VERIFIED
        )
        return options_to_json_dict(options)

    def sign_in(self, credential: Credential, browser: str, network: str, device: str) -> str:
        """The session's token. Raises PasskeyNotAccepted."""
        try:
            row = self._known(base64url_to_bytes(credential["rawId"]))
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=self._answered(credential, browser),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=row["public_key"],
                credential_current_sign_count=row["sign_count"],
                require_user_verification=True,
            )
        except NO_ANSWER as problem:
            raise rules.PasskeyNotAccepted from problem
        self._count(row, verified.new_sign_count)
        return self.signing.begin(row["email_digest"], network, device, by="passkey")

    def _known(self, credential_id: bytes) -> dict[str, Any]:
        """Raises PasskeyNotAccepted."""
        found = self.intake.rows(
            "SELECT passkey_id, public_key, sign_count, email_digest FROM passkeys WHERE credential_id = %(id)s",
            id=credential_id,
        )
        if not found:
            raise rules.PasskeyNotAccepted
        return found[0]

    def _count(self, row: dict[str, Any], count: int) -> None:
        """Of two answers with one count, one is a copy's. Raises PasskeyNotAccepted."""
        used = {
            "id": row["passkey_id"],
            "count": count,
            "before": row["sign_count"],
            "now": self.intake.clock(),
        }
        with self.intake.transaction() as curs:
            curs.execute(USED, used)
            if curs.rowcount == 0:
                raise rules.PasskeyNotAccepted

    # One's own.

    def of(self, session: Session) -> list[Passkey]:
        found = self._rows(session.email_digest)
        names = self.intake.vault.open_all([row["sealed"] for row in found])
        return [
            Passkey(row["passkey_id"], name or "", row["registered_at"], row["used_at"])
            for row, name in zip(found, names, strict=True)
        ]

    def may_have(self, session: Session) -> bool:
        return rules.may_hold({person.role for person in session.people})

    def is_required(self, session: Session) -> bool:
        return self.signing.takes_passkey_only(session.email_digest)

    def rename(self, session: Session, passkey_id: UUID, name: str) -> None:
        """Raises NotFound."""
        self._check_own(session, passkey_id)
        renamed = {"id": passkey_id, "sealed": self.intake.vault.seal(name)}
        self.intake.keep(
            lambda curs: curs.execute(
                "UPDATE passkeys SET sealed = %(sealed)s WHERE passkey_id = %(id)s", renamed
            )
        )

    def remove(self, session: Session, passkey_id: UUID) -> None:
        """Raises NotFound, SignInAnew, LastPasskey."""
        self._check_own(session, passkey_id)
        rules.check_fresh(session.began_at, self.intake.clock())
        with self.intake.transaction() as curs:
            # Of two removals at once the second sees what the first left.
            left = curs.execute(LOCKED, {"email": session.email_digest}).fetchall()
            rules.check_removing(len(left), is_required=self.is_required(session))
            curs.execute("DELETE FROM passkeys WHERE passkey_id = %(id)s", {"id": passkey_id})
            for write in self._told(session, "passkey_removed"):
                write(curs)

    def require(self, session: Session, *, is_required: bool) -> None:
        """From now on nothing but a passkey signs in to the account; other browsers are signed out.

        Raises SignInAnew, NoPasskeyYet.
        """
        rules.check_fresh(session.began_at, self.intake.clock())
        with self.intake.transaction() as curs:
            # The last passkey cannot be removed meanwhile.
            there = curs.execute(LOCKED, {"email": session.email_digest}).fetchall()
            if is_required:
                rules.check_requiring(len(there))
                end_others(session, self.intake.clock())(curs)
            self._only(session.email_digest, is_required=is_required)(curs)
            self._noted(session, "passkey_required" if is_required else "passkey_not_required")(
                curs
            )

    def reset(self, person_id: UUID) -> None:
        """The device is lost: every passkey of the address goes, and a link is enough again.

        Raises NotFound, NoPasskeys.
        """
        found = self.intake.rows(
            "SELECT email_digest FROM people WHERE person_id = %(id)s AND role IN ('staff', 'operator')",
            id=person_id,
        )
        if not found:
            raise NotFound(thing="person of staff", id=person_id)
        email = found[0]["email_digest"]
        if not self._rows(email):
            raise rules.NoPasskeys
        self.intake.keep(
            lambda curs: curs.execute(
                "DELETE FROM passkeys WHERE email_digest = %(email)s", {"email": email}
            ),
            self._only(email, is_required=False),
            audit.entry(self.intake, "passkeys_reset", person_id=person_id),
            self._letter(person_id, "passkey_removed"),
        )

    def _rows(self, email_digest: bytes) -> list[dict[str, Any]]:
        return self.intake.rows(
            "SELECT passkey_id, credential_id, sealed, registered_at, used_at FROM passkeys"
            " WHERE email_digest = %(email)s ORDER BY registered_at",
            email=email_digest,
        )

    def _check_own(self, session: Session, passkey_id: UUID) -> None:
        """Raises NotFound."""
        if passkey_id not in {row["passkey_id"] for row in self._rows(session.email_digest)}:
            raise NotFound(thing="passkey of yours", id=passkey_id)

    def _only(self, email_digest: bytes, *, is_required: bool) -> Write:
        told = {"email": email_digest, "now": self.intake.clock()}
        return lambda curs: curs.execute(REQUIRED if is_required else NOT_REQUIRED, told)

    # The owner and the trail are told.

    def _told(self, session: Session, what: str) -> tuple[Write, Write]:
        return self._noted(session, what), self._letter(session.person.person_id, what)

    def _noted(self, session: Session, what: str) -> Write:
        person = session.person
        return audit.entry(self.intake, what, person_id=person.person_id, actor=actor_of(person))

    def _letter(self, person_id: UUID, what: str) -> Write:
        facts = {"at": self.intake.clock().isoformat()}
        return Letter(what, person_id, person_id, facts).row(uuid4())

    # Challenges: each is ours, lives five minutes, and is answered once, by whom it was given to.

    def _challenge(self, asked_by: str) -> bytes:
        made, now = secrets.token_bytes(32), self.intake.clock()
        row = {
            "hash": _hash(made),
            "asked_by": _hash(asked_by.encode()),
            "ends_at": now + rules.ANSWERED_WITHIN,
        }
        self.intake.keep(lambda curs: curs.execute(ASKED, row))
        return made

    def _answered(self, credential: Credential, asked_by: str) -> bytes:
        """The challenge that is answered, used up. Raises PasskeyNotAccepted, or one of NO_ANSWER."""
        said = base64url_to_bytes(credential["response"]["clientDataJSON"])
        challenge = parse_client_data_json(said).challenge
        told = {
            "hash": _hash(challenge),
            "asked_by": _hash(asked_by.encode()),
            "now": self.intake.clock(),
        }
        with self.intake.transaction() as curs:
            curs.execute(ANSWERED, told)
            if curs.rowcount == 0:
                raise rules.PasskeyNotAccepted
        return challenge


def _hash(made: bytes) -> bytes:
    return hashlib.sha256(made).digest()


REGISTERED = (
    "INSERT INTO passkeys (passkey_id, credential_id, public_key, sign_count, email_digest, person_id, sealed,"
    " registered_at) VALUES (%(passkey_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(email)s,"
    " %(person_id)s, %(sealed)s, %(now)s) ON CONFLICT (credential_id) DO NOTHING"
)
USED = (
    "UPDATE passkeys SET sign_count = %(count)s, used_at = %(now)s"
    " WHERE passkey_id = %(id)s AND sign_count = %(before)s"
)
LOCKED = "SELECT passkey_id FROM passkeys WHERE email_digest = %(email)s FOR UPDATE"
REQUIRED = (
    "INSERT INTO passkey_only (email_digest, since) VALUES (%(email)s, %(now)s)"
    " ON CONFLICT (email_digest) DO NOTHING"
)
NOT_REQUIRED = "DELETE FROM passkey_only WHERE email_digest = %(email)s"
ASKED = "INSERT INTO passkey_challenges VALUES (%(hash)s, %(asked_by)s, %(ends_at)s)"
ANSWERED = (
    "DELETE FROM passkey_challenges"
    " WHERE challenge_hash = %(hash)s AND asked_by = %(asked_by)s AND ends_at > %(now)s"
)
