"""Cities abroad that fill in the form in this season, each coming a different way."""

from dataclasses import dataclass
from uuid import UUID

from cli.season_places import City
from cli.season_stage import INTAKE, STAFF, Stage, address, profile
from shared.context import Caller, Role


@dataclass
class Request:
    stage: Stage
    number: int
    city: City
    listing: str = ""

    def staff_do(self, what: str, form: dict[str, object] | None = None) -> None:
        self.stage.does(STAFF, f"{INTAKE}/listings/{self.listing}/{what}", form)


def play_request(request: Request) -> None:
    """Some are only submitted, some wait for staff, the others are listed, asked, declined or withdrawn."""
    submit(request)
    WAYS[request.number % len(WAYS)](request)


def submit(request: Request) -> None:
    city = request.city
    form = {
        "geoname_id": city.geoname_id,
        "contact_name": f"International office of {city.name} (demo)",
        "contact_email": address("office", city),
        "contact_office": "International office",
        "profile": profile(request.number, city),
        "is_demonstration": True,
    }
    request.listing = request.stage.does(STAFF, f"{INTAKE}/listings", form)


def wait(request: Request) -> None:
    """Nobody has answered the mail with the code yet."""


def prove(request: Request) -> None:
    said = {"spoke_with": "International office (demo)", "number_source": "the city's own site"}
    request.staff_do("proofs", {"kind": "call_back", **said})


def ask(request: Request) -> None:
    prove(request)
    request.staff_do("ask", {"question": "Who in the city may sign an agreement?"})


def ask_and_answer(request: Request) -> None:
    ask(request)
    official = Caller(
        f"demo-official-{request.city.geoname_id}",
        Role.FOREIGN_OFFICIAL,
        listing_id=UUID(request.listing),
    )
    path = f"{INTAKE}/listings/{request.listing}/answer"
    request.stage.does(official, path, {"text": "The mayor, with the council's consent."})


def decline(request: Request) -> None:
    prove(request)
    request.staff_do("decline", {"reason": "Invented for the demonstration season."})


def list_(request: Request) -> None:
    prove(request)
    request.staff_do("proofs", {"kind": "authority_letter", "note": "On paper (demo)."})
    request.staff_do("list")


def edit(request: Request) -> None:
    list_(request)
    request.staff_do("edit", {"profile": profile(request.number + 1, request.city)})


def confirm(request: Request) -> None:
    list_(request)
    request.staff_do("reconfirm")


def withdraw(request: Request) -> None:
    list_(request)
    request.staff_do("withdraw")


WAYS = (wait, wait, prove, prove, ask, ask_and_answer, decline, list_, edit, confirm, withdraw)
