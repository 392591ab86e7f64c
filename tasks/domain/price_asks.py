"""What a price provider is asked for, and what its answer says about the prices that are stored already. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

OVERLAP = 10
"""Stored prices that every further ask asks for again: more than `SHARED`, so that a late correction is seen, too."""

SHARED = 5
"""Sessions that two fetches share, at least, before a common factor is called a re-basing."""

ROUNDING = 2e-6
"""Relative distance of two values that were rounded to 7 significant digits, as live ones are, and divided."""

COARSE = 1e-3
"""The largest relative distance that rounding may explain: what two decimals make of a price of 10."""

LARGEST_SPLIT = 20
"""Splits up to twenty for one, or of few into few, are told by their ratio and not by measurement alone."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one provider's series, in the newest basis.

    Args:
        asked_from: the earliest day that was ever asked for and answered; None = never.
        first_date: the earliest stored day.
        recent: (day, close, adjusted close) of the newest `OVERLAP` stored days, in order.
        tolerance: relative distance that these may have from what the provider gives, after a re-basing.
    """

    asked_from: date | None = None
    first_date: date | None = None
    recent: tuple[tuple[date, float, float | None], ...] = ()
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one provider: a series from one day to another, both included."""

    provider: str
    symbol: str
    series: str
    from_date: date
    to_date: date


def ask(provider: str, symbol: str, series: str, needed: tuple[date, date], stored: Stored) -> Ask:
    """What to ask for: all that is needed at first, later the newest days over again and what came after them.

    Args:
        provider: who is asked.
        symbol: for which instrument.
        series: the provider's name of it.
        needed: first and last day that the run needs.
        stored: what is there already.
    """
    first, last = needed
    is_short = len(stored.recent) < OVERLAP
    if stored.asked_from is None or first < stored.asked_from or is_short:
        return Ask(provider, symbol, series, min(first, stored.first_date or first), last)
    return Ask(provider, symbol, series, min(stored.recent[0][0], last), last)


@dataclass(frozen=True, slots=True)
class Pair:
    """One day that is stored and was fetched again: closes, and adjusted closes where both have one."""

    stored_close: float
    close: float
    stored_adj_close: float | None = None
    adj_close: float | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """What the days that two fetches share say.

    Args:
        kind: `same`; `rebased`: every day by one factor, as a split or a dividend does; `restated`: single days
            differ, the oldest does not; `unclear`: anything else, so that the older prices may stand in another basis.
        close_factor: of the closes; 1 unless rebased.
        adj_factor: of the adjusted closes.
        tolerance: largest relative distance from the factor that rounding explains.
    """

    kind: Literal["same", "rebased", "restated", "unclear"]
    close_factor: float = 1.0
    adj_factor: float = 1.0
    tolerance: float = 0.0


def overlap(pairs: Sequence[Pair], tolerance: float = 0.0) -> Overlap:
    """Tell a re-basing from a restatement by the days, in order, that two fetches share.

    A provider multiplies the whole past with one factor at a split (closes and adjusted closes) or an ex-day (adjusted
    closes alone). So one factor over at least `SHARED` days is a re-basing; anything else is a restatement.

    Args:
        pairs: the shared days, in order; the stored values in the newest basis.
        tolerance: relative distance that the stored values may have from it, after a re-basing.
    """
    closes = [(pair.stored_close, pair.close) for pair in pairs]
    adjusted = [
        (pair.stored_adj_close, pair.adj_close)
        for pair in pairs
        if pair.stored_adj_close is not None and pair.adj_close is not None
    ]
    if all(one == other for one, other in (*closes, *adjusted)):
        return Overlap("same")
    of_closes = _factor(closes, tolerance)
    of_adjusted = _factor(adjusted, tolerance, of_closes[0] if of_closes else None) if adjusted else of_closes
    if len(pairs) >= SHARED and len(adjusted) in (0, len(pairs)) and of_closes and of_adjusted:
        if of_closes[0] == 1.0 == of_adjusted[0]:
            return Overlap("same")
        return Overlap("rebased", of_closes[0], of_adjusted[0], max(of_closes[1], of_adjusted[1]))
    oldest = [series[0] for series in (closes, adjusted) if series]
    return Overlap("restated" if all(_is_near(*pair, ROUNDING) for pair in oldest) else "unclear")


def _factor(
    series: Sequence[tuple[float, float]], known: float, split: float | None = None
) -> tuple[float, float] | None:
    """The factor that makes every first value the second, and its tolerance; None if there is none.

    No change is tried first, then the ratio of a split (of adjusted closes: that of the closes), then whatever the sums
    of both sides say.
    """
    if any(before == 0 or after == 0 for before, after in series):
        return (1.0, 0.0) if all(before == after for before, after in series) else None
    measured = sum(after for _, after in series) / sum(before for before, _ in series)
    split = split or float(Fraction(measured).limit_denominator(LARGEST_SPLIT))
    tolerance = _rounding(series)
    guesses = [(1.0, max(ROUNDING, known))]
    # Whoever multiplies a series changes it: where most days stand as they were, single days were corrected.
    if 2 * sum(before == after for before, after in series) < len(series):
        guesses += [*([(split, tolerance)] if split != 1.0 else []), (measured, tolerance)]
    for factor, allowed in guesses:
        if all(_is_near(before * factor, after, allowed) for before, after in series):
            return factor, allowed
    return None


def _is_near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * abs(other)


def _rounding(series: Sequence[tuple[float, float]]) -> float:
    """The relative distance that rounding explains: half a unit of the last decimal of both sides, at most `COARSE`."""
    smallest = min(min(abs(value) for value in pair) for pair in series)
    units = sum(0.5 * 10.0 ** -max(_decimals(pair[side]) for pair in series) for side in (0, 1))
    return min(max(ROUNDING, units / smallest), COARSE)


def _decimals(value: float) -> int:
    """Decimals of a price as it was quoted: at least two, of which a number does not show the last zeros."""
    return max(2, len(repr(value).partition(".")[2]))
