"""Stories: which headlines tell one event, judged pair by pair, beside MinHash, and how the cost grows.

python -m benchmarks.stories --titles FILE.parquet --month 2023-08 [--month ...] [--sample N]

`--sample N` prints pairs for a reader to judge; without it `stories_judged.csv` beside this file is compared: pairs by
the hashes of their headlines, never the headlines themselves. Only pairs whose later headline concerns a theme are
drawn: others move nothing. Verdicts: `event`, the same happening, match or statement, also as it goes on; `affair`, a
reaction, a forecast or another turn of the same affair; `other`. Two libraries do the same work where they are
installed: datasketch and rensa.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import click
import duckdb

from tasks.domain.articles import Section
from tasks.domain.stories import MEMORY, WINDOW, Telling, fingerprint, story_ids, telling_words
from tasks.storage.score_chunks import make_scorer
from tasks.storage.seeds import load_taxonomy

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
JUDGED = Path(__file__).with_name("stories_judged.csv")
SEED = 7
PERMUTATIONS = 128
NEIGHBOURS = 2
"""Pairs that are drawn from: each headline with the two most similar ones of the two days before it."""

FLOORS = {"0.7": 0.7, "0.5": 0.5, "0.3": 0.3, "0.15": 0.15}
"""Kinds of these pairs, by the least cosine of their rare words; below the last one nothing is looked for."""

TOLD = "told"
"""The kind of the pairs of a headline and the first telling of the story that the pipeline puts it in."""

Stories = Callable[[Sequence[Telling]], dict[str, str]]


class Headline(NamedTuple):
    """A headline with its lead, under the name that the judgements know it by; `counts` if it concerns a theme."""

    name: str
    seen_at: datetime
    source: str
    title: str
    summary: str
    counts: bool

    @property
    def telling(self) -> Telling:
        """As the pipeline tells it."""
        text = f"{self.title}\n{self.summary}" if self.summary else self.title
        return Telling(self.name, self.seen_at, fingerprint(text), f"{self.title} {self.summary}".strip(), self.title)


class Pair(NamedTuple):
    """Two headlines, the later one second."""

    first: str
    second: str


def headlines(path: Path, month: str) -> list[Headline]:
    """The headlines of a month in order of time; each title of a source once an instant."""
    rows = duckdb.execute(
        "select distinct seen_at at time zone 'UTC' as seen, source, title, coalesce(summary, '') as summary "
        "from read_parquet($path) where strftime(seen, '%Y-%m') = $month and length(trim(title)) > 0",
        {"path": str(path), "month": month},
    ).fetchall()
    scorer = make_scorer(load_taxonomy(SEEDS))
    named = {}
    for at, source, title, summary in sorted(rows):
        axes = scorer.score([Section("title", title), Section("summary", summary)]).axes
        counts = any(axis.relevance > 0 for theme, axis in axes.items() if theme != "geo")
        name = hashlib.sha256(f"{at.isoformat()}|{source}|{title}".encode()).hexdigest()[:16]
        named.setdefault(name, Headline(name, at, source, title, summary, counts))
    return sorted(named.values(), key=lambda item: (item.seen_at, item.name))


def neighbours(items: Sequence[Headline], count: int = NEIGHBOURS) -> dict[str, list[tuple[float, str]]]:
    """Name -> the most similar earlier headlines of the last two days, by cosine of rare words, best first.

    Slow and plain on purpose: it finds the candidates that the measured ways may miss.
    """
    words = {item.name: telling_words(item.telling.lead) for item in items}
    frequency = Counter(word for bag in words.values() for word in bag)
    weight = {word: math.log(len(items) / count) for word, count in frequency.items()}
    length = {name: math.sqrt(sum(weight[word] ** 2 for word in bag)) or 1.0 for name, bag in words.items()}
    recent: deque[Headline] = deque()
    found: dict[str, list[tuple[float, str]]] = {}
    for item in items:
        while recent and recent[0].seen_at < item.seen_at - WINDOW:
            recent.popleft()
        if not item.counts:
            recent.append(item)
            continue
        cosines = (
            (sum(weight[word] ** 2 for word in common) / length[item.name] / length[other.name], other.name)
            for other in recent
            if (common := words[item.name] & words[other.name])
        )
        found[item.name] = heapq.nlargest(count, cosines)
        recent.append(item)
    return found


def drawn(items: Sequence[Headline], ours: Mapping[str, str]) -> dict[str, list[Pair]]:
    """Kind -> all its pairs, in a random order that never changes: any beginning of it is a fair sample."""
    pairs: dict[str, list[Pair]] = {kind: [] for kind in (*FLOORS, TOLD)}
    close = neighbours(items)
    for item in (item for item in items if item.counts):
        for cosine, other in close[item.name]:
            kind = next((kind for kind, floor in FLOORS.items() if cosine >= floor), None)
            if kind:
                pairs[kind].append(Pair(other, item.name))
        if ours[item.name] != item.name:
            pairs[TOLD].append(Pair(ours[item.name], item.name))
    for known in pairs.values():
        known.sort(key=lambda pair: hashlib.sha256(f"{SEED} {pair.first} {pair.second}".encode()).digest())
    return pairs


def ours_of(tellings: Sequence[Telling]) -> dict[str, str]:
    """The pipeline's stories."""
    return dict(story_ids(tellings))


