"""Records that proved to be one community: which one remains, and a partnership under whichever it was formed."""

from collections.abc import Sequence
from itertools import product
from uuid import UUID

from eventsourcing.utils import get_topic

from services.outreach.domain.partnership import Partnership, partnership_id
from shared.application import Service


def remaining(service: Service) -> dict[UUID, UUID]:
    """A record that is no longer used -> the one that remains."""
    found = service.rows("SELECT community_id, into_community_id FROM merged_communities")
    return {row["community_id"]: row["into_community_id"] for row in found}


def remaining_id(service: Service, community_id: UUID) -> UUID:
    found = service.rows(
        "SELECT into_community_id FROM merged_communities WHERE community_id = %(id)s",
        id=community_id,
    )
    return found[0]["into_community_id"] if found else community_id


def link_ids(merged: dict[UUID, UUID], community_id: UUID, foreign_id: UUID) -> list[UUID]:
    """Every number that a partnership of the two may bear; that of the records that remain is the first."""
    sides = [_records(merged, each) for each in (community_id, foreign_id)]
    return [partnership_id(*both) for both in product(*sides)]


def _records(merged: dict[UUID, UUID], community_id: UUID) -> list[UUID]:
    remains = merged.get(community_id, community_id)
    return [remains, *(record for record, into in merged.items() if into == remains)]


def on_record(service: Service, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the partnerships that are on record."""
    found = service.rows(
        "SELECT originator_id AS id FROM events WHERE originator_id = ANY(%(ids)s) AND originator_version = 1",
        ids=list(ids),
    )
    known = {row["id"] for row in found}
    return [each for each in ids if each in known]


def known_partnership(service: Service, community_id: UUID, foreign_id: UUID) -> UUID | None:
    """The partnership of two communities, if there is one, under the number that it was formed with; one that was
    taken back where there is no other."""
    known = on_record(service, link_ids(remaining(service), community_id, foreign_id))
    gone = taken_back(service, known)
    return next((each for each in known if each not in gone), next(iter(known), None))


def taken_back(service: Service, ids: Sequence[UUID]) -> dict[UUID, Partnership]:
    """Of the partnerships on record those that are none any more, and may be formed or imported again."""
    found = service.rows(
        "SELECT DISTINCT originator_id AS id FROM events"
        " WHERE originator_id = ANY(%(ids)s) AND topic = %(topic)s",
        ids=list(ids),
        topic=get_topic(Partnership.PartnershipRetracted),
    )
    links = [service.load(Partnership, row["id"]) for row in found]
    return {link.id: link for link in links if not link.is_formed}
