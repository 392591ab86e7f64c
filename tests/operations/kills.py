"""Kill the process of a run at random instants, run again, and compare with a run that nobody disturbed.

python -m tests.operations.kills --kills 195 --through-prefect 5 [--seed N] [--root FOLDER]

A run is made over three months of the embedded articles, either into an empty home or onto a publication of three days
before. Each kill chooses a station and an instant within it; the process gets SIGKILL. Then a fresh process looks
whether the warehouse opens and whether what is published is whole and either the old or the new one, another runs the
same request to its end, and a last one compares every table and every exported byte with those of an undisturbed run.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import duckdb

from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.run import STEPS, Run, Window
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.exports import EXPORTS
from tasks.storage.files import ROOT, Home
from tasks.storage.warehouse import writer_lock
from tests.pipeline import SEEDS, utc
from tests.tasks.test_vintages_stateful import keep

CLOCKS, SYMBOLS = ("XNYS", "XETR", "LON_BRENT"), ("BRENT", "SPY", "ITA", "EZU", "VIX")
OLD_NOW, NEW_NOW = utc("2025-08-26T22:45"), utc("2025-08-29T22:45")
FIRST_ARTICLE, HELD_BACK = "2025-06-01", "2025-08-26"
SCENARIOS = ("first", "next")


@dataclass
class Tally:
    """What happened: kills by scenario and station, and what was published right after each."""

    stations: Counter[str] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For a person."""
        slowest = max(self.seconds, default=0.0)
        return [
            f"kills      {self.stations.total()}: " + ", ".join(f"{n} {self.stations[n]}" for n in STEPS),
            "published  " + ", ".join(f"{name} {count}" for name, count in sorted(self.published.items())),
            f"recovery   {sum(self.seconds) / max(1, len(self.seconds)):.1f} s a run, {slowest:.1f} s the slowest",
        ]


def make_inputs(root: Path) -> None:
    """Three months of articles, those of the last days held back; all prices; a taxonomy of three clocks."""
    shutil.copytree(SEEDS, root / "seeds", ignore=shutil.ignore_patterns("articles", "prices", "research"))
    keep(root / "seeds" / "clocks.csv", lambda row: row["clock"] in CLOCKS)
    keep(root / "seeds" / "instruments.csv", lambda row: row["symbol"] in SYMBOLS)
    keep(root / "seeds" / "series.csv", lambda row: row["symbol"] in SYMBOLS)
    themes = root / "seeds" / "themes.yaml"
    themes.write_text(themes.read_text(encoding="utf-8").replace("BZ=F, ", ""), encoding="utf-8")
    shutil.copytree(SEEDS / "prices", root / "prices")
    for name in ("old", "new"):
        (root / name).mkdir()
    for path in sorted((SEEDS / "articles").glob("*.md")):
        stamp = re.search(r"published_at: *'?([0-9-]{10})", path.read_text(encoding="utf-8"))
        if stamp and FIRST_ARTICLE <= stamp[1] < str(NEW_NOW.date()):
            shutil.copy(path, root / ("old" if stamp[1] < HELD_BACK else "new"))


def request(root: Path, home: Path, *, is_old: bool = False) -> Run:
    """The run that is killed, or the one three days before it."""
    articles = (str(root / "old"),) if is_old else (str(root / "old"), str(root / "new"))
    return Run(
        run_id="old" if is_old else "killed",
        now=OLD_NOW if is_old else NEW_NOW,
        home=home,
        articles=articles,
        prices=(str(root / "prices"),),
        seeds=root / "seeds",
        from_date=None,
        catch_up=True,
    )


def run_all(run: Run, tell: Callable[[str], None] = lambda _: None) -> None:
    """The stations under the writer's lock, as the flow runs them; `tell` is told each before it begins."""
    with writer_lock(run.home, lambda _: None):
        window: Window | None = None
        for step in STEPS:
            tell(step)
            if step == "collect":
                collect(run)
            elif step == "score":
                score(run)
            elif step == "price":
                window = price(run).window
            elif window is None:
                raise AssertionError("the price step gives the window")
            else:
                {"build": build, "check": check, "publish": publish}[step](run, window)


def in_child(work: Callable[[], Any]) -> Any:
    """The result (JSON types) of `work` in a process of its own: this one never opens a database, so it may fork."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, json.dumps(work()).encode())
            os._exit(0)
        except BaseException as fault:
            os.write(2, f"{type(fault).__name__}: {fault}\n".encode())
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        content = file.read()
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise AssertionError(f"the process ended with status {status}")
    return json.loads(content)


def killed(run: Run, station: str, delay: float) -> str | None:
    """Start the run in a process of its own and kill it `delay` seconds after the station began.

    Returns:
        The station that it died in, or None if it was faster than the kill.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        run_all(run, lambda step: os.write(writing, f"{step}\n".encode()) and None)
        os._exit(0)
    os.close(writing)
    begun: list[str] = []
    try:
        while station not in begun and (chunk := os.read(reading, 4096)):
            begun += chunk.decode().split()
        until = time.monotonic() + delay
        while (left := until - time.monotonic()) > 0:
            if select.select([reading], [], [], left)[0]:
                chunk = os.read(reading, 4096)
                if not chunk:  # it has ended
                    break
                begun += chunk.decode().split()
        os.kill(pid, signal.SIGKILL)
    finally:
        _, status = os.waitpid(pid, 0)
        while chunk := os.read(reading, 4096):
            begun += chunk.decode().split()
        os.close(reading)
    return begun[-1] if os.WIFSIGNALED(status) and begun else None


