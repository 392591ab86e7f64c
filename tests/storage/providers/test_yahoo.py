"""Yahoo through yfinance, against a server here that answers with the v8 chart format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from datetime import date, time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tasks.domain.price_asks import Ask
from tasks.storage.files import ROOT
from tasks.storage.providers.contract import Answer, ProviderFault
from tasks.storage.providers.yahoo import Yahoo
from tests.markets import HTML, Bar, Listing, Market, between, weekdays

FIRST, LAST = date(2025, 8, 4), date(2025, 8, 15)
CHART = '{"chart":{"result":[{"meta":{},"timestamp":[1],"indicators":{"quote":[{}]}}],"error":null}}'


@pytest.fixture
def market(httpserver: HTTPServer) -> Market:
    return Market(httpserver)


@pytest.fixture
def yahoo(market: Market, tmp_path: Path) -> Yahoo:
    found = market.providers(tmp_path / "cache")["yahoo"]
    assert isinstance(found, Yahoo)
    return found


def ask(symbol: str = "SPY", first: date = FIRST, last: date = LAST) -> Ask:
    return Ask("yahoo", symbol, symbol, first, last)


def answer(yahoo: Yahoo, question: Ask) -> Answer:
    return yahoo.shape(question, yahoo.fetch(question))


def test_bars_come_as_text_of_seven_digits_under_their_local_date(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {FIRST: Bar(195.0800018310547, 193.12345886, 4_900), LAST: Bar(196.0, 196.0)}
    assert answer(yahoo, ask()).rows == [
        {"date": "2025-08-04", "open": "195.08", "high": "195.08", "low": "195.08", "close": "195.08",
         "adj_close": "193.1235", "volume": "4900", "currency": "USD"},
        {"date": "2025-08-15", "open": "196", "high": "196", "low": "196", "close": "196", "adj_close": "196",
         "volume": "1000", "currency": "USD"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "opens"),
    [("Europe/Paris", time(9)), ("Europe/Berlin", time(9)), ("Asia/Tokyo", time(9)), ("America/New_York", time(9, 30))],
)
def test_a_day_is_that_of_the_exchange_and_not_of_utc(market: Market, yahoo: Yahoo, zone: str, opens: time) -> None:
    """Midnight in Paris is the day before in UTC."""
    market.listings["X"] = Listing("EUR", zone, opens, "EQUITY")
    market.bars["yahoo", "X"] = {day: Bar(10.0, 10.0) for day in weekdays(FIRST, LAST)}
    assert [row["date"] for row in answer(yahoo, ask("X")).rows] == [str(day) for day in weekdays(FIRST, LAST)]


def test_the_last_day_is_asked_for_too(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {day: Bar(1.0, 1.0) for day in weekdays(date(2025, 7, 1), date(2025, 9, 1))}
    found = [row["date"] for row in answer(yahoo, ask()).rows]
    assert (found[0], found[-1]) == ("2025-08-04", "2025-08-15")
    ((_, _, query),) = market.asked
    assert between(query) == (FIRST, date(2025, 8, 16))


def test_a_row_without_prices_comes_through_for_sql_to_judge(market: Market, yahoo: Yahoo) -> None:
    """Yahoo gave null prices with a volume, or null in everything, on days on which New York was open."""
    market.bars["yahoo", "SPY"] = {
        date(2025, 8, 4): Bar(1.0, 1.0),
        date(2025, 8, 5): Bar(None, None, 5_000),
        date(2025, 8, 6): Bar(None, None, None),
    }
    rows = answer(yahoo, ask()).rows
    assert [(row["date"], row["close"], row["volume"]) for row in rows] == [
        ("2025-08-04", "1", "1000"), ("2025-08-05", None, "5000"), ("2025-08-06", None, "0"),
    ]  # fmt: skip


def test_dividends_are_taken_and_splits_are_left_to_the_closes(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {
        date(2025, 8, 4): Bar(50.0, 49.5), date(2025, 8, 5): Bar(50.0, 50.0, dividend=0.55, split=(2, 1)),
    }  # fmt: skip
    assert answer(yahoo, ask()).dividends == [(date(2025, 8, 5), 0.55)]


@pytest.mark.parametrize(
    ("symbol", "given", "currency"),
    [("BA.L", "GBp", "GBX"), ("^GDAXI", "EUR", "index"), ("^VIX", "USD", "index"), ("RHM.DE", "EUR", "EUR")],
)
def test_pence_and_index_points_have_names(
    market: Market, yahoo: Yahoo, symbol: str, given: str, currency: str
) -> None:
    market.listings[symbol] = Listing(given, "Europe/London", time(8), "EQUITY")
    market.bars["yahoo", symbol] = {FIRST: Bar(10.0)}  # an index: no adjusted close at all
    (row,) = answer(yahoo, ask(symbol)).rows
    assert row["currency"] == currency


def test_the_second_ask_of_a_process_sees_what_has_changed(market: Market, yahoo: Yahoo) -> None:
    """yfinance keeps past ranges in memory: a corrected close would never come."""
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    assert answer(yahoo, ask()).rows[0]["close"] == "1"
    market.bars["yahoo", "SPY"] = {FIRST: Bar(2.0, 2.0)}
    assert answer(yahoo, ask()).rows[0]["close"] == "2"


FAULTS = [
    (429, "Too Many Requests", "throttled", "too many requests"),
    (404, '{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be '
     'delisted"}}}', "empty", "No data found, symbol may be delisted"),
    (200, HTML, "unreadable", "not Yahoo's format"),
    (200, "", "unreadable", "not Yahoo's format"),
    (200, "Will be right back", "unreadable", "CURRENTLY DOWN"),
    (200, '{"chart":{"result":[],"error":null}}', "empty", "no price data found"),
    (200, '{"chart":null}', "empty", "no price data found"),
    (200, "[1]", "empty", "no price data found"),
    (200, CHART, "empty", "no price data found"),
    (200, CHART.replace('"quote":[{}]', '"quote":[{"close":[1.0]}]'), "unreadable", "KeyError"),
    (500, '{"finance":{"error":"internal"}}', "empty", "no price data found"),
    (502, HTML, "unreadable", "not Yahoo's format"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "outcome", "words"), FAULTS)
def test_a_fault_is_told_and_is_no_empty_frame(
    market: Market, yahoo: Yahoo, status: int, body: str, outcome: str, words: str
) -> None:
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    answer(yahoo, ask())  # its zone is known from here on
    market.faults["yahoo"] = (status, body)
    with pytest.raises(ProviderFault) as caught:
        answer(yahoo, ask())
    assert caught.value.outcome == outcome
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("status", "body"), [(status, body) for status, body, *_ in FAULTS])
def test_a_symbol_that_was_never_seen_fails_in_words_too(market: Market, yahoo: Yahoo, status: int, body: str) -> None:
    """yfinance asks for the zone of a new symbol first, and stumbles there over other things."""
    market.faults["yahoo"] = (status, body)
    with pytest.raises(ProviderFault) as caught:
        answer(yahoo, ask(f"NEW{status}{len(body)}"))
    assert (caught.value.outcome == "throttled") == (status == 429)


def test_no_server_is_no_answer(market: Market, yahoo: Yahoo) -> None:
    market.server.stop()
    with pytest.raises(ProviderFault) as caught:
        yahoo.fetch(ask())
    assert caught.value.outcome == "unreachable"
    market.server.start()


def test_a_frame_of_another_shape_is_refused(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    history = yahoo.fetch(ask())
    history.frame.drop(columns="Adj Close", inplace=True)
    with pytest.raises(ProviderFault, match="the answer lacks Adj Close"):
        yahoo.shape(ask(), history)


def test_an_empty_answer_gives_no_row(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {date(2025, 1, 2): Bar(1.0, 1.0)}
    assert answer(yahoo, ask()).rows == []


def test_asks_are_spaced(market: Market, tmp_path: Path) -> None:
    waits: list[float] = []
    yahoo = Yahoo(tmp_path / "cache", market.server.url_for("/yahoo"), pause=waits.append)
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    for _ in range(3):
        answer(yahoo, ask())
    assert waits == [0.25, 0.25]


def test_the_process_keeps_its_warnings(market: Market, yahoo: Yahoo) -> None:
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    filters = list(warnings.filters)
    answer(yahoo, ask())
    assert warnings.filters == filters


def test_a_home_that_cannot_be_written_is_no_matter(market: Market, yahoo: Yahoo, tmp_path: Path) -> None:
    """The user's cache folder is never touched: nothing of a fresh process lands below its HOME."""
    market.bars["yahoo", "SPY"] = {FIRST: Bar(1.0, 1.0)}
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import sys\nfrom datetime import date\nfrom pathlib import Path\nfrom tasks.domain.price_asks import Ask\n"
        "from tasks.storage.providers.yahoo import Yahoo\nyahoo = Yahoo(Path(sys.argv[2]), sys.argv[1])\n"
        "question = Ask('yahoo', 'SPY', 'SPY', date(2025, 8, 4), date(2025, 8, 15))\n"
        "print(yahoo.shape(question, yahoo.fetch(question)).rows[0]['close'])"
    )
    home.chmod(0o500)
    done = subprocess.run(
        [sys.executable, "-c", code, market.server.url_for("/yahoo"), str(tmp_path / "own")],
        cwd=ROOT, env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    home.chmod(0o700)
    assert done.stdout == "1\n"
    assert list(home.iterdir()) == []
    assert {path.suffix for path in (tmp_path / "own").iterdir()} >= {".db"}


def test_a_run_on_files_never_loads_yfinance() -> None:
    """It takes seconds and changes warning filters; only a live run has to bear that."""
    code = (
        "import sys, tasks.price, tasks.build, tasks.check, tasks.publish\n"
        "print(json.dumps(sorted({'yfinance', 'curl_cffi', 'tasks.storage.providers.yahoo'} & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import json\n{code}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
