"""A live home: some instruments of every provider, and servers here that hold their prices day after day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer

from tests.markets import Bar, Listing, Market, weekdays
from tests.pipeline import SEEDS, Pipeline, keep, small, write_article

SYMBOLS = (
    "SPY",
    "ITA",
    "EZU",
    "BZ=F",
    "LMT",
    "SAAB-B.ST",
    "EXSA.DE",
    "VIX",
    "BRENT",
    "ECB_EURUSD",
    "EA_SPREAD_10Y",
    "EUR_HY_OAS",
)
CLOCKS = ("XNYS", "XETR", "LON_BRENT", "ICE_SETTLE", "ECB_FIX")
SPREAD = [f"YC/B.U2.EUR.4F.G_N_{kind}.SV_C_YM.SR_10Y" for kind in "CA"]
RATE = "EXR/D.USD.EUR.SP00.A"
YAHOO = {
    "SPY": 640.0,
    "ITA": 195.0,
    "EZU": 60.0,
    "BZ=F": 67.0,
    "LMT": 450.0,
    "SAAB-B.ST": 500.0,
    "EXSA.DE": 55.0,
    "^VIX": 15.0,
}
SERIES = {
    **{("yahoo", symbol): close for symbol, close in YAHOO.items()},
    ("cboe", "VIX"): 15.0, ("fred", "VIXCLS"): 15.0, ("eia", "RBRTE"): 68.0, ("fred", "DCOILBRENTEU"): 68.0,
    ("ecb", RATE): 1.16, ("ecb", SPREAD[0]): 3.1, ("ecb", SPREAD[1]): 2.7, ("fred", "BAMLHE00EHYIOAS"): 2.9,
}  # fmt: skip
HISTORY = weekdays(date(2025, 7, 14), date(2025, 8, 22))
"""The days that the servers hold at first; New York, Frankfurt and TARGET are open on all of them."""

NOW = "2025-08-22T23:30"
"""Friday evening: New York has closed, and Yahoo shows it."""


def value(base: float, day: date) -> float:
    """The price of a day: moves by up to 2 %, never twice the same within a week, the same wherever it is asked."""
    return round(base * (1 + 0.01 * ((day.toordinal() * 7919) % 199 - 99) / 50), 4)


def add(market: Market, day: date) -> None:
    """One more day at every server."""
    for key, base in SERIES.items():
        close = value(base, day)
        market.bars.setdefault(key, {})[day] = Bar(close, close if key[0] == "yahoo" else None)


def make_market(server: HTTPServer) -> Market:
    """Every series, on every day of the history."""
    found = Market(server)
    found.listings = {
        "SAAB-B.ST": Listing("SEK", "Europe/Stockholm", time(9), "EQUITY"),
        "EXSA.DE": Listing("EUR", "Europe/Berlin", time(9)),
        "^VIX": Listing(kind="INDEX"),
    }
    for day in HISTORY:
        add(found, day)
    return found


def make_seeds(folder: Path) -> Path:
    """The taxonomy, cut to some instruments of every provider."""
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns("articles", "prices", "labelled.csv"))
    for name in ("instruments.csv", "series.csv"):
        keep(folder / name, lambda row: row["symbol"] in SYMBOLS)
    keep(folder / "clocks.csv", lambda row: row["clock"] in CLOCKS)
    for name in ("lexicon.csv", "exposures.csv"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[:60]), encoding="utf-8")
    return folder


def make_home(root: Path, seeds: Path) -> Pipeline:
    """A home with one article and a request for live prices from its day on."""
    write_article(root / "articles", "only", "2025-08-18T10:00:00Z")
    return small(root, now=NOW, prices=("live",), seeds=seeds, from_date=date(2025, 8, 18))


def shown(live: Pipeline, symbol: str, since: str = "2025-08-20") -> list[tuple[Any, ...]]:
    """(day, close, provider, status) of price_daily."""
    return live.rows(
        "select session_date::varchar, close, provider, price_status from daily.price_daily "
        "where symbol = $symbol and session_date >= $since order by session_date",
        {"symbol": symbol, "since": since},
    )


def asks(market: Market, provider: str) -> Iterator[str]:
    """The series that a provider was asked for."""
    return (series for name, series, _ in market.asked if name == provider)
