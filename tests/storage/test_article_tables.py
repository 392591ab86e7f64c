import csv
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import SourceError
from tasks.storage.article_tables import RawItem, read_table, row_count
from tasks.storage.articles import Reading, read_articles

Write = Callable[[Mapping[str, str | bytes]], Path]
NOW = datetime(2025, 9, 8, 6, tzinfo=UTC)
FIELDS = {"article_id": "n-1", "published_at": "2025-08-17T16:14Z", "title": "A strike", "source": "wire"}
BODY = 'Troops, "many",\ncross the border.'


def csv_text(*rows: Mapping[str, str]) -> str:
    lines = [",".join(rows[0])]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


ROW = {**FIELDS, "body": BODY, "note": "ignored"}
CSV = csv_text(ROW)
JSONL = json.dumps(ROW) + "\n\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", CSV.encode()),
        ("a.csv", CSV.encode("utf-8-sig")),
        ("A.CSV", CSV.encode()),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("A.CSV.GZ", gzip.compress(CSV.encode(), mtime=0)),
        ("a.jsonl", JSONL.encode()),
        ("a.csv.jsonl", JSONL.encode("utf-8-sig")),
        ("a.jsonl.gz", gzip.compress(JSONL.encode(), mtime=0)),
    ],
)
def test_the_same_row_comes_from_every_format(write: Write, name: str, content: bytes) -> None:
    (item,) = read_table(write({name: content}) / name)
    assert isinstance(item, RawItem)
    assert (item.fields, item.text) == (FIELDS, BODY)
    assert item.location.startswith(f"{name}:")


def parquet(folder: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), folder / "a.parquet")
    return folder / "a.parquet"


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        ("2025-08-17", "2025-08-17"),
        (date(2025, 8, 17), "2025-08-17"),
        (datetime(2025, 8, 17, 16, 14, tzinfo=UTC), "2025-08-17T16:14:00+00:00"),
        (datetime.fromisoformat("2025-08-17T16:14"), "2025-08-17T16:14:00"),  # stays naive, to be judged
    ],
)
def test_parquet_stamps_keep_their_zone_and_precision(write: Write, stamp: object, text: str) -> None:
    path = parquet(write({}), published_at=[stamp], title=["T"], body=["B"], extra=[1])
    (item,) = read_table(path)
    assert item == RawItem("a.parquet:1", {"published_at": text, "title": "T"}, "B")


def test_nanoseconds_of_pandas_are_read(write: Write) -> None:
    stamps = pa.array([1_755_447_240_000_000_001], pa.timestamp("ns", "UTC"))
    path = parquet(write({}), published_at=stamps, title=["T"])
    (item,) = read_articles([path], Reading(NOW, {}))
    assert isinstance(item, Article)
    assert item.published_at == datetime(2025, 8, 17, 16, 14, tzinfo=UTC)


def test_missing_cells_are_missing_fields(write: Write) -> None:
    path = parquet(write({}), title=["T", None], body=[None, "B"], url=pa.array([None, None], pa.string()))
    assert list(read_table(path)) == [RawItem("a.parquet:1", {"title": "T"}, ""), RawItem("a.parquet:2", {}, "B")]


def test_a_number_as_id_is_its_digits(write: Write) -> None:
    (item,) = read_table(write({"a.jsonl": '{"article_id": 7, "title": "T"}'}) / "a.jsonl")
    assert isinstance(item, RawItem)
    assert item.fields["article_id"] == "7"


