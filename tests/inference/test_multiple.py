"""Many tests: adjusted p-values by hand, and the share of false findings that they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tasks.inference.multiple import false_discovery, holm


def test_by_hand() -> None:
    """p x 4 / rank, made monotone from the largest down; BY times 1 + 1/2 + 1/3 + 1/4."""
    found = false_discovery([0.01, 0.04, 0.03, 0.5])
    assert [row.q_bh for row in found] == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert [row.q_by for row in found] == pytest.approx(
        [value * 25 / 12 if value < 0.4 else 1 for value in (0.04, 0.16 / 3, 0.16 / 3, 0.5)]
    )
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert (false_discovery([]), holm([])) == ([], [])


def test_the_share_of_false_findings_is_kept_under_dependence() -> None:
    """Nine in ten tests are null, all share half of their noise: of what is found less than a tenth is false."""
    random = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        noise = np.sqrt(0.5) * random.standard_normal() + np.sqrt(0.5) * random.standard_normal(100)
        is_real = np.arange(100) < 10
        p_values = 2 * norm.sf(np.abs(noise + 4 * is_real))
        kept = np.array([row.q_bh <= 0.1 for row in false_discovery(p_values.tolist())])
        shares.append(float(np.sum(kept & ~is_real) / max(kept.sum(), 1)))
        assert all(row.q_by >= row.q_bh for row in false_discovery(p_values.tolist()))
    assert float(np.mean(shares)) <= 0.1
