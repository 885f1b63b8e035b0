"""The one origin, as a browser meets it."""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from deploy.local.binaries import CADDY, ROOT
from deploy.local.platform import Platform
from shared.http import Problem


def test_the_start_page_is_there(servers: Platform) -> None:
    """The origin answers with a page that leads to listings, interfaces and events."""
    answer = httpx.get(servers.base_url)
    assert answer.status_code == 200
    for path in ("/api/directory/v1/listings", "/api/intake/openapi.json", "/api/intake/events"):
        assert f'href="{path}' in answer.text


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/api/intake/v1/anything"])
def test_every_answer_is_guarded(servers: Platform, path: str) -> None:
    """Each answer forbids sniffing and framing, and says nothing about the server."""
    headers = httpx.get(servers.base_url + path, timeout=15).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


def test_a_service_that_is_away_is_said_plainly(servers: Platform) -> None:
    """While a service is away, its part of the origin answers with a problem document and when to try again."""
    answer = httpx.get(f"{servers.base_url}/api/matching/v1/anything", timeout=15)
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["status"] == 502


@pytest.mark.parametrize("path", ["/no-such-page", "/api/nobody/v1/x", "/api/matching/v1/x"])
def test_the_origin_says_no_as_the_services_do(servers: Platform, path: str) -> None:
    """Every error of the origin is a problem document with all the fields of ours, its number among them."""
    answer = httpx.get(servers.base_url + path, timeout=15)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.text, strict=True)
    assert problem.model_fields_set == set(Problem.model_fields)
    assert problem.status == answer.status_code
    assert problem.type.startswith("/problems/")
    assert problem.next_step.endswith(".")


def test_paths_may_hold_spaces(servers: Platform, tmp_path: Path) -> None:
    """The pages and the log of visits are found in folders whose names hold spaces."""
    assert " " in str(servers.folder.log)
    assert (servers.folder.log / "access.log").exists()
    pages = tmp_path / "our pages"
    read = subprocess.run(
        [CADDY, "adapt", "--config", ROOT / "deploy/Caddyfile", "--adapter", "caddyfile"],
        env={**os.environ, "WWW": str(pages)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f'"root":{json.dumps(str(pages))}' in read.stdout


def test_a_browser_is_told_on_a_page(servers: Platform) -> None:
    """Who comes with a browser reads a page, whether the address is unknown or its service is away."""
    browser = httpx.Client(base_url=servers.base_url, headers={"Accept": "text/html,*/*;q=0.8"})
    absent = browser.get("/no-such-page")
    assert (absent.status_code, absent.headers["content-type"][:9]) == (404, "text/html")
    assert "There is nothing at this address." in absent.text
    assert "retry-after" not in absent.headers
    away = browser.get("/sign-in", timeout=15)
    assert (away.status_code, away.headers["content-type"][:9]) == (502, "text/html")
    assert "being restarted" in away.text
    assert away.headers["retry-after"] == "5"
    assert "default-src 'none'" in away.headers["content-security-policy"]
