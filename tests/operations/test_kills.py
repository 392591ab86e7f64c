"""Runs that are killed at random instants leave nothing half, and running again completes them.

`make test` kills 10; the slow test kills 40 and 2 flows, or what GEORISK_KILLS and GEORISK_FLOW_KILLS say: `make
test-all` says 195 and 5. Without GEORISK_SEED a seed is drawn; it is printed when a kill finds something.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from tasks.domain.run import STEPS
from tests.operations.kills import Arena, Tally, exports_digest, in_child, kill_flows, kill_runs, killed, request


def number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return Arena(tmp_path_factory.mktemp("kills"))


def some_kills(arena: Arena, count: int, seed: int) -> Tally:
    said: list[str] = []
    try:
        return kill_runs(arena, count, random.Random(seed), said.append)
    except AssertionError as fault:
        lines = "\n".join(said)
        raise AssertionError(f"seed {seed}: {fault}\nbefore it:\n{lines}") from fault


def test_ten_killed_runs_lose_and_double_nothing(arena: Arena) -> None:
    tally = some_kills(arena, 10, seed=number("GEORISK_SEED", 7))
    assert tally.stations.total() == tally.published.total() == 10
    assert len(tally.stations) > 2


def test_a_run_that_is_faster_than_the_kill_does_not_count(arena: Arena) -> None:
    """Then it has published."""
    home = arena.copy("next", "fast")
    slowest = 30 * sum(arena.seconds["next"].values())
    assert killed(request(arena.root, home), "publish", slowest) is None
    assert in_child(lambda: exports_digest(home)) == arena.wanted["next"]["exports"]


def test_the_two_beginnings_differ_and_both_end_alike(arena: Arena) -> None:
    """Else the comparison would not notice a kill that undid something."""
    first, following = arena.wanted["first"], arena.wanted["next"]
    assert first["exports"] != arena.old["next"]["exports"]
    assert arena.old["first"] == {"tables": {}, "exports": None}
    assert first["tables"]["raw.article"][0] == following["tables"]["raw.article"][0]
    assert first["tables"]["daily.theme_clock_daily"] == following["tables"]["daily.theme_clock_daily"]


def test_the_comparison_notices_a_lost_row(arena: Arena) -> None:
    home = arena.copy("next", "lost")
    lose = "delete from history.price_daily where rowid < 3"
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(home / "warehouse.duckdb"), lose], check=True)
    with pytest.raises(AssertionError, match="tables differ from an undisturbed run"):
        arena.check_recovered("next", home)


@pytest.mark.slow
def test_many_killed_runs_lose_and_double_nothing(arena: Arena) -> None:
    seed = number("GEORISK_SEED", random.SystemRandom().randrange(1_000_000))
    tally = some_kills(arena, number("GEORISK_KILLS", 40), seed)
    assert all(tally.stations[step] for step in STEPS), tally.lines()


@pytest.mark.slow
def test_killed_flows_lose_and_double_nothing(arena: Arena, server_url: str) -> None:
    seed = number("GEORISK_SEED", random.SystemRandom().randrange(1_000_000))
    environment = {**os.environ, "PREFECT_API_URL": server_url}
    count = number("GEORISK_FLOW_KILLS", 2)
    said: list[str] = []
    tally = kill_flows(arena, count, random.Random(seed), environment, said.append)
    assert tally.published.total() == count, (seed, said)