@pytest.mark.parametrize(
    ("name", "line", "reason", "words"),
    [
        ("a.csv", "2025-08-17,T", "bad_row", "3 cells expected; mend the commas or quotes"),
        ("a.csv", "2025-08-17,T,B,C", "bad_row", "3 cells expected; mend the commas or quotes"),
        ("a.csv", "2025-08-17,T,caf\\xe9", "invalid_utf8", "not valid UTF-8; save it as UTF-8"),
        ("a.csv", "2025-08-17,T,\\x00", "binary", "NUL characters; give plain text"),
        ("a.csv", ",T,B", "undated", "published_at is missing"),
        ("a.csv", "2025-08-17,,", "empty", "nothing to score"),
        ("a.csv", f"2025-08-17,T,{'x' * 2_000_000}", "oversized", "more than 2,000,000 characters; split"),
        ("a.csv", '2025-08-17,"T" x,B', "bad_row", "text stands behind a closing quote; mend the quotes"),
        ("a.jsonl", '{"title": "T", "title": "U"}', "bad_json", "key 'title' stands twice; keep one"),
        ("a.jsonl", "{", "bad_json", "not a JSON object on one line; mend the line"),
        ("a.jsonl", '["T"]', "bad_json", "not a JSON object on one line; mend the line"),
        ("a.jsonl", "[" * 100_000, "bad_json", "not a JSON object on one line; mend the line"),
        ("a.jsonl", '{"published_at": 1755447240, "title": "T"}', "wrong_type", "published_at is a int, not text"),
        ("a.jsonl", '{"title": ["T"]}', "wrong_type", "title is a list, not text; write it as text"),
        ("a.jsonl", '{"article_id": true, "title": "T"}', "wrong_type", "article_id is a bool, not text"),
        ("a.jsonl", '{"title": NaN}', "wrong_type", "title is a float, not text"),
        ("a.jsonl", '{"published_at": "2025-08-17", "title": "\\ud83d"}', "invalid_utf8", "not valid UTF-8"),
        ("a.jsonl", "\\xff", "bad_json", "not a JSON object"),
    ],
)
def test_one_bad_row_is_set_aside_and_the_next_one_read(
    write: Write, name: str, line: str, reason: str, words: str
) -> None:
    good = {"published_at": "2025-08-17T16:14Z", "title": "T", "body": "B"}
    head, tail = ("published_at,title,body\n", "2025-08-17T16:14Z,T,B\n") if name == "a.csv" else ("", json.dumps(good))
    raw = line.encode().replace(b"\\xe9", b"\xe9").replace(b"\\xff", b"\xff").replace(b"\\x00", b"\x00")
    folder = write({name: head.encode() + raw + b"\n" + tail.encode()})
    bad, sound = read_articles([folder], Reading(NOW, {}))
    assert isinstance(bad, Rejected)
    assert (bad.reason, bad.location) == (reason, f"{name}:{2 if name == 'a.csv' else 1}")
    assert words in bad.message
    assert len(bad.payload) <= 500
    assert isinstance(sound, Article)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "", "has neither a column 'title' nor 'body'; article files have article_id, published_at"),
        ("a.csv", "headline,text\n", "has neither a column 'title' nor 'body'"),
        ("a.csv", "title,body,title\n", "has column 'title' twice; keep one"),
        ("a.csv", 'title,body\nT,"B\nU,C\n', "the quote of the row at line 2 is never closed; close it"),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)[:-9], "cannot be read to its end (Compressed file ended"),
        ("a.csv.gz", CSV, "cannot be read to its end (Not a gzipped file"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 40, "cannot be read to its end (Error -3"),
        ("a.parquet", "PAR1", "cannot be read to its end (Parquet"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_stops_the_run(
    write: Write, name: str, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(SourceError) as caught:
        list(read_table(write({name: content}) / name))
    assert sentence in str(caught.value)
    assert ";" in str(caught.value), "a rule and a remedy"


def test_a_parquet_file_needs_a_title_or_a_body_and_text_in_it(write: Write) -> None:
    with pytest.raises(SourceError, match="neither a column 'title' nor 'body'"):
        list(read_table(parquet(write({}), headline=["T"])))
    broken = pa.array([b"caf\xe9"], pa.binary()).view(pa.string())
    with pytest.raises(SourceError, match="cannot be read to its end"):
        list(read_table(parquet(write({}), title=broken)))


def test_a_long_cell_is_read_and_the_limit_for_others_restored(write: Write) -> None:
    before = csv.field_size_limit()
    (item,) = read_table(write({"a.csv": "body\n" + "x" * 200_000 + "\n"}) / "a.csv")
    assert isinstance(item, RawItem)
    assert len(item.text) == 200_000
    assert csv.field_size_limit() == before


def test_a_parquet_file_says_its_number_of_rows_beforehand(tmp_path: Path) -> None:
    pq.write_table(pa.table({"title": ["a", "b"]}), tmp_path / "a.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    names = ("a.parquet", "broken.parquet", "a.csv")
    assert [row_count(tmp_path / name) for name in names] == [2, None, None]