def tables_digest(home: Path) -> dict[str, list[Any]]:
    """Rows and an order-free hash of every table of the warehouse.

    Not of the run log, whose times differ, and not of the verdicts on what the last run read: a second run has read
    what the first one stored.
    """
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as db:
        names = db.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where not temporary and schema_name != 'incoming' order by all"
        ).fetchall()
        return {
            name: list(db.execute(f"select count(*), cast(sum(hash(t)) as varchar) from {name} as t").fetchone() or ())
            for (name,) in names
            if name != "raw.run_log"
        }


def exports_digest(home: Path) -> str | None:
    """A hash of every exported byte of what is published; None where nothing is.

    Raises:
        AssertionError: the publication is not whole.
    """
    link = Home(home).published
    if not link.is_symlink():
        return None
    files = sorted((link / "exports").iterdir())
    wanted = {f"{table}.{ending}" for table in EXPORTS for ending in ("csv", "parquet")} | {"data_dictionary.csv"}
    assert wanted <= {path.name for path in files}, [path.name for path in files]
    with duckdb.connect(str(link / "signals.duckdb"), read_only=True) as db:
        for path in files:
            if path.suffix == ".parquet":
                sql = f"select (select count(*) from '{path}'), (select count(*) from signal.{path.stem})"
                parquet, table = db.execute(sql).fetchone() or (0, 0)
                assert parquet == table > 0, (path.name, parquet, table)
    assert (link / "reports").is_dir()
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def look(home: Path) -> dict[str, Any]:
    """What a fresh process finds: the tables if there is a warehouse, and what is published."""
    return {
        "tables": tables_digest(home) if Home(home).warehouse.exists() else {},
        "exports": exports_digest(home),
    }


class Arena:
    """The inputs, the homes to begin with, and how an undisturbed run ends."""

    def __init__(self, root: Path) -> None:
        """Make the inputs, run undisturbed from both beginnings, and measure the stations."""
        self.root = root
        make_inputs(root)
        in_child(lambda: run_all(request(root, root / "home-next", is_old=True)))
        (root / "home-first").mkdir()
        self.old = {name: in_child(lambda name=name: look(root / f"home-{name}")) for name in SCENARIOS}
        self.seconds: dict[str, dict[str, float]] = {}
        self.wanted: dict[str, dict[str, Any]] = {}
        for name in SCENARIOS:
            home = self.copy(name, "undisturbed")
            self.seconds[name] = in_child(lambda home=home: self._measure(home))
            self.wanted[name] = in_child(lambda home=home: look(home))

    def copy(self, scenario: str, name: str) -> Path:
        """A fresh home to begin with."""
        home = self.root / f"{name}-{scenario}"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.root / f"home-{scenario}", home, symlinks=True)
        return home

    def _measure(self, home: Path) -> dict[str, float]:
        begun: list[tuple[str, float]] = []
        run_all(request(self.root, home), lambda step: begun.append((step, time.perf_counter())))
        ends = [at for _, at in begun[1:]] + [time.perf_counter()]
        return {step: end - at for (step, at), end in zip(begun, ends, strict=True)}

    def check_killed(self, scenario: str, home: Path) -> str:
        """Right after the kill: what is published is whole, and the old or the new one; return which."""
        found = in_child(lambda: look(home))
        old, new = self.old[scenario]["exports"], self.wanted[scenario]["exports"]
        assert found["exports"] in (old, new), "what is published is neither the old nor the new publication"
        history = [name for name in found["tables"] if name.startswith("history.")]
        before, after = self.old[scenario]["tables"], self.wanted[scenario]["tables"]
        states = {
            "old" if found["tables"][name] == before.get(name) else "new"
            for name in history
            if before.get(name) != after[name]
        }
        assert len(states) <= 1, f"some tables of history are old and some are new: {states}"
        return "nothing" if found["exports"] is None else "old" if found["exports"] == old else "new"

    def check_recovered(self, scenario: str, home: Path) -> None:
        """After the second run: every table and every exported byte as if nothing had happened, no leftovers."""
        found = in_child(lambda: look(home))
        wanted = self.wanted[scenario]
        differing = [name for name in wanted["tables"] if found["tables"].get(name) != wanted["tables"][name]]
        assert not differing, f"tables differ from an undisturbed run: {differing}"
        assert found["tables"].keys() == wanted["tables"].keys()
        assert found["exports"] == wanted["exports"], "exports differ from an undisturbed run"
        left = [path.name for path in home.rglob(".*")] + [path.name for path in home.glob("tmp/duckdb_temp*")]
        assert not left, f"leftovers: {left}"


