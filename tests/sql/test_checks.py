"""Every check finds what it is for: the demonstration is broken in one place at a time, and put right again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from tasks.check import Check, read_checks
from tasks.storage.warehouse import naive_utc
from tests.pipeline import Pipeline

DAY = "session_date = '2025-08-18'"
KEY = f"{DAY} and clock = 'XETR' and theme = 'energy'"

BROKEN = {
    "article_in_its_session": (
        f"update staging.article_session set available_at = cutoff_at + interval 1 microsecond where {DAY}"
    ),
    "asset_key_is_unique": f"insert into asset.asset_daily from asset.asset_daily where {DAY}",
    "contribution_key_is_unique": (
        f"insert into measure.sentence_contribution from measure.sentence_contribution where {KEY}"
    ),
    "contribution_sums_to_risk_score": (
        f"update daily.theme_clock_daily set risk_score = risk_score + 0.000000000001 where {KEY}"
    ),
    "cutoff_before_strike": f"update raw.session set struck_at = cutoff_at where {DAY}",
    "price_before_it_was_known": (
        f"update daily.price_daily set price_available_at = timestamp '2099-01-01' where {DAY} and symbol = 'BRENT'"
    ),
    "price_is_finite": f"update daily.price_daily set session_return = 'inf' where {DAY}",
    "price_is_missing": f"update daily.price_daily set price_status = 'missing' where {DAY}",
    "price_is_suspect": f"update quote.price_quote set doubt = 'jump' where {DAY}",
    "price_key_is_unique": f"insert into daily.price_daily from daily.price_daily where {DAY}",
    "price_off_session": f"update staging.price_point set price_status = 'off_session' where {DAY}",
    "price_providers_disagree": f"update quote.price_quote set is_apart = true where {DAY}",
    "score_in_range": f"update daily.theme_clock_daily set tone_score = 'nan' where {KEY}",
    "source_is_stale": f"update core.source_session set is_covered = false where {DAY}",
    "stale_source_has_no_score": f"update daily.theme_clock_daily set status = 'stale_source' where {KEY}",
    "theme_row_for_every_session": f"delete from daily.theme_clock_daily where {KEY}",
    "theme_row_without_session": f"delete from raw.session where {DAY} and clock = 'XETR'",
}


@dataclass
class Opened:
    """A copy of the demonstration's warehouse, open for changes that are rolled back."""

    db: duckdb.DuckDBPyConnection
    window: dict[str, date]

    def rows(self, item: Check) -> int:
        """How many rows the check gives now."""
        wanted = {name: value for name, value in self.window.items() if f"${name}" in item.body}
        return len(self.db.execute(item.body, wanted).fetchall())


@pytest.fixture(scope="module")
def opened(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    copy = demo.copy(tmp_path_factory.mktemp("checks") / "home")
    window = demo.reports["price"].window
    assert window is not None
    with duckdb.connect(str(copy.home.warehouse)) as db:
        given = {"from_date": window.from_date, "to_date": window.to_date, "now": naive_utc(demo.run.now)}
        yield Opened(db, given)


CHECKS = read_checks()


@pytest.mark.parametrize("item", CHECKS, ids=lambda item: item.name)
def test_a_check_finds_what_it_is_for(opened: Opened, item: Check) -> None:
    if item.severity == "fail":
        assert opened.rows(item) == 0
    before = opened.rows(item)
    opened.db.execute("begin")
    try:
        opened.db.execute(BROKEN[item.name])
        assert opened.rows(item) > before
    finally:
        opened.db.execute("rollback")


def test_every_check_is_tried() -> None:
    assert set(BROKEN) == {item.name for item in CHECKS}


def test_checks_look_at_the_window_alone() -> None:
    """A check that reads the days of the run binds both ends; sessions and keys of raw tables may be checked whole."""
    unbound = {item.name for item in CHECKS if not {"$from_date", "$to_date"} <= set(item.body.split())}
    assert unbound <= {"cutoff_before_strike"}


def test_what_a_check_says_fits_after_its_name() -> None:
    assert all(item.sentence[0].islower() and not item.sentence.endswith(".") for item in CHECKS)
