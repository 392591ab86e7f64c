"""250 trading days of evening runs with random faults: does a run stay as quick and as small as on the first day?

python -m benchmarks.soak --days 250 [--seed 1] [--articles 30] [--root FOLDER] [--json FILE]

Each evening a file of the day's articles and the closes of the day arrive, and the six verbs run in this one process
over what a feed would still show: the files of the last seven days, the prices of the last ninety. Some evenings
something goes wrong. Whatever it is, the next run makes up for it: after the last day the rows of the home are compared
with those of a copy that builds every session again.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import duckdb
import psutil

from benchmarks.growth import sentence
from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.errors import GeoriskError
from tasks.domain.run import STEPS, Run
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.calendars import sessions
from tasks.storage.files import ROOT, Home
from tasks.storage.models import SQL
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import writer_lock

START = date(2024, 1, 2)
EVENING = timedelta(hours=22, minutes=45)
SYMBOLS = ("BRENT", "VIX", "SPY", "ITA", "EZU", "XAR", "PPA", "XLE", "ECB_EURUSD", "ECB_EURCHF")
SOURCES = tuple(f"source-{letter}" for letter in "abcdef")
SHOWN_DAYS, PRICED_DAYS = 7, 90
STAMPS = {"fetched_at", "ingested_at"}
COMPARED = ("daily.theme_clock_daily", "daily.price_daily", "asset.asset_daily", "measure.sentence_contribution")
FAULTS = {
    "dead feed": 0.06,
    "broken rows": 0.10,
    "broken file": 0.03,
    "restated price": 0.08,
    "missing price": 0.05,
    "late article": 0.08,
    "missed run": 0.04,
    "crash": 0.06,
    "failed check": 0.03,
    "clock set back": 0.02,
}
"""Chance of each on an evening."""


@dataclass
class Evening:
    """What one run took; `seconds` by station, `cpu_seconds` in all, which other programs disturb less."""

    day: str
    faults: list[str]
    outcome: str
    seconds: dict[str, float]
    cpu_seconds: float
    window_days: int
    memory_mb: float
    warehouse_mb: float
    publication_mb: float

    @property
    def total(self) -> float:
        """Seconds of all stations."""
        return sum(self.seconds.values())


@dataclass
class World:
    """The inputs of a home, as they are on a day."""

    root: Path
    rng: random.Random
    per_day: int
    closes: dict[tuple[str, date], float] = field(default_factory=dict)
    silent_until: dict[str, date] = field(default_factory=dict)
    number: int = 0

    @property
    def articles(self) -> Path:
        """What the feeds still show."""
        return self.root / "articles"

    @property
    def prices(self) -> Path:
        """What the provider still shows."""
        return self.root / "prices.csv"

    def arrive(self, day: date, faults: list[str]) -> None:
        """The day's articles and closes, with what goes wrong with them."""
        self.articles.mkdir(exist_ok=True)
        if "dead feed" in faults:
            self.silent_until[self.rng.choice(SOURCES)] = day + timedelta(days=self.rng.randint(2, 12))
        awake = [name for name in SOURCES if self.silent_until.get(name, START) <= day]
        rows = [self._article(day, awake) for _ in range(self.per_day)]
        if "late article" in faults:
            rows.append(self._article(max(START, day - timedelta(days=self.rng.randint(1, 20))), awake))
        if "broken rows" in faults:
            rows += [[*rows[0][:1], "", "", "", rows[0][4]], ["yesterday", *rows[0][1:]], ["", *rows[0][1:]], rows[1]]
            rows.append([rows[2][0], "Der Minister sprach am Montag über die Lage in der Region", "", "", rows[2][4]])
        with (self.articles / f"{day}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["published_at", "title", "body", "summary", "source"])
            writer.writerows(rows)
        for path in self.articles.glob("*.csv"):
            if date.fromisoformat(path.stem) <= day - timedelta(days=SHOWN_DAYS):
                path.unlink()
        self._price(day, faults)

    def break_file(self) -> Path:
        """A file that was cut while it was sent."""
        path = self.articles / "cut.jsonl.gz"
        path.write_bytes(gzip.compress(b'{"title": "Army shells town"}\n' * 50)[:-20])
        return path

    def _article(self, day: date, awake: list[str]) -> list[str]:
        self.number += 1
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=self.rng.randrange(80_000))
        body = " ".join(sentence(self.rng, 10 * self.number + n) for n in range(1, 5))
        source = self.rng.choice(awake or SOURCES[:1])
        return [at.isoformat(), sentence(self.rng, 10 * self.number), body, "", source]

    def _price(self, day: date, faults: list[str]) -> None:
        for symbol in SYMBOLS:
            before = [self.closes[symbol, d] for d in _back(day, 10) if (symbol, d) in self.closes]
            base = before[0] if before else 20.0 + len(symbol) * 10
            self.closes[symbol, day] = round(base * (1 + self.rng.gauss(0, 0.01)), 2)
        if "missing price" in faults:
            del self.closes[self.rng.choice(SYMBOLS), day]
        if "restated price" in faults:
            known = sorted(key for key in self.closes if day - timedelta(days=30) < key[1] < day)
            if known:
                self.closes[self.rng.choice(known)] *= 1.001
        shown = sorted(key for key in self.closes if key[1] > day - timedelta(days=PRICED_DAYS))
        with self.prices.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["symbol", "date", "close"])
            writer.writerows([*key, round(self.closes[key], 2)] for key in shown)


