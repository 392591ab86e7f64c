import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tasks.publish import newest_rows, publish
from tasks.storage.files import Home, swap_link
from tests.pipeline import SEED_NOW, STRIKE, TALKS, Pipeline, another_process, exports, query, small, utc, write_article

EXPORTED = {"theme_daily", "theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution"}


def test_a_second_run_changes_no_byte_and_no_history(demo: Pipeline, tmp_path: Path) -> None:
    before = exports(demo.home.published.resolve(), "*")
    again = demo.copy(tmp_path / "home")
    history = again.rows("from history.theme_clock_daily order by all")
    publication = again.publish(run_id="again")
    assert exports(publication, "*") == before
    assert again.reports["publish"].counts["changed"] == 0
    assert again.rows("from history.theme_clock_daily order by all") == history
    assert again.cell("select count(*) from raw.publication") == 1, "a run that changes nothing leaves no vintage"


def test_exports_hold_every_public_table_twice(demo: Pipeline) -> None:
    names = {path.name for path in (demo.home.published / "exports").iterdir()}
    wanted = {f"{table}.{ending}" for table in EXPORTED for ending in ("csv", "parquet")}
    assert names == wanted | {"data_dictionary.csv", "README.txt"}
    for table in EXPORTED:
        csv_rows, parquet_rows = (
            duckdb.sql(f"select count(*) from '{demo.home.published}/exports/{table}.{end}'").fetchone()
            for end in ("csv", "parquet")
        )
        assert csv_rows == parquet_rows != (0,)


@pytest.mark.parametrize("table", sorted(EXPORTED))
def test_csv_round_trips_to_the_published_table(demo: Pipeline, table: str) -> None:
    path = demo.home.published / "exports" / f"{table}.csv"
    published = demo.home.published / "signals.duckdb"
    described = query(published, f"describe signal.{table}")
    cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind, *_ in described)
    with duckdb.connect(str(published), read_only=True) as db:
        db.execute("set TimeZone = 'UTC'")
        text = f"select {cast} from read_csv('{path}', all_varchar = true, nullstr = '')"
        lost = db.execute(f"from signal.{table} except all {text}").fetchall()
        more = db.execute(f"{text} except all from signal.{table}").fetchall()
    assert (lost, more) == ([], [])


def test_publications_keep_three_and_never_reuse_a_name(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "only", "2025-08-05T10:00:00Z")
    again = small(tmp_path)
    window = again.build()
    names = []
    for _ in range(5):
        publish(again.run, window)
        names.append(again.home.published.resolve().name)
    kept = sorted(path.name for path in again.home.publications.iterdir())
    assert len(set(names)) == len(names), "a reader may still hold a file of that name"
    assert kept == sorted(names[-3:])


def test_a_publication_is_never_half_visible(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "only", "2025-08-05T10:00:00Z")
    again = small(tmp_path)
    again.publish()
    window = again.reports["price"].window
    assert window is not None
    (again.home.publications / ".killed").mkdir()
    whole = {path.name for path in (again.home.published / "exports").iterdir()}
    seen: list[set[str]] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            folder = again.home.published.resolve()
            seen.append({path.name for path in (folder / "exports").iterdir()} if folder.is_dir() else set())

    reader = threading.Thread(target=look)
    reader.start()
    publish(again.run, window)
    done.set()
    reader.join()
    assert all(names == whole for names in seen)
    assert not list(again.home.publications.glob(".*")), "what a killed run left is swept"


