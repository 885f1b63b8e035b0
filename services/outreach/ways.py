"""The routes of a pair: whom the registry knows on the way to the city, what was tried, and what is learned of each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.outreach import learning
from services.outreach.application import Outreach
from services.outreach.domain.learned import Learned, answered_at
from services.outreach.domain.pair import Pair
from services.outreach.domain.routes import Route, Way, lacking, suggest
from services.outreach.domain.thread import Thread
from services.outreach.reading import ContactView, contact_view, playbook_of
from shared.countries import country as country_name
from shared.values import Channel


class Tried(BaseModel):
    thread_id: UUID
    channel: Channel
    contacted_at: datetime
    answered_at: datetime | None
    undeliverable_since: datetime | None


class RouteView(Route):
    contact: ContactView
    tried: Annotated[Tried | None, Field(description="In this pair; null: not yet.")]
    learned: Annotated[Learned, Field(description="Of this contact, in all searches.")]
    learned_of_channel: Annotated[
        Learned, Field(description="Of all contacts of this channel that reach the country.")
    ]


class RoutesView(BaseModel):
    pair_id: UUID
    country: str
    playbook: Annotated[str, Field(description="Where what is known of the country stands.")]
    routes: Annotated[list[RouteView], Field(description="In the order in which to try them.")]
    tried_elsewhere: Annotated[
        list[Tried], Field(description="Threads of this pair without a contact in the registry.")
    ]
    lacking: Annotated[
        list[str], Field(description="What the registry does not know, in sentences.")
    ]


def routes(outreach: Outreach, pair_id: UUID) -> RoutesView:
    pair = outreach.load(Pair, pair_id)
    country, tried = pair.foreign_place.country, _tried(pair)
    found = {row["contact_id"]: row for row in _leading_there(outreach, pair)}
    ways = [_way(outreach, row, pair, tried) for row in found.values()]
    suggested = suggest(ways, pair.place, pair.foreign_place, country_name(country))
    by_contact = learning.by_contact(outreach, (route.contact_id for route in suggested))
    by_channel = learning.by_channel(outreach, country)
    today = outreach.clock().date()
    shown = [
        RouteView(
            **route.model_dump(),
            contact=contact_view(found[route.contact_id], today),
            tried=tried.get(route.contact_id),
            learned=by_contact.get(route.contact_id, Learned()),
            learned_of_channel=by_channel.get(
                Channel(found[route.contact_id]["channel"]), Learned()
            ),
        )
        for route in suggested
    ]
    return RoutesView(
        pair_id=pair_id,
        country=country,
        playbook=playbook_of(country),
        routes=shown,
        tried_elsewhere=_elsewhere(pair, found),
        lacking=lacking(suggested, country_name(country)),
    )


def _leading_there(outreach: Outreach, pair: Pair) -> Iterable[dict[str, Any]]:
    """Missions of the country in the United States, U.S. missions in it, its associations, and contacts of the city."""
    for row in outreach.in_registry(pair.foreign_place.country):
        channel = Channel(row["channel"])
        is_foreign_mission = channel in (Channel.FOREIGN_EMBASSY, Channel.FOREIGN_CONSULATE)
        if is_foreign_mission and row["seat_country"] != "US":
            continue
        if channel is not Channel.CITY_OFFICE or _is_of_city(row, pair):
            yield row


def _is_of_city(row: dict[str, Any], pair: Pair) -> bool:
    city = pair.foreign_place
    if row["geoname_id"]:
        return bool(row["geoname_id"] == city.geoname_id)
    return row["contact_id"] == pair.contact_id or bool(row["city"] == city.name)


def _way(
    outreach: Outreach, row: dict[str, Any], pair: Pair, tried: dict[UUID | None, Tried]
) -> Way:
    return Way(
        contact_id=row["contact_id"],
        channel=Channel(row["channel"]),
        source=row["source"],
        has_address=bool(row["email"]),
        last_verified=row["last_verified"],
        districts=tuple(row["districts"]),
        place=outreach.sits_at(row),
        is_tried=row["contact_id"] in tried,
        is_own=row["contact_id"] == pair.contact_id,
    )


def _tried(pair: Pair) -> dict[UUID | None, Tried]:
    """The newest thread with each contact."""
    threads = sorted(pair.threads.values(), key=lambda each: each.contacted_at)
    return {each.contact_id: _told(each) for each in threads}


def _told(thread: Thread) -> Tried:
    return Tried(
        thread_id=thread.thread_id,
        channel=thread.channel,
        contacted_at=thread.contacted_at,
        answered_at=answered_at(thread),
        undeliverable_since=thread.undeliverable_since,
    )


def _elsewhere(pair: Pair, found: dict[UUID, dict[str, Any]]) -> list[Tried]:
    return [_told(thread) for thread in pair.threads.values() if thread.contact_id not in found]
