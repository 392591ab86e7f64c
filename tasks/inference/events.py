"""Event study with matched placebo dates: what followed the signal's extremes beside what follows like days.

No library that installs today has it. Events are the sessions on which the signal stands beyond a percentile of its
own past; a placebo is a quiet session on the same weekday in a like volatility. The null draws one placebo an event
many times and asks how often their mean lies as far out as the events' (Brown and Warner 1985 on event studies; Barber
and Lyon 1997 on matching).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.inference.rank_ic import Vector

Places = NDArray[np.int64]
PAST_LEAST, PAST_MOST = 60, 250
"""Sessions of the past that a percentile needs, and at most sees."""
VOLATILITY_CLASSES = 3
FEWEST_PLACEBOS = 5


@dataclass(frozen=True, slots=True)
class Days:
    """The sessions that events and placebos are taken from, in the order of time; all equally long.

    Attributes:
        quiet: the signal is known and no event lies near (`quiet_places`).
        weekdays: 0 = Monday.
        classes: thirds of volatility, -1 where there is none yet (`volatility_classes`).
    """

    quiet: NDArray[np.bool_]
    weekdays: Places
    classes: Places


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Mean outcome after events beside matched quiet days.

    Attributes:
        event_count: events with an outcome and at least `FEWEST_PLACEBOS` placebos.
        unmatched_count: events left out for want of either.
        mean_outcome: mean outcome after the events.
        placebo_outcome: mean of the placebos, each event's placebos weighing as one.
        excess: mean_outcome - placebo_outcome.
        placebo_low: 2.5 % of the means of drawn placebos.
        placebo_high: 97.5 %.
        p_placebo: two-sided share of draws whose mean lies as far from placebo_outcome as the events'.
        p_shift: two-sided share of the excesses, as large, of the same pattern of events moved along time.
        p_value: the larger of the two. Draws know the placebos' mean only as well as there are independent placebos,
            which are few when outcomes take many sessions; moved patterns bring that error with them.
    """

    event_count: int
    unmatched_count: int
    mean_outcome: float
    placebo_outcome: float
    excess: float
    placebo_low: float
    placebo_high: float
    p_placebo: float
    p_shift: float
    p_value: float


def find_events(values: Vector, percentile: float, gap: int, side: int) -> Places:
    """Places at which a series stands beyond a percentile of its own past, at least `gap` apart; the first one counts.

    Args:
        values: in the order of time; NaN neither is an event nor enters a past.
        percentile: 0.99 = above 99 % of the 60 to 250 values before.
        gap: fewest sessions from one event to the next.
        side: 1 for the high end, -1 for the low one.
    """
    signed = side * values
    known = np.flatnonzero(np.isfinite(signed))
    limits = _past_quantiles(signed[known], percentile)
    places: list[int] = []
    for place, limit in zip(known.tolist(), limits, strict=True):
        is_apart = not places or place - places[-1] >= gap
        if is_apart and signed[place] > max(limit, 0.0):
            places.append(place)
    return np.array(places, dtype=np.int64)


def _past_quantiles(values: Vector, share: float) -> Vector:
    """For each value the quantile of the up to `PAST_MOST` values before it; infinite with fewer than `PAST_LEAST`."""
    limits = np.full(len(values), np.inf)
    for place in range(PAST_LEAST, min(PAST_MOST, len(values))):
        limits[place] = np.quantile(values[:place], share)
    if len(values) > PAST_MOST:
        windows = np.lib.stride_tricks.sliding_window_view(values[:-1], PAST_MOST)
        limits[PAST_MOST:] = np.quantile(windows, share, axis=1)
    return limits


def volatility_classes(volatility: Vector) -> Places:
    """0, 1, 2 = the third of its own past in which each value lies; -1 where it has no past or no value."""
    classes = np.full(len(volatility), -1, dtype=np.int64)
    known: list[float] = []
    for place, value in enumerate(volatility):
        if not np.isfinite(value):
            continue
        past = known[-PAST_MOST:]
        if len(past) >= PAST_LEAST:
            share = float(np.mean(np.array(past) <= value))
            classes[place] = min(int(share * VOLATILITY_CLASSES), VOLATILITY_CLASSES - 1)
        known.append(float(value))
    return classes


def match_placebos(event: int, days: Days, outcome: Vector) -> Places:
    """Quiet places on the event's weekday, in its class of volatility, with an outcome.

    An event without a class of volatility (too early) is matched on the weekday alone.
    """
    fits = days.quiet & np.isfinite(outcome) & (days.weekdays == days.weekdays[event])
    if days.classes[event] >= 0:
        fits &= days.classes == days.classes[event]
    return np.flatnonzero(fits)


