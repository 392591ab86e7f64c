"""The event study: what followed the extremes of a theme's news pressure, instrument by instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from tasks.domain.research_plan import ResearchPlan
from tasks.inference.events import (
    Days,
    Places,
    event_study,
    find_events,
    match,
    quiet_places,
    volatility_classes,
)
from tasks.inference.multiple import false_discovery
from tasks.inference.rank_ic import Vector
from tasks.validation.grid import Row
from tasks.validation.panel import Series

SIDES = {"up": 1, "down": -1}
"""Side -> end of the pressure: up = risk extremely high, down = extremely low (peace, supply)."""


def studies(series: Sequence[Series], plan: ResearchPlan) -> list[Row]:
    """One row an instrument, side and horizon; outcomes are turned so that plus is what the theme expects."""
    rows: list[Row] = []
    for one in series:
        for side, end in SIDES.items():
            for horizon in plan.horizons:
                # Outcomes of neighbouring events must not share sessions, or one lucky week counts twice.
                places, days = events_of(one, end, max(plan.event_gap_sessions, horizon), plan)
                outcome = end * one.expected_sign * one.returns[horizon]
                found = event_study(places, outcome, days, plan.placebo_draws, plan.seed, plan.shift_sessions)
                if found is not None:
                    key = {"theme": one.pair.theme, "symbol": one.pair.symbol, "side": side, "horizon": horizon}
                    rows.append({**key, **asdict(found)})
    for row, adjusted in zip(rows, false_discovery([row["p_value"] for row in rows]), strict=True):
        row.update(asdict(adjusted))
    return rows


def events_of(one: Series, end: int, gap: int, plan: ResearchPlan) -> tuple[Places, Days]:
    """The events of one side, and the days that they and their placebos are taken from."""
    events = {side: find_events(one.pressure, plan.event_percentile, gap, side) for side in SIDES.values()}
    known = np.isfinite(one.pressure)
    quiet = quiet_places(len(known), list(events.values()), gap, known)
    return events[end], Days(quiet, one.weekdays, volatility_classes(one.volatility))


def paths(one: Series, moves: dict[int, Vector], plan: ResearchPlan) -> list[Row]:
    """The mean way of an instrument around the events, beside that of the placebos, both from the entry on.

    Steps 0 and below are counted backwards from the entry: what had happened before anybody could deal.
    """
    rows: list[Row] = []
    for side, end in SIDES.items():
        cumulated = _cumulated(moves, end * one.expected_sign)
        places, days = events_of(one, end, plan.event_gap_sessions, plan)
        for step, outcome in sorted(cumulated.items()):
            found = match(places, outcome, days, plan.placebo_draws, plan.seed)
            if found is None:
                continue
            low, high = found.band()
            rows.append(
                {
                    "theme": one.pair.theme,
                    "symbol": one.pair.symbol,
                    "side": side,
                    "step": step,
                    "event_count": found.count,
                    "mean_outcome": found.mean,
                    "placebo_outcome": found.placebo_mean,
                    "placebo_low": low,
                    "placebo_high": high,
                }
            )
    return rows


def _cumulated(moves: dict[int, Vector], sign: int) -> dict[int, Vector]:
    """Step -> the sum of the moves from the entry to it; before the entry, minus what was still to come."""
    total = np.zeros_like(moves[1])
    ahead = {0: total}
    for step in range(1, max(moves) + 1):
        total = total + sign * moves[step]
        ahead[step] = total
    total = np.zeros_like(moves[1])
    for step in range(0, min(moves) - 1, -1):
        total = total - sign * moves[step]
        ahead[step - 1] = total
    return ahead


def event_dates(one: Series, plan: ResearchPlan) -> list[Row]:
    """The sessions that count as events, to be read beside a calendar."""
    return [
        {"theme": one.pair.theme, "side": side, "session_date": str(one.dates[place]), "pressure": one.pressure[place]}
        for side, end in SIDES.items()
        for place in find_events(one.pressure, plan.event_percentile, plan.event_gap_sessions, end)
    ]
