"""score_files on inputs of several chunks: processes, parts kept after a kill, progress. Chunks here are tiny."""

from __future__ import annotations

import csv
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.domain.errors import ConfigError, SourceError, WriterBusyError
from tasks.score_files import FileScores, score_files
from tasks.storage.parts import Parts
from tests.pipeline import SEEDS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECTS = ("Army shells border town in Ukraine", "Leaders sign truce", "Oil output is cut", "A choir sings in Vienna")
COUNT = 23


@dataclass(frozen=True)
class Case:
    """One call: 23 titles in chunks of 5, the last of 3."""

    titles: Path
    out: Path
    seeds: Path = SEEDS
    sentences: Path | None = None
    workers: int = 1
    chunk_size: int = 5
    progress_every: float = 60.0
    now: datetime = NOW
    is_now_given: bool = False

    @property
    def parts(self) -> Path:
        return self.out.with_name(f"{self.out.name}.parts")

    def run(self) -> FileScores:
        return score_files(
            [str(self.titles)], self.out, self.sentences, seeds=self.seeds, now=self.now,
            is_now_given=self.is_now_given, workers=self.workers, chunk_size=self.chunk_size,
            progress_every=self.progress_every,
        )  # fmt: skip

    def kill_after(self, parts: int) -> None:
        """Leave what a kill leaves: the first parts, and half of the next. The input ends in a row that stops us."""
        good = self.titles.read_bytes()
        self.titles.write_bytes(good.replace(b"\n22,", b'\n22,"'))
        with pytest.raises(SourceError, match="never closed"):
            self.run()
        self.titles.write_bytes(good)
        for path in self.parts.glob("0*.json"):
            if int(path.stem) >= parts:
                path.unlink()
        manifest = json.loads((self.parts / "manifest.json").read_text())
        stat = self.titles.stat()
        manifest["input"] = [[str(self.titles), stat.st_size, stat.st_mtime_ns]]
        (self.parts / "manifest.json").write_text(json.dumps(manifest))

    def tamper(self, part: int) -> None:
        """Mark a part with a value that no scoring gives; it is still a valid part."""
        path = self.parts / f"{part:06}.scores.parquet"
        table = pq.read_table(path)
        mark = pa.array([0.123] * table.num_rows)
        at = table.column_names.index("relevance")
        pq.write_table(table.set_column(at, table.schema.field("relevance"), mark), path)

    def marked(self) -> set[int]:
        """Numbers of the articles with the mark."""
        with self.out.open(encoding="utf-8", newline="") as file:
            return {int(row["article_id"]) for row in csv.DictReader(file) if row["relevance"] == "0.123"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    titles = tmp_path / "titles.csv"
    rows = "".join(f"{n},{SUBJECTS[n % 4]} title {n}\n" for n in range(COUNT))
    titles.write_text("article_id,title\n" + rows, encoding="utf-8")
    return Case(titles, tmp_path / "scores.csv")


def test_the_bytes_do_not_depend_on_the_number_of_processes(case: Case, tmp_path: Path) -> None:
    one = replace(case, out=tmp_path / "one.csv", sentences=tmp_path / "one.parquet")
    two = replace(case, out=tmp_path / "two.csv", sentences=tmp_path / "two.parquet", workers=2)
    assert one.run() == two.run() == FileScores(COUNT, ())
    assert one.out.read_bytes() == two.out.read_bytes()
    assert one.sentences
    assert two.sentences
    assert one.sentences.read_bytes() == two.sentences.read_bytes()
    assert not one.parts.exists()
    assert not two.parts.exists()


def test_the_rows_do_not_depend_on_the_chunks(case: Case, tmp_path: Path) -> None:
    whole = replace(case, out=tmp_path / "whole.csv", chunk_size=100)
    case.run()
    whole.run()
    assert case.out.read_bytes() == whole.out.read_bytes()
    with case.out.open(encoding="utf-8", newline="") as file:
        assert [int(row["article_id"]) for row in csv.DictReader(file)] == [n for n in range(COUNT) for _ in range(4)]


def test_after_a_kill_the_finished_parts_are_not_scored_again(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    case.kill_after(parts=2)
    case.tamper(1)
    caplog.set_level(logging.INFO)
    assert case.run() == FileScores(COUNT, ())
    assert case.marked() == {5, 6, 7, 8, 9}
    assert "2 are there already" in caplog.text
    assert not case.parts.exists()


def test_after_a_kill_the_output_is_that_of_a_run_without(case: Case, tmp_path: Path) -> None:
    case.kill_after(parts=3)
    case.run()
    quiet = replace(case, out=tmp_path / "quiet.csv")
    quiet.run()
    assert case.out.read_bytes() == quiet.out.read_bytes()


def changed_lexicon(case: Case, tmp_path: Path) -> Case:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    lexicon = tmp_path / "seeds" / "lexicon.csv"
    lexicon.write_text("".join(lexicon.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    return replace(case, seeds=tmp_path / "seeds")


def changed_input(case: Case, tmp_path: Path) -> Case:
    case.titles.write_text(case.titles.read_text(encoding="utf-8") + "23,One more\n", encoding="utf-8")
    return case


def changed_chunks(case: Case, tmp_path: Path) -> Case:
    return replace(case, chunk_size=6)


def changed_clock(case: Case, tmp_path: Path) -> Case:
    return replace(case, is_now_given=True)


def small_input(case: Case, tmp_path: Path) -> Case:
    return replace(case, chunk_size=100)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (changed_lexicon, "lexicon_version changed"),
        (changed_input, "input changed"),
        (changed_chunks, "chunk size changed"),
        (changed_clock, "--now changed"),
        (small_input, "the input is small now"),
    ],
)
def test_parts_of_something_else_are_thrown_away(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture, change: Callable[[Case, Path], Case], cause: str
) -> None:
    case.kill_after(parts=2)
    case.tamper(1)
    change(case, tmp_path).run()
    assert case.marked() == set()
    assert f"parts of an earlier run in {case.parts} are thrown away: {cause}" in caplog.text


def test_the_wall_clock_alone_keeps_the_parts(case: Case) -> None:
    case.kill_after(parts=2)
    case.tamper(0)
    replace(case, now=datetime(2026, 1, 2, tzinfo=UTC)).run()
    assert case.marked() == {0, 1, 2, 3, 4}


def test_a_kill_before_the_manifest_leaves_nothing_in_the_way(case: Case) -> None:
    case.parts.mkdir()
    (case.parts / "manifest.draft").write_text("{")
    assert case.run().article_count == COUNT


def test_a_folder_that_is_not_ours_is_left_alone(case: Case) -> None:
    case.parts.mkdir()
    (case.parts / "thesis.txt").write_text("years of work")
    for chunk_size in (5, 100):
        with pytest.raises(ConfigError, match="holds no parts of ours; move it away"):
            replace(case, chunk_size=chunk_size).run()
    assert (case.parts / "thesis.txt").exists()


def test_a_second_run_to_the_same_output_is_refused(case: Case) -> None:
    with Parts.beside(case.out).locked():
        for chunk_size in (5, 100):
            with pytest.raises(WriterBusyError, match=r"another run works on .*parts; wait for it"):
                replace(case, chunk_size=chunk_size).run()
    assert case.run().article_count == COUNT
    assert not case.parts.exists()


@pytest.mark.parametrize("name", ["000001.json", "000001.scores.parquet"])
def test_a_damaged_part_is_named(case: Case, name: str) -> None:
    case.kill_after(parts=2)
    (case.parts / name).write_bytes(b"")
    with pytest.raises(ConfigError, match=rf"{name} cannot be read .*; remove .*parts and run again"):
        case.run()
    assert not case.out.exists()


def test_bad_items_of_all_parts_are_named_in_order(case: Case) -> None:
    lines = case.titles.read_text(encoding="utf-8").splitlines()
    lines[3], lines[19] = "2,", "18,a,b"
    case.titles.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = replace(case, workers=2).run()
    assert result.article_count == COUNT - 2
    assert [(item.reason, item.location) for item in result.rejected] == [
        ("empty", "titles.csv:4"),
        ("bad_row", "titles.csv:20"),
    ]


def test_an_input_without_a_readable_article_leaves_no_output(case: Case) -> None:
    case.titles.write_text("title\n" + '""\n' * 12, encoding="utf-8")
    with pytest.raises(SourceError, match="no article could be read, 12 set aside: no text and no title"):
        case.run()
    case.titles.write_text("title\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no article could be read, 0 set aside: the input has no rows"):
        case.run()
    assert sorted(path.name for path in case.titles.parent.iterdir()) == ["titles.csv"]


def test_progress_is_shown_with_what_is_left_where_the_file_says_it(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    replace(case, progress_every=0.0).run()
    assert "scored 10 articles" in caplog.text
    pq.write_table(pa.table({"title": [f"{SUBJECTS[n % 4]} {n}" for n in range(COUNT)]}), tmp_path / "titles.parquet")
    replace(case, titles=tmp_path / "titles.parquet", progress_every=0.0).run()
    assert "scored 10 of 23 articles, " in caplog.text


def test_long_items_make_smaller_chunks(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred items are a chunk, unless they are long: memory is bounded by characters."""
    caplog.set_level(logging.INFO)
    case.titles.write_text("title\n" + f'"Rain{" " * 1_500_000}fell"\n' * 7, encoding="utf-8")
    assert replace(case, chunk_size=100, progress_every=0.0).run().article_count == 7
    assert "scored 6 articles" in caplog.text
