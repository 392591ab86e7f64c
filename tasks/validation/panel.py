"""The tables of schema `research` as arrays: one series of sessions for each theme and instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.inference.rank_ic import Vector
from tasks.storage.warehouse import Connection

OURS = "georisk"
PREDICTORS = (OURS, "vader", "keyword_share", "gpr", "vix_change", "momentum", "placebo")
STEPS = range(-4, 21)

_ENTRIES = """
    select t.session_date, t.entry_date, t.delay_hours, t.realised_vol, t.signal_score, t.pressure_fast,
        t.is_backfilled, t.is_hindsight, t.is_demonstration, t.expected_sign
    from research.theme_entry as t where t.theme = $theme and t.symbol = $symbol order by t.session_date
"""
_SCORES = """
    select p.directional_score, p.pressure
    from research.theme_entry as t
    left join research.panel as p
        on t.session_date = p.session_date and t.theme = p.theme and t.symbol = p.symbol and p.predictor = $predictor
    where t.theme = $theme and t.symbol = $symbol order by t.session_date
"""
_RETURNS = """
    select f.forward_return, f.forward_abnormal_return
    from research.theme_entry as t
    left join research.forward_return as f
        on t.entry_date = f.entry_date and t.symbol = f.symbol and f.horizon = $horizon
    where t.theme = $theme and t.symbol = $symbol order by t.session_date
"""
_MOVES = """
    select m.move
    from research.theme_entry as t
    left join research.forward_move as m on t.entry_date = m.entry_date and t.symbol = m.symbol and m.step = $step
    where t.theme = $theme and t.symbol = $symbol order by t.session_date
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A theme and an instrument that it expects something of."""

    theme: str
    symbol: str
    label: str
    benchmark_symbol: str | None
    return_kind: str
    clock: str


@dataclass(frozen=True, slots=True)
class Series:
    """The sessions of a theme's reference clock in order, beside one instrument; all vectors are equally long.

    Attributes:
        pair: theme and instrument.
        dates: sessions, datetime64[D].
        weekdays: 0 = Monday.
        expected_sign: sign of the return that a positive score points to.
        signal: the theme's signal_score, without the sign.
        pressure: the theme's pressure_fast.
        volatility: the instrument's, of the session before.
        delays: hours from the cut-off to the entry.
        backfilled: no version was published before the entry.
        hindsight: the cut-off lies before the lexicon was frozen.
        demonstration: the home holds the embedded demonstration.
        scores: predictor -> what it said, plus = up.
        returns: horizon -> what the entry earned.
        abnormal_returns: horizon -> the same, adjusted by beta.
    """

    pair: Pair
    dates: NDArray[np.datetime64]
    weekdays: NDArray[np.int64]
    expected_sign: int
    signal: Vector
    pressure: Vector
    volatility: Vector
    delays: Vector
    backfilled: NDArray[np.bool_]
    hindsight: NDArray[np.bool_]
    demonstration: NDArray[np.bool_]
    scores: Mapping[str, Vector]
    returns: Mapping[int, Vector]
    abnormal_returns: Mapping[int, Vector]


def pairs(db: Connection) -> list[Pair]:
    """Every theme with every instrument that it has a sign for and that has prices, in order."""
    rows = db.execute(
        "select distinct t.theme, t.symbol, i.label, i.benchmark_symbol, i.return_kind, i.clock "
        "from research.theme_entry as t inner join raw.instrument as i on t.symbol = i.symbol order by all"
    ).fetchall()
    return [Pair(*row) for row in rows]


def read_series(db: Connection, pair: Pair, horizons: Sequence[int]) -> Series:
    """Read one pair."""
    key = {"theme": pair.theme, "symbol": pair.symbol}
    base = columns(db, _ENTRIES, key)
    scores = {name: columns(db, _SCORES, {**key, "predictor": name}) for name in PREDICTORS}
    returns = {horizon: columns(db, _RETURNS, {**key, "horizon": horizon}) for horizon in horizons}
    dates = base["session_date"].astype("datetime64[D]")
    return Series(
        pair=pair,
        dates=dates,
        # Day 0 of the epoch was a Thursday.
        weekdays=(dates.astype(np.int64) + 3) % 7,
        expected_sign=int(base["expected_sign"][0]),
        signal=floats(base["signal_score"]),
        pressure=floats(base["pressure_fast"]),
        volatility=floats(base["realised_vol"]),
        delays=floats(base["delay_hours"]),
        backfilled=np.asarray(base["is_backfilled"], dtype=bool),
        hindsight=np.asarray(base["is_hindsight"], dtype=bool),
        demonstration=np.asarray(base["is_demonstration"], dtype=bool),
        scores={name: floats(found["directional_score"]) for name, found in scores.items()},
        returns={horizon: floats(found["forward_return"]) for horizon, found in returns.items()},
        abnormal_returns={horizon: floats(found["forward_abnormal_return"]) for horizon, found in returns.items()},
    )


def read_moves(db: Connection, pair: Pair) -> dict[int, Vector]:
    """Step -> the one-session return so many sessions after the entry, in the order of `read_series`."""
    key = {"theme": pair.theme, "symbol": pair.symbol}
    return {step: floats(columns(db, _MOVES, {**key, "step": step})["move"]) for step in STEPS}


def columns(db: Connection, sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A query's columns as numpy arrays, masked where they are null."""
    return db.execute(sql, dict(parameters)).fetchnumpy()


def floats(values: Any) -> Vector:
    """A column as floats, NaN for null."""
    return np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)