def kill_runs(arena: Arena, count: int, rng: random.Random, say: Callable[[str], None] = lambda _: None) -> Tally:
    """Kill `count` runs at random instants, one by one, and check each."""
    tally = Tally()
    while tally.stations.total() < count:
        scenario, station = rng.choice(SCENARIOS), rng.choice(STEPS)
        delay = rng.random() * arena.seconds[scenario][station]
        home = arena.copy(scenario, "killed")
        died_in = killed(request(arena.root, home), station, delay)
        if died_in is None:
            continue
        tally.stations[died_in] += 1
        where = f"kill {tally.stations.total()} in {died_in}, {delay:.3f} s after {station}, {scenario} run"
        try:
            published = arena.check_killed(scenario, home)
            began = time.perf_counter()
            in_child(lambda home=home: run_all(request(arena.root, home)))
            tally.seconds.append(time.perf_counter() - began)
            arena.check_recovered(scenario, home)
        except AssertionError as fault:
            raise AssertionError(f"{where}: {fault}") from fault
        tally.published[published] += 1
        say(f"{where}: {published} was published; whole again")
    return tally


def kill_flows(
    arena: Arena, count: int, rng: random.Random, environment: Mapping[str, str], say: Callable[[str], None]
) -> Tally:
    """The same with runs of the flow, each a process that Prefect's engine runs in; the server goes on."""
    tally = Tally()
    while tally.stations.total() < count:
        scenario, station = rng.choice(SCENARIOS), rng.choice(STEPS)
        delay = rng.random() * arena.seconds[scenario][station]
        home = arena.copy(scenario, "flow")
        died_in = _killed_flow(arena, home, station, delay, environment)
        if died_in is None:
            continue
        tally.stations[died_in] += 1
        published = arena.check_killed(scenario, home)
        began = time.perf_counter()
        done = subprocess.run(
            _command(arena, home), cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        tally.seconds.append(time.perf_counter() - began)
        shutil.rmtree(home / "prefect", ignore_errors=True)  # the flow's own log; no part of what is compared
        arena.check_recovered(scenario, home)
        tally.published[published] += 1
        say(f"flow {tally.stations.total()} died in {died_in}, {scenario} run: {published} was published; whole again")
    return tally


def _command(arena: Arena, home: Path) -> list[str]:
    run = request(arena.root, home)
    articles = [part for name in run.articles for part in ("--articles", name)]
    prices = [part for name in run.prices for part in ("--prices", name)]
    return [
        sys.executable, "-m", "flows.daily_signals", *articles, *prices, "--now", run.now.isoformat(),
        "--home", str(home), "--run-id", run.run_id, "--seeds", str(run.seeds),
    ]  # fmt: skip


def _killed_flow(arena: Arena, home: Path, station: str, delay: float, environment: Mapping[str, str]) -> str | None:
    """Kill the flow's process `delay` seconds after the log says that the station before it ended."""
    process = subprocess.Popen(
        _command(arena, home),
        cwd=ROOT,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    place = STEPS.index(station)
    awaited = f"'{STEPS[place - 1]}-" if place else "Beginning flow run"
    begun = 0
    with process:
        for line in process.stderr or ():
            if awaited in line and ("Finished in state" in line or place == 0):
                break
        select.select([], [], [], delay)
        process.kill()
        rest = process.stderr.read() if process.stderr else ""
    begun = place + sum("Finished in state Completed" in line and "Task run" in line for line in rest.splitlines())
    return STEPS[min(begun, len(STEPS) - 1)] if process.returncode == -signal.SIGKILL else None


@click.command()
@click.option("--kills", default=195, show_default=True, help="Runs of the verbs to kill.")
@click.option("--through-prefect", default=5, show_default=True, help="Runs of the flow to kill.")
@click.option("--seed", type=int, help="Of the random instants.  [default: drawn, and printed]")
@click.option("--root", type=click.Path(path_type=Path), help="Folder to work in.  [default: a temporary one]")
def main(kills: int, through_prefect: int, seed: int | None, root: Path | None) -> None:
    """Kill runs and show that nothing is lost, doubled or half published."""
    chosen = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    rng = random.Random(chosen)
    click.echo(f"seed {chosen}")
    place = Path(tempfile.mkdtemp(prefix="kills-", dir=root))
    arena = Arena(place)
    for name, seconds in arena.seconds.items():
        click.echo(f"{name:<6} undisturbed: " + ", ".join(f"{step} {seconds[step]:.2f} s" for step in STEPS))
    for line in kill_runs(arena, kills, rng, click.echo).lines():
        click.echo(line)
    if through_prefect:
        from prefect.settings import PREFECT_API_URL
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=None):
            environment = {**os.environ, "PREFECT_API_URL": PREFECT_API_URL.value() or ""}
            for line in kill_flows(arena, through_prefect, rng, environment, click.echo).lines():
                click.echo(line)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
