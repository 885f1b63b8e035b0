"""The doors to the member's part: invitation, letters, resolution, partnership."""

from uuid import UUID

from fastapi import APIRouter

from services.outreach.api.forms import (
    AdoptedForm,
    PartnershipForm,
    SentForm,
    SignedForm,
)
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Door, StaffOrAdministrator
from shared.values import (
    PartnershipKind,
)


def member_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}", tags=["the member's part"], route_class=Door)

    @router.post("/invitation")
    def send_invitation(pair_id: UUID, form: SentForm, caller: StaffOrAdministrator) -> Receipt:
        return outreach.send_invitation(caller, pair_id, form.sent_on)

    @router.post("/letter-of-intent")
    def sign_letter_of_intent(
        pair_id: UUID, form: SignedForm, caller: StaffOrAdministrator
    ) -> Receipt:
        return outreach.sign_letter_of_intent(caller, pair_id, form.signed_on)

    @router.post("/council-resolution")
    def adopt_resolution(pair_id: UUID, form: AdoptedForm, caller: StaffOrAdministrator) -> Receipt:
        return outreach.adopt_resolution(caller, pair_id, form.adopted_on)

    @router.post("/partnership", status_code=201)
    def form_partnership(
        pair_id: UUID, form: PartnershipForm, caller: StaffOrAdministrator
    ) -> Receipt:
        """Both sides signed; recognised under the programme's rules. The receipt names the partnership."""
        names = form.us_signatory.name, form.foreign_signatory.name
        ends_search = form.ends_search
        if ends_search is None:
            ends_search = form.kind is PartnershipKind.SISTER
        return outreach.form_partnership(
            caller, pair_id, form.agreement(), names, ends_search=ends_search
        )

    return router
