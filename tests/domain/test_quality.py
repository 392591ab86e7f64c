import pytest

from tasks.domain.baselines import baselines
from tasks.domain.quality import auc, macro_f1, pearson, quality, relevance_f1, share
from tasks.storage.seeds import Taxonomy


def test_quality_counts_hits_and_wrong_signs() -> None:
    measured = quality([1, 1, -1, -1, 0], [1, -1, -1, 0, 0])
    assert measured.item_count == 5
    assert measured.directed_count == 4
    assert measured.hit_share == 0.5
    assert measured.wrong_sign_share == 0.25
    assert measured.confusion == ((1, 1, 0), (0, 1, 0), (1, 0, 1))
    assert measured.macro_f1 == pytest.approx((2 / 4 + 2 / 3 + 2 / 3) / 3 + (0.5 - 2 * 1 / 4) / 3)


def test_measures_of_nothing_are_zero() -> None:
    assert quality([], []).macro_f1 == macro_f1([]) == relevance_f1([], []) == share([]) == 0.0


def test_relevance_f1() -> None:
    assert relevance_f1([True, True, False], [True, False, True]) == 0.5


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="shorter"):
        quality([1, 0], [1])


@pytest.mark.parametrize(
    ("headline", "axis", "expected"),
    [
        ("Terrible attacks in Ukraine", "european_risk_premium", (1, 1, 1)),
        ("Terrible attacks in Ukraine", "energy", (1, 0, 0)),
        ("Happy peace in Ukraine", "geo", (-1, -1, -1)),
        ("A table", "geo", (0, 0, 0)),
    ],
)
def test_baselines(taxonomy: Taxonomy, headline: str, axis: str, expected: tuple[int, int, int]) -> None:
    found = baselines(taxonomy.exposures)
    assert tuple(found[name](headline, axis) for name in ("vader_sign", "vader_on_theme", "keywords")) == expected


def test_interval_holds_the_score_and_is_the_same_each_time() -> None:
    labels, predictions = [1, 1, -1, 0, 0, 0] * 10, [1, 0, -1, 0, 0, 1] * 10
    first, second = quality(labels, predictions), quality(labels, predictions)
    low, high = first.macro_f1_interval
    assert low < first.macro_f1 < high
    assert first == second


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [([2.0, 3.0], [1.0], 1.0), ([1.0], [1.0], 0.5), ([], [1.0], 0.5), ([1.0, 3.0], [2.0, 2.0], 0.5)],
)
def test_auc(positives: list[float], negatives: list[float], expected: float) -> None:
    assert auc(positives, negatives) == expected


def test_pearson() -> None:
    assert pearson([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(1.0)
    assert pearson([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
    assert pearson([1.0, 1.0], [1.0, 2.0]) == pearson([], []) == 0.0
