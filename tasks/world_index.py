"""world_index: compare titles, scored by us, with the published index of geopolitical risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tasks.domain.articles import Section
from tasks.domain.attention import correlation, means_by, names_force, without_weekdays
from tasks.domain.lexicon import GEO
from tasks.domain.scoring import Scorer
from tasks.storage.seeds import load_taxonomy
from tasks.storage.titles import read_index, read_titles

MONTH, DAY = 7, 10
MONTH_AT_LEAST, DAY_AT_LEAST = 1_000, 20
"""Fewest titles of a month or a day that give a share."""
PROGRESS = 100_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pearson's r of one of our series with the index, and over how many periods."""

    series: str
    monthly: float
    month_count: int
    daily: float
    day_count: int


def world_index(
    titles: Path, index: Path, seeds: Path, *, source: str | None = None, progress: Callable[[int], None] = print
) -> list[Comparison]:
    """Compare attention (share of titles that name force) and escalation (mean positive geo score) with `index`.

    Daily values are adjusted for weekdays on both sides. `progress` is told the number of titles so far.

    Raises:
        ConfigError: a file cannot be read or lacks a column.
        SeedError: the taxonomy is broken.
    """
    taxonomy = load_taxonomy(seeds)
    theirs = read_index(index)
    scorer = Scorer([theme.theme for theme in taxonomy.themes], taxonomy.lexicon, taxonomy.exposures)
    attention, escalation = [], []
    for count, (day, title) in enumerate(read_titles(titles, source), start=1):
        attention.append((day, float(names_force(title))))
        escalation.append((day, max(scorer.score([Section("title", title)]).axes[GEO].risk_score, 0.0)))
        if count % PROGRESS == 0:
            progress(count)
    monthly = _monthly(theirs)
    daily = without_weekdays(theirs)
    found = []
    for name, values in (("attention", attention), ("escalation", escalation)):
        month_r, months = correlation(means_by(values, MONTH, MONTH_AT_LEAST), monthly)
        days = means_by(values, DAY, DAY_AT_LEAST)
        day_r, day_count = correlation(without_weekdays({day: days[day] for day in days if day in theirs}), daily)
        found.append(Comparison(name, month_r, months, day_r, day_count))
    return found


def _monthly(index: dict[str, float]) -> dict[str, float]:
    months: dict[str, list[float]] = {}
    for day, value in index.items():
        months.setdefault(day[:MONTH], []).append(value)
    return {month: sum(values) / len(values) for month, values in months.items()}
