"""Many tests at once: which would stand if only a fixed share of the findings may be false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from statsmodels.stats.multitest import multipletests


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values of one test: to be held against the rate as they are.

    Attributes:
        q_bh: Benjamini and Hochberg (1995), for tests that are independent or positively dependent.
        q_by: Benjamini and Yekutieli (2001), under any dependence.
    """

    q_bh: float
    q_by: float


def false_discovery(p_values: Sequence[float]) -> list[Adjusted]:
    """Adjust a family of p-values, in their order; an empty family stays empty."""
    if not p_values:
        return []
    bh = multipletests(p_values, method="fdr_bh")[1]
    by = multipletests(p_values, method="fdr_by")[1]
    return [Adjusted(float(one), float(other)) for one, other in zip(bh, by, strict=True)]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjustment: the chance of any false finding among the family stays below the level."""
    return [float(value) for value in multipletests(p_values, method="holm")[1]] if p_values else []