def minhash_of(library: str, threshold: float) -> Stories:
    """The same work by MinHash and locality-sensitive hashing: the oldest of the similar of the last two days."""

    def stories(tellings: Sequence[Telling]) -> dict[str, str]:
        make, index = _datasketch(threshold) if library == "datasketch" else _rensa(threshold)
        told: dict[str, tuple[datetime, str]] = {}
        recent: deque[tuple[datetime, int, Any]] = deque()
        number_story: dict[int, str] = {}
        found: dict[str, str] = {}
        for number, telling in enumerate(tellings):
            while recent and recent[0][0] < telling.available_at - WINDOW:
                _, gone, _ = recent.popleft()
                index.remove(gone)
            signature = make(sorted(telling_words(telling.lead)))
            at, story = told.get(telling.fingerprint, (telling.available_at, ""))
            if not story or telling.available_at - at > MEMORY:
                similar = index.query(signature)
                story = number_story[min(similar)] if similar else telling.article_id
            index.insert(number, signature)
            told[telling.fingerprint] = (telling.available_at, story)
            recent.append((telling.available_at, number, signature))
            number_story[number] = found[telling.article_id] = story
        return found

    return stories


def _datasketch(threshold: float) -> tuple[Callable[[list[str]], Any], Any]:
    from datasketch import MinHash, MinHashLSH

    def make(words: list[str]) -> Any:
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([word.encode() for word in words])
        return signature

    return make, MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)


def _rensa(threshold: float) -> tuple[Callable[[list[str]], Any], Any]:
    from rensa import RMinHash, RMinHashLSH

    def make(words: list[str]) -> Any:
        signature = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
        signature.update(words)
        return signature

    bands = next(bands for bands in (4, 8, 16, 32, 64, 128) if (1 / bands) ** (bands / PERMUTATIONS) <= threshold)
    return make, RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)


def ways() -> Iterator[tuple[str, Stories]]:
    """What is compared."""
    yield "the pipeline", ours_of
    for library in ("datasketch", "rensa"):
        if find_spec(library):
            for threshold in (0.4, 0.5, 0.6):
                yield f"{library}, Jaccard {threshold}", minhash_of(library, threshold)


class Verdict(NamedTuple):
    """What a reader said of a pair, and of how many pairs of its month and kind it is one that was read."""

    round: str
    kind: str
    weight: float
    pair: Pair
    verdict: str


def read_judged() -> list[Verdict]:
    """The pairs that were read, in two rounds: the rule was chosen on the first and is checked on the second."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return [
            Verdict(row["round"], row["kind"], float(row["weight"]), Pair(row["first"], row["second"]), row["verdict"])
            for row in csv.DictReader(file)
        ]


def quality(stories: Mapping[str, str], weights: Mapping[Pair, float], same: set[Pair]) -> str:
    """Precision, recall and F1 over the judged pairs, each weighing as many pairs as it was drawn for."""
    joined = {pair for pair in weights if stories[pair.first] == stories[pair.second]}
    right = sum(weights[pair] for pair in sorted(joined & same))
    precision = right / max(sum(weights[pair] for pair in sorted(joined)), 1e-9)
    recall = right / max(sum(weights[pair] for pair in sorted(same)), 1e-9)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"{precision:.2f} | {recall:.2f} | {f1:.2f}"


Month = tuple[Sequence[Headline], Mapping[str, list[Pair]]]


def compare(months: Sequence[Month]) -> Iterator[str]:
    """The pipeline's own claims, and the table of all ways over the pairs of both rounds."""
    present = {item.name for items, _ in months for item in items}
    judged = [item for item in read_judged() if {*item.pair} <= present]
    ours = {name: story for items, _ in months for name, story in ours_of([item.telling for item in items]).items()}
    claims = [item for item in judged if item.kind == TOLD and ours[item.pair.first] == ours[item.pair.second]]
    yield f"\n{len(claims)} headlines beside the first telling of their story: {_counts(claims)}"
    rounds = {name: [item for item in judged if item.round == name and item.kind != TOLD] for name in ("1", "2")}
    for name, read in rounds.items():
        yield f"round {name}: {len(read)} pairs: {_counts(read)}"
    stories: dict[str, dict[str, str]] = {}
    speeds: dict[str, float] = {}
    for way_name, way in ways():
        start = time.process_time()
        told = [way([item.telling for item in items]) for items, _ in months]
        speeds[way_name] = sum(len(items) for items, _ in months) / (time.process_time() - start)
        stories[way_name] = {name: story for month in told for name, story in month.items()}
    for round_name, read in rounds.items():
        weights = {item.pair: item.weight for item in read}
        same = {item.pair for item in read if item.verdict == "event"}
        related = {item.pair for item in read if item.verdict != "other"}
        heads = ["precision", "recall", "F1", "with affairs: precision", "recall", "F1", "items/s"]
        yield f"\n| round {round_name} | {' | '.join(heads)} |\n" + "| --- " * (len(heads) + 1) + "|"
        for way_name, found in stories.items():
            cells = f"{quality(found, weights, same)} | {quality(found, weights, related)}"
            yield f"| {way_name} | {cells} | {speeds[way_name]:,.0f} |"


