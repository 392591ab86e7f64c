"""How fast a signal moves: what trading it would turn over, how long it remembers, and where along time it pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.inference.rank_ic import Settings, Vector, rank_ic


@dataclass(frozen=True, slots=True)
class Turnover:
    """A position that follows the signal.

    Attributes:
        count: sessions with a signal.
        mean_position: mean |signal|.
        turnover: mean |change of the signal| a session; 2 would be from all long to all short every session.
        sign_changes: changes of sign a year of 252 sessions.
        half_life: sessions after which half of a deviation is left, from the autocorrelation at lag 1; None when that
            is not between 0 and 1.
        autocorrelations: lag -> autocorrelation, at lags 1, 5 and 20.
    """

    count: int
    mean_position: float
    turnover: float
    sign_changes: float
    half_life: float | None
    autocorrelations: dict[int, float]


def turnover(signal: Vector) -> Turnover | None:
    """Judge a signal in [-1, 1] in the order of time; NaN are left out. None below 30 sessions or without movement."""
    x = signal[np.isfinite(signal)]
    if len(x) < 30 or x.std() == 0:
        return None
    found = {lag: autocorrelation(x, lag) for lag in (1, 5, 20)}
    signs = np.sign(x[x != 0])
    first = found[1]
    return Turnover(
        count=len(x),
        mean_position=float(np.mean(np.abs(x))),
        turnover=float(np.mean(np.abs(np.diff(x)))),
        sign_changes=float(252 * np.mean(signs[1:] != signs[:-1])),
        half_life=float(np.log(0.5) / np.log(first)) if 0 < first < 1 else None,
        autocorrelations=found,
    )


def autocorrelation(x: Vector, lag: int) -> float:
    """Pearson's correlation of a series with itself `lag` sessions later, with one mean and one variance."""
    a = x - x.mean()
    return float(a[lag:] @ a[:-lag] / (a @ a))


@dataclass(frozen=True, slots=True)
class Decay:
    """The rank correlation with the return of the one session `step` sessions after entry."""

    step: int
    count: int
    ic: float
    interval_low: float
    interval_high: float


def decay_profile(signal: Vector, moves: dict[int, Vector], settings: Settings) -> list[Decay]:
    """One row a step, of returns of one session each, so that the rows do not overlap."""
    rows = []
    for step, move in sorted(moves.items()):
        found = rank_ic(signal, move, 1, settings)
        if found is not None:
            rows.append(Decay(step, found.count, found.ic, found.interval_low, found.interval_high))
    return rows


@dataclass(frozen=True, slots=True)
class Yield:
    """What a position of the signal's size earned, before costs.

    Attributes:
        mean_bps: mean of signal x outcome, basis points a session.
        break_even_bps: the cost a unit of turnover that eats all of it; None when nothing is earned or turned over.
    """

    mean_bps: float
    break_even_bps: float | None


def position_yield(signal: Vector, outcome: Vector) -> Yield | None:
    """Of outcomes of one session each, as fractions. None without a pair."""
    both = np.isfinite(signal) & np.isfinite(outcome)
    if both.sum() < 2:
        return None
    mean_bps = float(1e4 * np.mean(signal[both] * outcome[both]))
    moved = float(np.mean(np.abs(np.diff(signal[both]))))
    return Yield(mean_bps, mean_bps / moved if mean_bps > 0 and moved > 0 else None)
