"""What the containers are allowed, and the whole journey through them from outside."""

import re

import httpx
import pytest

from shared.tokens import Signer
from tests.containers.conftest import Composed
from tests.journey.journey import run_journey

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]

SERVICES = ("intake", "matching", "outreach", "directory")
OURS = (*SERVICES, "operations", "mail")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_ready(composed: Composed, service: str) -> None:
    """`docker compose up --wait` ends with every service ready behind the one origin."""
    answer = httpx.get(f"{composed.base_url}/api/{service}/health/ready")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_one_service(composed: Composed, service: str) -> None:
    """A service's image holds shared/ and that service, and no other."""
    _, listing = composed.containers()[service].exec_run(["ls", "/app", "/app/services"])
    held = set(listing.decode().split()) & {*SERVICES, "shared", "cli", "deploy", "tests"}
    assert held == {service, "shared"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_without_rights(composed: Composed, name: str) -> None:
    """Our processes are not root, hold no capability and cannot write to their image."""
    container = composed.containers()[name]
    code, uid = container.exec_run(["id", "-u"])
    assert (code, uid.strip() != b"0") == (0, True)
    _, status = container.exec_run(["cat", "/proc/1/status"])
    fields = dict(line.split(":", 1) for line in status.decode().splitlines())
    assert {fields[name].strip() for name in ("CapEff", "CapBnd")} == {"0" * 16}
    assert fields["NoNewPrivs"].strip() == "1"
    assert container.exec_run(["touch", "/app/x"])[0] != 0


def test_every_container_is_guarded(composed: Composed) -> None:
    """No container has a writable root, may gain rights, or runs without limits."""
    for name, container in composed.containers().items():
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert host["Memory"], name
        assert host["PidsLimit"], name


def test_no_secret_is_in_a_container_s_environment(composed: Composed) -> None:
    """Passwords and keys come as files: nobody who may list containers reads one."""
    secrets = {
        file.read_text().strip() for file in composed.secrets_dir.iterdir() if file.is_file()
    }
    for name, container in composed.containers().items():
        settings = " ".join(container.attrs["Config"]["Env"])
        assert not [secret for secret in secrets if secret in settings], name


def test_only_the_origin_is_published(composed: Composed) -> None:
    """From outside only the origin can be reached."""
    published = {
        name
        for name, container in composed.containers().items()
        if any(container.attrs["NetworkSettings"]["Ports"].values())
    }
    assert published == {"caddy"}


def test_the_pages_are_in_the_image(composed: Composed) -> None:
    """The origin's image brings the pages, built: their entry, what it loads, the map's ground and a font."""
    page = httpx.get(f"{composed.base_url}/")
    assert page.status_code == 200, page.text
    loaded = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page.text)
    assert any(each.endswith(".js") for each in loaded), page.text
    for path in (*loaded, "/map/world.json", "/fonts/public-sans-latin-400-normal.woff2", "/staff"):
        assert httpx.get(f"{composed.base_url}{path}").status_code == 200, path


def test_the_journey_goes_through_the_containers(composed: Composed) -> None:
    """A search goes from Yes to a partnership on the map through the built images."""
    signer = Signer(composed.secrets_dir / "signing_key.json")
    assert run_journey(composed.base_url, signer.token).positions
