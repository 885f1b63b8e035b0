"""The doors to threads: letters, replies, bounces, and the contact at their other end."""

from uuid import UUID

from fastapi import APIRouter

from services.outreach.api.forms import FollowUpForm, ReplyForm, ThreadContactForm, ThreadForm
from services.outreach.application import Outreach
from shared.application import Receipt
from shared.http import Door, Staff


def thread_routes(outreach: Outreach) -> APIRouter:
    router = APIRouter(prefix="/pairs/{pair_id}/threads", tags=["threads"], route_class=Door)

    @router.post("", status_code=201)
    def contact(pair_id: UUID, form: ThreadForm, caller: Staff) -> Receipt:
        """A first contact through a channel (B9); the receipt names the pair."""
        return outreach.contact(
            pair_id, form.channel, form.contact_id, form.contacted_at, form.letter
        )

    @router.post("/{thread_id}/follow-up")
    def follow_up(pair_id: UUID, thread_id: UUID, form: FollowUpForm, caller: Staff) -> Receipt:
        return outreach.follow_up(pair_id, thread_id, form.letter)

    @router.post("/{thread_id}/reply")
    def receive_reply(pair_id: UUID, thread_id: UUID, form: ReplyForm, caller: Staff) -> Receipt:
        return outreach.receive_reply(pair_id, thread_id, form.received_at, form.summary)

    @router.post("/{thread_id}/reply/retract")
    def retract_reply(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        """The last reply stands in the wrong thread, or was none."""
        return outreach.retract_reply(pair_id, thread_id)

    @router.post("/{thread_id}/retract")
    def retract_contact(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        """The first contact was put down by mistake: the thread goes, and the right one can be recorded."""
        return outreach.retract_contact(pair_id, thread_id)

    @router.post("/{thread_id}/bounce")
    def report_bounce(pair_id: UUID, thread_id: UUID, caller: Staff) -> Receipt:
        return outreach.report_bounce(pair_id, thread_id)

    @router.post("/{thread_id}/contact")
    def replace_contact(
        pair_id: UUID, thread_id: UUID, form: ThreadContactForm, caller: Staff
    ) -> Receipt:
        """The thread goes on with somebody else, who has to be written to."""
        return outreach.replace_contact(pair_id, thread_id, form.contact_id)

    return router
