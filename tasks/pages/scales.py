"""From values to pixels, and round numbers and months to write beside an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.pages.formats import MONTHS


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from `low..high` to `start..end`; `start` may be the larger, as for heights in SVG."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where the value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def span(values: Iterable[float | None], *, always: Sequence[float] = (), room: float = 0.06) -> tuple[float, float]:
    """The lowest and highest value, with `room` of the distance on both sides; never an empty distance.

    Args:
        values: null and not-a-number are passed over.
        always: values that must be inside, such as 0.
        room: share of the distance that is added on each side.
    """
    shown = [value for value in values if value is not None and math.isfinite(value)] + list(always)
    if not shown:
        return 0.0, 1.0
    low, high = min(shown), max(shown)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        distance = abs(high) * 0.1 if abs(high) > 1e-6 else 1.0
        return low - distance, high + distance
    return low - room * (high - low), high + room * (high - low)


def round_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """About `count` multiples of 1, 2, 2.5 or 5 x a power of ten between low and high, ascending."""
    raw = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def tick_digits(ticks: Sequence[float]) -> int:
    """How many decimals tell the ticks apart."""
    return next((digits for digits in range(6) if all(abs(t - round(t, digits)) < 1e-9 for t in ticks)), 6)


def month_starts(days: Sequence[date]) -> list[tuple[int, str]]:
    """Where a new month begins among ascending days: (position, `Mar` or, in a January, `2026`)."""
    marks = []
    for at in range(1, len(days)):
        if (days[at].year, days[at].month) != (days[at - 1].year, days[at - 1].month):
            marks.append((at, str(days[at].year) if days[at].month == 1 else MONTHS[days[at].month - 1]))
    return marks
