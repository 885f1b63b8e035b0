"""The doors to what is known of countries: who signs, approvals, names, holidays, language."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import ConfigDict

from services.outreach import playbooks
from services.outreach.application import Outreach
from services.outreach.domain.playbook import Content
from shared.application import Receipt
from shared.http import Committee, Door, Staff

Country = Annotated[str, Path(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code.")]
EXAMPLE: dict[str, Any] = {
    "who_signs": {
        "text": "The mayor or governor signs.",
        "source": "Council of Local Authorities for International Relations, definition of sister cities",
        "link": "https://www.clair.or.jp/e/exchange/",
        "checked_on": "2026-05-20",
    },
    "national_approval": None,
}


class PlaybookForm(Content):
    """The whole playbook as it is right; a field that is left out is not known. Name offices, no people."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})


def playbook_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/playbooks", tags=["playbooks"], route_class=Door)

    @router.get("")
    def list_playbooks(caller: Committee) -> list[playbooks.PlaybookItem]:
        """Countries of which something is known."""
        return playbooks.playbooks(outreach)

    @router.get("/{country}")
    def read_playbook(country: Country, caller: Committee) -> playbooks.Playbook:
        """What is known of a country, with sources, and what is not."""
        return playbooks.playbook(outreach, country)

    @router.get("/{country}/versions")
    def list_versions(country: Country, caller: Staff) -> list[playbooks.PlaybookVersion]:
        """What staff made of it, the newest first; the shipped one is version 0 and stands in none of them."""
        return playbooks.versions(outreach, country)

    @router.post("/{country}/corrected")
    def correct_playbook(country: Country, form: PlaybookForm, caller: Staff) -> Receipt:
        """A new version; earlier ones stay."""
        return outreach.correct_playbook(caller, country, Content(**dict(form)))

    return router
