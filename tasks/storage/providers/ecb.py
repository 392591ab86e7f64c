"""The ECB's data portal: one CSV a series, no key.

A series is `FLOW/KEY`; `FLOW/KEY - FLOW/KEY` is the difference of two, on the days that both have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from tasks.domain.price_asks import Ask
from tasks.storage.providers.contract import Answer, ProviderFault
from tasks.storage.providers.http import Get, table

MINUS = " - "
NO_VALUE = ("", "NaN")
BASE = "https://data-api.ecb.europa.eu"


@dataclass(frozen=True, slots=True)
class Ecb:
    """Asks `/service/data` for `csvdata`."""

    get: Get
    base: str = BASE
    name: str = "ecb"

    def urls(self, ask: Ask) -> list[str]:
        """Where the series is asked for; two addresses for a difference."""
        span = {"startPeriod": ask.from_date.isoformat(), "endPeriod": ask.to_date.isoformat(), "format": "csvdata"}
        return [f"{self.base}/service/data/{key}?{urlencode(span)}" for key in ask.series.split(MINUS)]

    def fetch(self, ask: Ask) -> list[bytes]:
        """One CSV a key."""
        return [self.get(url) for url in self.urls(ask)]

    def shape(self, ask: Ask, payload: Sequence[bytes]) -> Answer:
        """A row per observation with a value; with its currency, where the key has one."""
        keys = ask.series.split(MINUS)
        parts = [_values(key, body) for key, body in zip(keys, payload, strict=True)]
        if len(parts) == 1:
            rows = [{"date": day, "close": value, "currency": unit} for day, (value, unit) in parts[0].items()]
            return Answer(ask, rows)
        one, other = parts
        return Answer(
            ask, [{"date": day, "close": _less(one[day][0], other[day][0])} for day in one if day in other]
        )  # fmt: skip


def _values(key: str, body: bytes) -> dict[str, tuple[str, str | None]]:
    """Day -> (value, currency) of one key."""
    found = table(body, ("KEY", "TIME_PERIOD", "OBS_VALUE"))
    expected = key.replace("/", ".", 1)
    other = next((cells["KEY"] for cells in found if cells["KEY"] != expected), None)
    if other is not None:
        raise ProviderFault("unreadable", f"the answer is of {other[:60]}, not of {expected}")
    return {
        cells["TIME_PERIOD"]: (cells["OBS_VALUE"], cells.get("CURRENCY") or None)
        for cells in found
        if cells["OBS_VALUE"] not in NO_VALUE
    }


def _less(one: str, other: str) -> str:
    """The difference of two numbers, with their own decimals; what is no number comes through as it is."""
    try:
        return str(Decimal(one) - Decimal(other))
    except InvalidOperation:
        return f"{one}{MINUS}{other}"
