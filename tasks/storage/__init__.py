"""WHERE: everything outside the process: DuckDB, files, calendars, seeds."""
