"""A platform of servers without services, for the tests of the platform itself."""

import os
from collections.abc import Iterator

import pytest

from deploy.local.platform import Platform


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # With a space in its path, as a home folder may have one.
    folder = tmp_path_factory.mktemp("platform") / "our data"
    with Platform(folder).start(services=()) as platform:
        yield platform


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
