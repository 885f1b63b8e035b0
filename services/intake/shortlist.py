"""Matching, asked in the name of whoever is signed in here: which cities are proposed and why, and which are chosen."""

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

IN_CONVERSATION = "It is in conversation with another U.S. city, and may not be free in time."


@dataclass(frozen=True, slots=True)
class Proposed:
    geoname_id: int
    name: str
    population: int
    is_chosen: bool
    can_be_chosen: bool
    votes_for: int
    votes_against: int
    said: tuple[str, ...]
    """Why, in short; then what staff and the committee say of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands to be chosen, and whether it still does."""

    proposed: tuple[Proposed, ...] = ()
    can_choose: bool = False
    is_settled: bool = False
    state: str = ""
    """As matching calls it: proposed, shortlisted, reopened, exhausted, paused."""

    @property
    def chosen(self) -> list[Proposed]:
        return [each for each in self.proposed if each.is_chosen]

    @property
    def others(self) -> list[Proposed]:
        return [each for each in self.proposed if not each.is_chosen]


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that matching says of one city."""

    name: str
    suits_you: tuple[str, ...]
    you_suit_them: tuple[str, ...]
    not_known: tuple[str, ...]
    rules: tuple[str, ...]


class Shortlist:
    def __init__(self, base_url: str, signer: Signer) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/api/matching/v1", timeout=5)
        self.signer = signer

    def choice(self, caller: Caller, case_id: UUID) -> Choice:
        """Empty before staff have proposed any. Raises ProposalsAway."""
        answer = self._ask("GET", f"/cases/{case_id}", caller)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return Choice()
        if answer.is_error:
            raise ProposalsAway
        told = answer.json()
        proposed = tuple(_of(each) for each in told["prospects"] if each["is_proposed"])
        return Choice(
            proposed,
            can_choose="select_shortlist" in told["can_do"],
            is_settled=told["state"] == "shortlisted",
            state=told["state"],
        )

    def why(self, caller: Caller, case_id: UUID, geoname_id: int) -> Why:
        """Raises NotChosen with matching's own sentence, ProposalsAway."""
        answer = self._ask("GET", f"/cases/{case_id}/candidates/{geoname_id}", caller)
        told = _checked(answer).json()
        reasons = told["explanation"] or {}

        def texts(side: str) -> tuple[str, ...]:
            return tuple(each["text"] for each in reasons.get(side, ()))

        return Why(
            name=full_name(Place.model_validate(told["place"])),
            suits_you=texts("suits_you"),
            you_suit_them=texts("you_suit_them"),
            not_known=texts("not_known"),
            rules=tuple(each["sentence"] for each in told["findings"]),
        )

    def brief(self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int]) -> bytes:
        """The cities side by side, as a PDF. Raises NotChosen, ProposalsAway."""
        query = "&".join(f"geoname_ids={each}" for each in geoname_ids)
        return _checked(self._ask("GET", f"/cases/{case_id}/brief?{query}", caller)).content

    def check(self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int]) -> None:
        """Settles nothing. Raises NotChosen with matching's own sentence, ProposalsAway."""
        self._choose(caller, case_id, geoname_ids, is_only_checked=True)

    def choose(self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int]) -> None:
        """Raises NotChosen with matching's own sentence, ProposalsAway."""
        self._choose(caller, case_id, geoname_ids, is_only_checked=False)

    def is_settled_so(self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int]) -> bool:
        """Whoever presses twice has done nothing wrong."""
        try:
            found = self.choice(caller, case_id)
        except ProposalsAway:
            return False
        return found.is_settled and {each.geoname_id for each in found.chosen} == set(geoname_ids)

    def _choose(
        self, caller: Caller, case_id: UUID, geoname_ids: Sequence[int], *, is_only_checked: bool
    ) -> None:
        form = {"geoname_ids": list(geoname_ids), "is_only_checked": is_only_checked}
        _checked(self._ask("POST", f"/cases/{case_id}/shortlist", caller, form))

    def _ask(self, method: str, path: str, caller: Caller, form: Any = None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.signer.token(caller, 'matching')}",
            "Idempotency-Key": str(uuid4()),
        }
        try:
            return self.http.request(method, path, headers=headers, json=form)
        except httpx.HTTPError as problem:
            raise ProposalsAway from problem


def _checked(answer: httpx.Response) -> httpx.Response:
    """Raises NotChosen with matching's own sentence and next step, ProposalsAway."""
    if answer.is_server_error:
        raise ProposalsAway
    if answer.is_error:
        told = answer.json()
        raise NotChosen(told["detail"], told["next_step"])
    return answer


def _of(told: dict[str, Any]) -> Proposed:
    place = Place.model_validate(told["place"])
    away = (IN_CONVERSATION,) if told["availability"] == "in_conversation" else ()
    return Proposed(
        geoname_id=place.geoname_id,
        name=full_name(place),
        population=place.population,
        is_chosen=told["is_shortlisted"],
        can_be_chosen=told["can_be_chosen"],
        votes_for=told["votes_for"],
        votes_against=told["votes_against"],
        said=(
            *((told["why"],) if told["why"] else ()),
            *away,
            *(each["text"] for each in told["remarks"]),
        ),
    )
