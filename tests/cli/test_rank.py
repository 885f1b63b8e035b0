"""csc rank: which cities it names, in which order, what it prints, and what it says where it cannot."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli.main import app
from cli.rank import spots
from cli.rank_case import as_document, asked, show
from cli.rank_shown import Wish
from cli.rank_world import Ranks, score_of
from cli.trouble import Trouble
from deploy.local.binaries import GAZETTEER, ROOT, WORLD
from deploy.local.platform import Platform
from services.matching.score import Score, Seeker
from services.matching.world.build import main as build
from tests.clients import Clients, eventually
from tests.matching.test_matching import a_search

SPRINGFIELD, TOLEDO, HIROSHIMA, SAN_JUAN, COIMBRA = 4250542, 5174035, 1862415, 4568127, 2740637
NOBODY = 99_999_999
LAW = {
    "effect": "block",
    "sentence": "The law bars agreements with cities of Portugal.",
    "citation": "Code 795",
}


@pytest.fixture(scope="module")
def score() -> Score:
    if not WORLD.exists():
        build(GAZETTEER, WORLD)
    return score_of(WORLD)


def csc(*arguments: object, given: str | None = None) -> Result:
    """In this process, which has read the world already; a terminal of 200 columns."""
    asked = ["rank", *map(str, arguments)]
    return CliRunner().invoke(app, asked, input=given, env={"COLUMNS": "200", "WORLD": str(WORLD)})


def answers(*arguments: object, given: str | None = None) -> list[dict[str, Any]]:
    done = csc(*arguments, "--json", given=given)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def ids(*arguments: object) -> list[int]:
    (answer,) = answers(*arguments)
    return [each["geonameid"] for each in answer["candidates"]]


def countries(score: Score, found: list[int]) -> set[str]:
    return {score.world.country_code(score.world.index(each)) for each in found}


def test_a_file_is_answered_without_a_server(score: Score, tmp_path: Path) -> None:
    """Ids come from standard input; blank lines and comments say nothing; one bad line spoils no other."""
    lines = (
        f"\ufeff# cities\n{SPRINGFIELD}  # Illinois\n\n  {HIROSHIMA}\r\nToledo\n{NOBODY}\n{TOLEDO}"
    )
    alone = {"PATH": os.environ["PATH"], "WORLD": str(WORLD), "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "rank", "--json", "--top", "3"],
        input=lines.encode(),
        env=alone,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=280,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["seeker"] for answer in found] == [SPRINGFIELD, HIROSHIMA, TOLEDO]
    assert all(len(answer["candidates"]) == 3 for answer in found)
    assert done.returncode == 1
    bad, unknown = done.stderr.decode().splitlines()
    assert bad.startswith("Line 5 is no GeoNames id: 'Toledo'.")
    assert f"has the GeoNames id {NOBODY}. Look it up" in unknown


def test_an_answer_has_these_keys_and_no_other(score: Score) -> None:
    """One object a line with the seeker and its candidates; scores have six digits and never rise."""
    found = answers(SPRINGFIELD, TOLEDO, "--top", 200)
    assert [list(answer) for answer in found] == [["seeker", "candidates"]] * 2
    for answer in found:
        scores = [each["score"] for each in answer["candidates"]]
        assert all(list(each) == ["geonameid", "score"] for each in answer["candidates"])
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 and score == round(score, 6) for score in scores)
        assert len({each["geonameid"] for each in answer["candidates"]}) == 200


def test_the_order_is_that_of_the_score(score: Score) -> None:
    """Nothing but the score orders the answer: no tiers, no gates, no spreading over the world."""
    best = score.top(Seeker(score.world.index(SPRINGFIELD)), 20)
    assert ids(SPRINGFIELD) == [int(score.world.ids[row]) for row, _ in best]


def test_the_same_question_has_the_same_answer(score: Score) -> None:
    """Also when other cities are asked about before it."""
    alone, (_, after) = answers(TOLEDO), answers(HIROSHIMA, TOLEDO)
    assert alone == [after] == answers(TOLEDO)


def test_candidates_lie_on_the_other_side(score: Score) -> None:
    """A U.S. city is given places abroad, a city abroad U.S. places; no section of a city, never itself."""
    world = score.world
    abroad, home = ids(SPRINGFIELD, "--top", 5000), ids(HIROSHIMA, "--top", 5000)
    assert "US" not in countries(score, abroad)
    assert countries(score, home) == {"US"}
    assert not any(world.is_section[world.index(each)] for each in abroad + home)


def test_a_section_may_seek(score: Score) -> None:
    """A part of a city is no candidate, but is answered when it asks."""
    section = int(score.world.ids[np.flatnonzero(score.world.is_section)[0]])
    assert len(ids(section)) == 20


def test_territories_are_abroad(score: Score) -> None:
    """San Juan in Puerto Rico is a candidate for a U.S. city, and is itself given U.S. places."""
    assert ids(SPRINGFIELD, "--country", "pr", "--top", 3)[0] == SAN_JUAN
    assert countries(score, ids(SAN_JUAN)) == {"US"}


def test_a_country_and_a_floor_narrow_the_answer(score: Score) -> None:
    """Only places of that country with so many people, in the order of the whole."""
    world, found = score.world, ids(SPRINGFIELD, "--country", "JP", "--floor", 300_000, "--top", 99)
    assert countries(score, found) == {"JP"}
    assert min(int(world.population[world.index(each)]) for each in found) >= 300_000
    everything = [each for each in ids(SPRINGFIELD, "--top", 100_000) if each in set(found)]
    assert everything == found


def test_a_floor_that_nobody_reaches_leaves_nobody(score: Score) -> None:
    """An empty answer is an answer: empty in JSON, a sentence for people."""
    assert ids(SPRINGFIELD, "--floor", 10**9) == []
    said = csc(SPRINGFIELD, "--floor", 10**9, "--country", "JP").stdout
    assert "No city in Japan has 1,000,000,000 people or more." in said


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ((SPRINGFIELD, "--country", "US"), "looks for a city abroad. Name another country"),
        ((HIROSHIMA, "--country", "FR"), "looks for a U.S. city. Leave --country out"),
        ((SPRINGFIELD, "--country", "Japan"), "There is no country JAPAN.\nWrite JP for Japan."),
        ((SPRINGFIELD, "--country", "XX"), "There is no country XX.\nIt takes the two letters"),
        ((SPRINGFIELD, "--country", ""), "--country names no country.\nIt takes the two letters"),
        ((SAN_JUAN, "--country", "PR"), "looks for a U.S. city. Leave --country out"),
        ((SPRINGFIELD, "--floor", -1), "Invalid value for '--floor'"),
        ((SPRINGFIELD, "--top", 0), "Invalid value for '--top'"),
        (("Springfield",), "Argument 1 is no GeoNames id: 'Springfield'."),
        (("9" * 5000,), "Argument 1 is no GeoNames id: '9999"),
        (("9" * 18,), f"has the GeoNames id {'9' * 18}."),
        ((SPRINGFIELD, "--case", COIMBRA), "Invalid value for '--case'"),
    ],
)
def test_what_cannot_be_answered_is_told(
    score: Score, asked: tuple[object, ...], sentence: str
) -> None:
    """A sentence says what is wrong and what to do, nothing is printed as an answer, and the exit code is not 0."""
    done = csc(*asked)
    assert done.exit_code != 0
    assert sentence in done.stderr
    assert not done.stdout


def test_a_case_has_its_own_city() -> None:
    """Ids and a case contradict each other: csc asks nobody and says so."""
    done = csc(SPRINGFIELD, "--case", "0b5e1f6e-6f0b-4a7c-9b0e-2f4b7c1d9a10")
    assert "A case has its own city" in done.stderr


def test_a_city_that_cannot_be_answered_holds_up_no_other(score: Score) -> None:
    """Those that can be are answered; the exit code says that not all were."""
    done = csc(NOBODY, SPRINGFIELD, HIROSHIMA, "--country", "US", "--json")
    assert [json.loads(line)["seeker"] for line in done.stdout.splitlines()] == [HIROSHIMA]
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("how", [("--json",), (), ("--explain",)])
def test_who_reads_the_first_line_alone_has_caused_no_fault(how: tuple[str, ...]) -> None:
    """A pipe that closes early, as head's does, ends csc quietly and as a success."""
    command = f"{sys.executable} -m cli.main rank {SPRINGFIELD} {TOLEDO} --top 3000 {' '.join(how)}"
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1; exit ${{PIPESTATUS[0]}}"],
        env={"PATH": os.environ["PATH"], "WORLD": str(WORLD)},
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=280,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 1


