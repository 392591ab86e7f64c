"""WHY: pure functions and frozen types; no DuckDB, no pandas, no network, no clock."""
