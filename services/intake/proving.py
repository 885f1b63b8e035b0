"""What staff do about the proof of a request: its steps with who, when and from where; official domains; claims."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake import rows
from services.intake.application import Intake
from services.intake.domain.listing import Listing
from services.intake.domain.listing_facts import ListingState
from services.intake.domain.listing_proofs import NobodyAsks, NoClaim
from services.intake.domain.proof import Proof, Told, guard_official, guard_told
from shared.application import Receipt, Service
from shared.context import Caller
from shared.mail import cancel_letters
from shared.personal import opened
from shared.recorder import Write


class ProofStep(BaseModel):
    step: Annotated[
        str, Field(description="`gazetteer`, `address`, `only_record`, or the kind of a proof.")
    ]
    is_done: bool
    words: str
    recorded_by: str | None = None
    recorded_at: datetime | None = None
    told: Annotated[Told | None, Field(description="For staff alone.")] = None


class OfficialDomain(BaseModel):
    country: str
    domain: str
    note: str
    added_by: str
    added_at: datetime


def record_proof(
    intake: Intake, caller: Caller, listing_id: UUID, proof: Proof, told: Told
) -> Receipt:
    """A call back proves the address as well."""
    listing, now = intake.load(Listing, listing_id), intake.clock()
    if proof is Proof.CALL_BACK and told.called_on is None:
        told = told.model_copy(update={"called_on": now.date()})
    listing.record_proof(proof, now)
    guard_told(proof, told, has_letter=bool(listing.letters))
    intake.look_up_claim(listing, now)
    is_proved = listing.state is not ListingState.SUBMITTED
    forgotten = [rows.forget_code(listing_id)] if is_proved else []
    step = _step(intake, listing_id, proof, caller.subject, now, told)
    return intake.record(listing, also=[step, *forgotten])


def retract_proof(intake: Intake, listing_id: UUID, proof: Proof) -> Receipt:
    listing = intake.load(Listing, listing_id)
    listing.retract_proof(proof, intake.clock())
    return intake.record(
        listing,
        also=[
            lambda curs: curs.execute(
                "DELETE FROM proof_steps WHERE listing_id = %(id)s AND proof = %(proof)s",
                {"id": listing_id, "proof": proof.value},
            )
        ],
    )


def steps_of(intake: Intake, listing: Listing, *, for_staff: bool) -> list[ProofStep]:
    """All that proves city and person, done or not."""
    found = intake.rows(
        "SELECT proof, recorded_by, recorded_at, sealed FROM proof_steps WHERE listing_id = %(id)s",
        id=listing.id,
    )
    told = {row["proof"]: (row, text) for row, text in opened(intake, found)}
    return [
        ProofStep(
            step="gazetteer", is_done=True, words="The place is in the gazetteer (GeoNames)."
        ),
        ProofStep(
            step="only_record",
            is_done=open_claim(intake, listing) is None,
            words="No other listing is of the same place.",
        ),
        ProofStep(
            step="address", is_done=listing.is_verified, words="The e-mail address is confirmed."
        ),
        *(_shown(proof, listing, told.get(proof.value), for_staff) for proof in WORDS),
    ]


def _shown(proof: Proof, listing: Listing, found: Any, for_staff: bool) -> ProofStep:
    step = ProofStep(step=proof.value, is_done=proof in listing.proofs, words=WORDS[proof])
    if found is None or not for_staff:
        return step
    row, text = found
    told = Told.model_validate_json(text) if text else None
    by, at = row["recorded_by"], row["recorded_at"]
    return step.model_copy(update={"recorded_by": by, "recorded_at": at, "told": told})


WORDS = {
    Proof.OFFICIAL_DOMAIN: "The address is on an official domain.",
    Proof.CALL_BACK: "The city's office was called back.",
    Proof.AUTHORITY_LETTER: "A letter of authority is on file.",
    Proof.LETTER_WAIVED: "Staff waived the letter, with a reason.",
    Proof.KNOWN_BEFORE: "The programme had the city on its map before it came with an import.",
}


def _step(
    intake: Intake, listing_id: UUID, proof: Proof, by: str, at: datetime, told: Told
) -> Write:
    values = {
        "id": listing_id,
        "proof": proof.value,
        "by": by,
        "at": at,
        "sealed": intake.vault.seal(told.model_dump_json()),
    }
    return lambda curs: curs.execute(
        "INSERT INTO proof_steps (listing_id, proof, recorded_by, recorded_at, sealed)"
        " VALUES (%(id)s, %(proof)s, %(by)s, %(at)s, %(sealed)s) ON CONFLICT (listing_id, proof) DO UPDATE SET"
        " recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at, sealed = excluded.sealed",
        values,
    )


# official domains


def official_domains(service: Service, country: str | None) -> list[OfficialDomain]:
    found = service.rows(
        "SELECT * FROM official_domains WHERE %(country)s::text IS NULL OR country = %(country)s"
        " ORDER BY country, domain",
        country=country,
    )
    return [OfficialDomain(**row, note=note or "") for row, note in opened(service, found)]


def add_domain(service: Service, caller: Caller, country: str, domain: str, note: str) -> None:
    guard_official(domain)
    told = {"country": country, "domain": domain, "sealed": service.vault.seal(note)}
    with service.transaction() as curs:
        curs.execute(
            "INSERT INTO official_domains VALUES (%(country)s, %(domain)s, %(sealed)s, %(by)s, %(at)s)"
            " ON CONFLICT (country, domain) DO UPDATE SET sealed = excluded.sealed",
            told | {"by": caller.subject, "at": service.clock()},
        )


def remove_domain(service: Service, country: str, domain: str) -> None:
    """Proofs that rest on it stay; staff take them back one by one."""
    with service.transaction() as curs:
        curs.execute(
            "DELETE FROM official_domains WHERE country = %(country)s AND domain = %(domain)s",
            {"country": country, "domain": domain},
        )


# a place that is listed already


class ClaimEnd(StrEnum):
    """What became of a claim, for the official of the listing."""

    COLLEAGUE = "colleague"
    STRANGER = "stranger"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"


WAITS = "Our staff look at it and decide; until then nothing changes for you."
CLAIM_WORDS = {
    ClaimEnd.COLLEAGUE: f"You said that it is a colleague of yours. {WAITS}",
    ClaimEnd.STRANGER: f"You said that it is nobody whom you know. {WAITS}",
    ClaimEnd.DECLINED: "Our staff declined that request on {on}; nothing changes for you.",
    ClaimEnd.WITHDRAWN: "They took the request back on {on}; nothing changes for you.",
    ClaimEnd.GRANTED: "Our staff handed the listing over on {on} to you, who had asked: you speak for it now, and"
    " whoever did before no longer does.",
}


@dataclass(frozen=True, slots=True)
class ClaimNews:
    end: ClaimEnd
    on: date | None = None

    @property
    def words(self) -> str:
        return CLAIM_WORDS[self.end].format(on=f"{self.on:%-d %B %Y}" if self.on else "")


def answer_claim(
    intake: Intake, caller: Caller, listing_id: UUID, *, is_colleague: bool
) -> Receipt:
    """The official of the listing that is claimed says whether they know who asks; the newest claim is meant."""
    listed = intake.load(Listing, listing_id)
    listed.admit(caller)
    claim = _claim_of(intake, listed)
    if claim is None:
        raise NobodyAsks(place=listed.place.name)
    claim.answer_claim(is_colleague, intake.clock())
    return intake.record(claim)


def is_claimed(intake: Intake, listed: Listing) -> bool:
    """Whether its official is to say who asks."""
    claim = _claim_of(intake, listed)
    return claim is not None and claim.is_colleague is None


def open_claim(intake: Intake, request: Listing) -> UUID | None:
    """The listing that a request would take over, for as long as the place has it."""
    is_there = request.claims is not None and intake.listed_at(request.community_id)
    return request.claims if is_there == request.claims else None


def merged_into(intake: Intake, claim_id: UUID) -> UUID | None:
    """The listing for which whoever sent this claim speaks now."""
    claim = intake.find(Listing, claim_id)
    return claim.claims if claim and claim.state is ListingState.MERGED else None


def claim_news(intake: Intake, listed: Listing) -> ClaimNews | None:
    """What became of the newest claim of a listing, for its official; None where none is settled or answered."""
    claims = sorted(
        _claims_of(intake, listed, (*OPEN_CLAIM, *SETTLED)),
        key=lambda each: (each.state in OPEN_CLAIM, each.since),
    )
    if not claims:
        return None
    claim = claims[-1]
    if claim.state in SETTLED:
        is_hers = claim.state is not ListingState.MERGED or claim.contact_id == listed.contact_id
        return ClaimNews(SETTLED[claim.state], claim.since.date()) if is_hers else None
    if claim.is_colleague is None:
        return None
    return ClaimNews(ClaimEnd.COLLEAGUE if claim.is_colleague else ClaimEnd.STRANGER)


OPEN_CLAIM = (ListingState.VERIFIED, ListingState.MORE_INFORMATION_ASKED)
SETTLED = {
    ListingState.DECLINED: ClaimEnd.DECLINED,
    ListingState.WITHDRAWN: ClaimEnd.WITHDRAWN,
    ListingState.MERGED: ClaimEnd.GRANTED,
}


def _claim_of(intake: Intake, listed: Listing) -> Listing | None:
    """The newest open claim of a listing."""
    return next(_claims_of(intake, listed, OPEN_CLAIM), None)


def _claims_of(
    intake: Intake, listed: Listing, states: Iterable[ListingState]
) -> Iterator[Listing]:
    """The newest first."""
    found = intake.rows(
        "SELECT listing_id FROM listings WHERE community_id = %(of)s AND state = ANY(%(states)s)"
        " AND listing_id <> %(id)s ORDER BY submitted_on DESC, version DESC",
        of=listed.community_id,
        states=[each.value for each in states],
        id=listed.id,
    )
    claims = (intake.load(Listing, row["listing_id"]) for row in found)
    return (claim for claim in claims if claim.claims == listed.id)


def grant_claim(intake: Intake, claim_id: UUID) -> Receipt:
    """Whoever sent the claim speaks for the listing from now on; who did before is forgotten there."""
    claim, now = intake.load(Listing, claim_id), intake.clock()
    claim.grant_claim(now)
    assert claim.claims is not None, "granted"
    if open_claim(intake, claim) is None:
        raise NoClaim(place=claim.place.name)
    listed = intake.load(Listing, claim.claims)
    listed.replace_contact(claim.contact_id, now)
    also = [
        rows.forget_official(listed.id),
        _moves_to(claim.id, listed.id),
        cancel_letters(claim.id),
    ]
    return intake.record(claim, listed, also=also)


def _moves_to(claim_id: UUID, listing_id: UUID) -> Write:
    return lambda curs: curs.execute(
        "UPDATE people SET listing_id = %(to)s WHERE listing_id = %(of)s",
        {"to": listing_id, "of": claim_id},
    )
