"""Our escalation and attention beside the published indexes of geopolitical risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from tasks.domain.attention import without_weekdays
from tasks.domain.research_plan import ResearchPlan
from tasks.inference.rank_ic import Vector, bootstrap_interval
from tasks.storage.warehouse import Connection
from tasks.validation.grid import Row, settings_of

OURS = ("attention", "escalation", "act", "threat")
SUMS = {"attention": "force_count", "escalation": "escalation_sum", "act": "act_sum", "threat": "threat_sum"}
LAGS = range(-3, 4)
"""Days by which the printed index is moved: +1 = ours of a day beside the paper of the next."""

DAY_AT_LEAST, MONTH_AT_LEAST = 20, 500
"""Fewest titles of a source and day, or of a month."""

Days = Mapping[str, float]


def daily_series(db: Connection) -> dict[str, dict[str, float]]:
    """Name -> ISO date -> value. Each source's share of a day over its own mean, averaged over the day's sources.

    Sources come and go and differ in what they write about, so a share of all titles would follow the collection.
    """
    rows = db.execute(
        "select index_date, source, title_count, force_count, escalation_sum, act_sum, threat_sum "
        "from research.daily_index where title_count >= $least order by index_date, source",
        {"least": DAY_AT_LEAST},
    ).fetchall()
    totals: dict[str, Vector] = defaultdict(lambda: np.zeros(5))
    for _, source, *values in rows:
        totals[source] = totals[source] + np.array(values, dtype=float)
    days: dict[str, list[Vector]] = defaultdict(list)
    for day, source, count, *sums in rows:
        usual = totals[source][1:] / totals[source][0]
        if (usual > 0).all():
            days[day.isoformat()].append(np.array(sums, dtype=float) / count / usual)
    means = {day: np.mean(values, axis=0) for day, values in days.items()}
    return {name: {day: float(mean[place]) for day, mean in means.items()} for place, name in enumerate(OURS)}


def lagged(ours: Mapping[str, Days], theirs: Mapping[str, Days], plan: ResearchPlan) -> list[Row]:
    """Pearson's r of daily values less their weekday means, with the index moved by each of `LAGS` days."""
    rows: list[Row] = []
    for name, series in ours.items():
        for index, values in theirs.items():
            for lag in LAGS:
                moved = {_later(day, -lag): value for day, value in values.items()}
                shared = sorted(series.keys() & moved.keys())
                if len(shared) < plan.fewest_sessions:
                    continue
                one = without_weekdays({day: series[day] for day in shared})
                # The weekday of the paper, not of the day that it is moved to.
                printed = without_weekdays({_later(day, lag): moved[day] for day in shared})
                x = np.array([one[day] for day in shared])
                y = np.array([printed[_later(day, lag)] for day in shared])
                rows.append({"ours": name, "index": index, "lag_days": lag, **_judged(x, y, plan)})
    return rows


def monthly(db: Connection, ours: Mapping[str, Days], theirs: Mapping[str, Days]) -> list[Row]:
    """Pearson's r of monthly means; no interval, because a few dozen months that trend allow no honest one."""
    counted = db.execute(
        "select strftime(index_date, '%Y-%m') as month, sum(title_count) from research.daily_index "
        "group by month having sum(title_count) >= $least",
        {"least": MONTH_AT_LEAST},
    ).fetchall()
    full = {month for month, _ in counted}
    rows: list[Row] = []
    for name, series in ours.items():
        mine = {month: value for month, value in _by_month(series).items() if month in full}
        for index, values in theirs.items():
            other = _by_month(values)
            shared = sorted(mine.keys() & other.keys())
            if len(shared) >= 12:
                r = np.corrcoef([mine[m] for m in shared], [other[m] for m in shared])[0, 1]
                rows.append({"ours": name, "index": index, "month_count": len(shared), "r": float(r)})
    return rows


def _judged(x: Vector, y: Vector, plan: ResearchPlan) -> Row:
    a, b = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    low, high = bootstrap_interval(a, b, plan.bootstrap_block, settings_of(plan))
    return {"day_count": len(x), "r": float(np.mean(a * b)), "interval_low": low, "interval_high": high}


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _by_month(days: Days) -> dict[str, float]:
    months: dict[str, list[float]] = defaultdict(list)
    for day, value in days.items():
        months[day[:7]].append(value)
    return {month: _mean(values) for month, values in months.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
