"""How much a large archive takes: seconds and peak memory of each verb, from the file of articles to the publication.

python -m benchmarks.archive [--articles 200000] [--articles 2500 --articles 25000 ...] [--share 0.1] [--repeat 10]

An archive is made up in a temporary folder: four years from 2021 on (of 200,000 articles 137 a day), by four sources, a
title and three sentences each, nearly every sentence about a theme, or with `--share` only those of some articles, as
in a newspaper. The six verbs then run in one process of their own.
Of several sizes the last table has the growth: the exponent b with which a verb's CPU-seconds grow as articles^b. With
`--repeat` the largest home then gets its scored articles so many times, under other names, and one more day of news: a
run over the last week shows what an evening costs in a home of that size.
"""

from __future__ import annotations

import csv
import itertools
import logging
import math
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click

from benchmarks.scoring import peak_megabytes
from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.run import Run, StepReport
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.files import ROOT
from tasks.storage.warehouse import open_warehouse, transaction

START = datetime(2021, 1, 1, tzinfo=UTC)
SPAN_SECONDS = 126_000_000
WHO = (
    "Russia", "Ukraine", "Iran", "Israel", "NATO", "the EU", "Washington", "China", "Poland", "Saudi Arabia", "OPEC",
    "Germany", "France", "Turkey", "Norway",
)  # fmt: skip
DOES = (
    "strikes", "threatens", "signs a truce with", "imposes sanctions on", "holds talks with", "cuts oil supply to",
    "raises the defence budget against", "halts gas flows to", "welcomes a deal with", "warns", "visits",
    "denies reports about",
)  # fmt: skip
WHAT = (
    "a refinery", "the pipeline", "border towns", "tankers in the strait", "its neighbour", "the port",
    "energy exports", "the ministry", "an airbase", "the parliament",
)  # fmt: skip
OTHER_WHO = ("The council", "A school", "The orchestra", "A museum", "The university", "A farmer", "The library")
OTHER_DOES = ("opens", "repairs", "shows", "paints", "describes", "sells", "moves", "presents")
OTHER_WHAT = ("a garden", "the new hall", "an old bridge", "its collection", "the summer course", "a book", "the choir")
CLOSES = {"BRENT": 80.0, "ITA": 100.0, "SPY": 400.0, "EZU": 45.0}
CLEAR_PEAK = Path("/proc/self/clear_refs")


def write_articles(
    path: Path, count: int, share: float = 1.0, first: datetime = START, span_seconds: int = SPAN_SECONDS
) -> datetime:
    """A CSV of `count` articles of different events, `share` of them about a theme; return when the last appeared."""
    rng = random.Random(int(first.timestamp()))
    at, apart = first, span_seconds / count
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["published_at", "title", "body", "source"])
        for number in range(count):
            at = first + timedelta(seconds=int(number * apart + rng.random() * apart))
            tell = about_a_theme if share == 1 or rng.random() < share else about_something_else
            title, body = tell(rng, number)
            writer.writerow([at.isoformat(), title, body, rng.choice(("w1", "w2", "w3", "w4"))])
    return at


def about_a_theme(rng: random.Random, day: int) -> tuple[str, str]:
    """Title and three sentences that name places, deeds and plants."""
    who, whom = rng.sample(WHO, 2)
    title = f"{who} {rng.choice(DOES)} {whom} over {rng.choice(WHAT)} no {rng.randrange(10**6)}"
    body = (
        f"{who} {rng.choice(DOES)} {whom}, officials said on day {day}. The move concerns "
        f"{rng.choice(WHAT)} and {rng.choice(WHAT)}. Traders in {rng.choice(WHO)} waited for word "
        f"{rng.randrange(10**7)}."
    )
    return title, body


def about_something_else(rng: random.Random, day: int) -> tuple[str, str]:
    """Title and three sentences of as many words in which no theme has a part."""
    who, does, what = rng.choice(OTHER_WHO), rng.choice(OTHER_DOES), rng.choice(OTHER_WHAT)
    title = f"{who} {does} {what} beside {rng.choice(OTHER_WHAT)} no {rng.randrange(10**6)}"
    body = (
        f"{who} {does} {what}, visitors said on day {day}. The plan concerns "
        f"{rng.choice(OTHER_WHAT)} and {rng.choice(OTHER_WHAT)}. People in the hall waited for number "
        f"{rng.randrange(10**7)}."
    )
    return title, body


def write_prices(path: Path, to_date: date) -> None:
    """A CSV of weekday closes that walk at random."""
    rng = random.Random(3)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["symbol", "date", "close"])
        for symbol, first in CLOSES.items():
            close, day = first, START.date() - timedelta(days=30)
            while day <= to_date:
                if day.weekday() < 5:
                    close *= 1 + rng.gauss(0, 0.01)
                    writer.writerow([symbol, day, round(close, 2)])
                day += timedelta(days=1)


def steps(run: Run) -> Iterator[StepReport]:
    """Run the six verbs, one a pull."""
    yield collect(run)
    yield score(run)
    priced = price(run)
    yield priced
    if priced.window is None:
        raise AssertionError("the price step gives the window")
    yield build(run, priced.window)
    yield check(run, priced.window)
    yield publish(run, priced.window)


