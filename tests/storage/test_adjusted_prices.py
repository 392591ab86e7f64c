"""Vendors' price files made ready for research."""

from __future__ import annotations

from pathlib import Path

from tasks.storage.adjusted_prices import prepare_prices

GIVEN = """symbol,date,open,high,low,close,adj_close,volume,currency
SPY,2025-08-04,631,634,630,632.5,630.1,100,USD
SPY,2025-08-05,,,,,628.9,,USD
EZU,2025-08-04,60,61,59,,59.5,,USD
EZU,2025-08-05,,,,,60.0,,USD
^VIX,2025-08-04,,,,17.5,,,
^GDAXI,2025-08-04,,,,23757.7,23757.7,,EUR
"""
WRITTEN = """symbol,date,open,high,low,close,adj_close,volume,currency
SPY,2025-08-04,631,634,630,632.5,630.1,100,USD
SPY,2025-08-05,,,,,628.9,,USD
EZU,2025-08-04,,,,59.5,59.5,,USD
EZU,2025-08-05,,,,60.0,60.0,,USD
VIX,2025-08-04,,,,17.5,,,
^GDAXI,2025-08-04,,,,23757.7,23757.7,,EUR
"""
SYMBOLS = frozenset({"SPY", "EZU", "VIX", "^GDAXI"})


def test_adjusted_closes_stand_for_closes_only_where_a_symbol_has_none(tmp_path: Path) -> None:
    """SPY lacks one close: that stays a gap, or its series would be spliced from two kinds of price."""
    (tmp_path / "vendor.csv").write_text(GIVEN, encoding="utf-8")
    names = {"^VIX": "VIX", "^GDAXI": "DAX"}
    done = prepare_prices([tmp_path / "vendor.csv"], SYMBOLS, names, tmp_path / "research" / "prices.csv")
    assert (done.adjusted, done.renamed, done.is_needed) == (("EZU",), ("^VIX",), True)
    assert done.path.read_text(encoding="utf-8") == WRITTEN
    again = prepare_prices([done.path], SYMBOLS, names, tmp_path / "again.csv")
    assert not again.is_needed
    assert again.path.read_text(encoding="utf-8") == WRITTEN
