"""How fast: the package's one score beside all of ours, how time and memory grow, and the whole command.

python -m benchmarks.scoring [--titles FILE.parquet|.csv] [--size N] [--million]
"""

from __future__ import annotations

import math
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tasks.domain.articles import Rejected, Section
from tasks.domain.scoring import Scorer
from tasks.domain.sentences import split_sentences
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.score_files import score_files
from tasks.storage.article_tables import RawItem, read_table
from tasks.storage.articles import Reading, read_articles
from tasks.storage.score_chunks import make_scorer
from tasks.storage.seeds import load_taxonomy

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
NEWS = (
    ("Poland", "The ministry", "A tanker", "Tehran", "The union", "An envoy", "Parliament", "Kyiv", "OPEC", "Britain"),
    ("rejects", "welcomes", "attacks", "delays", "raises", "cuts", "signs", "may visit", "warns over", "votes on"),
    ("a truce", "oil output", "the budget", "new sanctions", "a bridge", "tariffs", "a good deal", "the army"),
    ("", " amid talks", " after a strike", " in Vienna", " despite threats", ", officials say", " as prices jump"),
)  # fmt: skip
REST = (
    (
        "A choir",
        "The mayor",
        "City schools",
        "A novelist",
        "The Yankees",
        "Doctors",
        "A bakery",
        "Neighbors",
        "A judge",
    ),
    (
        "celebrates",
        "remembers",
        "worries about",
        "beats",
        "paints",
        "moves to",
        "hears",
        "sells",
        "forgives",
        "studies",
    ),
    ("the harvest", "an old friend", "a losing season", "the subway", "bad weather", "a bright garden", "the past"),
    ("", " at last", " on Broadway", ", and smiles", " for charity", " without fear", " one more time"),
)
SHARE_OF_NEWS = 0.3
"""Most titles of a newspaper are about nothing that a risk desk asks for."""
SYLLABLES = "ba do ka lo mi ne ro sa ti vu ze".split()
Work = Callable[[str], object]


def titles(size: int, seed: int = 1) -> Iterator[str]:
    """Generated titles; the name at their end makes each one new to every cache."""
    rng = random.Random(seed)
    for _ in range(size):
        subject, verb, thing, tail = map(rng.choice, NEWS if rng.random() < SHARE_OF_NEWS else REST)
        yield f"{subject} {verb} {thing}{tail}, {name(rng)} says"


def name(rng: random.Random) -> str:
    """One of 10 million names."""
    return "".join(rng.choice(SYLLABLES) for _ in range(7)).capitalize()


def articles(size: int) -> list[str]:
    """The embedded articles over and over, each sentence ended by another name."""
    reading = Reading(datetime(2100, 1, 1, tzinfo=UTC), {}, needs_date=False)
    items = [item for item in read_articles([SEEDS / "articles"], reading) if not isinstance(item, Rejected)]
    texts = [[line for part in item.sections for line in split_sentences(part.text)] for item in items]
    rng = random.Random(1)
    return [
        " ".join(f"{line.rstrip('.?!')}, {name(rng)} said." for line in texts[at % len(texts)]) for at in range(size)
    ]


def given_titles(path: Path) -> Iterator[str]:
    """The titles of a table of articles."""
    for item in read_table(path):
        if isinstance(item, RawItem) and item.fields.get("title"):
            yield item.fields["title"]


def seconds(work: Work, texts: Iterable[str]) -> float:
    """CPU-seconds of `work` on every text."""
    start = time.process_time()
    for text in texts:
        work(text)
    return max(time.process_time() - start, 1e-9)


