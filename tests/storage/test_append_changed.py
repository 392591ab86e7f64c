"""History: a version is appended when a row is new, changed or gone, and never updated or deleted."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.errors import WarehouseError
from tasks.storage.models import STAMPS, Model, append_changed, dictionary, models
from tasks.storage.warehouse import Connection

WINDOW = (date(2025, 8, 18), date(2025, 8, 22))
DEFAULTS = {"date": date(2025, 8, 18), "timestamp": datetime.fromisoformat("2025-08-18T20:00"), "varchar": "x",
            "double": 0.5, "boolean": False, "integer": 1, "bigint": 1}  # fmt: skip


def history(table: str = "price_daily") -> Model:
    """The history model of a table, fed from the table `staged`."""
    key = next(model.grain for model in models(30, 30) if model.name == table)
    return Model(Path("x.sql"), 30, "history", table, "append changed", key, "", table, "select * from staged")


def row(table: str = "price_daily", **changes: Any) -> dict[str, Any]:
    columns = [column for column in dictionary()[table] if column.name not in STAMPS]
    assert {*changes} <= {column.name for column in columns}
    return {column.name: DEFAULTS.get(column.type, 0) for column in columns} | changes


def append(
    db: Connection,
    hour: int,
    rows: Sequence[dict[str, Any]],
    table: str = "price_daily",
    window: tuple[date, date] = WINDOW,
) -> int:
    columns = [column for column in dictionary()[table] if column.name not in STAMPS]
    db.execute(f"create or replace temp table staged ({', '.join(f'{c.name} {c.type}' for c in columns)})")
    for values in rows:
        db.execute(f"insert into staged values ({', '.join('?' * len(columns))})", list(values.values()))
    stamps = {"as_of_at": datetime.fromisoformat(f"2025-09-01T{hour:02}:00"), "run_id": f"r{hour}"}
    return append_changed(db, history(table), {"from_date": window[0], "to_date": window[1], **stamps})


def versions(db: Connection) -> list[tuple[object, ...]]:
    return db.execute(
        "select symbol, close, run_id, hour(as_of_at), is_removed from history.price_daily order by as_of_at, symbol"
    ).fetchall()


def test_new_rows_are_appended_with_the_stamps_of_the_publication(db: Connection) -> None:
    assert append(db, 1, [row(symbol="A"), row(symbol="B")]) == 2
    assert append(db, 2, [row(symbol="A"), row(symbol="B"), row(symbol="C")]) == 1
    assert versions(db) == [("A", 0.5, "r1", 1, False), ("B", 0.5, "r1", 1, False), ("C", 0.5, "r2", 2, False)]


def test_an_unchanged_row_keeps_its_stamps(db: Connection) -> None:
    append(db, 1, [row()])
    assert [append(db, hour, [row()]) for hour in (2, 3)] == [0, 0]
    assert versions(db) == [("x", 0.5, "r1", 1, False)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("close", 0.6), ("close", None), ("currency", "EUR"), ("is_nonsynchronous", True), ("benchmark_symbol", None)],
)
def test_any_changed_column_makes_a_version_and_the_way_back_another(
    db: Connection, column: str, value: object
) -> None:
    append(db, 1, [row()])
    assert append(db, 2, [row(**{column: value})]) == 1
    assert append(db, 3, [row(**{column: value})]) == 0
    assert append(db, 4, [row()]) == 1


@pytest.mark.parametrize(("close", "changed"), [(0.5000004, 0), (0.4999996, 0), (0.500001, 1), (0.4999994, 1)])
def test_numbers_are_compared_after_rounding_to_six_decimals(db: Connection, close: float, changed: int) -> None:
    append(db, 1, [row()])
    assert append(db, 2, [row(close=close)]) == changed
    assert versions(db)[-1][1] == (close if changed else 0.5), "what is stored is not rounded"


def test_a_vanished_row_gets_one_tombstone_and_may_come_back(db: Connection) -> None:
    append(db, 1, [row(symbol="A"), row(symbol="B")])
    assert append(db, 2, [row(symbol="B")]) == 1
    assert append(db, 3, [row(symbol="B")]) == 0
    assert append(db, 4, [row(symbol="A"), row(symbol="B")]) == 1
    assert append(db, 5, [row(symbol="A"), row(symbol="B")]) == 0
    assert [version for version in versions(db) if version[0] == "A"] == [
        ("A", 0.5, "r1", 1, False),
        ("A", 0.5, "r2", 2, True),
        ("A", 0.5, "r4", 4, False),
    ]


def test_a_run_does_not_touch_sessions_outside_its_window(db: Connection) -> None:
    friday, monday = date(2025, 8, 22), date(2025, 8, 25)
    append(db, 1, [row(session_date=friday), row(session_date=monday)], window=(friday, monday))
    assert append(db, 2, [row(session_date=monday, close=1.0)], window=(monday, monday)) == 1
    assert append(db, 3, [], window=(monday, monday)) == 1
    assert db.execute("select count(*) from history.price_daily where session_date = ?", [friday]).fetchone() == (1,)


def test_the_hash_of_the_inputs_is_no_change(db: Connection) -> None:
    table = "theme_clock_daily"
    append(db, 1, [row(table, input_hash="one")], table)
    assert append(db, 2, [row(table, input_hash="two")], table) == 0
    assert append(db, 3, [row(table, input_hash="two", status="ok")], table) == 1


@pytest.mark.parametrize("table", sorted(model.name for model in models(30, 30)))
def test_every_history_table_takes_new_changed_and_vanished_rows(db: Connection, table: str) -> None:
    model = history(table)
    label = next(c.name for c in dictionary()[table] if c.type == "varchar" and c.name not in (*model.grain, *STAMPS))
    assert [append(db, 1, [row(table)], table), append(db, 2, [row(table)], table)] == [1, 0]
    assert append(db, 3, [row(table, **{label: "y"})], table) == 1
    assert append(db, 4, [], table) == 1


states = st.dictionaries(st.sampled_from("ABC"), st.sampled_from([0.0, 0.25, 1.5, None]), max_size=3)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(states, min_size=1, max_size=5))
def test_what_was_published_can_be_read_again_at_every_later_instant(published: list[dict[str, float | None]]) -> None:
    with duckdb.connect() as db:
        for hour, state in enumerate(published):
            append(db, hour, [row(symbol=symbol, close=close) for symbol, close in state.items()])
        for hour, state in enumerate(published):
            known = db.execute(
                "select symbol, close from (from history.price_daily where hour(as_of_at) <= ? qualify row_number() "
                "over (partition by session_date, symbol order by as_of_at desc) = 1) where not is_removed",
                [hour],
            ).fetchall()
            assert dict(known) == state


def test_a_history_table_never_loses_rows_to_a_new_dictionary(db: Connection) -> None:
    db.execute("create schema history; create table history.price_daily (session_date date, old varchar)")
    with pytest.raises(WarehouseError, match=r"history.price_daily has other columns than dictionary.csv; add a migra"):
        append(db, 1, [row()])
