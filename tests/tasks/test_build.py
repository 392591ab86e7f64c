import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tasks.build import build
from tasks.publish import publish
from tests.pipeline import (
    SEED_ARTICLE,
    SEED_NOW,
    SEEDS,
    Pipeline,
    exports,
    seeded,
    small,
    write_article,
)
from tests.tasks.test_backfill import prepared

AUGUST = {"from_date": date(2025, 8, 4), "to_date": date(2025, 8, 29)}


@pytest.fixture(scope="module")
def august(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The embedded articles of August 2025 as files of one's own, published."""
    root = tmp_path_factory.mktemp("august")
    folder = root / "articles"
    folder.mkdir()
    for path in sorted((SEEDS / "articles").glob("2025-08-*.md")):
        shutil.copy(path, folder / path.name)
    pipeline = seeded(root / "home", articles=(str(folder),), **AUGUST)
    pipeline.publish()
    return pipeline


def signal_rows(pipeline: Pipeline, until: str = "9999-12-31") -> list[tuple[Any, ...]]:
    """Every theme row whose cut-off is not after `until`, without what names the run."""
    return pipeline.rows(
        "from daily.theme_clock_daily where cutoff_at <= $until::timestamp order by session_date, theme, clock",
        {"until": until},
    )


def test_every_session_of_every_clock_has_a_row_of_each_theme(demo: Pipeline) -> None:
    counted = demo.rows("select count(*), count(distinct (session_date, clock, theme)) from daily.theme_clock_daily")
    sessions = demo.cell(
        "select count(*) from raw.session where session_date between "
        "(select min(session_date) from daily.theme_clock_daily) and "
        "(select max(session_date) from daily.theme_clock_daily)"
    )
    assert counted == [(3 * sessions, 3 * sessions)]


def test_contributions_sum_to_the_risk_score_exactly(demo: Pipeline) -> None:
    off = demo.rows(
        "select session_date, theme, clock from signal.theme_clock_daily left join ("
        "select session_date, theme, clock, sum(contribution) as total from signal.sentence_contribution group by all"
        ") using (session_date, theme, clock) where risk_score is distinct from total"
    )
    assert off == []
    assert demo.cell("select count(*) from signal.theme_clock_daily where risk_score != 0") > 0


def test_the_seed_article_is_in_its_session_on_every_clock_and_in_none_earlier(demo: Pipeline) -> None:
    first = demo.rows(
        "select clock, min(session_date) from signal.sentence_contribution where article_id = $id group by all",
        {"id": SEED_ARTICLE},
    )
    assert {day for _, day in first} == {date(2025, 8, 18)}
    assert len(first) == demo.cell("select count(distinct clock) from raw.session")


def test_no_row_knows_what_came_after_its_cutoff(demo: Pipeline) -> None:
    ahead = demo.rows(
        "select * from signal.sentence_contribution as c inner join raw.article using (article_id) "
        "inner join signal.theme_clock_daily as d using (session_date, theme, clock) where available_at > cutoff_at"
    )
    assert ahead == []
    assert demo.rows("select * from signal.asset_daily where first_tradable_at <= cutoff_at + interval 15 minute") == []
    assert demo.rows("select * from signal.asset_daily where price_available_at <= cutoff_at") == []


@pytest.mark.parametrize(("threads", "names"), [(1, "{}"), (2, "z-{}")], ids=["one", "renamed"])
def test_threads_and_file_names_change_no_byte(august: Pipeline, tmp_path: Path, threads: int, names: str) -> None:
    """Files sort the other way round under names that count down; ids come from the front matter."""
    given = sorted(Path(august.run.articles[0]).glob("*.md"))
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, path in enumerate(given if names == "{}" else reversed(given)):
        shutil.copy(path, folder / names.format(f"{number:03}.md"))
    other = seeded(tmp_path / "home", articles=(str(folder),), threads=threads, **AUGUST)
    assert exports(other.publish()) == exports(august.home.published.resolve())


def test_chunks_one_after_the_other_build_the_same_rows_as_the_whole(august: Pipeline, tmp_path: Path) -> None:
    parts = seeded(tmp_path / "home", articles=august.run.articles)
    parts.build(from_date=date(2025, 8, 4), to_date=date(2025, 8, 15))
    parts.build(from_date=date(2025, 8, 18), to_date=date(2025, 8, 29))
    for table in ("daily.theme_clock_daily", "daily.price_daily", "asset.asset_daily", "core.source_session"):
        everything = f"from {table} where session_date between '2025-08-04' and '2025-08-29' order by all"
        assert parts.rows(everything) == august.rows(everything), table


def test_an_archive_of_many_chunks_is_published_byte_for_byte(august: Pipeline, tmp_path: Path) -> None:
    """Of two articles each; its tables are written in a transaction for each chunk."""
    archive = seeded(tmp_path / "home", articles=august.run.articles, **AUGUST)
    window = prepared(archive.run)
    build(archive.run, window, articles_per_chunk=2)
    publish(archive.run, window, articles_per_chunk=2)
    assert exports(archive.home.published.resolve()) == exports(august.home.published.resolve())


def test_removing_an_article_changes_no_earlier_session(august: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    shutil.copytree(august.run.articles[0], folder)
    removed = sorted(folder.glob("2025-08-2*.md"))[0]
    removed.unlink()
    other = seeded(tmp_path / "home", articles=(str(folder),), **AUGUST)
    other.build()
    at = str(august.cell("select available_at from raw.article where article_id = $id", {"id": removed.stem}))
    assert signal_rows(other, at) == signal_rows(august, at)
    assert signal_rows(other) != signal_rows(august)


def copies(root: Path, at: Iterable[tuple[str, str, str]]) -> Pipeline:
    """Articles of one wording; marks differ, so that each is a text of its own and all are one story."""
    for number, (article_id, moment, source) in enumerate(at):
        write_article(root / "articles", article_id, moment, title="Pipeline report" + "!" * number, source=source)
    pipeline = small(root, now="2025-08-30T06:00")
    pipeline.build()
    return pipeline


def test_copies_have_a_bounded_effect(tmp_path: Path) -> None:
    """One voice a source; 50 sources weigh min(1 + log2(50), 3) = 3 times one. Weeks apart, so no session repeats."""
    alone = [("alone", "2025-08-05T10:00:00Z", "wire")]
    one_source = [(f"same-{n:02}", f"2025-08-14T10:{n:02}:00Z", "wire") for n in range(50)]
    many = [(f"many-{n:02}", f"2025-08-26T10:{n:02}:00Z", f"source-{n:02}") for n in range(50)]
    pipeline = copies(tmp_path, [*alone, *one_source, *many])
    rows = pipeline.rows(
        "select day(session_date), story_count, article_count, d.risk_score, any_value(day_weight)::double "
        "from daily.theme_clock_daily as d inner join core.voice using (session_date, theme, clock) "
        "where theme = 'energy' and clock = 'LON_BRENT' group by all order by 1"
    )
    assert [row[:3] for row in rows] == [(5, 1, 1), (14, 1, 50), (26, 1, 50)]
    (risk_1, weight_1), (risk_2, _), (risk_3, weight_3) = [row[3:] for row in rows]
    assert risk_2 == risk_1 != 0, "49 copies from the same source add nothing"
    assert weight_3 == pytest.approx(3 * weight_1)
    assert float(risk_3) == pytest.approx(float(risk_1) * 3 * (weight_1 + 1) / (3 * weight_1 + 1), abs=1e-10)


def test_seeds_are_read_at_the_instant_that_they_declare(demo: Pipeline) -> None:
    assert demo.run.now == SEED_NOW
    assert demo.cell("select max(as_of_at)::varchar from raw.publication") == "2025-10-08 06:00:00"
    assert demo.cell("select count(*) from signal.theme_clock_daily where is_provisional") == 0
