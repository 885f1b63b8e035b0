"""The doors to partnerships: reading, correcting, ending, taking back."""

from uuid import UUID

from fastapi import APIRouter

from services.outreach import reading
from services.outreach.api.forms import CorrectionForm, EndForm, RetractForm
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Committee, Door, Staff


def partnership_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(
        prefix="/partnerships/{partnership_id}", tags=["partnerships"], route_class=Door
    )

    @router.get("")
    def read_partnership(partnership_id: UUID, caller: Committee) -> reading.PartnershipView:
        """Who signed, and why it ended, is shown to staff alone."""
        return reading.partnership(outreach, caller, partnership_id)

    @router.post("/correct")
    def correct(partnership_id: UUID, form: CorrectionForm, caller: Staff) -> Receipt:
        """What is right; null where it is unknown. Check-ins follow the day of the signatures."""
        return outreach.correct_partnership(partnership_id, form.model_dump(exclude_unset=True))

    @router.post("/end")
    def end(partnership_id: UUID, form: EndForm, caller: Staff) -> Receipt:
        return outreach.end_partnership(partnership_id, form.ended_on, form.reason)

    @router.post("/retract")
    def retract(partnership_id: UUID, form: RetractForm, caller: Staff) -> Receipt:
        """There never was one: the pair stands as before, and a search that ended with it stays ended."""
        return outreach.retract_partnership(partnership_id, form.reason)

    return router
