"""Who is asked for live prices, how often, and what becomes of faults of a whole provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tasks.domain.errors import SourceError
from tests.live_home import HISTORY, add, asks, shown, value
from tests.markets import HTML, Bar, Market, between, weekdays
from tests.pipeline import Pipeline, exports, utc


def test_every_provider_is_asked_once_and_shown(live: Pipeline, market: Market, told: Callable[[], list[str]]) -> None:
    live.build()
    day = HISTORY[-1]
    assert live.rows(
        "select symbol, provider, close, price_status from daily.price_daily where session_date = $day order by symbol",
        {"day": day},
    ) == [
        ("BRENT", None, None, "pending"),  # a week late
        ("BZ=F", "yahoo", value(67, day), "ok"),
        ("EA_SPREAD_10Y", None, None, "pending"),  # at noon of the next day
        ("ECB_EURUSD", "ecb", value(1.16, day), "ok"),
        ("EUR_HY_OAS", None, None, "pending"),
        ("EXSA.DE", "yahoo", value(55, day), "ok"),
        ("EZU", "yahoo", value(60, day), "ok"),
        ("ITA", "yahoo", value(195, day), "ok"),
        ("LMT", "yahoo", value(450, day), "ok"),
        ("SAAB-B.ST", "yahoo", value(500, day), "ok"),
        ("SPY", "yahoo", value(640, day), "ok"),
        ("VIX", "cboe", value(15, day), "ok"),
    ]
    assert sorted(asks(market, "yahoo")) == ["BZ=F", "EXSA.DE", "EZU", "ITA", "LMT", "SAAB-B.ST", "SPY"]
    assert sorted(asks(market, "fred")) == ["BAMLHE00EHYIOAS"], "VIX and Brent lack nothing: nobody else is asked"
    assert told() == [
        "cboe: 1 series answered", "ecb: 2 series answered", "eia: 1 series answered", "fred: 1 series answered",
        "yahoo: 7 series answered",
    ]  # fmt: skip
    counts = live.reports["price"].counts
    assert (counts["asked"], counts["unanswered"], counts["quarantined"]) == (12, 0, 0)
    assert live.rows("select distinct outcome from raw.price_ask") == [("answered",)]


def test_a_bar_of_a_session_that_is_not_over_is_not_stored(live: Pipeline, market: Market) -> None:
    """In the afternoon Yahoo's last bar is what has been traded so far; at night it is the close."""
    live.build(now=utc("2025-08-22T18:00"))
    assert shown(live, "SPY", "2025-08-21") == [
        ("2025-08-21", value(640, date(2025, 8, 21)), "yahoo", "ok"), ("2025-08-22", None, None, "pending"),
    ]  # fmt: skip
    market.bars["yahoo", "SPY"][HISTORY[-1]] = Bar(650.0, 650.0)
    live.build(now=utc("2025-08-22T22:00"), run_id="second")
    assert shown(live, "SPY", "2025-08-22") == [("2025-08-22", 650.0, "yahoo", "ok")]
    assert live.cell("select max(vintage_no) from raw.price where symbol = 'SPY'") == 1, "no part of a day was stored"


def test_later_asks_overlap_and_a_rerun_changes_nothing(begun: Pipeline, market: Market) -> None:
    first = exports(begun.home.published)
    assert exports(begun.publish(run_id="again")) == first
    assert begun.reports["publish"].counts["changed"] == 0
    market.asked.clear()
    add(market, date(2025, 8, 25))
    begun.publish(run_id="monday", now=utc("2025-08-25T23:30"))
    (query_of_spy,) = [found for name, series, found in market.asked if (name, series) == ("yahoo", "SPY")]
    assert between(query_of_spy) == (HISTORY[-10], date(2025, 8, 26))
    stored = begun.rows("select price_date from raw.price where symbol = 'SPY' and run_id = 'monday'")
    assert stored == [(date(2025, 8, 25),)]
    assert begun.reports["price"].counts["unchanged"] > 0


