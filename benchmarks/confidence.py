"""Does confidence mean anything: leave one source out and count how often the sign of risk_score turns.

python -m benchmarks.confidence [ARTICLES ...] [--from D] [--to D] [--limit 8]

Without article files it makes up six sources that tell the same events, one in five of them against the others.
"""

from __future__ import annotations

import csv
import random
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import click
import duckdb

from tasks.build import build
from tasks.collect import collect
from tasks.domain.run import Run, Window
from tasks.price import price
from tasks.score import score
from tasks.storage.files import ROOT, Home

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 1.01)
PLUS = (
    "Russian missiles struck a gas pipeline near {}.",
    "Iran attacked oil tankers off {}.",
    "NATO allies agreed to raise defence spending after an attack on {}.",
    "Crude exports were halted after a strike on a refinery in {}.",
    "France's government fell after a lost confidence vote over {}.",
)
MINUS = (
    "Iran and Israel signed a ceasefire in {}.",
    "The Strait of Hormuz was reopened to oil tankers after talks in {}.",
    "OPEC agreed to raise crude output in {}.",
    "Russia and Ukraine agreed to a truce near {}.",
    "Germany cut defence spending after peace talks in {}.",
)
PLACES = "Odesa Kharkiv Basra Doha Muscat Riga Vilnius Gdansk Trieste Izmir Haifa Aden Baku Tbilisi".split()
Row = tuple[date, str]


def made_up(path: Path, sessions: int = 120) -> str:
    """A CSV of six sources that report none to four events a day; one voice in five says the opposite."""
    rng = random.Random(3)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["published_at", "title", "source"])
        for day in range(sessions):
            for _ in range(rng.randrange(5)):
                kind, place = rng.randrange(2), rng.choice(PLACES)
                for source in range(6):
                    if rng.random() < 0.4:
                        said = kind if rng.random() < 0.8 else 1 - kind
                        at = datetime(2025, 3, 3, 8, tzinfo=UTC) + timedelta(days=day, minutes=rng.randrange(240))
                        title = rng.choice((PLUS, MINUS)[said]).format(place)
                        writer.writerow([at.isoformat(), title, f"source-{source}"])
    return str(path)


def scores(home: Home) -> dict[Row, tuple[float, float]]:
    """(session_date, theme) -> risk_score, confidence on the reference clocks, where there is news."""
    sql = (
        "select d.session_date, d.theme, d.risk_score::double, d.confidence from daily.theme_clock_daily as d "
        "inner join raw.theme as t on d.theme = t.theme and d.clock = t.clock where d.risk_score is not null"
    )
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        return {(day, theme): (risk, confidence) for day, theme, risk, confidence in db.execute(sql).fetchall()}


def spoken(home: Home) -> dict[str, set[Row]]:
    """Source -> the rows in which it has a voice, the most vocal first."""
    sql = (
        "select v.source, v.session_date, v.theme from core.voice as v inner join raw.theme as t "
        "on v.theme = t.theme and v.clock = t.clock"
    )
    rows: dict[str, set[Row]] = defaultdict(set)
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        for source, day, theme in db.execute(sql).fetchall():
            rows[source].add((day, theme))
    return dict(sorted(rows.items(), key=lambda item: (-len(item[1]), item[0])))


def without(run: Run, window: Window, source: str, folder: Path) -> dict[Row, tuple[float, float]]:
    """The rows of a home from which one source's articles were taken before stories are told."""
    home = Home(folder)
    home.prepare()
    home.warehouse.write_bytes(Home(run.home).warehouse.read_bytes())
    with duckdb.connect(str(home.warehouse)) as db:
        db.execute("delete from raw.article where source = ?", [source])
        db.execute("delete from raw.source where source = ?", [source])
    score(replace(run, home=folder))
    build(replace(run, home=folder), window)
    return scores(home)


def bucket(confidence: float) -> int:
    """The bucket's number."""
    return next(n for n, upper in enumerate(EDGES[1:]) if confidence < upper)


@click.command()
@click.argument("articles", nargs=-1)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First session.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last session.")
@click.option("--limit", default=8, show_default=True, help="How many sources are left out, the most vocal first.")
def main(articles: tuple[str, ...], first: datetime | None, last: datetime | None, limit: int) -> None:
    """Print, by confidence, how often the sign turns when one source is left out."""
    with tempfile.TemporaryDirectory(prefix="confidence-") as folder:
        root = Path(folder)
        run = Run(
            run_id="all",
            now=datetime(2026, 1, 1, 6, tzinfo=UTC) if last is None else last.replace(tzinfo=UTC) + timedelta(days=5),
            home=root / "home",
            articles=articles or (made_up(root / "articles.csv"),),
            prices=("sample",),
            seeds=ROOT / "seeds",
            from_date=first.date() if first else None,
            to_date=last.date() if last else None if articles else date(2025, 6, 30),
        )
        collect(run)
        score(run)
        window = price(run).window
        if window is None:
            raise AssertionError("the price step gives the window")
        build(run, window)
        whole, voices = scores(Home(run.home)), spoken(Home(run.home))
        counts = [[0, 0, 0] for _ in EDGES[1:]]
        for number, source in enumerate(list(voices)[:limit]):
            left = without(run, window, source, root / f"home-{number}")
            for row in voices[source] & set(whole):
                risk, confidence = whole[row]
                if risk:
                    found = counts[bucket(confidence)]
                    other = left.get(row, (0.0, 0.0))[0]
                    found[0] += 1
                    found[1] += other * risk < 0
                    found[2] += other == 0
    click.echo("| confidence | rows x sources | sign turns | nothing left |\n| --- | --- | --- | --- |")
    for (low, high), (count, turned, gone) in zip(pairwise(EDGES), counts, strict=True):
        if count:
            click.echo(f"| {low:.1f} to {min(high, 1):.1f} | {count:,} | {turned / count:.1%} | {gone / count:.1%} |")


if __name__ == "__main__":
    main()
