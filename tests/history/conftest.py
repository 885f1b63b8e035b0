"""The world file that `make setup` built, and the shipped affinity over it, made once."""

import pytest

from deploy.local.binaries import GAZETTEER, WORLD
from services.matching.score.affinity import Affinity
from services.matching.world.build import main as build
from services.matching.world.columns import World


@pytest.fixture(scope="session")
def world() -> World:
    if not WORLD.exists():
        build(GAZETTEER, WORLD)
    return World.load(WORLD)


@pytest.fixture(scope="session")
def affinity(world: World) -> Affinity:
    return Affinity(world)
