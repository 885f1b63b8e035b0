"""What the directory answers about persons: it holds none, since events tell of none."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from shared.http import Door, StaffOrOperator


class NothingHeld(BaseModel):
    person_id: UUID
    service: str = "directory"
    erased: dict[str, int] = {}
    note: str = "The directory holds nothing of any person: its read models are made of events, which name none."


def routes() -> APIRouter:
    router = APIRouter(prefix="/api/directory/v1", tags=["privacy"], route_class=Door)

    @router.get("/erasures/{person_id}")
    def read_erasure(person_id: UUID, caller: StaffOrOperator) -> NothingHeld:
        """There is nothing to erase here."""
        return NothingHeld(person_id=person_id)

    return router
