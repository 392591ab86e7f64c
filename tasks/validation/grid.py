"""Every theme x instrument x horizon, for our signal and for what it has to beat, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tasks.domain.research_plan import PrimaryTest, ResearchPlan
from tasks.inference.hit_rate import hit_rate
from tasks.inference.multiple import false_discovery, holm
from tasks.inference.persistence import decay_profile, position_yield, turnover
from tasks.inference.rank_ic import Settings, Vector, rank_ic
from tasks.validation.panel import OURS, PREDICTORS, Series

Row = dict[str, Any]


def settings_of(plan: ResearchPlan) -> Settings:
    """How the fixed plan judges a rank correlation."""
    return Settings(
        lag=plan.newey_west_lag,
        block=plan.bootstrap_block,
        draws=plan.bootstrap_draws,
        interval=plan.interval,
        shift=plan.shift_sessions,
        seed=plan.seed,
    )


def grid(series: Sequence[Series], plan: ResearchPlan) -> list[Row]:
    """One row a cell that has enough sessions; `q_bh` and `q_by` are over all of them, baselines included."""
    rows = [row for one in series for row in _cells(one, plan)]
    for row, adjusted in zip(rows, false_discovery([row["p_value"] for row in rows]), strict=True):
        row.update(asdict(adjusted))
    return rows


def _cells(one: Series, plan: ResearchPlan) -> Iterator[Row]:
    for predictor in PREDICTORS:
        for horizon in plan.horizons:
            row = cell(one, one.scores[predictor], horizon, plan)
            if row is not None:
                yield {"theme": one.pair.theme, "symbol": one.pair.symbol, "predictor": predictor, **row}


def cell(one: Series, score: Vector, horizon: int, plan: ResearchPlan) -> Row | None:
    """What is said of one predictor, instrument and horizon; None with fewer than `fewest_sessions` pairs."""
    outcome = one.returns[horizon]
    both = np.isfinite(score) & np.isfinite(outcome)
    if both.sum() < plan.fewest_sessions:
        return None
    found = rank_ic(score, outcome, horizon, settings_of(plan))
    if found is None:
        return None
    hits = hit_rate(score, outcome, horizon, plan.shift_sessions)
    dates = one.dates[both]
    return {
        "horizon": horizon,
        **asdict(found),
        "abnormal_ic": _plain_ic(score, one.abnormal_returns[horizon]),
        "hit_count": hits.count if hits else None,
        "hit_share": hits.hit_share if hits else None,
        "naive_share": hits.naive_share if hits else None,
        "shifted_share": hits.shifted_share if hits else None,
        "hit_p_value": hits.p_value if hits else None,
        "first_session": str(dates[0]),
        "last_session": str(dates[-1]),
    }


def _plain_ic(score: Vector, outcome: Vector) -> float | None:
    """The bare correlation with beta-adjusted returns: a check of the adjustment, not a further test."""
    both = np.isfinite(score) & np.isfinite(outcome)
    if both.sum() < 30:
        return None
    x, y = score[both].argsort().argsort(), outcome[both].argsort().argsort()
    return float(np.corrcoef(x, y)[0, 1])


def primary(series: Sequence[Series], rows: Sequence[Row], plan: ResearchPlan) -> list[Row]:
    """The fixed tests, in the order of the plan, with Holm's adjustment over them alone.

    A test without enough sessions is listed with its count and nothing else: it must not vanish.
    """
    found = [_primary_row(test, series, rows) for test in plan.primary]
    judged = [row for row in found if row["p_value"] is not None]
    for row, p_holm in zip(judged, holm([row["p_value"] for row in judged]), strict=True):
        row["p_holm"] = p_holm
    return found


def _primary_row(test: PrimaryTest, series: Sequence[Series], rows: Sequence[Row]) -> Row:
    key = {"theme": test.theme, "symbol": test.symbol, "predictor": OURS, "horizon": test.horizon}
    match = next((row for row in rows if all(row[name] == value for name, value in key.items())), None)
    one = next((s for s in series if (s.pair.theme, s.pair.symbol) == (test.theme, test.symbol)), None)
    count = int(np.sum(np.isfinite(one.scores[OURS]) & np.isfinite(one.returns[test.horizon]))) if one else 0
    blank = {"ic": None, "p_value": None, "count": count, "p_holm": None}
    money = position_yield(one.scores[OURS], one.returns[test.horizon]) if one else None
    return {
        **blank,
        **(match or {}),
        **key,
        "benchmark_symbol": test.benchmark_symbol,
        "expected_sign": test.expected_sign,
        "delay_hours": float(np.nanmedian(one.delays)) if one and len(one.delays) else None,
        "mean_bps": money.mean_bps if money else None,
        "break_even_bps": money.break_even_bps if money else None,
    }


def turnovers(series: Sequence[Series]) -> list[Row]:
    """How fast each theme's signal and each baseline moves; of a baseline, on the theme's first instrument."""
    rows: list[Row] = []
    for theme in dict.fromkeys(one.pair.theme for one in series):
        first = next(one for one in series if one.pair.theme == theme)
        for predictor in PREDICTORS:
            found = turnover(first.scores[predictor])
            if found is not None:
                lags = {f"autocorrelation_{lag}": value for lag, value in found.autocorrelations.items()}
                plain = {name: value for name, value in asdict(found).items() if name != "autocorrelations"}
                rows.append({"theme": theme, "predictor": predictor, **plain, **lags})
    return rows


def decay(one: Series, moves: dict[int, Vector], plan: ResearchPlan) -> list[Row]:
    """The rank correlation with each single session after entry."""
    ahead = {step: move for step, move in moves.items() if step > 0}
    found = decay_profile(one.scores[OURS], ahead, settings_of(plan))
    return [{"theme": one.pair.theme, "symbol": one.pair.symbol, **asdict(row)} for row in found]
