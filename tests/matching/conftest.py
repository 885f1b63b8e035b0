"""The world file that `make setup` built, and the score over it, each loaded once."""

import pytest

from deploy.local.binaries import GAZETTEER, WORLD
from services.matching.score import Score
from services.matching.score.affinity import Affinity
from services.matching.world.build import main as build
from services.matching.world.columns import World


@pytest.fixture(scope="session")
def world() -> World:
    if not WORLD.exists():
        build(GAZETTEER, WORLD)
    return World.load(WORLD)


@pytest.fixture(scope="session")
def score(world: World) -> Score:
    return Score(world, Affinity(world))