def _back(day: date, count: int) -> list[date]:
    return [day - timedelta(days=n) for n in range(1, count + 1)]


class Soak:
    """One home over many evenings."""

    def __init__(self, root: Path, seed: int, per_day: int) -> None:
        """Make the taxonomy and an empty home."""
        self.rng = random.Random(seed)
        self.world = World(root, self.rng, per_day)
        seeds = root / "seeds"
        shutil.copytree(ROOT / "seeds", seeds, ignore=shutil.ignore_patterns("articles", "prices", "research"))
        _keep(seeds / "instruments.csv", SYMBOLS)
        _keep(seeds / "series.csv", SYMBOLS)
        themes = seeds / "themes.yaml"
        themes.write_text(themes.read_text(encoding="utf-8").replace("BZ=F, ", ""), encoding="utf-8")
        self.checks = root / "checks"
        shutil.copytree(SQL / "90_checks", self.checks)
        (self.checks / "stop.sql").write_text("-- fail: this one always fails\nselect 1\n", encoding="utf-8")
        self.run = Run(
            "none", datetime(2024, 1, 1, tzinfo=UTC), root / "home", (str(self.world.articles),),
            (str(self.world.prices),), seeds, catch_up=True,
        )  # fmt: skip
        self.process = psutil.Process(os.getpid())
        clock = next(clock for clock in load_taxonomy(seeds).clocks if clock.clock == "XNYS")
        self.days = [session.session_date for session in sessions(clock, START, START + timedelta(days=3 * 365))]

    def evening(self, day: date) -> Evening:
        """One day: what arrives, what goes wrong, the run."""
        faults = [name for name, chance in FAULTS.items() if self.rng.random() < chance]
        self.world.arrive(day, faults)
        now = datetime(day.year, day.month, day.day, tzinfo=UTC) + EVENING
        if "clock set back" in faults:
            now -= timedelta(days=30)
        self.run = replace(self.run, run_id=f"day-{day}", now=now)
        broken = self.world.break_file() if "broken file" in faults else None
        crash_after = self.rng.choice(STEPS[:-1]) if "crash" in faults else None
        seconds: dict[str, float] = {}
        outcome, window_days, spent = "missed", 0, time.process_time()
        if "missed run" not in faults:
            try:
                with writer_lock(self.run.home, click.echo):
                    window_days = self._stations(seconds, crash_after, "failed check" in faults)
                outcome = "published" if "publish" in seconds else "crashed"
            except GeoriskError as fault:
                outcome = type(fault).__name__
        spent = time.process_time() - spent
        if broken:
            broken.unlink()
        home = Home(self.run.home)
        return Evening(
            str(day), faults, outcome, seconds, spent, window_days, self.process.memory_info().rss / 1e6,
            _size(home.warehouse), _size(home.published.resolve()) if home.published.exists() else 0.0,
        )  # fmt: skip

    def _stations(self, seconds: dict[str, float], crash_after: str | None, fails: bool) -> int:
        window = None
        verbs: dict[str, Callable[[], Any]] = {
            "collect": lambda: collect(self.run),
            "score": lambda: score(self.run),
            "price": lambda: price(self.run),
            "build": lambda: build(self.run, window),
            "check": lambda: check(self.run, window, self.checks if fails else SQL / "90_checks"),
            "publish": lambda: publish(self.run, window),
        }
        for step in STEPS:
            begun = time.perf_counter()
            report = verbs[step]()
            window = report.window or window
            seconds[step] = time.perf_counter() - begun
            if step == crash_after:
                break
        return window.days if window else 0

    def differences(self) -> list[str]:
        """Tables in which the home differs from a copy of it that builds every session again at the same instant."""
        last = replace(self.run, run_id="last", now=self.run.now + timedelta(minutes=1))
        whole = replace(last, home=self.world.root / "whole", catch_up=False)
        shutil.copytree(self.run.home, whole.home, symlinks=True)
        found = []
        for run in (last, whole):
            collect(run)
            score(run)
            window = price(run).window
            assert window is not None
            build(run, window)
            found.append(_rows(Home(run.home).warehouse))
        return [table for table in COMPARED if found[0][table] != found[1][table]]