def peak_megabytes() -> float:
    """Most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # elsewhere a fresh process counts what its parent held
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def new_scorer() -> Scorer:
    """A scorer with empty caches."""
    return make_scorer(load_taxonomy(SEEDS))


def all_scores(scorer: Scorer) -> Work:
    """All scores of a text that is one section."""
    return lambda text: scorer.score([Section("body", text)])


def compare(what: str, texts: Sequence[str], package_every: int) -> None:
    """One line a scorer, in sentences per CPU-second; the package is measured on every `package_every`-th text."""
    sentences = [split_sentences(text) for text in texts]
    count = sum(map(len, sentences))
    some, lines = texts[::package_every], [line for text in sentences[::package_every] for line in text]
    package = SentimentIntensityAnalyzer().polarity_scores
    rates = {"(a) package, one score, sentence by sentence": len(lines) / seconds(package, lines)}
    if count > len(texts):
        rates["    package, one score, whole texts"] = len(lines) / seconds(package, some)
    flat = [line for text in sentences for line in text]
    rates["    our VADER alone, sentence by sentence"] = count / seconds(
        Vader(package_lexicon(), package_emojis()).compound, flat
    )
    work = all_scores(new_scorer())
    rates["(b) ours, all scores, cutting included"] = count / seconds(work, texts)
    # Few enough to be in the cache for certain.
    warm = texts[-max(1, len(texts) * 20_000 // max(count, 20_000)) :]
    rates["(c) ours, all scores, sentences cached"] = sum(len(split_sentences(text)) for text in warm) / seconds(
        work, warm
    )
    (base, *_) = rates.values()
    for scorer, rate in rates.items():
        click.echo(f"| {what} | {scorer.strip()} | {rate:,.0f} | {rate / base:.2f} |")


def grow(size: int) -> tuple[float, float]:
    """CPU-seconds and peak MB of scoring `size` generated titles in a process of its own."""
    work = all_scores(new_scorer())
    return seconds(work, titles(size)), peak_megabytes()


def lengthen(words: int) -> tuple[float, float]:
    """CPU-seconds of one text of so many words: the package, ours; the least of three."""
    texts = [". ".join(titles(words // 8, seed)) for seed in range(3)]
    work = all_scores(new_scorer())
    seconds(work, titles(1_000))  # the words are known, the sentences are new
    package = SentimentIntensityAnalyzer().polarity_scores
    return seconds(package, texts[:1]), min(seconds(work, [text]) for text in texts)


def exponent(sizes: Sequence[int], spent: Sequence[float]) -> float:
    """Slope of log seconds over log size, by least squares: 1 is linear."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in spent]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def growth(sizes: Sequence[int]) -> None:
    """Time and memory over the number of titles, time over the length of a text; each size in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        grown = list(pool.map(grow, sizes))
    click.echo("\n| titles | CPU-seconds | peak memory |\n| --- | --- | --- |")
    for size, (spent, peak) in zip(sizes, grown, strict=True):
        click.echo(f"| {size:,} | {spent:.2f} | {peak:,.0f} MB |")
    click.echo(f"\ntime grows with the number of titles to the power of {exponent(sizes, [s for s, _ in grown]):.2f}")
    words = (500, 2_000, 8_000)
    package, ours = zip(*map(lengthen, words), strict=True)
    click.echo(
        f"with the length of a text ({words[0]:,} to {words[-1]:,} words): "
        f"package {exponent(words, package):.2f}, ours {exponent(words, ours):.2f}"
    )


def whole_command(texts: Sequence[str], workers: int) -> None:
    """`score_articles` from a Parquet file to a Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "titles.parquet"
        pq.write_table(pa.table({"title": texts}), given)
        wall, before = time.perf_counter(), os.times()
        out = Path(folder) / "scores.parquet"
        score_files([str(given)], out, None, seeds=SEEDS, now=datetime(2100, 1, 1, tzinfo=UTC), workers=workers)
        after, wall = os.times(), time.perf_counter() - wall
    spent = sum(after[:4]) - sum(before[:4])
    click.echo(
        f"\nwhole command, {len(texts):,} titles, up to {workers} processes: {wall:.1f} s, {spent:.1f} CPU-seconds "
        f"({spent / len(texts) * 1e6:.0f} us a title, the start of the processes included)"
    )


@click.command()
@click.option("--titles", "path", type=click.Path(path_type=Path, exists=True), help="Titles of your own.")
@click.option("--size", default=20_000, show_default=True, help="Titles to score; a hundredth as many articles.")
@click.option("--million", is_flag=True, help="Let the growth go on to a million titles.")
def main(path: Path | None, size: int, million: bool) -> None:
    """Print sentences per CPU-second, and the ratio to the package in the same run."""
    if hasattr(os, "getloadavg"):
        click.echo(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    lines = list(islice(given_titles(path) if path else titles(size), size))
    click.echo("| texts | scorer | sentences per CPU-second | ratio |\n| --- | --- | --- | --- |")
    compare("titles", lines, package_every=2)
    compare("articles", articles(size // 100), package_every=10)
    growth((1_000, 10_000, 100_000, *((1_000_000,) if million else ())))
    whole_command(lines, os.cpu_count() or 1)


if __name__ == "__main__":
    main()
