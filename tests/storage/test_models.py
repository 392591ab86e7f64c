from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tasks.domain.errors import WarehouseError
from tasks.domain.run import Window
from tasks.storage.models import (
    ARTICLES_PER_CHUNK,
    SQL,
    STAMPS,
    Model,
    build,
    chunks_of,
    create_macros,
    dictionary,
    models,
    read_model,
)
from tasks.storage.warehouse import Connection

WINDOW = (date(2025, 8, 18), date(2025, 8, 22))
DEFAULTS = {"date": date(2025, 8, 18), "timestamp": datetime.fromisoformat("2025-08-18T20:00"), "varchar": "x",
            "double": 0.5, "boolean": False, "integer": 1, "bigint": 1}  # fmt: skip


def model_file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_model_file_says_how_it_is_written(tmp_path: Path) -> None:
    text = (
        "-- write: replace session_date\n-- grain: one row per (session_date, symbol).\n-- purpose: prices.\n"
        "-- columns: price_daily\nselect *\n-- a comment\nfrom t where a >= $from_date and b < $now -- $not_here\n"
    )
    model = read_model(model_file(tmp_path / "24_daily", "price", text))
    assert (model.layer, model.schema, model.name, model.table) == (24, "daily", "price", "daily.price")
    assert (model.write, model.grain, model.purpose) == ("replace session_date", ("session_date", "symbol"), "prices")
    assert model.columns_of == "price_daily"
    assert model.body == "select *\nfrom t where a >= $from_date and b < $now -- $not_here"
    given = {"from_date": 1, "now": 2, "not_here": 3, "run_id": 4}
    assert model.parameters(given) == {"from_date": 1, "now": 2, "not_here": 3}


def test_a_model_without_its_first_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"a.sql: the first line must be `-- write: ...`"):
        read_model(model_file(tmp_path / "10_x", "a", "select 1"))


def test_models_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for folder, name in [("20_b", "a"), ("10_a", "z"), ("10_a", "b"), ("30_c", "a"), ("macros", "a"), ("x", "a")]:
        model_file(tmp_path / folder, name, "-- write: view\nselect 1")
    assert [model.table for model in models(10, 29, tmp_path)] == ["a.b", "a.z", "b.a"]


def test_every_model_of_the_project_is_readable_and_keyed() -> None:
    found = models(5, 49)
    assert len(found) > 20
    assert [model.table for model in found if not model.grain or not model.purpose] == []
    assert {model.write.split(" (")[0] for model in found} <= {
        "view", "replace", "replace session_date", "replace session_date, by year",
        "append changed", "append changed, by year", "append changed, keep newest", "macro",
    }  # fmt: skip


def made(write: str, body: str, layer: int = 24, columns_of: str = "theme_count") -> Model:
    return Model(Path("x.sql"), layer, "daily", "t", write, ("a",), "it's a test", columns_of, body)


def tiny(table: str = "price_daily", **changes: str) -> str:
    """A select of one row with the columns of a working table."""
    columns = [column for column in dictionary()[table] if column.name not in STAMPS]
    cells = {column.name: "null" if column.nullable else f"'{DEFAULTS[column.type]}'" for column in columns} | changes
    return "select " + ", ".join(f"{value} as {name}" for name, value in reversed(cells.items()))


def test_a_working_table_is_cast_to_the_dictionary_and_commented(db: Connection) -> None:
    model = made("replace", tiny(close="'643.30'"), columns_of="price_daily")
    assert build(db, [model], {}) == {"t": 1}
    described = db.execute("describe daily.t").fetchall()
    columns = [column for column in dictionary()["price_daily"] if column.name not in STAMPS]
    assert [(name, kind.lower()) for name, kind, *_ in described] == [(c.name, c.type) for c in columns]
    assert db.execute("select close, symbol from daily.t").fetchall() == [(643.3, "x")]
    comments = dict(db.execute("select column_name, comment from duckdb_columns() where table_name = 't'").fetchall())
    assert comments["beta"] == f"{next(c.comment for c in columns if c.name == 'beta')} [1]"
    assert db.execute("select comment from duckdb_tables() where table_name = 't'").fetchall() == [("it's a test",)]


def test_a_null_that_the_dictionary_does_not_allow_is_refused(db: Connection) -> None:
    with pytest.raises(duckdb.ConstraintException, match="symbol"):
        build(db, [made("replace", tiny(symbol="null"), columns_of="price_daily")], {})


