"""Do `instruments.csv` and `series.csv` belong together: every live provider has a series, every series an order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

from tasks.domain.errors import SeedError
from tasks.domain.taxonomy import Instrument, LiveProvider, Series

LIVE = get_args(LiveProvider)


def check_series(root: Path, instruments: tuple[Instrument, ...], series: tuple[Series, ...]) -> None:
    """Cross-check the two files below `root`.

    Raises:
        SeedError: a series of no instrument, twice, or of a provider that the instrument does not name; a live
            provider without series; a provider named twice.
    """
    file, orders = str(root / "series.csv"), {item.symbol: item.providers for item in instruments}
    for (symbol, live), count in Counter((item.symbol, item.provider) for item in series).items():
        if symbol not in orders:
            raise SeedError(file, None, f"symbol {symbol!r} is not in instruments.csv", "add it there or mend it")
        if count > 1:
            raise SeedError(file, None, f"{symbol} of {live} stands {count} times", "keep one")
        if live not in orders[symbol]:
            rule = f"{live} is no provider of {symbol}"
            raise SeedError(file, None, rule, f"name {live} in column 'providers' of instruments.csv")
    given: set[tuple[str, str]] = {(item.symbol, item.provider) for item in series}
    file = str(root / "instruments.csv")
    for symbol, order in orders.items():
        for provider, count in Counter(order).items():
            if count > 1:
                raise SeedError(file, None, f"{symbol} names provider {provider} {count} times", "keep one")
            if provider in LIVE and (symbol, provider) not in given:
                rule = f"{symbol} names provider {provider}, which has no series of it"
                raise SeedError(file, None, rule, f"add the line {symbol},{provider},... to series.csv")
