"""Measures of scoring quality on labelled items. Pure functions over sequences of -1, 0, 1."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt

SIGNS = (-1, 0, 1)
RESAMPLES = 1_000
"""Bootstrap resamples behind an interval."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Agreement of predicted with labelled directions on one axis.

    `macro_f1`: mean F1 of -1, 0, 1, with its 95 % bootstrap interval. `hit_share`, `wrong_sign_share`: among items
    labelled -1 or 1, the share predicted alike and the share predicted with the opposite sign.
    `confusion[label][prediction]` in the order of `SIGNS`.
    """

    item_count: int
    directed_count: int
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    hit_share: float
    wrong_sign_share: float
    confusion: tuple[tuple[int, int, int], ...]


def quality(labels: Sequence[int], predictions: Sequence[int]) -> Quality:
    """Compare directions; shares over nothing are 0.

    Raises:
        ValueError: the two sequences differ in length.
    """
    pairs = list(zip(labels, predictions, strict=True))
    confusion = _confusion(Counter(pairs))
    directed = [(label, prediction) for label, prediction in pairs if label]
    return Quality(
        item_count=len(pairs),
        directed_count=len(directed),
        macro_f1=macro_f1(confusion),
        macro_f1_interval=_bootstrap(pairs),
        hit_share=share(label == prediction for label, prediction in directed),
        wrong_sign_share=share(label == -prediction for label, prediction in directed),
        confusion=confusion,
    )


def _confusion(counts: Counter[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    return tuple((counts[label, -1], counts[label, 0], counts[label, 1]) for label in SIGNS)


def _bootstrap(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Percentile interval of the macro-F1 over resampled items (Efron 1979), the same on every run."""
    if not pairs:
        return 0.0, 0.0
    rng = random.Random(RESAMPLES)
    scores = sorted(macro_f1(_confusion(Counter(rng.choices(pairs, k=len(pairs))))) for _ in range(RESAMPLES))
    return scores[round(0.025 * RESAMPLES)], scores[round(0.975 * RESAMPLES) - 1]


def macro_f1(confusion: Sequence[Sequence[int]]) -> float:
    """Mean F1 over the classes that occur as label or prediction, as scikit-learn defines it; 0 for no items."""
    scores = []
    for k in range(len(confusion)):
        hits = confusion[k][k]
        touched = sum(confusion[k]) + sum(row[k] for row in confusion)
        if touched:
            scores.append(2 * hits / touched)
    return sum(scores) / len(scores) if scores else 0.0


def relevance_f1(labels: Sequence[bool], predictions: Sequence[bool]) -> float:
    """F1 of "is about the theme"; 0 when neither side ever says yes."""
    hits = sum(a and b for a, b in zip(labels, predictions, strict=True))
    touched = sum(labels) + sum(predictions)
    return 2 * hits / touched if touched else 0.0


def share(flags: Iterable[bool]) -> float:
    """Share of true values of an iterable; 0 for none."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties half (Mann-Whitney); 0.5 when a side is empty."""
    if not positives or not negatives:
        return 0.5
    marked = sorted([(value, True) for value in positives] + [(value, False) for value in negatives])
    rank_sum, below = 0.0, 0
    for _, tied in groupby(marked, key=lambda pair: pair[0]):
        flags = [is_positive for _, is_positive in tied]
        rank_sum += sum(flags) * (below + (len(flags) + 1) / 2)
        below += len(flags)
    n = len(positives)
    return (rank_sum - n * (n + 1) / 2) / (n * len(negatives))


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Pearson's correlation in [-1, 1]; 0 when either side does not vary.

    Raises:
        ValueError: the two sequences differ in length.
    """
    pairs = list(zip(xs, ys, strict=True))
    if not pairs:
        return 0.0
    mean_x, mean_y = sum(xs) / len(pairs), sum(ys) / len(pairs)
    xx = sum((x - mean_x) ** 2 for x in xs)
    yy = sum((y - mean_y) ** 2 for y in ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / sqrt(xx * yy) if xx * yy else 0.0
