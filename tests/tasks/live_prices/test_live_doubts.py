"""Which price of a session is shown: gaps, jumps, series that stand still, closed exchanges, one's own files."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from tests.live_home import HISTORY, RATE, add, shown, value
from tests.markets import Bar, Listing, Market, weekdays
from tests.pipeline import Pipeline, utc, write_prices


def test_a_session_that_one_lacks_is_taken_from_the_next(live: Pipeline, market: Market) -> None:
    """Cboe lacks a day that FRED has. FRED's own return is shown with it, and that of the day after."""
    missed = date(2025, 8, 20)
    del market.bars["cboe", "VIX"][missed]
    live.build()
    assert [row[2:] for row in shown(live, "VIX", "2025-08-19")] == [
        ("cboe", "ok"), ("fred", "ok"), ("fred", "ok"), ("cboe", "ok"),
    ]  # fmt: skip
    changes = live.rows(
        "select session_change from daily.price_daily where symbol = 'VIX' and session_date > '2025-08-18'"
    )
    assert all(change is not None for (change,) in changes)
    assert live.rows(
        "select provider, close is not null from quote.price_quote where symbol = 'VIX' and session_date = $day "
        "order by preference",
        {"day": missed},
    ) == [("cboe", False), ("fred", True), ("yahoo", False)]


def test_a_gap_that_nobody_fills_stays_one(live: Pipeline, market: Market) -> None:
    del market.bars["yahoo", "LMT"][date(2025, 8, 20)]
    live.build()
    assert shown(live, "LMT", "2025-08-20")[:2] == [
        ("2025-08-20", None, None, "missing"), ("2025-08-21", value(450, date(2025, 8, 21)), "yahoo", "ok"),
    ]  # fmt: skip
    assert live.rows(
        "select session_return from daily.price_daily where symbol = 'LMT' and session_date between '2025-08-20' and "
        "'2025-08-21'"
    ) == [(None,), (None,)], "nothing is filled: neither the session nor the one after it has a return"


def test_null_prices_with_a_volume_are_set_aside(live: Pipeline, market: Market) -> None:
    market.bars["yahoo", "SPY"][date(2025, 8, 21)] = Bar(None, None, 9_000_000)
    live.build()
    assert shown(live, "SPY", "2025-08-21")[0] == ("2025-08-21", None, None, "missing")
    assert live.rows("select source, location, reason from raw.quarantine") == [
        ("yahoo", "yahoo SPY 2025-08-21", "missing_close")
    ]


def test_a_jump_is_suspect_until_another_provider_says_the_same(live: Pipeline, market: Market) -> None:
    """All three asked: FRED is a day late, so it confirms from then on, and the price is known from then on."""
    day = HISTORY[-1]
    for key in (("cboe", "VIX"), ("fred", "VIXCLS")):
        market.bars[key][day] = Bar(60.0)
    market.bars["yahoo", "^VIX"][day] = Bar(21.5, None)
    live.publish()
    assert shown(live, "VIX", str(day)) == [(str(day), 21.5, "yahoo", "ok")], "the third in order is the first good one"
    assert live.rows(
        "select provider, close, price_status, doubt, is_apart from signal.price_quote where symbol = 'VIX' "
        "and session_date = $day order by preference",
        {"day": day},
    ) == [
        ("cboe", 60.0, "suspect", "jump", True),
        ("fred", None, "pending", None, False),
        ("yahoo", 21.5, "ok", None, False),
    ]
    assert live.reports["check"].counts["warnings"] >= 1
    live.publish(run_id="later", now=utc("2025-08-24T12:00"))
    assert shown(live, "VIX", str(day)) == [(str(day), 60.0, "cboe", "ok")]
    known = live.cell(
        "select price_available_at from daily.price_daily where symbol = 'VIX' and session_date = $day", {"day": day}
    )
    assert known == datetime(2025, 8, 23, 22), "26 hours after the strike: when FRED shows it"  # noqa: DTZ001
    assert live.cell("select count(*) from signal.restatement where cause = 'another provider'") > 0


def test_a_jump_that_nobody_confirms_stays_out_of_returns(live: Pipeline, market: Market) -> None:
    market.bars["yahoo", "LMT"][date(2025, 8, 21)] = Bar(45.0, 45.0)
    live.build()
    assert [row[3] for row in shown(live, "LMT", "2025-08-20")] == ["ok", "suspect", "ok"]
    assert live.rows(
        "select session_return from daily.price_daily where symbol = 'LMT' and session_date > '2025-08-20'"
    ) == [(None,), (None,)]
    assert live.cell("select close from raw.price where symbol = 'LMT' and price_date = '2025-08-21'") == 45.0


def test_a_series_that_stands_still_is_suspect(live: Pipeline, market: Market) -> None:
    for day in HISTORY[-7:]:
        market.bars["ecb", RATE][day] = Bar(1.1655)
    live.build()
    assert [row[3] for row in shown(live, "ECB_EURUSD", "2025-08-18")] == ["ok", "ok", "suspect", "suspect", "suspect"]


def test_closed_is_a_shut_exchange_or_a_declared_blank(live: Pipeline, market: Market) -> None:
    """6 June is Sweden's national day, Frankfurt is open; FRED lists a bond holiday without a value."""
    days = weekdays(date(2025, 6, 2), date(2025, 6, 11))
    for day in days:
        add(market, day)
    market.bars["yahoo", "SAAB-B.ST"][date(2025, 6, 6)] = market.bars["yahoo", "SAAB-B.ST"][date(2025, 6, 5)]
    market.bars["fred", "BAMLHE00EHYIOAS"][date(2025, 6, 5)] = Bar(None)
    live.build(from_date=date(2025, 6, 4), to_date=date(2025, 6, 11))
    assert [row[3] for row in shown(live, "SAAB-B.ST", "2025-06-05")][:3] == ["ok", "closed", "ok"]
    assert shown(live, "SAAB-B.ST", "2025-06-06")[0] == ("2025-06-06", None, None, "closed")
    assert [row[3] for row in shown(live, "EUR_HY_OAS", "2025-06-04")][:3] == ["ok", "closed", "ok"]


def test_own_files_stand_beside_the_providers_and_come_first(live: Pipeline, market: Market, tmp_path: Path) -> None:
    del market.bars["yahoo", "LMT"][date(2025, 8, 20)]
    own = write_prices(tmp_path / "own.csv", [("LMT", date(2025, 8, day), 460 + day) for day in (19, 20)])
    live.build(prices=("live", str(own)))
    assert [row[:3] for row in shown(live, "LMT", "2025-08-19")] == [
        ("2025-08-19", value(450, date(2025, 8, 19)), "yahoo"),  # with a return, which the file cannot have
        ("2025-08-20", 480.0, "files"),
        ("2025-08-21", value(450, date(2025, 8, 21)), "yahoo"),
        ("2025-08-22", value(450, date(2025, 8, 22)), "yahoo"),
    ]


def test_an_instrument_of_another_currency_is_set_aside(live: Pipeline, market: Market) -> None:
    market.listings["LMT"] = Listing("MXN", "America/Mexico_City", time(8, 30), "EQUITY")
    live.build()
    assert live.rows("select distinct reason, message from raw.quarantine") == [
        ("wrong_currency", "LMT is quoted in USD, not MXN; give its prices in USD")
    ]
    assert shown(live, "LMT") == []
