"""The U.S. Energy Information Administration, API version 2: JSON, a free key in `GEORISK_EIA_KEY`.

A series is `ROUTE:ID`, like `petroleum/pri/spt:RBRTE`. Values are strings; a page holds at most 5,000 of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tasks.domain.price_asks import Ask
from tasks.storage.providers.contract import Answer, ProviderFault
from tasks.storage.providers.http import Get, iso_day, text

KEY = "GEORISK_EIA_KEY"
PAGE = 5_000
BASE = "https://api.eia.gov"


@dataclass(frozen=True, slots=True)
class Eia:
    """Asks `/v2/.../data`; without a key it is not asked and the next provider is."""

    get: Get
    key: str | None = field(default=None, repr=False)
    base: str = BASE
    name: str = "eia"

    def url(self, ask: Ask, offset: int = 0) -> str:
        """Where a page of the series is asked for. It holds the key: never show it."""
        route, _, series = ask.series.partition(":")
        query = {
            "api_key": self.key or "",
            "frequency": "daily",
            "data[0]": "value",
            "facets[series][]": series,
            "start": ask.from_date.isoformat(),
            "end": ask.to_date.isoformat(),
            "sort[0][column]": "period",
            "sort[0][direction]": "asc",
            "offset": offset,
            "length": PAGE,
        }
        return f"{self.base}/v2/{route}/data/?{urlencode(query)}"

    def fetch(self, ask: Ask) -> list[bytes]:
        """The pages of the series."""
        if not self.key:
            raise ProviderFault("no_key", f"needs a free key; set {KEY}")
        pages = [self.get(self.url(ask))]
        while len(pages) * PAGE < _total(pages[0]):
            pages.append(self.get(self.url(ask, len(pages) * PAGE)))
        return pages

    def shape(self, ask: Ask, payload: list[bytes]) -> Answer:
        """A row per value; a period without one is a blank."""
        series = ask.series.partition(":")[2]
        rows, blanks = [], []
        for page in payload:
            for cells in _response(page).get("data", []):
                if not isinstance(cells, dict) or cells.get("series") != series:
                    raise ProviderFault("unreadable", f"the answer holds more than {series}")
                if cells.get("value") is None:
                    blanks.append(iso_day(str(cells.get("period"))))
                else:
                    rows.append({"date": str(cells.get("period")), "close": str(cells["value"])})
        return Answer(ask, rows, blanks=blanks)


def _response(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text(body))
    except ValueError:
        raise ProviderFault("unreadable", "the answer is no JSON") from None
    response = found.get("response") if isinstance(found, dict) else None
    if not isinstance(response, dict) or not isinstance(response.get("data"), list):
        said = found.get("error") if isinstance(found, dict) else None
        raise ProviderFault("unreadable", f"the answer has no response.data ({str(said)[:100]})")
    return response


def _total(body: bytes) -> int:
    total = str(_response(body).get("total", 0))
    return min(int(total), 20 * PAGE) if total.isdecimal() else 0
