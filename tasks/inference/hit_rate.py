"""How often the sign was right, beside a rule that needs no signal and beside what turned series would have hit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from tasks.inference.rank_ic import Vector


@dataclass(frozen=True, slots=True)
class HitRate:
    """Shares of sessions on which the sign of the outcome was called.

    Attributes:
        count: sessions on which the signal has a sign and the outcome moved.
        hit_share: the signal's share of right signs.
        naive_share: the share that the more frequent sign of the outcomes known before would have called.
        shifted_share: the mean share of the circularly shifted signal.
        p_value: two-sided, of hit_share against the spread of the shifted shares.
    """

    count: int
    hit_share: float
    naive_share: float
    shifted_share: float
    p_value: float


def hit_rate(signal: Vector, outcome: Vector, horizon: int, least_shift: int) -> HitRate | None:
    """Compare signs in the order of time.

    Args:
        signal: plus = the outcome is expected to be plus. NaN and 0 say nothing and are left out.
        outcome: NaN and 0 are left out.
        horizon: sessions that an outcome takes, so that the naive rule knows those that ended only.
        least_shift: smallest circular shift.

    Returns:
        None with fewer sessions than two smallest shifts leave room for.
    """
    both = np.isfinite(signal) & np.isfinite(outcome) & (signal != 0) & (outcome != 0)
    x, y = np.sign(signal[both]), np.sign(outcome[both])
    if len(x) < 2 * least_shift + 2:
        return None
    hit = float(np.mean(x == y))
    agreement = np.fft.irfft(np.conj(np.fft.rfft(x)) * np.fft.rfft(y), len(x)) / len(x)
    shares = (1 + agreement[least_shift : len(x) - least_shift + 1]) / 2
    centre, spread = float(shares.mean()), float(shares.std())
    distance = abs(hit - centre)
    return HitRate(
        count=len(x),
        hit_share=hit,
        naive_share=float(np.mean(naive_calls(y, horizon) == y)),
        shifted_share=centre,
        p_value=float(2 * norm.sf(distance / spread)) if spread > 1e-9 else 1.0,
    )


def naive_calls(signs: Vector, horizon: int) -> Vector:
    """The more frequent sign among the outcomes that had ended before each session; plus where they are even."""
    balance = np.concatenate([np.zeros(horizon), np.cumsum(signs)])[: len(signs)]
    return np.where(balance < 0, -1.0, 1.0)
