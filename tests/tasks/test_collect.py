import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tasks.collect import collect
from tasks.domain.errors import ConfigError, SeedError, SourceError
from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, small, without, write_article


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """One good article among every kind of bad one, read twice."""
    root = tmp_path_factory.mktemp("mixed")
    folder = root / "articles"
    write_article(folder, "good", "2025-08-05T10:00:00Z")
    write_article(folder, "told-again", "2025-08-06T10:00:00Z")
    write_article(folder, "told-by-another", "2025-08-06T10:00:00Z", source="paper")
    write_article(folder, "no-date", "")
    write_article(folder, "words-for-a-date", "last Tuesday")
    write_article(folder, "no-zone", "2025-08-05T10:00:00")
    write_article(folder, "future", "2025-08-20T06:10:01Z")
    write_article(folder, "placeholder", "0001-01-01T00:00:00Z")
    write_article(folder, "empty", "2025-08-05T10:00:00Z", "", title="")
    write_article(folder, "huge", "2025-08-05T10:00:00Z", "word " * 500_000)
    write_article(folder, "front", "2025-08-05T10:00:00Z", title="'unclosed")
    write_article(folder, "good", "2025-08-07T10:00:00Z", TALKS, file="another-text.md")
    (folder / "picture.txt").write_bytes(b"\x89PNG\x00\x00")
    (folder / "latin.md").write_bytes(b"---\npublished_at: 2025-08-05T10:00:00Z\n---\nCaf\xe9\n")
    pipeline = small(root)
    pipeline.reports = {"first": collect(pipeline.run), "second": collect(replace(pipeline.run, run_id="second"))}
    return pipeline


def test_every_rejected_article_is_kept_with_its_reason(mixed: Pipeline) -> None:
    rows = mixed.rows("select coalesce(article_id, parse_filename(location)), reason from raw.quarantine order by all")
    assert rows == [
        ("empty", "empty"),
        ("front.md", "bad_front_matter"),
        ("future", "future_date"),
        ("good", "article_id_conflict"),
        ("huge.md", "oversized"),
        ("latin.md", "invalid_utf8"),
        ("no-date", "undated"),
        ("no-zone", "naive_timestamp"),
        ("picture.txt", "binary"),
        ("placeholder", "date_out_of_range"),
        ("told-again", "duplicate"),
        ("words-for-a-date", "bad_date"),
    ]


def test_every_reason_comes_with_a_remedy(mixed: Pipeline) -> None:
    assert mixed.cell("select count(*) from raw.quarantine where length(message) < 20 or message is null") == 0


def test_counts_add_up_and_a_second_reading_adds_nothing(mixed: Pipeline) -> None:
    assert mixed.reports["first"].counts == {"read": 14, "new": 2, "unchanged": 0, "quarantined": 12}
    assert mixed.reports["second"].counts == {"read": 14, "new": 0, "unchanged": 2, "quarantined": 12}
    assert mixed.rows("select article_id, run_id from raw.article order by all") == [
        ("good", "first"),
        ("told-by-another", "first"),
    ]
    assert mixed.rows("select count(*), min(run_id), max(run_id) from raw.quarantine") == [(12, "first", "first")]


def test_sources_are_what_brought_something(mixed: Pipeline) -> None:
    assert mixed.rows("select source, kind from raw.source order by all") == [
        ("files", "archive"),
        ("paper", "archive"),
        ("wire", "archive"),
    ]


def test_file_names_and_reading_order_do_not_matter(tmp_path: Path) -> None:
    stored = []
    for name, order in (("one", "abc"), ("two", "cba")):
        root = tmp_path / name
        for prefix, (article_id, day) in zip(order, {"x": 6, "y": 5, "z": 7}.items(), strict=True):
            path = write_article(root / "articles", article_id, f"2025-08-0{day}T10:00:00Z")
            path.rename(path.with_name(f"{prefix}.md"))
        pipeline = small(root)
        collect(pipeline.run)
        stored.append(pipeline.rows("select article_id, available_at, content_hash from raw.article order by all"))
    assert stored[0] == stored[1]
    assert [row[0] for row in stored[0]] == ["y"], "the earliest telling is kept, x and z repeat it"


def test_one_big_input_and_many_small_ones_keep_the_same_articles(tmp_path: Path) -> None:
    days = [(f"day-{day:02}", f"2025-08-{day:02}T10:00:00Z") for day in range(1, 19, 3)]
    whole, parts = small(tmp_path / "whole"), small(tmp_path / "parts")
    for article_id, at in days:
        write_article(tmp_path / "whole" / "articles", article_id, at)
        write_article(tmp_path / "parts" / article_id, article_id, at)
        collect(replace(parts.run, articles=(str(tmp_path / "parts" / article_id),)))
    collect(whole.run)
    kept = whole.rows("select article_id from raw.article order by all")
    assert kept == parts.rows("select article_id from raw.article order by all")
    assert kept == [("day-01",), ("day-10",)], "the same text again after more than seven days is news"


