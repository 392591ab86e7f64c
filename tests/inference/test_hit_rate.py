"""Right signs, beside a rule without a signal and beside turned series."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.inference.hit_rate import hit_rate, naive_calls
from tests.inference.simulated import sample


def test_signs_are_counted_and_nothing_is_no_sign() -> None:
    signal, outcome = np.tile([1.0, -0.2, 0.0, 0.5, np.nan], 40), np.tile([0.3, -0.1, 0.2, -0.4, 0.1], 40)
    outcome[0] = 0.0
    found = hit_rate(signal, outcome, 1, 50)
    assert found is not None
    assert (found.count, found.hit_share) == (119, pytest.approx(79 / 119))


def test_the_naive_rule_knows_only_outcomes_that_have_ended() -> None:
    """Plus at the start and where both are even; a sign counts once its horizon is over."""
    signs = np.array([-1.0, -1.0, 1.0, 1.0, 1.0])
    assert naive_calls(signs, 1).tolist() == [1, -1, -1, -1, 1]
    assert naive_calls(signs, 2).tolist() == [1, 1, -1, -1, -1]
    assert naive_calls(signs, 9).tolist() == [1, 1, 1, 1, 1]


def test_turned_shares_are_those_of_turned_series() -> None:
    made = sample(200, 1, 0.3, seed=1)
    found = hit_rate(made.signal, made.outcome, 1, 60)
    assert found is not None
    x, y = np.sign(made.signal), np.sign(made.outcome)
    shares = [float(np.mean(x == np.roll(y, -shift))) for shift in range(60, 141)]
    assert found.shifted_share == pytest.approx(np.mean(shares))


def test_a_market_that_mostly_rises_flatters_nobody() -> None:
    """A signal that is always plus hits as often as the naive rule and as itself turned: no finding."""
    random = np.random.default_rng(2)
    outcome = random.standard_normal(400) + 0.5
    found = hit_rate(np.ones(400), outcome, 1, 60)
    assert found is not None
    assert found.hit_share > 0.65
    assert found.hit_share == pytest.approx(found.shifted_share)
    assert found.hit_share == pytest.approx(found.naive_share, abs=0.02)
    assert found.p_value > 0.9


def test_false_and_true_findings() -> None:
    null = [hit_rate(s.signal, s.outcome, 5, 60) for s in (sample(400, 5, 0.0, seed) for seed in range(200))]
    assert 2 <= sum(row is not None and row.p_value < 0.05 for row in null) <= 26
    real = [hit_rate(s.signal, s.outcome, 1, 60) for s in (sample(400, 1, 0.4, seed) for seed in range(30))]
    assert sum(row is not None and row.p_value < 0.05 for row in real) >= 27


def test_nothing_is_said_of_few_sessions() -> None:
    made = sample(121, 1, 0.2, seed=3)
    assert hit_rate(made.signal, made.outcome, 1, 60) is None
