"""Made-up signals and returns whose truth is known: what the statistics are tested on.

The signal is news pressure with a half-life of two sessions and heavy tails; returns have heavy tails and a volatility
that wanders. `strength` is the correlation of the signal with the return of the session that follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from tasks.inference.rank_ic import Vector

HALF_LIFE = 2.0
WARM_UP = 100


@dataclass(frozen=True)
class Sample:
    """A signal, and what the session after each entry, or the `horizon` sessions after it, brought."""

    signal: Vector
    outcome: Vector
    moves: Vector


def sample(length: int, horizon: int, strength: float, seed: int) -> Sample:
    """One history of `length` sessions."""
    random = np.random.default_rng(seed)
    signal = lfilter([1.0], [1.0, -(2 ** (-1 / HALF_LIFE))], random.standard_t(4, length + horizon + WARM_UP))[WARM_UP:]
    scaled = (signal - signal.mean()) / signal.std()
    wander = lfilter([0.15], [1.0, -0.98], random.standard_normal(length + horizon + WARM_UP))[WARM_UP:]
    noise = random.standard_t(5, length + horizon) / np.sqrt(5 / 3) * np.exp(0.5 * wander)
    moves = strength * scaled + np.sqrt(1 - strength**2) * noise
    ahead = np.concatenate([[0.0], np.cumsum(moves)])
    outcome = ahead[horizon : horizon + length] - ahead[:length]
    return Sample(signal[:length], outcome, moves[:length])