def test_the_link_always_points_somewhere(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    for name in ("a", "b"):
        (home.publications / name).mkdir()
        swap_link(home.published, home.publications / name)
        assert home.published.resolve() == home.publications / name
    assert not home.published.readlink().is_absolute(), "a home can be moved as a whole"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_newest_rows_are_read_while_somebody_else_reads(demo: Pipeline) -> None:
    with another_process("db = duckdb.connect(sys.argv[1], read_only=True)", demo.home.published / "signals.duckdb"):
        rows = newest_rows(demo.home.published)
    assert {row.theme for row in rows} == {"defense", "energy", "european_risk_premium"}


def test_readers_never_wait_for_a_writer(demo: Pipeline) -> None:
    writing = "db = duckdb.connect(sys.argv[1]); db.execute('begin'); db.execute('delete from raw.run_log')"
    with another_process(writing, demo.home.warehouse):
        assert query(demo.home.published / "signals.duckdb", "select count(*) from signal.theme_daily") != [(0,)]
        with pytest.raises(duckdb.IOException, match="lock"):
            query(demo.home.warehouse, "select 1")


def test_views_and_macros_work_in_an_attached_file(demo: Pipeline) -> None:
    with duckdb.connect() as db:
        db.execute(f"attach '{demo.home.published}/signals.duckdb' as p (read_only)")
        views = db.execute(
            "select view_name from duckdb_views() where database_name = 'p' and schema_name = 'signal' order by all"
        ).fetchall()
        assert len(views) >= 12
        for (view,) in views:
            db.execute(f"select count(*) from p.signal.{view}").fetchone()
        db.execute("use p")
        counts = [
            db.execute(f"select count(*) from signal.{table}_as_known('2025-10-08 06:00')").fetchone()
            for table in ("theme_daily", "asset_daily", "sentence_contribution")
        ]
        assert all(count and count[0] > 0 for count in counts)
        before = f"{SEED_NOW - timedelta(microseconds=1):%Y-%m-%dT%H:%M:%S.%fZ}"
        assert db.execute(f"select count(*) from signal.theme_daily_as_known('{before}')").fetchone() == (0,)


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Path, Path]:
    """Two articles, published; then a late one of another story, and a late earlier copy of the first."""
    root = tmp_path_factory.mktemp("late")
    write_article(root / "articles", "first", "2025-08-05T10:00:00Z")
    write_article(root / "articles", "second", "2025-08-11T10:00:00Z", TALKS)
    pipeline = small(root, now="2025-08-13T06:00")
    old = pipeline.publish()
    write_article(root / "articles", "late", "2025-08-07T10:00:00Z", "Iran attacked oil tankers off Kuwait.")
    write_article(root / "articles", "earlier-copy", "2025-08-05T09:00:00Z", STRIKE.upper())
    new = pipeline.publish(run_id="second", now=utc("2025-08-14T06:00"))
    return pipeline, old, new


def test_a_late_article_is_backfilled(late: tuple[Pipeline, Path, Path]) -> None:
    _, old, new = late
    sql = (
        "select article_count, backfilled_share from signal.theme_daily "
        "where theme = 'energy' and session_date = '2025-08-07'"
    )
    assert query(old / "signals.duckdb", sql) == [(0, None)]
    assert query(new / "signals.duckdb", sql) == [(1, 1.0)]


def test_earlier_sessions_of_a_late_article_stay(late: tuple[Pipeline, Path, Path]) -> None:
    pipeline, _, _ = late
    touched = pipeline.rows(
        "select distinct day(session_date) from history.theme_clock_daily "
        "where run_id = 'second' and clock = 'LON_BRENT' and session_date < '2025-08-08' order by all"
    )
    assert touched == [(5,), (7,)], "the sessions of the two late articles, and no session beside them"


@pytest.mark.parametrize("table", ["theme_daily", "asset_daily", "sentence_contribution"])
def test_as_known_then_is_what_was_published_then(late: tuple[Pipeline, Path, Path], table: str) -> None:
    _, old, new = late
    published = query(old / "signals.duckdb", f"from signal.{table} order by all")
    assert published
    at = {"ts": "2025-08-13T23:00:00Z"}
    assert query(new / "signals.duckdb", f"from signal.{table}_as_known($ts) order by all", at) == published
    assert query(new / "signals.duckdb", f"from signal.{table} order by all") != published


def test_a_row_that_vanished_gets_a_tombstone(late: tuple[Pipeline, Path, Path]) -> None:
    """The earlier copy now speaks for its source, so the later one's sentences are gone from the day."""
    pipeline, _, new = late
    sql = "select distinct article_id from signal.{} where session_date = '2025-08-05' order by all"
    assert query(new / "signals.duckdb", sql.format("sentence_contribution")) == [("earlier-copy",)]
    removed = pipeline.rows("select distinct article_id, run_id from history.sentence_contribution where is_removed")
    assert removed == [("first", "second")]