def quiet_places(length: int, events: Sequence[Places], gap: int, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True where the signal is known and no event, of either side, lies closer than `gap`."""
    quiet = known.copy()
    for places in events:
        for place in places:
            quiet[max(0, place - gap + 1) : min(length, place + gap)] = False
    return quiet


def event_study(
    events: Places, outcome: Vector, days: Days, draws: int, seed: int, least_shift: int
) -> EventStudy | None:
    """Compare the outcomes after events with those after matched quiet days. None without a usable event.

    Args:
        events: places in `outcome`.
        outcome: what followed each session; NaN where it is not known.
        days: the sessions, as long as `outcome`.
        draws: how many times one placebo an event is drawn.
        seed: of the draws.
        least_shift: smallest move of the pattern of events along time, in sessions.
    """
    matched = match(events, outcome, days, draws, seed)
    if matched is None:
        return None
    excess = matched.mean - matched.placebo_mean
    p_placebo = _share_beyond(matched.drawn - matched.placebo_mean, excess)
    p_shift = _share_beyond(moved_excesses(events, outcome, days, least_shift), excess)
    low, high = matched.band()
    return EventStudy(
        event_count=matched.count,
        unmatched_count=len(events) - matched.count,
        mean_outcome=matched.mean,
        placebo_outcome=matched.placebo_mean,
        excess=excess,
        placebo_low=low,
        placebo_high=high,
        p_placebo=p_placebo,
        p_shift=p_shift,
        p_value=max(p_placebo, p_shift),
    )


@dataclass(frozen=True, slots=True)
class Matched:
    """Events with their placebos, and the means of drawn placebos, one an event."""

    count: int
    mean: float
    placebo_mean: float
    drawn: Vector

    def band(self) -> tuple[float, float]:
        """What 95 % of the drawn means lie between."""
        low, high = np.quantile(self.drawn, [0.025, 0.975])
        return float(low), float(high)


def match(events: Places, outcome: Vector, days: Days, draws: int, seed: int) -> Matched | None:
    """Match every event and draw placebos; None without an event that has an outcome and `FEWEST_PLACEBOS` of them."""
    near = [match_placebos(int(event), days, outcome) for event in events]
    usable = [
        (event, places)
        for event, places in zip(events, near, strict=True)
        if np.isfinite(outcome[event]) and len(places) >= FEWEST_PLACEBOS
    ]
    if not usable:
        return None
    random = np.random.default_rng(seed)
    return Matched(
        count=len(usable),
        mean=float(np.mean([outcome[event] for event, _ in usable])),
        placebo_mean=float(np.mean([outcome[places].mean() for _, places in usable])),
        drawn=np.mean([outcome[random.choice(places, draws)] for _, places in usable], axis=0),
    )


def moved_excesses(events: Places, outcome: Vector, days: Days, least: int) -> Vector:
    """The excess of the same pattern of events, moved along time by every number of sessions from `least` on.

    The quiet days move with their events; weekdays and volatility stay where they are.
    """
    length = len(outcome)
    known = np.isfinite(outcome)
    filled = np.where(known, outcome, 0.0)
    # A key for weekday and class, and one for the weekday alone, which serves places without a class.
    keys = days.weekdays * VOLATILITY_CLASSES + np.maximum(days.classes, 0), days.weekdays
    found = []
    for shift in range(least, length - least + 1):
        places = (events + shift) % length
        quiet = np.roll(days.quiet, shift) & known
        classed = quiet & (days.classes >= 0)
        sums = [
            np.bincount(key[mask], filled[mask], 7 * VOLATILITY_CLASSES)
            for key, mask in zip(keys, (classed, quiet), strict=True)
        ]
        counts = [
            np.bincount(key[mask], minlength=7 * VOLATILITY_CLASSES)
            for key, mask in zip(keys, (classed, quiet), strict=True)
        ]
        alone = days.classes[places] < 0
        total = np.where(alone, sums[1][keys[1][places]], sums[0][keys[0][places]])
        number = np.where(alone, counts[1][keys[1][places]], counts[0][keys[0][places]])
        usable = known[places] & (number >= FEWEST_PLACEBOS)
        if usable.any():
            found.append(float(np.mean(filled[places][usable] - total[usable] / number[usable])))
    return np.array(found)


def _share_beyond(values: Vector, value: float) -> float:
    """Two-sided: the share of values as far from 0, the value itself among them."""
    return float((1 + np.sum(np.abs(values) >= abs(value) - 1e-15)) / (1 + len(values)))
