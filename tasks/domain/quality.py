"""Measures of scoring quality on labelled items. Pure functions over sequences of -1, 0, 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIGNS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Quality:
    """Agreement of predicted with labelled directions on one axis.

    `macro_f1`: mean F1 of -1, 0, 1. `hit_share`, `wrong_sign_share`: among items labelled -1 or 1, the share
    predicted alike and the share predicted with the opposite sign. `confusion[label][prediction]` in the order
    of `SIGNS`.
    """

    item_count: int
    directed_count: int
    macro_f1: float
    hit_share: float
    wrong_sign_share: float
    confusion: tuple[tuple[int, int, int], ...]


def quality(labels: Sequence[int], predictions: Sequence[int]) -> Quality:
    """Compare directions; shares over nothing are 0.

    Raises:
        ValueError: the two sequences differ in length.
    """
    pairs = list(zip(labels, predictions, strict=True))
    confusion = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]
    for label, prediction in pairs:
        confusion[label + 1][prediction + 1] += 1
    directed = [(label, prediction) for label, prediction in pairs if label]
    return Quality(
        item_count=len(pairs),
        directed_count=len(directed),
        macro_f1=macro_f1(confusion),
        hit_share=share(label == prediction for label, prediction in directed),
        wrong_sign_share=share(label == -prediction for label, prediction in directed),
        confusion=tuple((row[0], row[1], row[2]) for row in confusion),
    )


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
