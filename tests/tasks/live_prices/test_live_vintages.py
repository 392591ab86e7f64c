"""What a later answer makes of stored prices: restated, re-based, or just the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.live_home import HISTORY, add, value
from tests.markets import Bar, Market, between
from tests.pipeline import Pipeline, query, utc


def test_a_restated_close_is_a_vintage_and_says_so(begun: Pipeline, market: Market) -> None:
    market.bars["yahoo", "SPY"][date(2025, 8, 20)] = Bar(655.0, 655.0)
    begun.publish(run_id="second", now=utc("2025-08-23T08:00"))
    assert begun.reports["price"].counts["restated"] == 1
    stored = "select close from raw.price where symbol = 'SPY' and price_date = '2025-08-20' order by vintage_no"
    assert begun.rows(stored) == [(value(640, date(2025, 8, 20)),), (655.0,)]
    signals = begun.home.published / "signals.duckdb"
    assert query(
        signals,
        "select distinct cause from signal.restatement where symbol = 'SPY' and session_date = '2025-08-20' "
        "and column_name = 'close'",
    ) == [("restated price",)]


def test_another_volume_is_kept_and_changes_no_row(begun: Pipeline, market: Market) -> None:
    """Yahoo corrects volumes for days; a row of price_daily is about the close."""
    bar = market.bars["yahoo", "SPY"][HISTORY[-1]]
    market.bars["yahoo", "SPY"][HISTORY[-1]] = replace(bar, volume=9_999)
    begun.publish(run_id="second", now=utc("2025-08-23T08:00"))
    assert begun.reports["price"].counts["restated"] == 1
    assert begun.reports["publish"].counts["changed"] == 0


def test_a_dividend_re_bases_and_changes_no_published_row(begun: Pipeline, market: Market) -> None:
    """On Monday LMT goes ex: Yahoo multiplies every earlier adjusted close. Only Monday is new."""
    monday = date(2025, 8, 25)
    add(market, monday)
    close, last = value(450, monday), value(450, HISTORY[-1])
    factor = 1 - 3.3 / last
    series = market.bars["yahoo", "LMT"]
    for day in HISTORY:
        series[day] = Bar(value(450, day), value(450, day) * factor)
    series[monday] = Bar(close, close, dividend=3.3)
    begun.publish(run_id="monday", now=utc("2025-08-25T23:30"))
    counts = begun.reports["price"].counts
    assert (counts["restated"], counts["rebased"]) == (0, 10)
    ((basis, close_factor, adj_factor),) = begun.rows("select basis_no, close_factor, adj_factor from raw.price_rebase")
    assert (basis, close_factor) == (2, 1.0)
    assert adj_factor == pytest.approx(factor, rel=2e-6)
    published = begun.rows("select session_date from history.price_daily where symbol = 'LMT' and run_id = 'monday'")
    assert published == [(monday,)]
    (found,) = begun.rows(
        "select session_return from daily.price_daily where symbol = 'LMT' and session_date = $d", {"d": monday}
    )
    assert found[0] == pytest.approx(close / (last - 3.3) - 1, abs=2e-6), "the dividend is no loss"
    assert begun.rows("select symbol, ex_date, amount from raw.dividend") == [("LMT", monday, 3.3)]
    begun.build(run_id="again", now=utc("2025-08-25T23:40"))
    assert begun.reports["price"].counts["rebased"] == begun.reports["price"].counts["restated"] == 0
    assert begun.cell("select count(*) from raw.price_rebase") == 1


def test_a_split_re_bases_closes_and_says_so(live: Pipeline, market: Market) -> None:
    """Older days than those asked for over again follow by the factor."""
    live.publish(from_date=date(2025, 7, 28))
    monday = date(2025, 8, 25)
    add(market, monday)
    series = market.bars["yahoo", "LMT"]
    for day, bar in series.items():
        assert bar.close is not None
        series[day] = Bar(bar.close / 2, bar.close / 2, split=(2, 1) if day == monday else None)
    live.publish(run_id="monday", now=utc("2025-08-25T23:30"))
    closes = dict(live.rows("select session_date, close from daily.price_daily where symbol = 'LMT'"))
    assert closes == {
        day: pytest.approx(value(450, day) / 2, abs=1e-4) for day in [*HISTORY, monday] if day >= date(2025, 7, 28)
    }
    biggest = live.cell("select max(abs(session_return)) from daily.price_daily where symbol = 'LMT'")
    assert biggest < 0.05
    assert live.rows(
        "select distinct cause from signal.restatement where symbol = 'LMT' and column_name = 'close'"
    ) == [("rebased price",)]


def test_a_dividend_that_came_late_is_asked_for_from_the_start(begun: Pipeline, market: Market) -> None:
    """Yahoo adds an ex-day of last week: in the days asked for over again there is no one factor."""
    ex_day = HISTORY[-4]
    series = market.bars["yahoo", "LMT"]
    for day in HISTORY:
        close = value(450, day)
        series[day] = Bar(close, close * (0.99 if day < ex_day else 1), dividend=4.5 if day == ex_day else 0)
    market.asked.clear()
    begun.build(run_id="second", now=utc("2025-08-23T08:00"))
    spans = [between(found) for _, series, found in market.asked if series == "LMT"]
    assert [first for first, _ in spans] == [HISTORY[-10], HISTORY[0]]
    assert begun.reports["price"].counts["restated"] == len(HISTORY) - 4
    basis = begun.rows(
        "select adj_close / close from gate.price_value where symbol = 'LMT' and price_date < $d", {"d": ex_day}
    )
    assert all(ratio == pytest.approx(0.99, abs=2e-6) for (ratio,) in basis), "no splice in the middle"


def test_a_window_that_rolls_on_takes_nothing_away(live: Pipeline, market: Market) -> None:
    """FRED serves three years of a licensed series: what was stored before stays."""
    live.build(now=utc("2025-08-27T12:00"))
    kept = live.rows("select price_date, close from raw.price where symbol = 'EUR_HY_OAS' order by price_date")
    series = market.bars["fred", "BAMLHE00EHYIOAS"]
    for day in HISTORY[:20]:
        del series[day]
    live.build(run_id="second", now=utc("2025-08-28T12:00"))
    assert live.rows("select price_date, close from raw.price where symbol = 'EUR_HY_OAS' order by price_date") == kept
