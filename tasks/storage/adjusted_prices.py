"""Write one price file from vendors' files as research finds them: adjusted closes alone, vendors' own symbols.

A daily run refuses a row without a close: an adjusted close is no price that anybody paid. Research asks for returns
only, and the returns of adjusted closes are those of the instrument with its dividends paid out again.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.storage.prices import FIELDS, read_prices


@dataclass(frozen=True, slots=True)
class PreparedPrices:
    """The file to read in place of the given ones, and which symbols are not what their vendor wrote."""

    path: Path
    adjusted: tuple[str, ...]
    """Symbols without a single close, whose adjusted closes stand for closes."""
    renamed: tuple[str, ...]
    """Vendors' names that were replaced by the instrument's symbol."""

    @property
    def is_needed(self) -> bool:
        """Whether the given files say anything else."""
        return bool(self.adjusted or self.renamed)


def prepare_prices(
    paths: Sequence[Path], symbols: frozenset[str], vendor_names: Mapping[str, str], target: Path
) -> PreparedPrices:
    """Write `target`, a CSV of prices, from price files.

    Args:
        paths: price files, folders or patterns.
        symbols: the instruments' symbols; these are never renamed.
        vendor_names: a vendor's name -> the instrument's symbol, like `^VIX` -> `VIX`.
        target: the file to write.

    Raises:
        SourceError: as `read_prices` does.
    """
    closed: set[str] = set()
    adjusted: set[str] = set()
    for _, row in read_prices(paths):
        if row["close"]:
            closed.add(row["symbol"] or "")
        elif row["adj_close"]:
            adjusted.add(row["symbol"] or "")
    adjusted -= closed
    renamed: set[str] = set()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        for _, row in read_prices(paths):
            symbol = row["symbol"] or ""
            changes = {"close": row["adj_close"], "open": "", "high": "", "low": ""} if symbol in adjusted else {}
            if symbol not in symbols and symbol in vendor_names:
                renamed.add(symbol)
                changes["symbol"] = vendor_names[symbol]
            writer.writerow({**row, **changes})
    return PreparedPrices(target, tuple(sorted(adjusted)), tuple(sorted(renamed)))
