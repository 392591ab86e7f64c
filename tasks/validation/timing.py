"""How much depends on the hour: the fixed tests at every clock, and the same-session association."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from tasks.domain.research_plan import ResearchPlan
from tasks.inference.rank_ic import rank_ic
from tasks.storage.warehouse import Connection
from tasks.validation.grid import Row, settings_of
from tasks.validation.panel import Series, columns, floats

_CLOCKS = """
    select p.clock, p.directional_score, f.forward_return, p.delay_hours
    from research.clock_panel as p
    left join research.forward_return as f
        on p.entry_date = f.entry_date and p.symbol = f.symbol and f.horizon = $horizon
    where p.theme = $theme and p.symbol = $symbol order by p.clock, p.session_date
"""
_SAME = """
    select s.has_price_moves, e.expected_sign * s.risk_score as directional_risk, m.move
    from signal.theme_clock_daily as d
    inner join raw.expected_sign as e on d.theme = e.theme and e.symbol = $symbol
    inner join research.same_session as s
        on d.session_date = s.session_date and d.theme = s.theme and d.clock = s.clock
    inner join research.forward_move as m on d.session_date = m.entry_date and m.symbol = e.symbol and m.step = 0
    where d.theme = $theme and d.clock = $clock and not d.is_provisional
    order by s.has_price_moves, d.session_date
"""


def clocks(db: Connection, series: Sequence[Series], plan: ResearchPlan) -> list[Row]:
    """The fixed tests with the news cut at each clock: entry still at the first price that could be dealt at."""
    rows: list[Row] = []
    for test in plan.primary:
        if not any((one.pair.theme, one.pair.symbol) == (test.theme, test.symbol) for one in series):
            continue
        key = {"theme": test.theme, "symbol": test.symbol}
        found = columns(db, _CLOCKS, {**key, "horizon": test.horizon})
        names = np.asarray(found["clock"]).astype(str)
        for clock in sorted(set(names)):
            chosen = names == clock
            score, outcome = floats(found["directional_score"])[chosen], floats(found["forward_return"])[chosen]
            if np.sum(np.isfinite(score) & np.isfinite(outcome)) < plan.fewest_sessions:
                continue
            judged = rank_ic(score, outcome, test.horizon, settings_of(plan))
            if judged is not None:
                hours = float(np.nanmedian(floats(found["delay_hours"])[chosen]))
                rows.append({**key, "clock": clock, "horizon": test.horizon, "delay_hours": hours, **asdict(judged)})
    return rows


def same_session(db: Connection, series: Sequence[Series], plan: ResearchPlan) -> list[Row]:
    """The day's score beside the return of the very session, at the instrument's clock: association, no forecast.

    Once as published, once with the sentences that only report a price move.
    """
    rows: list[Row] = []
    for test in plan.primary:
        one = next((s for s in series if (s.pair.theme, s.pair.symbol) == (test.theme, test.symbol)), None)
        if one is None:
            continue
        key = {"theme": test.theme, "symbol": test.symbol}
        found = columns(db, _SAME, {**key, "clock": one.pair.clock})
        kinds = np.asarray(found["has_price_moves"], dtype=bool)
        for has_price_moves in (False, True):
            chosen = kinds == has_price_moves
            score, outcome = floats(found["directional_risk"])[chosen], floats(found["move"])[chosen]
            if np.sum(np.isfinite(score) & np.isfinite(outcome)) < plan.fewest_sessions:
                continue
            judged = rank_ic(score, outcome, 1, settings_of(plan))
            if judged is not None:
                rows.append({**key, "clock": one.pair.clock, "has_price_moves": has_price_moves, **asdict(judged)})
    return rows
