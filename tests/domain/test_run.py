from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

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
    assert run.price_provider == provider


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