def test_every_change_is_listed_as_a_restatement(late: tuple[Pipeline, Path, Path]) -> None:
    _, _, new = late
    sql = (
        "select table_name, old_value, new_value, cause from signal.restatement where theme = 'energy' "
        "and clock = 'LON_BRENT' and session_date = '2025-08-07' and column_name = 'article_count' order by all"
    )
    assert query(new / "signals.duckdb", sql) == [
        ("asset_daily", "0", "1", "late article"),
        ("theme_clock_daily", "0", "1", "late article"),
    ]


def test_a_changed_row_has_a_changed_cell(late: tuple[Pipeline, Path, Path]) -> None:
    """And a cell that is listed belongs to a row that was published again."""
    _, _, new = late
    for table, key in (
        ("theme_clock_daily", "session_date, theme, clock"),
        ("price_daily", "session_date, symbol"),
        ("asset_daily", "session_date, theme, symbol"),
    ):
        listed = f"select distinct {key}, as_of_at from signal.restatement where table_name = '{table}' order by all"
        changed = (
            f"select {key}, as_of_at from signal.{table}_vintage "
            f"qualify row_number() over (partition by {key} order by as_of_at) > 1 order by all"
        )
        assert query(new / "signals.duckdb", listed) == query(new / "signals.duckdb", changed)


def test_the_restatement_adds_up_to_the_change_of_the_score(late: tuple[Pipeline, Path, Path]) -> None:
    _, _, new = late
    cell = "coalesce(cast({} as decimal(18, 12)), 0)"
    difference = f"{cell.format('new_value')} - {cell.format('old_value')}"
    sql = (
        "select session_date, theme, clock, as_of_at, sum({}) from signal.restatement where table_name = '{}' "
        "and column_name = '{}' group by all having sum({}) != 0 order by all"
    )
    rows = query(new / "signals.duckdb", sql.format(difference, "sentence_contribution", "contribution", difference))
    assert rows
    assert rows == query(new / "signals.duckdb", sql.format(difference, "theme_clock_daily", "risk_score", difference))


# --- late at the same instant of the clock


ENERGY = "select article_count, backfilled_share from signal.theme_daily where theme = 'energy' and session_date = '{}'"


@pytest.mark.parametrize("run_id", ["first", "second"])
def test_what_comes_after_the_publication_is_late_also_at_the_same_instant(tmp_path: Path, run_id: str) -> None:
    write_article(tmp_path / "articles", "first", "2025-08-05T10:00:00Z")
    pipeline = small(tmp_path)
    pipeline.publish()
    write_article(tmp_path / "articles", "late", "2025-08-07T10:00:00Z", "Iran attacked oil tankers off Kuwait.")
    publication = pipeline.publish(run_id=run_id)
    assert query(publication / "signals.duckdb", ENERGY.format("2025-08-05")) == [(1, 0.0)]
    assert query(publication / "signals.duckdb", ENERGY.format("2025-08-07")) == [(1, 1.0)]
    causes = (
        "select distinct table_name, cause from signal.restatement where column_name = 'article_count' order by all"
    )
    assert query(publication / "signals.duckdb", causes) == [
        ("asset_daily", "late article"),
        ("theme_clock_daily", "late article"),
    ]


def test_what_a_killed_run_has_stored_is_not_late_for_the_run_that_publishes_it(tmp_path: Path) -> None:
    """Also at the same instant, and under another run id: every row is that of a run that was not killed."""
    write_article(tmp_path / "whole" / "articles", "first", "2025-08-05T10:00:00Z")
    write_article(tmp_path / "killed" / "articles", "first", "2025-08-05T10:00:00Z")
    whole, killed = small(tmp_path / "whole", run_id="second"), small(tmp_path / "killed")
    killed.build()
    assert exports(killed.publish(run_id="second"), "*") == exports(whole.publish(), "*")
    assert query(killed.home.published / "signals.duckdb", ENERGY.format("2025-08-05")) == [(1, 0.0)]
