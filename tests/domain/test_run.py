from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.run import STEPS, Run, StepReport, Window

RUN = Run("r1", datetime(2025, 9, 8, 6, tzinfo=UTC), Path("home"), ("seeds",), ("sample",), Path("seeds"))


def test_the_stations_are_named_in_their_order() -> None:
    assert STEPS == ("collect", "score", "price", "build", "check", "publish")


@pytest.mark.parametrize(
    ("prices", "provider"),
    [(("sample",), "sample"), (("mine.csv",), "files"), (("sample", "mine.csv"), "files"), ((), "files")],
)
def test_only_the_sample_alone_is_stored_as_sample(prices: tuple[str, ...], provider: str) -> None:
    run = Run(RUN.run_id, RUN.now, RUN.home, RUN.articles, prices, RUN.seeds)
    assert run.price_provider == run.file_provider == provider
    assert (run.is_live, run.files) == (False, prices)


def test_live_prices_may_stand_beside_files() -> None:
    run = Run(RUN.run_id, RUN.now, RUN.home, RUN.articles, ("live", "mine.csv"), RUN.seeds)
    assert (run.price_provider, run.file_provider, run.files) == ("live", "files", ("mine.csv",))
    assert run.is_live


def test_a_request_does_not_change_under_way() -> None:
    with pytest.raises(FrozenInstanceError):
        RUN.run_id = "r2"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (StepReport("collect", {"read": 13, "set_aside": 0}, 0.24), "collect  13 read, 0 set aside  (0.2 s)"),
        (StepReport("price", {"read": 1234567}, 12.0), "price    1,234,567 read  (12.0 s)"),
        (StepReport("publish"), "publish  nothing to do  (0.0 s)"),
    ],
)
def test_a_report_is_one_line_for_a_person(report: StepReport, line: str) -> None:
    assert report.line() == line


def test_a_report_may_carry_the_window() -> None:
    window = Window(date(2025, 8, 4), date(2025, 8, 29))
    assert StepReport("price", window=window).window == window


@pytest.mark.parametrize(
    ("last", "count", "chunks"),
    [
        (29, 1, [(4, 29)]),
        (29, 2, [(4, 16), (17, 29)]),
        (29, 3, [(4, 11), (12, 20), (21, 29)]),
        (5, 2, [(4, 4), (5, 5)]),
        (5, 9, [(4, 4), (5, 5)]),
        (4, 3, [(4, 4)]),
        (29, 0, [(4, 29)]),
    ],
)
def test_a_window_is_cut_into_chunks_that_make_it_up(last: int, count: int, chunks: list[tuple[int, int]]) -> None:
    window = Window(date(2025, 8, 4), date(2025, 8, last))
    assert [(chunk.from_date.day, chunk.to_date.day) for chunk in window.chunks(count)] == chunks


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 400), st.integers(-1, 500))
def test_chunks_leave_no_gap_and_are_about_equal(days: int, count: int) -> None:
    window = Window(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=days))
    chunks = window.chunks(count)
    assert (chunks[0].from_date, chunks[-1].to_date) == (window.from_date, window.to_date)
    assert all(left.to_date + timedelta(days=1) == right.from_date for left, right in pairwise(chunks))
    lengths = [(chunk.to_date - chunk.from_date).days + 1 for chunk in chunks]
    assert min(lengths) >= 1
    assert max(lengths) - min(lengths) <= 1
    assert len(chunks) == max(1, min(count, days + 1))
