import math
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from tasks.domain.errors import ConfigError
from tasks.storage.tables import TableWriter

SCHEMA = pa.schema([("name", pa.string()), ("score", pa.float64()), ("count", pa.int64())])
Row = dict[str, str | float | int | None]


def row(name: str | None = "a", score: float | None = 0.5, count: int | None = 1) -> Row:
    return {"name": name, "score": score, "count": count}


def as_table(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def write(path: Path, *batches: Sequence[Row]) -> Path:
    with TableWriter(path, SCHEMA) as table:
        for batch in batches:
            table.write(as_table(batch))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_rows_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    given = [row("a, “b”\n'c\"", 0.1 + 0.2), row("", None, None), row("é", -1e-17, -(2**62))]
    path = write(tmp_path / name, given[:1], [], given[1:])
    options = pa_csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False, column_types=SCHEMA)
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    table = pa_csv.read_csv(path, None, parse, options) if name.endswith("csv") else pq.read_table(path)
    assert table.to_pylist() == given
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_no_rows_make_a_file_with_columns(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name)
    table = pa_csv.read_csv(path) if name.endswith("csv") else pq.read_table(path)
    assert (table.num_rows, table.column_names) == (0, SCHEMA.names)


@pytest.mark.parametrize("start", ["=", "+", "@", "-", "\t", "\r"])
def test_csv_text_that_a_spreadsheet_would_run_is_defused(tmp_path: Path, start: str) -> None:
    path = write(tmp_path / "t.csv", [row(f"{start}HYPERLINK(1)"), row(f"a{start}", -0.5, -3)])
    text = path.read_bytes().decode()
    assert f'"\'{start}HYPERLINK(1)"' in text
    assert "-0.5,-3" in text, "numbers stay numbers"
    untouched = pq.read_table(write(tmp_path / "t.parquet", [row(f"{start}HYPERLINK(1)")])).to_pylist()
    assert untouched[0]["name"] == f"{start}HYPERLINK(1)"


def test_each_table_becomes_a_row_group_and_no_row_is_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", [row(count=number) for number in range(5)], [row(count=5)])
    file = pq.ParquetFile(path)
    assert file.num_row_groups == 2
    assert file.read().column("count").to_pylist() == list(range(6))


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_block_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, name: str) -> None:
    before = write(tmp_path / name, [row("old")]).read_bytes()
    with pytest.raises(ZeroDivisionError), TableWriter(tmp_path / name, SCHEMA) as table:
        table.write(as_table([row("new"), row(score=1 / 0)]))
    assert names(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_table_that_does_not_fit_leaves_no_draft(tmp_path: Path, name: str) -> None:
    good, bad = as_table([row()]), pa.table({"name": ["a"], "score": ["much"], "count": [1]})
    with pytest.raises(ValueError, match="much"), TableWriter(tmp_path / name, SCHEMA) as table:
        list(map(table.write, (good, bad)))
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("t.xlsx", "t.xlsx ends neither in .csv nor in .parquet; name the output so"),
        ("t", "ends neither in"),
        ("t.CSV", "ends neither in"),
        ("nowhere/t.csv", "t.csv does not exist; make it first"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TableWriter(tmp_path / name, SCHEMA)
    assert sentence in str(caught.value)


def test_floats_are_written_so_that_they_read_back_exactly(tmp_path: Path) -> None:
    values = [math.pi, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0]
    path = write(tmp_path / "t.csv", [row(score=value) for value in values])
    cells = [line.split(",")[1] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert [float(cell) for cell in cells] == values