def test_a_whole_table_is_replaced_or_only_its_window(db: Connection) -> None:
    window = {"from_date": WINDOW[0], "to_date": WINDOW[1]}
    later = tiny(session_date="'2025-08-25'")
    build(db, [made("replace", later, columns_of="price_daily")], window)
    build(db, [made("replace session_date", tiny(), columns_of="price_daily")], window)
    build(db, [made("replace session_date", tiny(), columns_of="price_daily")], window)
    assert [row[0].day for row in db.execute("select session_date from daily.t order by all").fetchall()] == [18, 25]
    build(db, [made("replace", tiny(), columns_of="price_daily")], window)
    assert db.execute("select count(*) from daily.t").fetchone() == (1,)


def test_a_long_range_is_written_chunk_by_chunk_to_the_same_table(db: Connection) -> None:
    days = "select unnest(generate_series(date '2025-08-18', date '2025-08-22', interval 1 day)) as day"
    body = f"from ({tiny(session_date='day')} from ({days}))"
    model = made("replace session_date", f"select * {body} where session_date between $from_date and $to_date",
                 columns_of="price_daily")  # fmt: skip
    window = {"from_date": WINDOW[0], "to_date": WINDOW[1]}
    assert build(db, [model], window) == {"t": 5}
    whole = db.execute("from daily.t order by all").fetchall()
    told: list[int] = []
    chunks = Window(*WINDOW).chunks(2)
    assert build(db, [model], window, chunks, lambda: told.append(1)) == {"t": 5}
    assert db.execute("from daily.t order by all").fetchall() == whole
    assert len(told) == 2


@pytest.mark.parametrize(("articles", "chunks"), [(0, 1), (1, 1), (ARTICLES_PER_CHUNK, 1), (ARTICLES_PER_CHUNK + 1, 2)])
def test_chunks_hold_about_so_many_articles(db: Connection, articles: int, chunks: int) -> None:
    """Those that the window's sessions can have: what a home holds of other days makes no evening an archive."""
    first, last = WINDOW
    times = [(first - timedelta(days=4), articles // 2), (last, articles - articles // 2)]
    times += [(first - timedelta(days=5), 3 * ARTICLES_PER_CHUNK), (last + timedelta(days=2), 3 * ARTICLES_PER_CHUNK)]
    db.execute("create schema raw; create table raw.article (available_at timestamp)")
    for at, count in times:
        db.execute(f"insert into raw.article select $at from range({count})", {"at": at})
    assert len(chunks_of(db, Window(*WINDOW))) == chunks


def test_a_working_table_follows_a_new_dictionary(db: Connection) -> None:
    db.execute("create schema daily; create table daily.t (old integer); insert into daily.t values (1)")
    assert build(db, [made("replace", tiny(), columns_of="price_daily")], {}) == {"t": 1}


def test_views_and_table_macros_are_made_with_their_purpose(db: Connection) -> None:
    view = made("view", "select 1 as symbol, 2 as own", columns_of="price_daily")
    macro = Model(Path("x.sql"), 40, "daily", "m", "macro (n)", ("a",), "a macro", "x", "select n + 1 as a")
    assert build(db, [view, macro], {}) == {}
    assert build(db, [view, macro], {}) == {}
    assert db.execute("from daily.t, daily.m(41)").fetchall() == [(1, 2, 42)]
    assert db.execute("select comment from duckdb_views() where view_name = 't'").fetchone() == ("it's a test",)


def test_a_view_that_became_a_table_makes_way_and_the_other_way_round(db: Connection) -> None:
    """A home of an earlier version holds the other kind under the same name."""
    view = made("view", tiny(), columns_of="price_daily")
    table = made("replace", tiny(), columns_of="price_daily")
    for model, kind in ((view, "VIEW"), (table, "BASE TABLE"), (view, "VIEW"), (view, "VIEW")):
        build(db, [model], {})
        found = "select table_type from information_schema.tables where table_schema = 'daily' and table_name = 't'"
        assert db.execute(found).fetchall() == [(kind,)]


def test_a_table_of_history_never_makes_way(db: Connection) -> None:
    db.execute("create schema daily; create table daily.t (old integer); insert into daily.t values (1)")
    with pytest.raises(WarehouseError, match=r"daily.t is a table of history, the model a view; add a migration"):
        build(db, [made("view", "select 1 as symbol", layer=30)], {})
    assert db.execute("from daily.t").fetchall() == [(1,)]


def test_another_way_of_writing_is_refused(db: Connection) -> None:
    with pytest.raises(WarehouseError, match=r"x.sql: cannot write 'append changed' here"):
        build(db, [made("append changed", "select 1")], {})


def test_scalar_macros_are_called_by_name_alone(db: Connection, tmp_path: Path) -> None:
    model_file(tmp_path / "macros", "twice", "-- write: macro (n)\n2 * n")
    for _ in range(2):
        create_macros(db, tmp_path)
    assert db.execute("select twice(21)").fetchone() == (42,)
    create_macros(db, SQL)
