"""How fast: the package's one score against all of ours, on titles and on articles, cold and from the cache.

python -m benchmarks.speed [--size N]
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tasks.domain.articles import Section
from tasks.domain.scoring import Scorer
from tasks.domain.vader import Vader, package_emojis, package_lexicon
from tasks.storage.seeds import load_taxonomy

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
SUBJECTS = ("Poland", "The ministry", "A tanker", "Tehran", "The union", "An envoy", "Parliament", "A village choir")
VERBS = ("rejects", "welcomes", "attacks", "sings for", "delays", "raises", "cuts", "signs", "may visit", "warns over")
OBJECTS = ("a truce", "oil output", "the budget", "new sanctions", "a bridge", "the harvest", "tariffs", "a good deal")
TAILS = ("", " amid talks", " after a strike", " in Vienna", " despite threats", ", officials say", " as prices jump")


def titles(size: int) -> list[str]:
    """Different generated titles; the number makes each one new to every cache."""
    rng = random.Random(size)
    parts = (SUBJECTS, VERBS, OBJECTS, TAILS)
    return [f"{' '.join(rng.choice(part) for part in parts[:3])}{rng.choice(TAILS)} {n}" for n in range(size)]


def articles(size: int, sentences: int = 40) -> list[str]:
    """Texts of `sentences` sentences each."""
    lines = titles(size * sentences)
    return [". ".join(lines[n * sentences : (n + 1) * sentences]) + "." for n in range(size)]


def rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts per second of processor time."""
    start = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / max(time.process_time() - start, 1e-9)


def new_scorer() -> Scorer:
    """A scorer with empty caches."""
    taxonomy = load_taxonomy(SEEDS)
    return Scorer([theme.theme for theme in taxonomy.themes], taxonomy.lexicon, taxonomy.exposures)


def compare(name: str, section: str, texts: Sequence[str], package_share: int) -> None:
    """One line a scorer; the package is measured on every `package_share`-th text."""
    package = rate(SentimentIntensityAnalyzer().polarity_scores, texts[::package_share])
    engine = rate(Vader(package_lexicon(), package_emojis()).compound, texts)
    scorer = new_scorer()

    def score(text: str) -> object:
        return scorer.score([Section(section, text)])  # type: ignore[arg-type]

    cold, warm = rate(score, texts), rate(score, texts[-2_000:])
    rows = {"package, one score": package, "our VADER, one score": engine, "all scores": cold, "all, cached": warm}
    for what, speed in rows.items():
        click.echo(f"| {name} | {what} | {speed:,.0f} | {speed / package:.1f} |")


def growth() -> None:
    """Seconds and peak memory while the number of titles grows tenfold."""
    for size in (10_000, 100_000):
        lines = titles(size)
        tracemalloc.start()
        scorer = new_scorer()
        start = time.process_time()
        for line in lines:
            scorer.score([Section("title", line)])
        seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        click.echo(f"| {size:,} titles, memory traced | {seconds:.1f} s | {peak / 1e6:.0f} MB |")


@click.command()
@click.option("--size", default=20_000, show_default=True, help="Titles to score; a hundredth as many articles.")
@click.option("--with-growth", is_flag=True, help="Also time and memory of 10,000 and 100,000 titles.")
def main(size: int, with_growth: bool) -> None:
    """Print texts per second of processor time, and the ratio to the package."""
    click.echo("| texts | scorer | per second | ratio |\n| --- | --- | --- | --- |")
    compare("titles", "title", titles(size), package_share=2)
    compare("articles of 40 sentences", "body", articles(size // 100), package_share=10)
    if with_growth:
        growth()


if __name__ == "__main__":
    main()
