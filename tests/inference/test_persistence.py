"""How fast a signal moves, and where along time it pays."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.inference.persistence import autocorrelation, decay_profile, position_yield, turnover
from tasks.inference.rank_ic import Settings
from tests.inference.simulated import sample


def test_turnover_by_hand() -> None:
    found = turnover(np.tile([0.5, -0.5, -0.5, np.nan], 20))
    assert found is not None
    assert (found.count, found.mean_position) == (60, 0.5)
    assert found.turnover == pytest.approx(39 / 59)
    assert found.sign_changes == pytest.approx(252 * 39 / 59)
    assert found.half_life is None, "it swings, it does not fade"


def test_the_half_life_is_found_again() -> None:
    found = turnover(sample(5_000, 1, 0.0, seed=1).signal)
    assert found is not None
    assert found.half_life == pytest.approx(2.0, abs=0.3)
    assert found.autocorrelations[5] == pytest.approx(2 ** (-5 / 2), abs=0.06)


def test_nothing_is_said_of_a_short_or_constant_signal() -> None:
    assert turnover(np.ones(100)) is None
    assert turnover(np.arange(29.0)) is None


def test_autocorrelation_by_hand() -> None:
    assert autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), 1) == -0.75


def test_the_decay_profile_shows_the_session_that_pays() -> None:
    made = sample(1_500, 1, 0.3, seed=2)
    later = {step: np.concatenate([made.moves[step - 1 :], np.full(step - 1, np.nan)]) for step in (1, 2, 3, 12)}
    rows = decay_profile(made.signal, later, Settings(draws=200))
    assert [row.step for row in rows] == [1, 2, 3, 12]
    ics = [row.ic for row in rows]
    assert ics[0] > ics[1] > ics[2] > abs(ics[3])
    assert ics[1] / ics[0] == pytest.approx(2 ** (-1 / 2), abs=0.2)
    assert rows[0].interval_low > 0 > rows[3].interval_low


def test_yield_by_hand() -> None:
    found = position_yield(np.array([1.0, -1.0, 1.0, np.nan]), np.array([0.01, -0.02, 0.03, 9.0]))
    assert found is not None
    assert found.mean_bps == pytest.approx(200)
    assert found.break_even_bps == pytest.approx(100)
    lost = position_yield(np.array([1.0, -1.0]), np.array([-0.01, 0.0]))
    assert lost is not None
    assert lost.break_even_bps is None
    assert position_yield(np.array([1.0]), np.array([1.0])) is None
