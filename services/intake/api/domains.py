"""The door to the list of official domains: an address on one of them proves itself."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from services.intake import proving
from services.intake.api.forms import Abilities
from services.intake.proving import OfficialDomain
from shared.forms import NO_CONTROL, Form
from shared.http import Door, Staff
from shared.values import CountryCode

router = APIRouter(prefix="/official-domains", tags=["listings"], route_class=Door)
DOMAIN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"


class DomainForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"example": {"country": "EE", "domain": "tartu.ee"}}
    )

    country: CountryCode
    domain: Annotated[str, Field(max_length=200, pattern=DOMAIN)]


class NewDomainForm(DomainForm):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"country": "EE", "domain": "tartu.ee", "note": "The city's own site."}
        }
    )

    note: Annotated[str, Field(max_length=500, pattern=NO_CONTROL)] = ""


@router.get("")
def list_domains(
    intake: Abilities,
    caller: Staff,
    country: Annotated[str | None, Query(pattern=r"^[A-Z]{2}$")] = None,
) -> list[OfficialDomain]:
    return proving.official_domains(intake, country)


@router.post("")
def add_domain(form: NewDomainForm, intake: Abilities, caller: Staff) -> list[OfficialDomain]:
    """Addresses on it, and below it, count as official in that country. Answers with the country's list."""
    proving.add_domain(intake, caller, form.country, form.domain, form.note)
    return proving.official_domains(intake, form.country)


@router.post("/remove")
def remove_domain(form: DomainForm, intake: Abilities, caller: Staff) -> list[OfficialDomain]:
    """Proofs that rest on it stay until staff take them back."""
    proving.remove_domain(intake, form.country, form.domain)
    return proving.official_domains(intake, form.country)
