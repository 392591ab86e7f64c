"""Events from the past alone, placebos that match, and findings as often as claimed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.inference.events import (
    Days,
    EventStudy,
    event_study,
    find_events,
    match_placebos,
    moved_excesses,
    quiet_places,
    volatility_classes,
)
from tests.inference.simulated import Sample, sample


def test_events_by_hand() -> None:
    values = np.concatenate([np.zeros(60), [1.0, 2.0, 0.0, 0.0, 0.0, 3.0, np.nan, -4.0]])
    assert find_events(values, 0.99, 5, 1).tolist() == [60, 65], "61 is too near to 60; a NaN is no session"
    assert find_events(values, 0.99, 1, 1).tolist() == [60, 61, 65]
    assert find_events(values, 0.99, 5, -1).tolist() == [67]
    assert find_events(values[:60], 0.99, 5, 1).tolist() == []
    assert find_events(values - 5, 0.99, 5, 1).tolist() == [], "below zero nothing is extremely high"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(70, 300))
def test_what_comes_later_makes_no_earlier_event(seed: int, cut: int) -> None:
    values = np.random.default_rng(seed).standard_t(3, 400)
    whole = find_events(values, 0.95, 5, 1)
    assert find_events(values[:cut], 0.95, 5, 1).tolist() == [place for place in whole if place < cut]
    classes = volatility_classes(np.abs(values))
    assert volatility_classes(np.abs(values[:cut])).tolist() == classes[:cut].tolist()


def test_about_one_in_a_hundred_is_an_event() -> None:
    counts = [len(find_events(sample(750, 1, 0.0, seed).signal, 0.99, 1, 1)) for seed in range(40)]
    assert 4 <= float(np.mean(counts)) <= 14


def test_classes_are_thirds_of_the_past() -> None:
    values = np.concatenate([np.tile(np.arange(1.0, 61.0), 1), [0.5, 30.0, 60.0, np.nan]])
    assert volatility_classes(values)[60:].tolist() == [0, 1, 2, -1]
    assert set(volatility_classes(values)[:60]) == {-1}


def test_placebos_match_weekday_and_volatility_and_are_quiet() -> None:
    weekdays, classes = np.arange(100) % 5, (np.arange(100) // 10) % 3
    classes[0] = -1
    outcome = np.zeros(100)
    outcome[17] = np.nan
    quiet = quiet_places(100, [np.array([12]), np.array([50])], 5, np.ones(100, dtype=bool))
    assert np.flatnonzero(~quiet).tolist() == [*range(8, 17), *range(46, 55)]
    days = Days(quiet, weekdays, classes)
    assert match_placebos(12, days, outcome).tolist() == [42, 72, 77], "17 has no outcome, 47 lies beside an event"
    assert len(match_placebos(0, days, outcome)) > 10, "without a class the weekday is enough"


def study(made: Sample, horizon: int, jump: float = 0.0) -> EventStudy | None:
    """The whole way: events of high pressure, placebos on like days, outcomes with a planted jump after events."""
    length = len(made.signal)
    gap = max(5, horizon)
    events = find_events(made.signal, 0.95, gap, 1)
    weekdays = np.arange(length) % 5
    vol = np.array([np.nan] * 20 + [made.moves[at - 20 : at].std() for at in range(20, length)])
    quiet = quiet_places(length, [events], gap, np.isfinite(made.signal))
    outcome = made.outcome.copy()
    outcome[events] += jump
    return event_study(events, outcome, Days(quiet, weekdays, volatility_classes(vol)), 400, 1, 60)


@pytest.mark.parametrize("horizon", [1, 20])
def test_nothing_follows_where_nothing_does(horizon: int) -> None:
    """Claimed: p below 0.05 in at most 9 of 100 cases."""
    found = [study(sample(500, horizon, 0.0, seed), horizon) for seed in range(150)]
    p_values = [row.p_value for row in found if row is not None]
    assert len(p_values) > 140
    assert sum(p < 0.05 for p in p_values) <= 24
    assert 0.35 < float(np.mean(p_values)) < 0.65


def test_a_planted_jump_is_found_with_its_size() -> None:
    found = [study(sample(500, 1, 0.0, seed), 1, jump=2.0) for seed in range(40)]
    rows = [row for row in found if row is not None]
    assert sum(row.p_value < 0.05 for row in rows) >= 36
    assert float(np.mean([row.excess for row in rows])) == pytest.approx(2.0, abs=0.25)
    assert all(row.placebo_low < row.placebo_outcome < row.placebo_high for row in rows)


def test_moved_patterns_by_brute_force() -> None:
    """Every move done the slow way: the same events and quiet days, somewhere else."""
    made = sample(200, 1, 0.0, 3)
    events = find_events(made.signal, 0.95, 5, 1)
    weekdays, classes = np.arange(200) % 5, volatility_classes(np.abs(made.moves))
    quiet = quiet_places(200, [events], 5, np.isfinite(made.signal))
    outcome = made.outcome.copy()
    outcome[150:155] = np.nan
    wanted = []
    for shift in range(60, 141):
        days = Days(np.roll(quiet, shift), weekdays, classes)
        excesses = []
        for event in (events + shift) % 200:
            near = match_placebos(int(event), days, outcome)
            if np.isfinite(outcome[event]) and len(near) >= 5:
                excesses.append(outcome[event] - outcome[near].mean())
        if excesses:
            wanted.append(float(np.mean(excesses)))
    found = moved_excesses(events, outcome, Days(quiet, weekdays, classes), 60)
    assert found == pytest.approx(wanted, abs=1e-12)


def test_events_without_an_outcome_or_placebos_are_counted_apart() -> None:
    outcome = np.array([1.0, np.nan, 3.0, 0.5, 0.1, 0.2, 0.3, 0.4])
    quiet = np.arange(8) >= 3
    days = Days(quiet, np.array([0, 0, 1, 0, 0, 0, 0, 0]), np.full(8, -1))
    found = event_study(np.array([0, 1, 2]), outcome, days, 100, 1, 3)
    assert found is not None
    assert (found.event_count, found.unmatched_count, found.mean_outcome) == (1, 2, 1.0)
    assert found.placebo_outcome == pytest.approx(0.3)
    assert found.p_placebo == pytest.approx(1 / 101)
    assert found.p_value >= found.p_placebo
    assert event_study(np.array([1]), outcome, days, 100, 1, 3) is None
    assert event_study(np.array([], dtype=np.int64), outcome, days, 100, 1, 3) is None
