"""Headline archives become article files: their stamps are taken as ours, labelled titles are left out, all counted."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.domain.errors import ConfigError, SourceError
from tasks.storage.headlines import labelled_keys, needs_preparing, prepare_articles, title_key

SEEN = datetime(2022, 2, 24, 3, 30, tzinfo=UTC)


def archive(path: Path, titles: list[str | None], **columns: object) -> Path:
    pq.write_table(pa.table({"seen_at": [SEEN] * len(titles), "title": titles, **columns}), path)
    return path


def labelled(path: Path, column: str, texts: list[str]) -> Path:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", column), *((str(at), text) for at, text in enumerate(texts))])
    return path


def test_an_archive_becomes_an_article_file(tmp_path: Path) -> None:
    source = archive(tmp_path / "seen.parquet", ["One", "Two", None], summary=["s", None, None], source=["bbc"] * 3)
    assert needs_preparing([source])
    done = prepare_articles([source], frozenset(), tmp_path / "deep" / "out.parquet")
    assert (done.read, done.kept, done.labelled, done.unreadable) == (3, 2, 0, 1)
    first, second = pq.read_table(done.path).to_pylist()
    assert first["published_at"] == first["first_seen_at"] == "2022-02-24T03:30:00+00:00"
    assert (first["title"], first["summary"], first["source"], first["body"]) == ("One", "s", "bbc", None)
    assert second["summary"] is None
    assert not needs_preparing([done.path])


def test_a_stamp_without_a_zone_is_utc(tmp_path: Path) -> None:
    path = tmp_path / "seen.parquet"
    pq.write_table(pa.table({"seen_at": [SEEN.replace(tzinfo=None)], "title": ["One"]}), path)
    (row,) = pq.read_table(prepare_articles([path], frozenset(), tmp_path / "out.parquet").path).to_pylist()
    assert row["published_at"] == "2022-02-24T03:30:00+00:00"


def test_labelled_titles_are_left_out_whatever_their_case_and_marks(tmp_path: Path) -> None:
    keys = labelled_keys(
        [
            labelled(tmp_path / "a.csv", "headline", ["Russia invades Ukraine!", ""]),
            labelled(tmp_path / "b.csv.gz", "text", ["Oil – jumps"]),
        ]
    )
    assert keys == {title_key("russia invades ukraine"), title_key("Oil jumps")}
    source = archive(tmp_path / "seen.parquet", ["RUSSIA INVADES UKRAINE", "oil jumps", "Oil jumps again"])
    done = prepare_articles([source], keys, tmp_path / "out.parquet")
    assert (done.kept, done.labelled) == (1, 2)
    assert [row["title"] for row in pq.read_table(done.path).to_pylist()] == ["Oil jumps again"]


def test_files_of_ours_keep_every_field(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text(
        "article_id,published_at,title,body,url,first_seen_at\nx1,2022-02-24T03:00:00Z,One,Text,https://a.b,2022-02-24T04:00:00Z\n"
    )
    assert not needs_preparing([path])
    (row,) = pq.read_table(prepare_articles([path], frozenset(), tmp_path / "out.parquet").path).to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {
        "article_id": "x1",
        "published_at": "2022-02-24T03:00:00Z",
        "title": "One",
        "body": "Text",
        "url": "https://a.b",
        "first_seen_at": "2022-02-24T04:00:00Z",
    }


def test_a_row_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("published_at,title\n2022-02-24T03:00:00Z,One\n2022-02-24T03:00:00Z,Two,three\n")
    done = prepare_articles([path], frozenset(), tmp_path / "out.parquet")
    assert (done.read, done.kept, done.unreadable) == (2, 1, 1)


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist; give files of headlines"):
        prepare_articles([tmp_path / "no.csv"], frozenset(), tmp_path / "out.parquet")
    broken = tmp_path / "broken.parquet"
    broken.write_text("no parquet")
    with pytest.raises(SourceError, match="is no Parquet file"):
        needs_preparing([broken])
    bare = tmp_path / "bare.parquet"
    pq.write_table(pa.table({"seen_at": [SEEN]}), bare)
    with pytest.raises(SourceError, match="has no column 'title'"):
        prepare_articles([bare], frozenset(), tmp_path / "out.parquet")
    with pytest.raises(ConfigError, match=r"name its column one of headline"):
        labelled_keys([labelled(tmp_path / "c.csv", "words", ["x"])])
    with pytest.raises(ConfigError, match="cannot be read"):
        labelled_keys([tmp_path / "none.csv"])
