"""Published indexes of geopolitical risk from the user's files; none is part of the project."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path

from tasks.domain.errors import ConfigError
from tasks.storage.titles import read_index

GPR: Mapping[str, str] = {"gpr": "gpr", "gpr_threats": "gpr_threats", "gpr_acts": "gpr_acts"}
AI_GPR: Mapping[str, str] = {"gpr_ai": "ai_gpr", "ai_threats": "ai_threats", "ai_acts": "ai_acts"}
"""Column of the file -> our name of the index; the first column is required."""


def read_indexes(path: Path | None, columns: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Our name -> ISO date -> value, of those of the columns that the file has; nothing without a file.

    Raises:
        ConfigError: the file cannot be read, lacks `date` or the first column, or holds no number.
    """
    if path is None:
        return {}
    given = _header(path)
    required = next(iter(columns))
    return {name: read_index(path, column) for column, name in columns.items() if column in given or column == required}


def _header(path: Path) -> list[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise ConfigError(f"{path}: cannot be read ({fault}); give the path of a CSV file") from None
