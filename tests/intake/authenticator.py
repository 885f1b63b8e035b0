"""A software authenticator: makes passkeys and answers with them, as the one in a laptop does, or as a thief would."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def to_text(made: bytes) -> str:
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """Holds one passkey. `origin`: where its browser is, which a thief's page cannot choose."""

    origin: str
    knows_owner: bool = True
    """By a finger, a face or a PIN."""
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def makes(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` answers, as JSON."""
        said = self._client_data("webauthn.create", options["challenge"])
        attested = (
            bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        ) + cbor2.dumps(self._public_key())
        data = self._data(options["rp"]["id"], HAS_CREDENTIAL) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            clientDataJSON=to_text(said), attestationObject=to_text(attestation)
        )

    def answers(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get` answers, as JSON."""
        said = self._client_data("webauthn.get", options["challenge"])
        self.count += self.counts
        data = self._data(options["rpId"])
        signed = data + hashlib.sha256(said).digest()
        return self._credential(
            clientDataJSON=to_text(said),
            authenticatorData=to_text(data),
            signature=to_text(self.key.sign(signed, ec.ECDSA(SHA256()))),
        )

    def _credential(self, **response: str) -> dict[str, Any]:
        number = to_text(self.credential_id)
        return {"id": number, "rawId": number, "response": response, "type": "public-key"}

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, host: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.knows_owner else 0)
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _public_key(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
