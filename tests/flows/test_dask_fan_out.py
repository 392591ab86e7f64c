"""Scoring on a real Dask scheduler with two workers in processes of their own, which have no checkout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import distributed
import pyarrow as pa
import pytest

from flows.dask_fan_out import dask_fan_out
from tasks.domain.errors import ConfigError
from tasks.storage.score_chunks import ARTICLE_SECTIONS, Scored, in_process, pack
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tests.pipeline import SEEDS, STRIKE, TALKS

pytestmark = pytest.mark.slow


@dataclass
class Cluster:
    """A scheduler and its workers, as processes."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def started(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", *words, "--scheduler-file", str(file)]
        log = stack.enter_context((tmp_path / f"{words[0]}.log").open("ab"))
        return stack.enter_context(subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log))

    with ExitStack() as stack:
        place = ("--host", "127.0.0.1", "--no-dashboard")
        scheduler = started("distributed.cli.dask_scheduler", *place, "--port", "0")
        own = ("--no-nanny", "--nthreads", "1", "--death-timeout", "60")
        workers = [started("distributed.cli.dask_worker", *place, *own) for _ in range(2)]
        with distributed.Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, workers)
        for process in (*workers, scheduler):
            process.kill()


def chunks(count: int) -> list[bytes]:
    """Different chunks of three articles."""
    made = []
    for number in range(count):
        rows = {
            "article_id": [f"{number}-a", f"{number}-a", f"{number}-b", f"{number}-c"],
            "section": ["title", "body", "title", "title"],
            "text": [STRIKE, f"{number} soldiers were killed.", TALKS, f"Brent rose {number} %."],
        }
        made.append(pack(pa.table(rows, schema=ARTICLE_SECTIONS)))
    return made


def scored_here(taxonomy: Taxonomy, packed: Iterable[bytes]) -> set[Scored]:
    return set(in_process(taxonomy, packed))


def test_workers_without_a_checkout_give_the_same_bytes(cluster: Cluster) -> None:
    taxonomy = load_taxonomy(SEEDS)
    with dask_fan_out(cluster.address) as fan_out:
        there = list(fan_out(taxonomy, iter(chunks(12))))
    assert len(there) == 12
    assert set(there) == scored_here(taxonomy, chunks(12))


def test_a_worker_that_is_killed_costs_its_chunks_only(cluster: Cluster) -> None:
    taxonomy = load_taxonomy(SEEDS)
    with dask_fan_out(cluster.address) as fan_out:
        there = []
        for scored in fan_out(taxonomy, iter(chunks(40))):
            there.append(scored)
            if len(there) == 3:
                cluster.workers[0].send_signal(signal.SIGKILL)
                cluster.workers[0].wait()
    assert len(there) == 40, "each chunk once"
    assert set(there) == scored_here(taxonomy, chunks(40))


def test_an_address_where_nobody_answers_is_a_sentence() -> None:
    with (
        pytest.raises(ConfigError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        dask_fan_out("tcp://127.0.0.1:9", connect_seconds=1),
    ):
        pass
