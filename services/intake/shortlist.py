"""Matching, asked in the name of whoever is signed in here: which cities are proposed, and which are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.intake.domain.choosing import NotChosen, ProposalsAway
from shared.context import Caller
from shared.place_names import full_name
from shared.tokens import Signer
from shared.values import Place


@dataclass(frozen=True, slots=True)
class Proposed:
    geoname_id: int
    name: str
    population: int
    is_chosen: bool
    can_be_chosen: bool
    votes_for: int
    votes_against: int
    remarks: tuple[str, ...]


class Shortlist:
    def __init__(self, base_url: str, signer: Signer) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/api/matching/v1", timeout=5)
        self.signer = signer

    def proposed(self, caller: Caller, case_id: UUID) -> list[Proposed]:
        """None before staff have proposed any. Raises ProposalsAway."""
        answer = self._ask("GET", f"/cases/{case_id}", caller)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []
        if answer.is_error:
            raise ProposalsAway
        return [_of(each) for each in answer.json()["prospects"] if each["is_proposed"]]

    def choose(self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int]) -> None:
        """Raises NotChosen with matching's own sentence, ProposalsAway."""
        form = {"geoname_ids": list(geoname_ids)}
        answer = self._ask("POST", f"/cases/{case_id}/shortlist", caller, form)
        if answer.is_server_error:
            raise ProposalsAway
        if answer.is_error:
            raise NotChosen(why=answer.json()["detail"])

    def _ask(self, method: str, path: str, caller: Caller, form: Any = None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.signer.token(caller, 'matching')}",
            "Idempotency-Key": str(uuid4()),
        }
        try:
            return self.http.request(method, path, headers=headers, json=form)
        except httpx.HTTPError as problem:
            raise ProposalsAway from problem


def _of(told: dict[str, Any]) -> Proposed:
    place = Place.model_validate(told["place"])
    return Proposed(
        geoname_id=place.geoname_id,
        name=full_name(place),
        population=place.population,
        is_chosen=told["is_shortlisted"],
        can_be_chosen=told["can_be_chosen"],
        votes_for=told["votes_for"],
        votes_against=told["votes_against"],
        remarks=tuple(each["text"] for each in told["remarks"]),
    )
