"""`make screenshots`: a picture of every page in build/screenshots, on a desktop and a phone, right to left too.

Of a system of its own with the season, or of the one that runs in DATA_DIR where that is given. `ONLY=part` makes those
whose name has that part.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Error

from cli.season_past import SEARCHING
from cli.season_stage import address
from deploy.local.binaries import ROOT
from shared.tokens import Signer
from tests.clients import Clients
from tests.web.pages import PAGES, Shown
from tests.web.season import a_season
from tests.web.visitor import Visitor, a_browser

FOLDER = ROOT / "build/screenshots"
SIZES = {"desktop": (1280, 800), "phone": (360, 740)}
FAR_ON = 30
"""Of the searches of the season one with a city that was invited: each of its pages has something to show."""
ROLES = ("", "administrator", "staff", "operator")


def main() -> None:
    wanted = [each for each in PAGES if os.environ.get("ONLY", "") in each.name]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _system() as clients, a_browser() as browser:
        facts = _facts(clients)
        for who in ROLES:
            theirs = [each for each in wanted if each.who == who]
            if theirs:
                _pictures(_visitor(browser, clients, who), theirs, facts)
    print(f"The pictures are in {FOLDER.relative_to(ROOT)}.")


@contextmanager
def _system() -> Iterator[Clients]:
    if given := os.environ.get("DATA_DIR"):
        facts = json.loads((Path(given) / "platform.json").read_text())
        signer = Signer(Path(facts["secrets_dir"]) / "signing_key.json")
        yield Clients(facts["base_url"], signer, Path(facts["mail_dir"]))
        return
    with tempfile.TemporaryDirectory(prefix="csc-") as folder, a_season(Path(folder)) as running:
        yield Clients.of(running)


def _visitor(browser: Browser, clients: Clients, who: str) -> Visitor:
    visitor = Visitor(browser, clients)
    if who == "administrator":
        visitor.signs_in(address("administrator", SEARCHING[FAR_ON]))
    elif who:
        form = {"name": "Maria Gomez", "email": f"{uuid4()}@example.org", "role": who}
        clients.operator().does("/api/intake/v1/staff", form)
        visitor.signs_in(form["email"])
    return visitor


def _facts(clients: Clients) -> dict[str, str]:
    staff, public = clients.staff(), clients.public()
    case = staff.reads("/api/directory/v1/cases", stage="shortlisted", limit=1)["items"][0]
    city = public.reads("/api/directory/v1/listings", status="listed", limit=1)["items"][0]
    return {
        "case_id": case["case_id"],
        "community_id": case["community_id"],
        "city": city["address"],
    }


def _pictures(visitor: Visitor, pages: list[Shown], facts: dict[str, str]) -> None:
    for shown in pages:
        for language in shown.languages:
            for name, size in SIZES.items():
                visitor.resized(size)
                _look(visitor, shown, shown.path.format(**facts), language)
                tag = "" if language == "en" else f"-{language}"
                file = FOLDER / f"{shown.name}-{name}{tag}.png"
                visitor.page.screenshot(path=file, full_page=True)
                print(file.relative_to(ROOT))


def _look(visitor: Visitor, shown: Shown, path: str, language: str) -> None:
    """A page that does not come to rest is shown as it is."""
    and_language = (
        f"{'&' if '?' in path else '?'}lang={language}" if len(shown.languages) > 1 else ""
    )
    with suppress(Error):
        page = visitor.opens(path + and_language)
        page.wait_for_function("() => !document.querySelector('[aria-busy=\"true\"]')")
        if shown.waits_for:
            page.locator(shown.waits_for).first.wait_for(state="attached")


if __name__ == "__main__":
    main()
