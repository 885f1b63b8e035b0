"""The doors to mail that came in: for a mail gateway, and for staff who look at it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import Field

from shared import inbound
from shared.context import Caller, Role
from shared.forms import PROSE, Email, Form, OneLine
from shared.http import Door, May, Staff
from shared.inbound import InboundKind
from shared.inbox import InboundView, Inbox, Taken
from shared.pages import Page
from shared.refusals import Refusal
from shared.return_address import About, Matter

RFC822 = {
    "message/rfc822": {
        "schema": {"type": "string", "format": "binary"},
        "example": "From: mayor@ashikaga.example.org\nTo: partnerships@sister-cities.org\n\nYes, gladly.",
    }
}


class SayWhatItIsAbout(Refusal):
    """A mail is about something: say which case, listing, pair or thread, or leave both fields out."""

    status = 422
    next_step = "Give about and subject_id together."


ABOUT = r"^(case|listing|pair|thread)$"


class AssignForm(Form):
    about: Annotated[str, Field(pattern=ABOUT)]
    subject_id: UUID
    kind: Annotated[
        InboundKind | None,
        Field(description="What it is, where it was taken for something else."),
    ] = None


class PastedForm(Form):
    """A mail that staff paste: its source, with its head lines; or its words alone, and who wrote them."""

    message: Annotated[str, Field(min_length=1, max_length=200_000, pattern=PROSE)]
    sender: Annotated[
        Email | None, Field(description="Who wrote it, where the message has no head lines.")
    ] = None
    subject: Annotated[OneLine, Field(max_length=200)] = ""
    about: Annotated[str | None, Field(pattern=ABOUT)] = None
    subject_id: UUID | None = None

    def raw(self) -> bytes:
        if self.sender is None:
            return self.message.encode()
        return inbound.written(self.sender, self.subject, self.message)

    def given(self) -> Matter | None:
        """Raises SayWhatItIsAbout."""
        if (self.about is None) != (self.subject_id is None):
            raise SayWhatItIsAbout
        return _matter(self.about, self.subject_id) if self.about and self.subject_id else None


def _matter(about: str, subject_id: UUID) -> Matter:
    return Matter(About[about.upper()], subject_id)


Brings = Annotated[Caller, Depends(May(Role.SERVICE, Role.STAFF))]
"""A mail gateway, by the token of a service, or staff."""


def routes(inbox: Inbox, name: str) -> APIRouter:
    """The doors to a service's mail: for a mail gateway, and for staff."""
    router = APIRouter(
        prefix=f"/api/{name}/v1/inbound", tags=["mail that came in"], route_class=Door
    )
    about = {"about": EXAMPLES[name], "subject_id": "4b0e8f62-0d5c-5f0f-9a2e-0c2f6f1c9a11"}
    _bringing(router, inbox, about)
    _looking(router, inbox, about)
    return router


EXAMPLES = {"intake": "case", "outreach": "thread"}
"""What a mail is about in either service."""


def _shown(example: dict[str, str]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"example": example}}}}


def _bringing(router: APIRouter, inbox: Inbox, about: dict[str, str]) -> None:
    @router.post("", openapi_extra={"requestBody": {"content": RFC822, "required": True}})
    def receive(
        message: Annotated[bytes, Body(media_type="message/rfc822")], caller: Brings
    ) -> Taken:
        """A mail as it came (RFC 5322), from a mail gateway or from staff."""
        return inbox.receive(message)

    source = "From: mayor@ashikaga.example.org\nSubject: Re: Springfield\n\nYes, gladly."

    @router.post("/pasted", openapi_extra=_shown({"message": source, **about}))
    def paste(form: PastedForm, caller: Staff) -> Taken:
        """A mail that reached somebody else: staff paste its source, or its words, and may say what it is about."""
        return inbox.paste(form.raw(), form.given())


def _looking(router: APIRouter, inbox: Inbox, about: dict[str, str]) -> None:
    @router.get("")
    def list_mail(
        caller: Staff,
        waiting: Annotated[bool, Query(description="Only what waits for staff.")] = True,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=400, pattern=r"^[^\x00]+$")] = None,
    ) -> Page[InboundView]:
        """Mail that came in, the oldest first."""
        return inbox.page(waiting=waiting, limit=limit, cursor=cursor)

    @router.get("/{inbound_id}")
    def read_mail(inbound_id: UUID, caller: Staff) -> InboundView:
        return inbox.one(inbound_id)

    @router.post("/{inbound_id}/assign", openapi_extra=_shown(about))
    def assign(inbound_id: UUID, form: AssignForm, caller: Staff) -> Taken:
        """What the mail is about; it has its effect now, as if it had been matched at once."""
        return inbox.assign(inbound_id, _matter(form.about, form.subject_id), form.kind)

    @router.post("/{inbound_id}/set-aside")
    def set_aside(inbound_id: UUID, caller: Staff) -> Taken:
        """Nothing has to be done about it."""
        return inbox.set_aside(inbound_id)

    @router.get("/{inbound_id}/attachments/{number}")
    def download(inbound_id: UUID, number: int, caller: Staff) -> Response:
        """A file that came with it, as a download."""
        _, content = inbox.attachment(inbound_id, number)
        headers = {
            "Content-Disposition": f'attachment; filename="{inbound_id}-{number}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type="application/octet-stream", headers=headers)