def test_a_terminal_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who types csc rank alone is not left waiting; an empty file is told so too."""
    terminal, keyboard = os.openpty()
    with os.fdopen(keyboard) as typed, os.fdopen(terminal):
        monkeypatch.setattr(sys, "stdin", typed)
        with pytest.raises(Trouble, match="not told which cities"):
            spots([])
    assert "holds no GeoNames id" in csc(given="# nothing\n").stderr


def test_a_missing_world_is_told(tmp_path: Path) -> None:
    """Where the world file is missing or is none, csc says how to make it."""
    (tmp_path / "other").write_text("no world")
    for name in ("missing", "other"):
        with pytest.raises(Trouble, match=name) as trouble:
            score_of(tmp_path / name)
        assert "make setup" in trouble.value.next_step


def test_reasons_come_when_asked_for(score: Score) -> None:
    """With --explain each candidate carries sentences for both sides and what is not known."""
    (answer,) = answers(TOLEDO, "--top", 2, "--explain")
    for each in answer["candidates"]:
        assert list(each) == ["geonameid", "score", "reasons"]
        assert list(each["reasons"]) == ["suits_you", "you_suit_them", "not_known"]
        assert all(text for told in each["reasons"].values() for text in told)
    assert [each["geonameid"] for each in answer["candidates"]] == ids(TOLEDO, "--top", 2)
    said = csc(TOLEDO, "--top", 2, "--explain").stdout
    assert said.index("1. ") < said.index("Why you suit them") < said.index("2. ")
    assert "What is not known" in said


def test_people_read_a_table(score: Score) -> None:
    """Rank, city, region, country, people and score of each, with the source of the places."""
    lines = csc(SPRINGFIELD, "--country", "PR", "--top", 1).stdout.splitlines()
    assert lines[0] == "Springfield, Illinois, United States: 114,394 people"
    assert lines[1].split() == ["city", "region", "country", "people", "score"]
    assert lines[2].split()[:3] == ["1", "San", "Juan"]
    assert "418,140" in lines[2]
    assert "GeoNames, CC BY 4.0" in lines[3]


def test_a_case_shows_its_tiers_and_what_rules_say(score: Score) -> None:
    """Listed cities stand before the world, each says its tier, and a blocked one the rule that blocks it."""
    home, found = place(score, SPRINGFIELD), looked(score)
    wish = Wish(None, None, 3, is_explained=False)
    told = as_document(SPRINGFIELD, found, wish)
    assert list(told) == ["seeker", "candidates", "named", "blocked"]
    assert told["candidates"] == [
        {"geonameid": HIROSHIMA, "score": 0.5, "tier": "listed"},
        {"geonameid": SAN_JUAN, "score": 0.5, "tier": "world"},
    ]
    assert told["blocked"][0]["tier"] == "world"
    assert told["blocked"][0]["rules"] == [LAW]
    console = Console(width=200, highlight=False)
    with console.capture() as shown:
        show(console, home, found, wish)
    said = shown.get()
    assert said.index("Hiroshima") < said.index("San Juan") < said.index("Coimbra")
    assert "block: The law bars agreements with cities of Portugal. (Code 795)" in said
    assert "Left out by staff: Toledo. Tried before." in said
    assert "2 more listed cities fit; a larger --top shows more of them." in said
    with console.capture() as most:
        show(console, home, found, replace(wish, top=200))
    assert "2 more listed cities fit." in most.get()
    assert said.index("7 places have the size") < said.index("Hiroshima")
    assert "Your industries" not in said
    with console.capture() as explained:
        show(console, home, found, replace(wish, is_explained=True))
    assert "What is not known: Your industries are not on record." in explained.get()


def test_a_case_is_asked_within_what_matching_lists() -> None:
    """The country and the floor go along, the number up to 200; a country has two letters."""
    assert asked(Wish("JP", 9_000, 20, is_explained=False)) == {
        "limit": 20, "country": "JP", "floor": 9_000,
    }  # fmt: skip
    assert asked(Wish(None, None, 500, is_explained=False)) == {"limit": 200}
    with pytest.raises(Trouble, match="There is no country JAPAN"):
        asked(Wish("JAPAN", None, 20, is_explained=False))


def test_a_running_case_is_ranked_as_matching_has_it(platform: Platform, clients: Clients) -> None:
    """Named cities apart, then the tiers, each row with its own; that 200 are the most is said beside the answer."""
    case = a_search(clients, preferences={"countries": ["PT"]}, named_cities=[COIMBRA])
    eventually(lambda: case.staff.reads(f"{case.path}/candidates", limit=1)["named"])
    where = {"DATA_DIR": str(platform.folder.path), "COLUMNS": "200"}

    def ranked(*arguments: str) -> Result:
        done = CliRunner().invoke(app, ["rank", "--case", case.id, *arguments], env=where)
        assert done.exit_code == 0, done.stderr
        return done

    answer = ranked("--top", "201", "--floor", "20000", "--json")
    assert answer.stderr == "For a case, at most 200 cities of a tier are listed.\n"
    told = json.loads(answer.stdout)
    assert [(each["geonameid"], each["tier"]) for each in told["named"]] == [(COIMBRA, "named")]
    tiers = [each["tier"] for each in told["candidates"]]
    assert tiers == sorted(tiers)
    assert tiers.count("world") == 200
    said = ranked("--top", "3", "--country", "pt", "--explain").stdout
    wishes = case.staff.reads(f"{case.path}/candidates", limit=3)["wishes"]
    assert wishes
    assert said.index(wishes) < said.index("Coimbra")
    assert said.index("Why you suit them") < said.index("The world")


def place(score: Score, geoname_id: int) -> dict[str, Any]:
    return score.world.place(score.world.index(geoname_id)).model_dump()


def looked(score: Score) -> dict[str, Any]:
    """What matching answers staff for a case, as far as csc reads it."""

    def one(geoname_id: int, tier: str, *findings: dict[str, str]) -> dict[str, Any]:
        found = place(score, geoname_id)
        told = {
            "region": "",
            "country_name": found["country"],
            "explanation": None,
            "tier": tier,
        }
        return {"place": found, "score": 0.5, "findings": list(findings), **told}

    return {
        "named": [],
        "listed": [one(HIROSHIMA, "listed")],
        "others": [one(SAN_JUAN, "world")],
        "blocked": [one(COIMBRA, "world", LAW)],
        "blocked_countries": [{"sentence": "All 9 places of Portugal are barred."}],
        "excluded": [{"place": place(score, TOLEDO), "reason": "Tried before."}],
        "listed_in_all": 3,
        "wishes": "7 places have the size that was asked for.",
        "about_you": [],
        "not_known": [{"text": "Your industries are not on record."}],
        "held_back_because": "",
        "not_ranked": "",
    }


def test_a_country_is_known_by_its_places(score: Score) -> None:
    """A territory where no place has 500 people, Bouvet Island, is no country to look in."""
    with pytest.raises(Trouble, match="no country BV"):
        Ranks(score, Wish("BV", None, 20, is_explained=False))
