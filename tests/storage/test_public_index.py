"""Published indexes: the columns that a file has, under our names."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tasks.domain.errors import ConfigError
from tasks.storage.public_index import AI_GPR, GPR, read_indexes


def test_the_columns_that_are_there_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gpr.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("date,gpr,gpr_acts,other\n2022-02-24,371.5,190,1\n2022-02-25,,200,1\n")
    assert read_indexes(path, GPR) == {
        "gpr": {"2022-02-24": 371.5},
        "gpr_acts": {"2022-02-24": 190.0, "2022-02-25": 200.0},
    }
    assert read_indexes(None, GPR) == {}


def test_names_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "ai.csv"
    path.write_text("date,gpr_ai,ai_threats\n2022-02-01,187,186\n")
    assert set(read_indexes(path, AI_GPR)) == {"ai_gpr", "ai_threats"}


def test_a_file_without_the_index_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gpr.csv"
    path.write_text("date,GPRD\n2022-02-24,371\n")
    with pytest.raises(ConfigError, match="columns date and gpr expected"):
        read_indexes(path, GPR)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_indexes(tmp_path / "no.csv", GPR)
