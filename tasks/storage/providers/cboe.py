"""Cboe's index histories: one CSV an index, from its first day on, no key.

`DATE,OPEN,HIGH,LOW,CLOSE`, or `DATE` and the index's name where only one value a day is published; mm/dd/yyyy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from tasks.domain.price_asks import Ask
from tasks.storage.providers.contract import Answer, ProviderFault
from tasks.storage.providers.http import Get, table

_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
BASE = "https://cdn.cboe.com"


@dataclass(frozen=True, slots=True)
class Cboe:
    """Asks for `..._History.csv`."""

    get: Get
    base: str = BASE
    name: str = "cboe"

    def url(self, ask: Ask) -> str:
        """Where the index is asked for; the file knows no span."""
        return f"{self.base}/api/global/us_indices/daily_prices/{quote(ask.series)}_History.csv"

    def fetch(self, ask: Ask) -> bytes:
        """The CSV."""
        return self.get(self.url(ask))

    def shape(self, ask: Ask, payload: bytes) -> Answer:
        """The rows of the asked days, month first turned into ISO dates."""
        found = table(payload, ("DATE",))
        close = next((name for name in ("CLOSE", ask.series) if found and name in found[0]), None)
        if found and close is None:
            raise ProviderFault("unreadable", f"the answer has neither a column CLOSE nor {ask.series}")
        rows = []
        for cells in found if close else ():
            day = _DAY.sub(r"\3-\1-\2", cells["DATE"].strip())
            row: dict[str, str | None] = {"date": day, "close": cells[str(close)]}
            row.update({name.lower(): cells.get(name) for name in ("OPEN", "HIGH", "LOW")})
            rows.append(row)
        return Answer(ask, rows)