def _rows(path: Path) -> dict[str, list[Any]]:
    """Number and hash of the rows; DOUBLEs with 6 decimals, as publishing compares them.

    Windows that begin elsewhere add up in another order, which shows in the last bit.
    """
    with duckdb.connect(str(path), read_only=True) as db:
        found = {}
        for table in COMPARED:
            columns = [cell[:2] for cell in db.execute(f"describe {table}").fetchall() if cell[0] not in STAMPS]
            cells = ", ".join(f"round({name}, 6)" if kind == "DOUBLE" else name for name, kind in columns)
            row = db.execute(f"select count(*), sum(hash({cells})) from {table}").fetchone()
            found[table] = list(row or ())
        return found


def _keep(path: Path, symbols: tuple[str, ...]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = [row for row in reader if row["symbol"] in symbols], list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


MEASURED: dict[str, Callable[[Evening], float]] = {
    "seconds a run": lambda evening: evening.total,
    "CPU-seconds a run": lambda evening: evening.cpu_seconds,
    "memory after it, MB": lambda evening: evening.memory_mb,
    "warehouse, MB": lambda evening: evening.warehouse_mb,
    "publication, MB": lambda evening: evening.publication_mb,
}
"""Compared between the first and the last quarter; medians."""


def _size(path: Path) -> float:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(p.stat().st_size for p in files) / 1e6


def report(evenings: list[Evening], block: int) -> list[str]:
    """A table in Markdown: a line for each block of evenings, over those that published."""
    heads = (
        "evenings",
        "published",
        "s a run",
        "CPU-s",
        *STEPS,
        "window days",
        "memory MB",
        "warehouse MB",
        "publication MB",
    )
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for first, last in pairwise([*range(0, len(evenings), block), len(evenings)]):
        part = [evening for evening in evenings[first:last] if evening.outcome == "published"]
        if not part:
            continue
        middle = [statistics.median(e.seconds[step] for e in part) for step in STEPS]
        cells = [
            f"{first + 1}-{last}", str(len(part)), f"{statistics.median(e.total for e in part):.2f}",
            f"{statistics.median(e.cpu_seconds for e in part):.2f}",
            *(f"{value:.2f}" for value in middle), f"{statistics.median(e.window_days for e in part):.0f}",
            f"{max(e.memory_mb for e in part):.0f}", f"{part[-1].warehouse_mb:.1f}", f"{part[-1].publication_mb:.1f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def quarters(evenings: list[Evening]) -> list[str]:
    """A table in Markdown: the first quarter of the evenings beside the last, over those that published."""
    count = max(1, len(evenings) // 4)
    first, last = ([e for e in part if e.outcome == "published"] for part in (evenings[:count], evenings[-count:]))
    if not first or not last:
        return []
    lines = ["| | first quarter | last quarter | ratio |", "| --- | --- | --- | --- |"]
    for name, of in MEASURED.items():
        before, after = (statistics.median(map(of, part)) for part in (first, last))
        lines.append(f"| {name} | {before:.2f} | {after:.2f} | {after / before:.2f} |")
    return lines


@click.command()
@click.option("--days", default=250, show_default=True, type=click.IntRange(2), help="Trading days.")
@click.option("--articles", default=30, show_default=True, help="Articles a day.")
@click.option("--seed", default=1, show_default=True, help="Of everything that is random.")
@click.option("--block", default=50, show_default=True, help="Evenings in a line of the table.")
@click.option("--root", type=click.Path(path_type=Path), help="Folder to work in.  [default: a temporary one]")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write every evening to this file.")
def main(days: int, articles: int, seed: int, block: int, root: Path | None, json_path: Path | None) -> None:
    """Run the evenings, print a table, and compare the end with a whole build."""
    place = Path(tempfile.mkdtemp(prefix="soak-", dir=root))
    soak = Soak(place, seed, articles)
    evenings = []
    for number, day in enumerate(soak.days[:days], start=1):
        evening = soak.evening(day)
        evenings.append(evening)
        what = ", ".join(evening.faults)
        click.echo(f"{number:>4} {day} {evening.outcome:<18} {evening.total:6.2f} s  {what}", err=True)
    click.echo("\n".join([*report(evenings, block), "", *quarters(evenings)]))
    outcomes = Counter(evening.outcome for evening in evenings)
    faults = Counter(fault for evening in evenings for fault in evening.faults)
    click.echo(f"\noutcomes: {', '.join(f'{name} {count}' for name, count in outcomes.most_common())}")
    click.echo(f"faults: {', '.join(f'{name} {count}' for name, count in faults.most_common())}")
    click.echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    differing = soak.differences()
    click.echo(f"beside a whole build: {'equal' if not differing else 'DIFFERENT in ' + ', '.join(differing)}")
    if json_path:
        json_path.write_text(json.dumps([asdict(evening) for evening in evenings], indent=1), encoding="utf-8")
    shutil.rmtree(place)
    if differing:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
