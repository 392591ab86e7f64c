"""How much of the news names threats and acts of force: our side of the comparison with the GPR index.

Caldara and Iacoviello (AER 2022) count articles that hold words of war, threatened peace, build-ups, arms, terror and
hostages. Titles are too short for most of their pairs of words, so one such word is enough here; "nuclear" alone is
none of theirs and is mostly about power stations, so it needs an arm or a threat beside it, as it does there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from tasks.domain.quality import pearson
from tasks.domain.words import word_set, words_of

FORCE_WORDS = word_set(
    """war wars conflict hostilities invasion invade invades invaded invading attack attacks attacked terror terrorism
    terrorist terrorists bomb bombs bombing bombings bomber missile missiles shelling airstrike airstrikes troops
    anthrax hostage hostages rebels militants sanctions peace truce armistice treaty ceasefire ceasefires buildup
    blockade embargo quarantine ultimatum mobilization mobilisation"""
)
_ARMS = word_set("weapon weapons warhead warheads arms test tests threat threats")
_PAIRS = (("nuclear", _ARMS), ("air", word_set("strike strikes")))
"""A word and those of which one must stand beside it in the title, those of force apart."""


def names_force(title: str) -> bool:
    """Whether a title holds a word of war, peace, arms, terror, hostages or sanctions, or a pair that means one."""
    words = words_of(title)
    return not FORCE_WORDS.isdisjoint(words) or any(
        word in words and not others.isdisjoint(words) for word, others in _PAIRS
    )


def means_by(values: Iterable[tuple[date, float]], length: int, at_least: int) -> dict[str, float]:
    """Mean per period; `length` 7 cuts ISO dates to months, 10 keeps days. Periods with few values are left out."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for day, value in values:
        cell = sums[day.isoformat()[:length]]
        cell[0] += value
        cell[1] += 1
    return {period: total / count for period, (total, count) in sums.items() if count >= at_least}


def correlation(ours: Mapping[str, float], theirs: Mapping[str, float]) -> tuple[float, int]:
    """Pearson's r over the periods that both have, and how many they are."""
    periods = sorted(ours.keys() & theirs.keys())
    return pearson([ours[period] for period in periods], [theirs[period] for period in periods]), len(periods)


def without_weekdays(days: Mapping[str, float]) -> dict[str, float]:
    """Daily values less the mean of their weekday: papers are thin on Sundays and full on Tuesdays."""
    by_weekday: dict[int, list[float]] = defaultdict(list)
    for day, value in days.items():
        by_weekday[date.fromisoformat(day).weekday()].append(value)
    means = {weekday: _mean(values) for weekday, values in by_weekday.items()}
    return {day: value - means[date.fromisoformat(day).weekday()] for day, value in days.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
