"""Price servers on this machine that answer as the real ones do: Yahoo's chart API, FRED, the ECB, Cboe and the EIA.

The numbers are this project's own. A test changes `bars` and `faults` between runs; every request is remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks.domain.fetching import FetchPolicy
from tasks.storage.providers.cboe import Cboe
from tasks.storage.providers.contract import Provider
from tasks.storage.providers.ecb import Ecb
from tasks.storage.providers.eia import Eia
from tasks.storage.providers.fred import Fred
from tasks.storage.providers.http import getter
from tasks.storage.providers.yahoo import Yahoo
from tasks.storage.web import Fetcher

HTML = "<!DOCTYPE html><html><body>Please enable JavaScript.</body></html>"
POLICY = FetchPolicy(allowed_networks=("127.0.0.1",), host_gap_seconds=0.0, retry_seconds=0.0, attempts=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of one series; None where the provider lists the day without the number."""

    close: float | None
    adj_close: float | None = None
    volume: int | None = 1_000
    dividend: float = 0.0
    split: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What Yahoo says of a symbol beside its bars."""

    currency: str = "USD"
    zone: str = "America/New_York"
    opens: time = time(9, 30)
    kind: str = "ETF"


Bars = dict[date, Bar]


@dataclass
class Market:
    """The servers of a test: what each series holds, what goes wrong, and what was asked.

    Args:
        server: the HTTP server; each provider has a path of its own below it.
        bars: (provider, series) -> day -> bar.
        listings: symbol of Yahoo -> what it says of it.
        faults: provider, or (provider, series) -> (status, body) that is answered instead.
        asked: (provider, series, query) of each request for data, in order.
    """

    server: HTTPServer
    bars: dict[tuple[str, str], Bars] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    faults: dict[str | tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answer everything below the server."""
        self.server.expect_request(_Everything()).respond_with_handler(self.answer)

    def providers(self, cache: Any, eia_key: str | None = "secret-key") -> dict[str, Provider]:
        """The project's own providers, pointed at these servers."""
        get = getter(Fetcher(POLICY))
        base = self.server.url_for("").rstrip("/")
        made: list[Provider] = [
            Yahoo(cache, f"{base}/yahoo", pause=lambda _: None),
            Fred(get, f"{base}/fred"),
            Ecb(get, f"{base}/ecb"),
            Cboe(get, f"{base}/cboe"),
            Eia(get, eia_key, f"{base}/eia"),
        ]
        return {provider.name: provider for provider in made}

    def answer(self, request: Request) -> Response:
        """The answer of the provider that the path names."""
        provider, _, path = request.path.lstrip("/").partition("/")
        query = dict(request.args.items())
        maker = getattr(self, f"_{provider}")
        found = maker(path, query)
        return found if isinstance(found, Response) else Response(found)

    def _fault(self, provider: str, series: str) -> Response | None:
        status, body = self.faults.get((provider, series)) or self.faults.get(provider) or (0, "")
        return Response(body, status) if status else None

    def _of(self, provider: str, series: str, first: str, last: str) -> Bars:
        return {
            day: bar
            for day, bar in sorted(self.bars.get((provider, series), {}).items())
            if first <= day.isoformat() <= last
        }

    def _fred(self, path: str, query: Mapping[str, str]) -> Response | str:
        series = query["id"]
        self.asked.append(("fred", series, query))
        if ("fred", series) not in self.bars:
            return self._fault("fred", series) or HTML  # a wrong name gives a page, with status 200
        lines = [f"observation_date,{series}"]
        for day, bar in self._of("fred", series, query["cosd"], query["coed"]).items():
            lines.append(f"{day},{'' if bar.close is None else bar.close}")
        return self._fault("fred", series) or "\n".join(lines) + "\n"

    def _ecb(self, path: str, query: Mapping[str, str]) -> Response | str:
        series = path.removeprefix("service/data/")
        self.asked.append(("ecb", series, query))
        found = self._of("ecb", series, query["startPeriod"], query["endPeriod"])
        if not found:
            return self._fault("ecb", series) or Response("No results found.", 404)
        key = series.replace("/", ".", 1)
        unit = series.split(".")[1] if series.startswith("EXR/") else ""
        lines = ["KEY,FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,TITLE"]
        lines += [f'{key},D,{unit},{day},{"" if b.close is None else b.close},A,"A, b"' for day, b in found.items()]
        return self._fault("ecb", series) or "\r\n".join(lines) + "\r\n"

    def _cboe(self, path: str, query: Mapping[str, str]) -> Response | str:
        series = path.rsplit("/", 1)[-1].removesuffix("_History.csv")
        self.asked.append(("cboe", series, query))
        if ("cboe", series) not in self.bars:
            return self._fault("cboe", series) or Response("AccessDenied", 403)
        lines = ["DATE,OPEN,HIGH,LOW,CLOSE"]
        for day, bar in self.bars["cboe", series].items():  # always the whole history
            lines.append(f"{day:%m/%d/%Y},{bar.close:.6f},{bar.close:.6f},{bar.close:.6f},{bar.close:.6f}")
        return self._fault("cboe", series) or "\n".join(lines) + "\n"

    def _eia(self, path: str, query: Mapping[str, str]) -> Response | str:
        series = query["facets[series][]"]
        self.asked.append(("eia", series, query))
        if query["api_key"] != "secret-key":
            return Response('{"error":{"code":"API_KEY_INVALID","message":"An invalid api_key was supplied."}}', 403)
        found = list(self._of("eia", series, query["start"], query["end"]).items())
        page = found[int(query["offset"]) :][: int(query["length"])]
        data = [
            {"period": str(day), "series": series, "value": None if b.close is None else str(b.close), "units": "$/BBL"}
            for day, b in page
        ]
        body = {"response": {"total": str(len(found)), "dateFormat": "YYYY-MM-DD", "frequency": "daily", "data": data}}
        return self._fault("eia", series) or json.dumps(body)

    def _yahoo(self, path: str, query: Mapping[str, str]) -> Response | str:
        if path.endswith("getcrumb"):
            return "a-crumb"
        if "finance/chart/" not in path:
            return "<html></html>"  # the page that gives a cookie
        symbol = path.rsplit("/", 1)[-1]
        if "range" not in query:
            self.asked.append(("yahoo", symbol, query))
        fault = self._fault("yahoo", symbol)
        if fault is not None:
            return fault
        if ("yahoo", symbol) not in self.bars:
            reason = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            return Response(json.dumps({"chart": {"result": None, "error": reason}}), 404)
        return json.dumps(self._chart(symbol, query))

    def _chart(self, symbol: str, query: Mapping[str, str]) -> dict[str, Any]:
        listing = self.listings.get(symbol, Listing())
        zone = ZoneInfo(listing.zone)
        first, last = int(query.get("period1", 0)), int(query.get("period2", 2**40))
        chosen = {
            int(datetime.combine(day, listing.opens, zone).timestamp()): bar
            for day, bar in sorted(self.bars["yahoo", symbol].items())
        }
        chosen = {at: bar for at, bar in chosen.items() if first <= at < last}
        closes = [bar.close for bar in chosen.values()]
        quote = {name: closes for name in ("open", "high", "low", "close")}
        result: dict[str, Any] = {
            "meta": {
                "currency": listing.currency, "symbol": symbol, "exchangeName": "PCX", "instrumentType": listing.kind,
                "firstTradeDate": 1, "regularMarketTime": 1, "gmtoffset": 0, "timezone": "EDT",
                "exchangeTimezoneName": listing.zone, "regularMarketPrice": 1.0, "chartPreviousClose": 1.0,
                "priceHint": 2, "dataGranularity": "1d", "range": "", "validRanges": ["1d", "5d", "max"],
            },
            "timestamp": list(chosen),
            "indicators": {"quote": [{**quote, "volume": [bar.volume for bar in chosen.values()]}]},
        }  # fmt: skip
        if any(bar.adj_close is not None for bar in chosen.values()):
            result["indicators"]["adjclose"] = [{"adjclose": [bar.adj_close for bar in chosen.values()]}]
        paid = {str(at): {"amount": bar.dividend, "date": at} for at, bar in chosen.items() if bar.dividend}
        split = {
            str(at): {"date": at, "numerator": bar.split[0], "denominator": bar.split[1],
                      "splitRatio": f"{bar.split[0]}:{bar.split[1]}"}
            for at, bar in chosen.items() if bar.split
        }  # fmt: skip
        events = {name: found for name, found in (("dividends", paid), ("splits", split)) if found}
        if events:
            result["events"] = events
        return {"chart": {"result": [result], "error": None}}


class _Everything:
    """Matches any path: the handler tells them apart."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def weekdays(first: date, last: date) -> list[date]:
    """The weekdays from `first` to `last`."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def between(query: Mapping[str, str]) -> tuple[date, date]:
    """The days that a request to Yahoo asks for; the last one is exclusive."""
    first, last = (datetime.fromtimestamp(int(query[name]), UTC).date() for name in ("period1", "period2"))
    return first, last


__all__ = ["HTML", "Bar", "Bars", "Listing", "Market", "between", "weekdays"]