def repeat(run: Run, times: int) -> None:
    """Store every scored article `times` - 1 times more, seconds later, each in a story of its own.

    Their texts are not stored again: only the scoring reads them.
    """
    named = "article_id || '-' || $k as article_id"
    copied = {
        "raw.article": f"{named}, content_hash || '-' || $k as content_hash, fingerprint || '-' || $k as fingerprint, "
        "published_at + to_seconds($k) as published_at, available_at + to_seconds($k) as available_at",
        "raw.article_story": f"{named}, story_id || '-' || $k as story_id",
        "raw.sentence": named,
        "raw.sentence_theme": named,
    }
    with open_warehouse(run) as db:
        db.execute("create temp table first as select article_id from raw.article")
        for k in range(1, times):
            with transaction(db):
                for table, replaced in copied.items():
                    sql = f"insert into {table} select * replace ({replaced}) from {table} semi join first using "
                    db.execute(f"{sql} (article_id)", {"k": k})
        counted = db.execute("select (select count(*) from raw.article), (select count(*) from raw.sentence)")
        articles, sentences = counted.fetchone() or (0, 0)
    print(f"\nan evening's run in a home of {articles:,} articles, {sentences:,} sentences\n", flush=True)


def measure_evening(run: Run, times: int, told: Connection) -> None:
    """Repeat what is stored, then measure a run over the last week."""
    repeat(run, times)
    measure(replace(run, run_id="evening", from_date=run.now.date() - timedelta(days=7)), told)


def measure(run: Run, told: Connection) -> None:
    """Print one line a step; a peak is that of the step alone where the system (Linux) lets it be reset.

    Sends the CPU-seconds by step.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    print("| step | seconds | CPU-seconds | peak MB | counts |\n| --- | --- | --- | --- | --- |", flush=True)
    highest, before = 0.0, time.process_time()
    took: dict[str, float] = {}
    for report in steps(run):
        spent, peak = time.process_time() - before, peak_megabytes()
        took[report.step] = spent
        highest = max(highest, peak)
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report.counts.items())
        print(f"| {report.step} | {report.seconds:,.0f} | {spent:,.0f} | {peak:,.0f} | {counts} |", flush=True)
        if CLEAR_PEAK.exists():
            CLEAR_PEAK.write_text("5", encoding="ascii")
        before = time.process_time()
    print(f"\nhighest peak: {highest:,.0f} MB", flush=True)
    told.send(took)


def in_process(work: Callable[..., None], *given: Any) -> dict[str, float]:
    """Call a function that measures in a process of its own; return the CPU-seconds by step."""
    hears, tells = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=work, args=(*given, tells))
    child.start()
    tells.close()
    try:
        took: dict[str, float] = hears.recv()
    except EOFError:
        child.join()
        sys.exit(child.exitcode or 1)
    child.join()
    return took


def make_up(folder: Path, articles: int, share: float) -> Run:
    """Make up an archive; return the run over it."""
    folder.mkdir(parents=True, exist_ok=True)
    last = write_articles(folder / "articles.csv", articles, share)
    write_prices(folder / "prices.csv", last.date())
    given = (str(folder / "articles.csv"),), (str(folder / "prices.csv"),)
    return Run("archive", last + timedelta(days=3), folder / "home", *given, ROOT / "seeds")


def next_day(run: Run, articles: int) -> Run:
    """A run two days after `run` over a day of news that it has not seen."""
    path = Path(run.articles[0]).with_name("next.csv")
    write_articles(path, articles, first=run.now, span_seconds=86_400)
    return replace(run, articles=(str(path),), now=run.now + timedelta(days=2))


def growth(took: dict[int, dict[str, float]]) -> list[str]:
    """A table in Markdown: by step the exponent from each size to the next."""
    steps_between = list(itertools.pairwise(sorted(took)))
    heads = ("step", *(f"{small:,} to {large:,}" for small, large in steps_between))
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for step in took[min(took)]:
        rates = (math.log(took[b][step] / took[a][step]) / math.log(b / a) for a, b in steps_between)
        lines.append(f"| {step} | {' | '.join(f'{rate:.2f}' for rate in rates)} |")
    return lines


@click.command()
@click.option(
    "--articles", multiple=True, default=(200_000,), show_default=True, type=click.IntRange(1),
    help="Articles to make up; several times: one archive after the other.",
)  # fmt: skip
@click.option(
    "--share", default=1.0, show_default=True, type=click.FloatRange(0, 1), help="Of the articles, about a theme."
)
@click.option(
    "--repeat", "times", type=click.IntRange(2), help="Then an evening's run in a home so many times as large."
)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Folder to keep archives and homes in.")
def main(articles: tuple[int, ...], share: float, times: int | None, keep: Path | None) -> None:
    """Make up archives, run the six verbs over each in a process of its own, and print what each took."""
    with tempfile.TemporaryDirectory(prefix="archive-") as temporary:
        took = {}
        for count in sorted(set(articles)):
            print(f"\n{count:,} articles\n", flush=True)
            run = make_up((keep or Path(temporary)) / str(count), count, share)
            took[count] = in_process(measure, run)
        if len(took) > 1:
            print("\n" + "\n".join(growth(took)), flush=True)
        if times:
            daily = times * count * 86_400 // SPAN_SECONDS
            in_process(measure_evening, next_day(run, max(1, daily)), times)


if __name__ == "__main__":
    main()
