"""A run between two cut-offs of one day: closed clocks are history, open ones are provisional until they close."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import STRIKE, TALKS, Pipeline, query, small, utc, write_article

NOON = "2025-08-18T12:30"
"""Monday: Frankfurt has opened and the ECB has fixed; London, Frankfurt and New York have not closed."""


@pytest.fixture
def noon(tmp_path: Path) -> Pipeline:
    write_article(tmp_path / "articles", "strike", "2025-08-15T09:00:00Z", STRIKE)
    write_article(tmp_path / "articles", "talks", "2025-08-18T05:00:00Z", TALKS)
    pipeline = small(tmp_path, now=NOON)
    pipeline.publish()
    return pipeline


def signals(pipeline: Pipeline, sql: str) -> list[tuple[Any, ...]]:
    return query(pipeline.home.published / "signals.duckdb", sql)


MONDAY = "where session_date = '2025-08-18' and theme = 'energy' order by clock"


def test_open_clocks_are_provisional_and_closed_ones_are_not(noon: Pipeline) -> None:
    rows = dict(signals(noon, f"select clock, is_provisional from signal.theme_clock_daily {MONDAY}"))
    assert {clock for clock, provisional in rows.items() if not provisional} == {"ECB_FIX", "XETR_OPEN"}
    assert len(rows) == 9


def test_a_provisional_row_shows_the_news_so_far_and_enters_no_history(noon: Pipeline) -> None:
    (row,) = signals(noon, f"select status, article_count from signal.theme_daily {MONDAY}")
    assert row == ("ok", 1)
    known = "select count(*) from signal.theme_clock_daily_vintage where session_date = '2025-08-18' and is_provisional"
    assert signals(noon, known) == [(0,)]
    as_known = "select max(session_date) from signal.theme_daily_as_known('2025-08-18T12:30Z') where theme = 'energy'"
    assert signals(noon, as_known) == [(date(2025, 8, 15),)]


def test_contributions_of_a_provisional_row_sum_to_it(noon: Pipeline) -> None:
    differing = signals(
        noon,
        "select d.clock from signal.theme_clock_daily as d left join (select session_date, theme, clock, "
        "sum(contribution) as total from signal.sentence_contribution group by all) as c "
        "using (session_date, theme, clock) where d.risk_score is distinct from c.total",
    )
    assert differing == []


def test_no_price_of_an_open_session_is_history(noon: Pipeline) -> None:
    assert signals(noon, "select max(session_date) < '2025-08-18' from signal.price_daily") == [(True,)]


def test_at_the_cutoff_the_row_is_replaced_and_becomes_history(noon: Pipeline, tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "again", "2025-08-18T14:00:00Z", f"{STRIKE} Again.")
    noon.publish(now=utc("2025-08-18T21:00"), run_id="evening")
    rows = signals(noon, f"select is_provisional, article_count, run_id from signal.theme_daily {MONDAY}")
    assert rows == [(False, 2, "evening")]
    assert signals(noon, "select count(*) from signal.theme_clock_daily where is_provisional") == [(0,)]
    versions = signals(noon, f"select run_id from signal.theme_clock_daily_vintage {MONDAY}, as_of_at")
    assert {run_id for (run_id,) in versions} == {"first", "evening"}, "only the two closed clocks have a noon version"
    assert len(versions) == 9


def test_a_second_run_at_the_same_instant_changes_nothing(noon: Pipeline) -> None:
    before = (noon.home.published / "exports" / "theme_clock_daily.csv").read_bytes()
    noon.publish(run_id="second")
    assert noon.reports["publish"].counts["changed"] == 0
    assert (noon.home.published / "exports" / "theme_clock_daily.csv").read_bytes() == before
