"""FRED, the Federal Reserve Bank of St. Louis: one CSV a series, no key.

`observation_date` (`DATE` until 2024) and the series; a session without a value is empty (`.` until 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from tasks.domain.price_asks import Ask
from tasks.storage.providers.contract import Answer, ProviderFault
from tasks.storage.providers.http import Get, iso_day, table

DAYS = ("observation_date", "DATE")
NO_VALUE = ("", ".")
BASE = "https://fred.stlouisfed.org"


@dataclass(frozen=True, slots=True)
class Fred:
    """Asks `fredgraph.csv`."""

    get: Get
    base: str = BASE
    name: str = "fred"

    def url(self, ask: Ask) -> str:
        """Where the series is asked for."""
        query = {"id": ask.series, "cosd": ask.from_date.isoformat(), "coed": ask.to_date.isoformat()}
        return f"{self.base}/graph/fredgraph.csv?{urlencode(query)}"

    def fetch(self, ask: Ask) -> bytes:
        """The CSV."""
        return self.get(self.url(ask))

    def shape(self, ask: Ask, payload: bytes) -> Answer:
        """A row per value; the days without one are blanks, if they are days."""
        found = table(payload, (ask.series,))
        day = next((name for name in DAYS if found and name in found[0]), None)
        if found and day is None:
            raise ProviderFault("unreadable", f"the answer has no column {DAYS[0]}")
        pairs = [(cells[day], cells[ask.series].strip()) for cells in found] if day else []
        rows = [{"date": at, "close": value} for at, value in pairs if value not in NO_VALUE]
        return Answer(ask, rows, blanks=[iso_day(at) for at, value in pairs if value in NO_VALUE])
