"""The data folder: one run at a time, and a sentence for whoever comes second."""

import os
from pathlib import Path

import pytest

from deploy.local.folder import DataFolder, FolderInUse, FolderUnusable
from deploy.local.warden import began


@pytest.fixture
def held(tmp_path: Path) -> DataFolder:
    """A folder that a run of this process holds."""
    folder = DataFolder(tmp_path)
    folder.lock(print)
    me = {"pid": os.getpid(), "began": began(os.getpid()), "base_url": "http://localhost:8080"}
    folder.write_facts(me)
    return folder


def test_a_second_start_is_told_at_once_who_runs(held: DataFolder) -> None:
    """While a run goes on, the second one does not wait for its end: it names the process and the ways out."""
    said: list[str] = []
    with pytest.raises(FolderInUse, match=rf"process {os.getpid()} runs .*8080\.\n.*kill"):
        DataFolder(held.path).lock(said.append, patience=600)
    assert said == []


@pytest.mark.parametrize("changes", [{"is_stopping": True}, {"pid": 2**22 + 1}])
def test_a_run_that_is_ending_is_waited_for(held: DataFolder, changes: dict[str, object]) -> None:
    """A run that stops, and one of which only children are left, is given time; then its folder is taken over."""
    held.write_facts({**held.facts(), **changes})
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        held.unlock()

    DataFolder(held.path).lock(say, patience=600)
    assert said == ["The processes of the last run are still ending"]


@pytest.mark.parametrize("facts", [{}, {"pid": 2**22 + 1}])
def test_who_is_gone_is_not_named(held: DataFolder, facts: dict[str, object]) -> None:
    """Where only processes of the last run are left after all patience, nobody is told to end its number."""
    held.write_facts(facts)
    with pytest.raises(FolderInUse, match="processes of the last run still hold it") as refused:
        DataFolder(held.path).lock(lambda _: None, patience=0)
    assert "kill" not in str(refused.value)


def test_two_folders_of_a_process_never_share_a_port(tmp_path: Path) -> None:
    """Ports are free and each is given out once, before anybody listens there; a folder keeps its own."""
    first, second = DataFolder(tmp_path / "first"), DataFolder(tmp_path / "second")
    ports = first.ports(["postgres", "nats"])
    first.write_facts({"ports": ports})
    assert len({*ports.values(), *second.ports(["postgres", "nats"]).values()}) == 4
    assert first.ports(["nats", "postgres"]) == ports


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    """Where nothing can be kept, a sentence says where and why."""
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match=r"file: Not a directory\. Choose"):
        DataFolder(tmp_path / "file")