def test_too_many_requests_end_the_asking_and_others_go_on(
    live: Pipeline, market: Market, told: Callable[[], list[str]]
) -> None:
    market.faults["yahoo"] = (429, "Too Many Requests")
    live.build()
    assert "yahoo: 0 series answered, 1 throttled, 6 not asked; BZ=F: HTTP status 429, too many requests" in told()
    assert shown(live, "VIX", str(HISTORY[-1]))[0][2] == "cboe"
    requests = [found for found, _ in market.server.log if found.path.startswith("/yahoo/v8")]
    assert len(requests) <= 2, "yfinance tries the other cookie once"
    market.server.clear_log()
    live.build(run_id="soon", now=utc("2025-08-23T00:15"))
    assert [found for found, _ in market.server.log if found.path.startswith("/yahoo")] == []
    assert "yahoo: 0 series answered, 7 not asked; it answered 429 lately and rests until 2025-08-23T00:30Z" in told()
    market.faults.clear()
    live.build(run_id="later", now=utc("2025-08-23T00:31"))
    assert shown(live, "SPY", str(HISTORY[-1])) == [(str(HISTORY[-1]), value(640, HISTORY[-1]), "yahoo", "ok")]


def test_a_page_with_status_200_is_no_price(live: Pipeline, market: Market, told: Callable[[], list[str]]) -> None:
    market.faults["fred"] = (200, HTML)
    market.faults["yahoo", "LMT"] = (200, HTML)
    live.build()
    failed = "select provider, symbol, outcome from raw.price_ask where outcome != 'answered' order by all"
    assert live.rows(failed) == [("fred", "EUR_HY_OAS", "unreadable"), ("yahoo", "LMT", "unreadable")]
    assert any("EUR_HY_OAS: the answer is a web page, not data" in line for line in told())
    assert shown(live, "SPY", str(HISTORY[-1]))[0][3] == "ok"


def test_without_a_key_the_next_provider_is_asked(live: Pipeline, market: Market, tmp_path: Path) -> None:
    live.providers = market.providers(tmp_path / "cache", eia_key=None)
    live.build(now=utc("2025-08-30T12:00"))
    assert shown(live, "BRENT", "2025-08-20")[0] == ("2025-08-20", value(68, date(2025, 8, 20)), "fred", "ok")


def test_an_outage_of_two_days_is_caught_up(begun: Pipeline, market: Market) -> None:
    for day in weekdays(date(2025, 8, 25), date(2025, 8, 27)):
        add(market, day)
    begun.build(run_id="wednesday", now=utc("2025-08-27T23:30"))
    assert shown(begun, "SPY", "2025-08-22") == [
        (str(day), value(640, day), "yahoo", "ok") for day in weekdays(date(2025, 8, 22), date(2025, 8, 27))
    ]


def test_without_a_network_there_is_a_line_for_each_and_the_publication_stays(
    begun: Pipeline, market: Market, told: Callable[[], list[str]]
) -> None:
    before = exports(begun.home.published)
    link = begun.home.published.resolve()
    market.server.stop()
    with pytest.raises(SourceError) as caught:
        begun.publish(run_id="offline", now=utc("2025-08-23T08:00"))
    market.server.start()
    assert str(caught.value).startswith("no price provider answered: cboe: 0 series answered, 1 unreachable")
    lines = told()[-5:]
    assert [line.split(":")[0] for line in lines] == ["cboe", "ecb", "eia", "fred", "yahoo"]
    assert all("unreachable" in line for line in lines)
    assert "yahoo: 0 series answered, 2 unreachable, 5 not asked" in lines[-1], "two silences are enough"
    assert begun.home.published.resolve() == link
    assert exports(link) == before


def test_answers_without_a_single_price_stop_the_run(live: Pipeline, market: Market) -> None:
    for key, series in market.bars.items():
        market.bars[key] = {day: Bar(None) for day in series}
    with pytest.raises(SourceError, match="no usable price"):
        live.build()
