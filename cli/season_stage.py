"""How the season acts: every command under a key made of its content, so that a second play doubles nothing."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from uuid import UUID, uuid5

from cli.connection import Connection
from cli.season_places import WISHES, City
from cli.trouble import Refused, Trouble
from shared.context import Caller, Role
from shared.meetings import Side, proposals, side_of
from shared.values import Place, community_id

SEASON = UUID("3f1d9a52-0d57-4b7e-9f0e-5a1c2b7d8e90")
INTAKE, MATCHING, OUTREACH = (f"/api/{name}/v1" for name in ("intake", "matching", "outreach"))
# While one service has not heard yet what another one told it, it has no such case or is not as far.
NOT_YET = (404, 409)
OFFICE = Side(name="our office", timezone="America/New_York", country="US")
PATIENCE = 30


@dataclass
class Stage:
    """`anchor` is the day on which the season was first played: all its dates count from there."""

    connection: Connection
    anchor: date
    positions: dict[str, int] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    """Open cases that came with the import, by their community."""
    listings: dict[str, str] = field(default_factory=dict)
    """Listings that came with the import, by their community."""

    def does(self, caller: Caller, path: str, form: dict[str, Any] | None = None) -> str:
        """A command; the id of what was created or changed."""
        key = uuid5(SEASON, f"{caller.subject} {path} {json.dumps(form, sort_keys=True)}")
        receipt = self.connection.post(path, caller, form, key=str(key), patience=PATIENCE)
        source, _, position = str(receipt["position"]).partition(":")
        self.positions[source] = max(self.positions.get(source, 0), int(position or 0))
        return str(receipt["id"])

    def does_soon(self, caller: Caller, path: str, form: dict[str, Any] | None = None) -> str:
        """The same, for a service that has yet to hear of what came before."""
        return str(soon(lambda: self.does(caller, path, form)))

    def appoint(self, name: str) -> str:
        """The number of a person of staff; the same one in a second play."""
        form = {"name": f"{name} (demo)", "email": f"{name.lower()}.staff@example.org"}
        key = uuid5(SEASON, f"staff {json.dumps(form)}")
        path = f"{INTAKE}/staff"
        return str(
            self.connection.post(path, STAFF, form, key=str(key), patience=PATIENCE)["person_id"]
        )

    def reads(self, caller: Caller, path: str, **parameters: Any) -> Any:
        return self.connection.get(path, caller, **parameters)

    def day(self, offset: int) -> str:
        return (self.anchor + timedelta(days=offset)).isoformat()

    def at_work(self, offset: int, here: City, there: City | None, minutes: int) -> str:
        """The fairest moment from that day on for both cities, or for one and the programme's office; the same in a
        second play."""
        other = OFFICE if there is None else self._side(there)
        midnight = datetime.combine(self.anchor + timedelta(days=offset), clock_time(), UTC)
        (found,) = proposals([self._side(here), other], midnight, midnight.date(), 14, minutes, 1)
        return found.starts_at.isoformat()

    def _side(self, city: City) -> Side:
        view = self.reads(STAFF, f"{INTAKE}/communities/{community_id(city.geoname_id)}")
        return side_of(Place.model_validate(view["place"]))

    def moment(self, offset: int) -> str:
        noon = datetime.combine(self.anchor, clock_time(12), UTC)
        return (noon + timedelta(days=offset)).isoformat()


def soon(act: Callable[[], Any]) -> Any:
    """What `act` gives once it is no longer refused and not empty."""
    last: Refused | None = None
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if found := act():
                return found
        except Refused as refusal:
            if refusal.status not in NOT_YET:
                raise
            last = refusal
        time.sleep(0.15)
    raise last or Trouble(
        "The season waits in vain for a service to hear of it.", "See: csc status"
    )


STAFF = Caller("demo-ana", Role.STAFF)


def administrator(city: City) -> Caller:
    of = community_id(city.geoname_id)
    return Caller(f"demo-administrator-{city.geoname_id}", Role.ADMINISTRATOR, community_id=of)


def committee(city: City) -> Caller:
    of = community_id(city.geoname_id)
    return Caller(f"demo-committee-{city.geoname_id}", Role.COMMITTEE_MEMBER, community_id=of)


def address(name: str, city: City) -> str:
    """Nobody has an address at example.org (RFC 2606)."""
    return f"{name}.{city.geoname_id}@example.org"


def profile(number: int, city: City) -> dict[str, Any]:
    """What the city would say of itself; cities take turns with the wishes."""
    seeks, themes, industries = WISHES[number % len(WISHES)]
    languages = sorted({city.language, "en"})
    return {
        "seeks": f"{city.name} looks for {seeks}.",
        "themes": themes.split(";"),
        "industries": industries.split(";"),
        "universities": [],
        "languages": languages,
    }
