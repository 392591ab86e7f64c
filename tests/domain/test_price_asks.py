"""What is asked for, and whether what comes is another basis or another price."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.domain.price_asks import OVERLAP, ROUNDING, SHARED, Ask, Overlap, Pair, Stored, ask, overlap

START = date(2025, 8, 1)
DAYS = [START + timedelta(days=n) for n in range(40)]
NEEDED = (date(2024, 6, 1), date(2025, 9, 10))


def stored(count: int, asked_from: date | None = NEEDED[0]) -> Stored:
    """`count` stored days from the start on."""
    recent = tuple((day, 100.0, None) for day in DAYS[:count][-OVERLAP:])
    return Stored(asked_from, DAYS[0] if count else None, recent)


def test_all_that_is_needed_is_asked_for_first() -> None:
    assert ask("yahoo", "LMT", "LMT", NEEDED, Stored()) == Ask("yahoo", "LMT", "LMT", *NEEDED)


@given(st.integers(OVERLAP, len(DAYS)))
def test_a_later_ask_overlaps_the_newest_stored_days(count: int) -> None:
    """At least five of them, however many are stored."""
    found = ask("yahoo", "LMT", "LMT", NEEDED, stored(count))
    again = [day for day in DAYS[:count] if found.from_date <= day <= found.to_date]
    assert len(again) == OVERLAP >= SHARED
    assert found.to_date == NEEDED[1]


@pytest.mark.parametrize(
    ("known", "first"),
    [
        (stored(OVERLAP - 1), NEEDED[0]),  # too few to tell a re-basing by
        (stored(30, asked_from=None), NEEDED[0]),  # from a file, or under another series: never asked for
        (stored(30, asked_from=date(2025, 1, 1)), NEEDED[0]),  # the run begins earlier than before
        (Stored(NEEDED[0], date(2023, 1, 1), ((date(2023, 1, 1), 1.0, None),)), date(2023, 1, 1)),
    ],
    ids=["few days", "never asked", "earlier start", "an older start is kept"],
)
def test_what_is_not_there_is_asked_for_as_a_whole(known: Stored, first: date) -> None:
    assert ask("yahoo", "LMT", "LMT", NEEDED, known).from_date == first


def test_a_run_in_the_past_asks_for_nothing_after_its_clock() -> None:
    found = ask("yahoo", "LMT", "LMT", (NEEDED[0], date(2025, 8, 3)), stored(30))
    assert (found.from_date, found.to_date) == (date(2025, 8, 3), date(2025, 8, 3))


def seven(value: float) -> float:
    """The value as a live provider's text holds it."""
    return float(f"{value:.7g}")


prices = st.lists(st.floats(1.0, 9_000.0).map(seven), min_size=SHARED, max_size=25)
dividend = st.floats(0.5, 0.9999).map(seven)


@given(prices, dividend)
@example([1.0] * 5, 0.90625)
@example([1.0] * 5, 0.9999)
def test_a_dividend_multiplies_every_adjusted_close(closes: list[float], factor: float) -> None:
    pairs = [Pair(close, close, close, seven(close * factor)) for close in closes]
    found = overlap(pairs)
    assert (found.kind, found.close_factor) == ("rebased", 1.0)
    assert found.adj_factor == pytest.approx(factor, rel=2 * ROUNDING)
    after = [
        Pair(pair.close, pair.close, pair.stored_adj_close * found.adj_factor, pair.adj_close)
        for pair in pairs
        if pair.stored_adj_close is not None
    ]
    assert overlap(after, found.tolerance).kind == "same", "once is enough"


@given(prices, st.sampled_from([(2, 1), (3, 1), (10, 1), (20, 1), (3, 2), (1, 10), (1, 8)]))
def test_a_split_is_told_by_its_ratio(closes: list[float], split: tuple[int, int]) -> None:
    factor = split[1] / split[0]
    found = overlap([Pair(close, seven(close * factor), close, seven(close * factor)) for close in closes])
    assert found.kind == "rebased"
    assert (found.close_factor, found.adj_factor) == (factor, factor)


@given(prices, st.data())
def test_a_single_other_price_is_a_restatement(closes: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(closes) - 1))
    other = closes[place] * data.draw(st.sampled_from([0.5, 0.99, 1.001, 1.01, 10.0]))
    pairs = [Pair(close, other if at == place else close) for at, close in enumerate(closes)]
    assert overlap(pairs) == Overlap("restated")


def test_a_small_correction_of_a_round_cheap_price_is_no_re_basing() -> None:
    """At two decimals a thousandth of 1.00 is within rounding; that the other days stand still tells what it is."""
    closes = [1.0, 1.0, 1.001, 1.0, 1.0]
    assert overlap([Pair(1.0, close) for close in closes]) == Overlap("restated")


def test_two_decimals_hide_no_dividend() -> None:
    """A file of 2 decimals: the ratios differ by their rounding, and no more."""
    closes = [21.37, 21.4, 22.93, 20.11, 24.0, 23.58]
    found = overlap([Pair(close, close, close, round(close * 0.9935, 2)) for close in closes])
    assert found.kind == "rebased"
    assert found.adj_factor == pytest.approx(0.9935, abs=3e-4)


CLOSES = [100.0, 101.5, 99.25, 102.0, 103.5, 101.0]


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([], "same"),
        ([Pair(close, close, close) for close in CLOSES], "same"),
        # A dividend that was added late: days before it are re-based, days after it are not.
        ([Pair(c, c, c, c * 0.99 if at < 3 else c) for at, c in enumerate(CLOSES)], "unclear"),
        # Re-based, and one day corrected as well: no one factor.
        ([Pair(c, c, c, c * (0.97 if at == 4 else 0.99)) for at, c in enumerate(CLOSES)], "unclear"),
        # Too few days to call it a re-basing.
        ([Pair(c, c, c, c * 0.99) for c in CLOSES[: SHARED - 1]], "unclear"),
        ([Pair(c, c, c, c * 0.99) for c in CLOSES[:SHARED]], "rebased"),
        # Adjusted closes are given for some days only.
        ([Pair(c, c * 0.5, c if at else None, c * 0.5) for at, c in enumerate(CLOSES)], "unclear"),
        ([Pair(0.0, 0.0), *(Pair(c, c * 2) for c in CLOSES)], "restated"),
        ([Pair(0.0, 1.0), *(Pair(c, c) for c in CLOSES)], "unclear"),
    ],
    ids=["none", "equal", "late dividend", "dividend and correction", "four days", "five days", "some adjusted",
         "zero stays", "zero changes"],
)  # fmt: skip
def test_everything_else_is_no_re_basing(pairs: list[Pair], kind: str) -> None:
    assert overlap(pairs).kind == kind
