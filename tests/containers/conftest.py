"""The whole programme in containers, as compose.yaml describes it, once for all tests here."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException
from docker.models.containers import Container
from testcontainers.compose import DockerCompose

from deploy.local.binaries import ROOT
from deploy.local.folder import DataFolder
from deploy.local.secrets import make_secrets

PROJECT = "cities-seeking-cities-tests"


@dataclass(frozen=True)
class Composed:
    base_url: str
    secrets_dir: Path
    engine: docker.DockerClient

    def containers(self) -> dict[str, Container]:
        """Every container of the project by its service's name, those that have ended too."""
        label = {"label": f"com.docker.compose.project={PROJECT}"}
        found = self.engine.containers.list(all=True, filters=label)
        return {container.labels["com.docker.compose.service"]: container for container in found}


@pytest.fixture(scope="session")
def engine() -> docker.DockerClient:
    try:
        client = docker.from_env()
        client.ping()
    except DockerException as error:
        if os.environ.get("CONTAINERS") == "required":
            pytest.fail(f"CONTAINERS=required, but no Docker engine answers: {error}")
        pytest.skip("No Docker engine answers here, so the images and compose.yaml stay untested.")
    return client


# For its module alone: the settings of compose.yaml must not reach the programmes that other tests start.
@pytest.fixture(scope="module")
def composed(
    engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Composed]:
    folder = tmp_path_factory.mktemp("compose")
    make_secrets(folder / "secrets", mode=0o444)
    port = DataFolder(folder / "ports").ports(["origin"])["origin"]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COMPOSE_PROJECT_NAME", PROJECT)
        environment.setenv("PORT", str(port))
        environment.setenv("SECRETS_DIR", str(folder / "secrets"))
        # One image first: an engine without BuildKit would make what the images have in common for each of them.
        subprocess.run(["docker", "compose", "build", "--quiet", "intake"], cwd=ROOT, check=True)
        with DockerCompose(ROOT, build=True, wait=True):
            yield Composed(f"http://localhost:{port}", folder / "secrets", engine)
