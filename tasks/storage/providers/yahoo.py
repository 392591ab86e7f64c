"""Yahoo's daily prices, through yfinance: raw and adjusted closes, dividends.

What yfinance does that would lie quietly, and what is done about it here:
- past ranges stay in a cache of the process: it is emptied before each ask;
- failures are logged and come back as empty frames: its exceptions are shown instead;
- it writes its caches to the user's home: they go to the run's own folder;
- days are midnights of the exchange: their local date is taken, never the date in UTC;
- HTTP 429 is asked again and again: the first one ends the asking (`tasks.storage.price_rounds`).
The bar of a session that is not over yet, and rows without a close, come through as they are: SQL knows the sessions.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tasks.domain.price_asks import Ask
from tasks.storage.providers.contract import Answer, ProviderFault

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "adj_close": "Adj Close"}
CURRENCIES = {"GBp": "GBX"}
"""Pence have no code of ISO 4217; GBX is what everybody else calls them."""

TIMEOUT_SECONDS = 20.0
PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class History:
    """A frame of `Ticker.history` and the currency that Yahoo quotes it in."""

    frame: pd.DataFrame
    currency: str | None


class Yahoo:
    """Asks `Ticker.history`, symbol by symbol.

    Args:
        cache: folder for yfinance's own files.
        mirror: where a server answers in Yahoo's place, with the same paths; None = Yahoo itself.
        pause: called with the seconds between two asks.
    """

    name = "yahoo"

    def __init__(self, cache: Path, mirror: str | None = None, pause: Callable[[float], None] = sleep) -> None:
        """Nothing is imported or asked before the first `fetch`."""
        self.cache, self.mirror, self.pause = cache, mirror, pause
        self._session: Any = None
        self._is_set_up = False

    def fetch(self, ask: Ask) -> History:
        """The daily bars of the asked days; Yahoo's end is exclusive."""
        with _quiet():
            import yfinance
            from yfinance import exceptions
            from yfinance.data import YfData

            if not self._is_set_up:
                self.cache.mkdir(parents=True, exist_ok=True)
                yfinance.set_tz_cache_location(str(self.cache))
                self._session = _mirrored(self.mirror) if self.mirror else None
                self._is_set_up = True
            else:
                self.pause(PAUSE_SECONDS)
            yfinance.config.debug.hide_exceptions = False
            YfData.cache_get.cache_clear()
            try:
                ticker = yfinance.Ticker(ask.series, session=self._session)
                frame = ticker.history(
                    start=ask.from_date.isoformat(),
                    end=(ask.to_date + timedelta(days=1)).isoformat(),
                    auto_adjust=False,
                    actions=True,
                    keepna=True,
                    timeout=TIMEOUT_SECONDS,
                )
                return History(frame, ticker.get_history_metadata().get("currency"))
            except exceptions.YFRateLimitError:
                raise ProviderFault("throttled", "HTTP status 429, too many requests") from None
            except (exceptions.YFPricesMissingError, exceptions.YFTzMissingError) as fault:
                raise ProviderFault("empty", _said(fault)) from None
            except ValueError as fault:  # before OSError: that of requests is both
                raise ProviderFault("unreadable", f"the answer is not Yahoo's format ({_said(fault)})") from None
            except OSError as fault:
                raise ProviderFault("unreachable", _said(fault)) from None
            except Exception as fault:  # whatever an unexpected body makes of it: one symbol never stops a run
                raise ProviderFault("unreadable", f"{type(fault).__name__}: {_said(fault)}") from None

    def shape(self, ask: Ask, payload: History) -> Answer:
        """A row per bar, with or without a close, and the dividends."""
        frame = payload.frame
        missing = [name for name in (*COLUMNS.values(), "Volume") if name not in frame.columns]
        if len(frame) and missing:
            raise ProviderFault("unreadable", f"the answer lacks {missing[0]}")
        currency = "index" if ask.series.startswith("^") else CURRENCIES.get(str(payload.currency), payload.currency)
        rows, dividends = [], []
        for at, cells in zip(frame.index, frame.to_dict("records"), strict=True):
            day = at.tz_localize(None).date()
            rows.append(
                {
                    "date": day.isoformat(),
                    **{name: _digits(cells[column]) for name, column in COLUMNS.items()},
                    "volume": f"{cells['Volume']:.0f}",
                    "currency": currency,
                }
            )
            if cells.get("Dividends"):
                dividends.append((day, float(f"{cells['Dividends']:.7g}")))
        return Answer(ask, rows, dividends)


def _mirrored(mirror: str) -> Any:
    """A session that sends what is meant for any of Yahoo's hosts to the mirror; yfinance takes no other address."""
    import requests
    from requests.adapters import HTTPAdapter

    class Mirror(HTTPAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            asked = urlsplit(request.url)
            request.url = f"{mirror}{asked.path}" + (f"?{asked.query}" if asked.query else "")
            return super().send(request, *args, **kwargs)

    session = requests.Session()
    session.mount("https://", Mirror())
    return session


def _digits(value: float) -> str | None:
    """The price to 7 digits, all that Yahoo's single-precision numbers hold; None for no price."""
    return None if math.isnan(value) else f"{value:.7g}"


def _said(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep yfinance's warnings and log lines to itself; importing it would change the process's filters."""
    log = logging.getLogger("yfinance")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        log.setLevel(before)
