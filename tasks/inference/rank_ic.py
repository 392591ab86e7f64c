"""The rank information coefficient of one series over time: estimate, error, interval, and a null with memory.

News pressure decays over sessions and returns over several sessions overlap, so neighbouring pairs are not
independent. Errors are Newey and West's (Econometrica 1987), intervals the stationary bootstrap's (Politis and Romano,
JASA 1994), and the null turns one series against the other by whole sessions, which keeps the memory of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import statsmodels.api as sm
from arch.bootstrap import StationaryBootstrap
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankIC:
    """Spearman's rank correlation of a signal with what came after it.

    Attributes:
        count: pairs, sessions with both values.
        ic: the correlation in [-1, 1]; plus = the signal pointed the right way.
        standard_error: Newey-West.
        t_value: ic / standard_error.
        p_newey_west: two-sided, from t.
        p_shift: two-sided, from the spread of the circularly shifted correlations.
        p_value: the larger of the two: each alone finds too much where the other does not (docs/validation.md).
        interval_low: lower end of the stationary bootstrap's percentile interval.
        interval_high: its upper end.
    """

    count: int
    ic: float
    standard_error: float
    t_value: float
    p_newey_west: float
    p_shift: float
    p_value: float
    interval_low: float
    interval_high: float


@dataclass(frozen=True, slots=True)
class Settings:
    """How a rank correlation over `horizon` sessions is judged; the defaults are those of the fixed plan.

    `lag` and `block` are floors: over longer horizons the lag is horizon - 1 and the block the horizon.
    """

    lag: int = 15
    block: int = 30
    draws: int = 1_000
    interval: float = 0.95
    shift: int = 60
    seed: int = 20261124


def rank_ic(signal: Vector, outcome: Vector, horizon: int, settings: Settings) -> RankIC | None:
    """Judge pairs in the order of time; a pair with a NaN is left out.

    Returns:
        None where nothing can be said: fewer pairs than two smallest shifts leave room for, or a constant series.
    """
    both = np.isfinite(signal) & np.isfinite(outcome)
    x, y = standard_ranks(signal[both]), standard_ranks(outcome[both])
    if len(x) < 2 * settings.shift + 2 or not x.any() or not y.any():
        return None
    lag, block = max(settings.lag, horizon - 1), max(settings.block, horizon)
    # The slope of standardised ranks on standardised ranks is Spearman's correlation.
    fit = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True}, use_t=True
    )
    shifted = shifted_correlations(x, y, settings.shift)
    p_shift = float(2 * norm.sf(abs(fit.params[1]) / np.sqrt(np.mean(shifted**2))))
    low, high = bootstrap_interval(x, y, block, settings)
    return RankIC(
        count=len(x),
        ic=float(fit.params[1]),
        standard_error=float(fit.bse[1]),
        t_value=float(fit.tvalues[1]),
        p_newey_west=float(fit.pvalues[1]),
        p_shift=p_shift,
        p_value=max(float(fit.pvalues[1]), p_shift),
        interval_low=low,
        interval_high=high,
    )


def standard_ranks(values: Vector) -> Vector:
    """Average ranks with mean 0 and standard deviation 1; all 0 where the values are constant."""
    if not len(values):
        return values
    ranks: Vector = rankdata(values) - (len(values) + 1) / 2
    spread = float(ranks.std())
    return ranks / spread if spread > 0 else np.zeros_like(ranks)


def shifted_correlations(x: Vector, y: Vector, least: int) -> Vector:
    """Correlations of x with y turned by every whole number of sessions from `least` to n - `least`, in order.

    Args:
        x: standardised, in the order of time.
        y: the same, equally long.
        least: smallest turn; beyond the reach of the memory of both.
    """
    # All turns at once, by the convolution theorem.
    turned = np.fft.irfft(np.conj(np.fft.rfft(x)) * np.fft.rfft(y), len(x)) / len(x)
    return turned[least : len(x) - least + 1]


def bootstrap_interval(x: Vector, y: Vector, block: int, settings: Settings) -> tuple[float, float]:
    """Percentile interval of the correlation of standardised ranks over resampled blocks of pairs.

    Args:
        x: standardised ranks; resamples keep the ranks of the whole sample.
        y: the same, equally long.
        block: mean length of a block, in sessions.
        settings: draws, seed and width.
    """
    places = _resampled_places(len(x), block, settings.draws, settings.seed)
    resampled = _correlations(x[places], y[places])
    tail = (1 - settings.interval) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


@lru_cache(maxsize=8)
def _resampled_places(length: int, block: int, draws: int, seed: int) -> NDArray[np.int32]:
    """One row a draw: the places of the original series that it takes. Kept, because many series are as long."""
    source = StationaryBootstrap(block, np.arange(length, dtype=np.int32), seed=seed)
    return np.array([data[0] for data, _ in source.bootstrap(draws)])


def _correlations(x: Vector, y: Vector) -> Vector:
    """Pearson's correlation of each row of x with the same row of y; 0 where a row is constant."""
    a, b = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    found: Vector = (a * b).sum(axis=1) / np.where(scale > 0, scale, 1.0)
    return found
