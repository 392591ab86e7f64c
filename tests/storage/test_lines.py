"""A row of a table stays within bounds, however small the archive that it comes from."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError
from tasks.storage import parquet_rows
from tasks.storage.article_tables import read_table
from tasks.storage.files import ROOT
from tasks.storage.lines import BoundedRows, RowTooLongError, bounded_lines
from tasks.storage.prices import read_prices

LIMITED = """
import resource, sys
from pathlib import Path
from tasks.storage.article_tables import read_table
warm, bomb = map(Path, sys.argv[1:3])
list(read_table(warm))
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + int(sys.argv[3]),) * 2)
lengths = [len(item.text) for item in read_table(bomb)]
print(len(lengths), sum(lengths))
"""


@given(st.text(alphabet="ab\n", max_size=60), st.integers(1, 12))
def test_lines_within_the_limit_come_whole_and_longer_ones_as_none(text: str, limit: int) -> None:
    found = list(bounded_lines(io.StringIO(text, newline=""), limit))
    lines = text.splitlines(keepends=True)
    assert found == [line if len(line) <= limit else None for line in lines]


def test_a_row_may_have_several_lines_but_not_more_than_its_characters() -> None:
    lines = BoundedRows(io.StringIO("abc\nde\nfghijkl\n", newline=""), 8)
    assert [next(lines), next(lines)] == ["abc\n", "de\n"]
    lines.begin_row()
    assert next(lines) == "fghijkl\n"
    with pytest.raises(StopIteration):
        next(lines)


def test_a_longer_row_is_refused_before_it_is_held() -> None:
    lines = BoundedRows(io.StringIO("x" * 100, newline=""), 8)
    with pytest.raises(RowTooLongError, match="longer than 8 characters"):
        next(lines)


def archive(path: Path, start: bytes, filler: bytes, count: int, end: bytes) -> Path:
    """A gzip file of `count` megabytes of filler between start and end."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(count):
            file.write(filler * (1_000_000 // len(filler)))
        file.write(end)
    return path


def test_a_line_of_gigabytes_in_json_lines_is_set_aside_and_the_next_one_read(tmp_path: Path) -> None:
    good = b'{"title": "Army shells town", "published_at": "2025-08-04T10:00:00Z"}\n'
    path = archive(tmp_path / "bomb.jsonl.gz", good + b'{"title": "', b"a", 200, b'"}\n' + good)
    assert path.stat().st_size < 2_000_000
    first, long, last = read_table(path)
    assert isinstance(long, Rejected)
    assert (long.reason, long.location) == ("oversized", "bomb.jsonl.gz:2")
    assert "a line of more than 64,000,000 characters; split the item" in long.message
    assert not isinstance(first, Rejected)
    assert not isinstance(last, Rejected)


@pytest.mark.parametrize("filler", [b"a", b"aaaaaaaaa,", b'"a\n",'])
def test_a_row_of_gigabytes_in_csv_ends_the_file_with_a_sentence(tmp_path: Path, filler: bytes) -> None:
    path = archive(tmp_path / "bomb.csv.gz", b"title,body\nArmy shells town,x\nb,", filler, 100, b"\n")
    with pytest.raises(SourceError, match=r"bomb.csv.gz cannot be read to its end \(a row is longer than 64,000,000"):
        list(read_table(path))


def test_a_price_row_of_megabytes_ends_the_file_with_a_sentence(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.csv.gz", b"symbol,date,close\n", b"1,", 10, b"\n")
    with pytest.raises(SourceError, match=r"not a readable CSV file \(a row is longer than 1,000,000 characters\)"):
        list(read_prices([path]))


@pytest.mark.parametrize("stored_once", [True, False])
def test_some_kilobytes_of_parquet_are_not_unpacked_into_gigabytes(tmp_path: Path, stored_once: bool) -> None:
    """2,000 texts of a megabyte within 700 MB of memory beyond what a small file takes."""
    path, text = tmp_path / "bomb.parquet", "a" * 1_000_000
    schema = pa.schema({"title": pa.string(), "body": pa.string()})
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=stored_once) as writer:
        body = pa.array([text] * 500)
        for _ in range(4):
            writer.write_table(pa.table({"title": ["Army shells town"] * 500, "body": body}, schema))
    assert path.stat().st_size < 2_000_000
    pq.write_table(pa.table({"title": ["Army shells town"], "body": ["x"]}), tmp_path / "warm.parquet")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "warm.parquet"), str(path), "700000000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "2000 2000000000\n", done.stderr[-2000:]


@given(st.lists(st.text(max_size=30), max_size=40), st.integers(1, 200))
def test_rows_come_whole_and_in_order_whatever_the_budget(texts: list[str], row_group: int) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"n": range(len(texts)), "title": pa.array(texts, pa.string())}), buffer, row_group)
    for file in (parquet_rows.open_parquet(buffer), pq.ParquetFile(buffer)):
        found = list(parquet_rows.rows(file, ("title", "n")))
        assert found == [{"n": number, "title": text} for number, text in enumerate(texts)]


def test_the_limit_of_pythons_csv_module_is_put_back(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    (tmp_path / "a.csv").write_text("title\nA choir sings\n", encoding="utf-8")
    list(read_table(tmp_path / "a.csv"))
    assert csv.field_size_limit() == before