def _counts(read: Sequence[Verdict]) -> str:
    found = Counter(item.verdict for item in read)
    return ", ".join(f"{found[name]} {name}" for name in ("event", "affair", "other"))


def growth(items: Sequence[Headline]) -> Iterator[str]:
    """Seconds over the number of headlines, as long as the days are alike, and as the days grow fuller."""
    tellings = [item.telling for item in items]
    yield "\n| headlines | way | longer: s | fuller days: s |\n| --- | --- | --- | --- |"
    for name, way in ways():
        if "0." in name and "0.5" not in name:
            continue
        points = []
        for size in (len(tellings) // 8, len(tellings) // 4, len(tellings) // 2, len(tellings)):
            step = len(tellings) // size
            times = [_seconds(way, tellings[:size]), _seconds(way, tellings[::step])]
            points.append((size, times))
            yield f"| {size:,} | {name} | {times[0]:.2f} | {times[1]:.2f} |"
        exponents = [
            [
                math.log(after[1][k] / before[1][k]) / math.log(after[0] / before[0])
                for before, after in pairwise(points)
            ]
            for k in (0, 1)
        ]
        shown = [f"{sum(found) / len(found):.2f}" for found in exponents]
        yield f"| exponent | {name} | {shown[0]} | {shown[1]} |"


def _seconds(way: Stories, tellings: Sequence[Telling]) -> float:
    start = time.process_time()
    way(tellings)
    return time.process_time() - start


def shown(item: Headline, since: timedelta | None = None) -> str:
    """One line for a reader."""
    when = f"{item.seen_at:%d %H:%M}" if since is None else f"+{since.total_seconds() / 3600:.0f}h"
    return f"{when} {item.source}: {item.title}" + (f" -- {item.summary[:160]}" if item.summary else "")


@click.command()
@click.option("--titles", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--month", "names", multiple=True, default=("2021-08", "2022-08", "2023-08"))
@click.option("--sample", default=0, help="Print so many pairs a kind and month to read, and stop.")
def main(titles: Path, names: Sequence[str], sample: int) -> None:
    """Print the comparison and the growth, or pairs to read."""
    months: list[Month] = []
    known = {item.pair for item in read_judged()}
    for name in names:
        items = headlines(titles, name)
        ours = ours_of([item.telling for item in items])
        pairs = drawn(items, ours)
        months.append((items, pairs))
        counts = {kind: len(known) for kind, known in pairs.items()}
        told = f"{len(items):,} headlines, {len({*ours.values()}):,} stories"
        click.echo(f"{name}: {told}; {sum(item.counts for item in items):,} headlines concern a theme; pairs: {counts}")
        by_name = {item.name: item for item in items}
        for kind, drawn_pairs in pairs.items():
            first_pairs = drawn_pairs[:sample]
            for pair in (pair for pair in first_pairs if pair not in known):
                first, second = by_name[pair.first], by_name[pair.second]
                weight = len(drawn_pairs) / len(first_pairs)
                click.echo(f"3,{kind},{weight:.3f},{pair.first},{pair.second},?\n   {shown(first)}")
                click.echo(f"   {shown(second, second.seen_at - first.seen_at)}")
    if not sample:
        click.echo("\n".join(compare(months)))
        click.echo("\n".join(growth(max((items for items, _ in months), key=len))))


if __name__ == "__main__":
    main()