@pytest.mark.parametrize(("together", "kept"), [(1, 2), (3, 1), (4, 2), (5, 0)])
def test_an_archive_of_many_transactions_goes_on_where_it_died(
    mixed: Pipeline, tmp_path: Path, together: int, kept: int
) -> None:
    """Four items can be read: another text under the same id, the first telling, its source's copy, another's copy."""
    tables = {
        "raw.article": "* exclude run_id",
        "raw.article_section": "*",
        "raw.quarantine": "* exclude (run_id, location, quarantine_id)",
        "raw.source": "*",
        "raw.incoming_article": "*",
    }

    def stored(pipeline: Pipeline) -> list[list[tuple[object, ...]]]:
        return [pipeline.rows(f"select {cells} from {table} order by all") for table, cells in tables.items()]

    shutil.copytree(mixed.run.articles[0], tmp_path / "articles")
    pipeline = small(tmp_path)
    with without(pipeline.run, "quarantine"), pytest.raises(duckdb.CatalogException, match="quarantine"):
        collect(pipeline.run, together=together)
    assert pipeline.cell("select count(*) from raw.article") == kept
    report = collect(replace(pipeline.run, run_id="again"), together=together)
    assert report.counts == {"read": 14, "new": 2 - kept, "unchanged": kept, "quarantined": 12}
    assert stored(pipeline) == stored(mixed)


def test_minute_stamps_mean_the_end_of_the_minute(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "minute", "2025-08-05T10:00Z")
    pipeline = small(tmp_path)
    collect(pipeline.run)
    assert pipeline.cell("select available_at::varchar from raw.article") == "2025-08-05 10:00:59.999999"


@pytest.mark.parametrize("fill", [lambda folder: folder.mkdir(), lambda folder: None], ids=["empty", "missing"])
def test_a_folder_without_articles_is_an_error(tmp_path: Path, fill: Callable[[Path], None]) -> None:
    fill(tmp_path / "articles")
    with pytest.raises(SourceError, match=r"articles (holds no article|does not exist)"):
        collect(small(tmp_path).run)


def test_a_collect_that_fails_leaves_nothing_that_waits(mixed: Pipeline, tmp_path: Path) -> None:
    pipeline = small(tmp_path, articles=(*mixed.run.articles, str(tmp_path / "nowhere")))
    with pytest.raises(SourceError, match="does not exist"):
        collect(pipeline.run)
    assert pipeline.rows("from raw.incoming_article") == pipeline.rows("from raw.article") == []


def test_no_readable_article_is_an_error_that_names_the_first_fault(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "no-date", "")
    pipeline = small(tmp_path)
    with pytest.raises(SourceError, match=r"1 set aside; the first one: .*no-date\.md: published_at is missing"):
        collect(pipeline.run)
    assert pipeline.rows("select step, status from raw.run_log") == [("collect", "failed")]
    assert pipeline.rows("select reason from raw.quarantine") == [("undated",)]


def test_demonstration_and_own_articles_never_share_a_home(demo: Pipeline, tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "own", "2025-08-05T10:00:00Z")
    own = str(tmp_path / "articles")
    copy = demo.copy(tmp_path / "demo")
    for articles in ((own,), ("seeds", own)):
        with pytest.raises(ConfigError, match="--home"):
            collect(replace(copy.run, articles=articles))
    fresh = small(tmp_path, articles=("seeds", own))
    with pytest.raises(ConfigError, match="--home"):
        collect(fresh.run)
    assert not fresh.home.warehouse.exists()
    fresh.run = replace(fresh.run, articles=(own,))
    collect(fresh.run)
    with pytest.raises(ConfigError, match="articles of your own"):
        collect(replace(fresh.run, articles=("seeds",)))


@pytest.mark.parametrize("run_id", ["../elsewhere", "a/b", ".hidden", "", "x" * 101, "C:drive"])
def test_a_run_id_that_is_no_folder_name_stops_before_anything_is_written(tmp_path: Path, run_id: str) -> None:
    pipeline = small(tmp_path, run_id=run_id)
    with pytest.raises(ConfigError, match="names the publication's folder"):
        collect(pipeline.run)
    assert not pipeline.home.root.exists()


def _unknown_key(seeds: Path) -> None:
    path = seeds / "themes.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("label:", "lable:", 1), encoding="utf-8")


def _valence_out_of_range(seeds: Path) -> None:
    with (seeds / "lexicon.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["geo"] = "99"
    with (seeds / "lexicon.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _unknown_calendar(seeds: Path) -> None:
    path = seeds / "clocks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("XETR,XETR,", "XETR,XBERLIN,", 1), encoding="utf-8")


def _unknown_zone(seeds: Path) -> None:
    path = seeds / "clocks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Europe/Berlin", "Europe/Bonn", 1), encoding="utf-8")


@pytest.mark.parametrize("break_seeds", [_unknown_key, _valence_out_of_range, _unknown_calendar, _unknown_zone])
def test_a_bad_seed_stops_before_anything_is_written(tmp_path: Path, break_seeds: Callable[[Path], None]) -> None:
    write_article(tmp_path / "articles", "own", "2025-08-05T10:00:00Z", STRIKE)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    break_seeds(tmp_path / "seeds")
    pipeline = small(tmp_path, seeds=tmp_path / "seeds")
    with pytest.raises(SeedError, match="seeds/"):
        collect(pipeline.run)
    assert not pipeline.home.warehouse.exists()


@pytest.mark.parametrize("name", ["prices.csv", "dividends.csv"])
def test_a_wrong_price_file_is_told_before_articles_are_read_for_hours(tmp_path: Path, name: str) -> None:
    write_article(tmp_path / "articles", "good", "2025-08-05T10:00:00Z")
    prices = tmp_path / "prices"
    prices.mkdir()
    (prices / "good.csv").write_text("symbol,date,close\nBRENT,2025-08-04,66.9\n")
    pipeline = small(tmp_path, prices=(str(prices),))
    (prices / name).write_text("symbol,rows\nBRENT,3\n")
    with pytest.raises(SourceError, match=f"{name} lacks column '(ex_)?date'"):
        collect(pipeline.run)
    assert not pipeline.home.warehouse.exists()
