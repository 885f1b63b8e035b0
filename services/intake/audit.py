"""The trail of rights: who signed in, who was given or lost a role, by whom, from which network; never changed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.intake.domain.community import Community
from shared.application import Service
from shared.context import cause_now
from shared.pages import Page, keys_of, page
from shared.recorder import Write


class AuditEntry(BaseModel):
    id: int
    at: datetime
    what: Annotated[
        str, Field(description="E.g. signed_in, role_offered, administrator_appointed.")
    ]
    actor: Annotated[str, Field(description="Role and id of who did it.")]
    person_id: UUID | None
    community_id: UUID | None
    detail: Annotated[
        str | None, Field(description="Of changed words: of which letter, in which language.")
    ]
    network: Annotated[
        str | None, Field(description="The same network has the same sign; it tells no address.")
    ]


def entry(
    service: Service,
    what: str,
    *,
    person_id: UUID | None = None,
    community_id: UUID | None = None,
    network: bytes | None = None,
    actor: str = "",
    detail: str | None = None,
) -> Write:
    """One line, ids alone."""
    row = {
        "at": service.clock(),
        "what": what,
        "actor": actor or cause_now().actor or "the programme",
        "person_id": person_id,
        "community_id": community_id,
        "network": network,
        "detail": detail,
    }
    return lambda curs: curs.execute(
        "INSERT INTO audit (at, what, actor, person_id, community_id, network, detail)"
        " VALUES (%(at)s, %(what)s, %(actor)s, %(person_id)s, %(community_id)s, %(network)s, %(detail)s)",
        row,
    )


def of_roles(service: Service, community: Community) -> Iterator[Write]:
    """Whatever has just given or taken a role in the community, by whichever way it came."""
    for event in community.pending_events:
        for what, person_id in _roles_changed(event):
            yield entry(service, what, person_id=person_id, community_id=community.id)


def _roles_changed(event: object) -> list[tuple[str, UUID | None]]:
    """What became of whom."""
    match event:
        case Community.AdministratorAppointed():
            left = [("administrator_left", event.before)] if event.before else []
            return [*left, ("administrator_appointed", event.person_id)]
        case Community.AdministrationOffered():
            return [("administration_offered", event.person_id)]
        case Community.AdministratorLeft():
            return [("administrator_left", None)]
        case Community.CommitteeMemberInvited():
            return [("committee_member_invited", event.person_id)]
        case Community.CommitteeMemberRemoved():
            return [("committee_member_removed", event.person_id)]
    return []


def entries(
    service: Service,
    *,
    person_id: UUID | None,
    community_id: UUID | None,
    what: str | None,
    limit: int,
    cursor: str | None,
) -> Page[AuditEntry]:
    """The newest first."""
    (last,) = keys_of(cursor, ("id",)) or (None,)
    found = service.rows(
        "SELECT id, at, what, actor, person_id, community_id, detail,"
        " left(encode(network, 'hex'), 8) AS network FROM audit"
        " WHERE (%(person_id)s::uuid IS NULL OR person_id = %(person_id)s)"
        " AND (%(community_id)s::uuid IS NULL OR community_id = %(community_id)s)"
        " AND (%(what)s::text IS NULL OR what = %(what)s)"
        " AND (%(last)s::bigint IS NULL OR id < %(last)s::bigint)"
        " ORDER BY id DESC LIMIT %(limit)s",
        person_id=person_id,
        community_id=community_id,
        what=what,
        last=last,
        limit=limit + 1,
    )
    return page(AuditEntry, found, limit, ("id",))
