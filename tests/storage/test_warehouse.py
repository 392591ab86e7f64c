import json
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from subprocess import PIPE, Popen

import duckdb
import pytest
from filelock import FileLock, Timeout

from tasks.domain.errors import ConfigError, SourceError, WarehouseError, WriterBusyError
from tasks.domain.run import Run, StepReport
from tasks.storage.files import ROOT, Home
from tasks.storage.warehouse import (
    Connection,
    connect,
    insert_rows,
    logged,
    migrate,
    naive_utc,
    next_stamp,
    open_warehouse,
    scalar,
    timed,
    transaction,
    writer_lock,
)

NOW = datetime(2025, 9, 8, 6, tzinfo=UTC)
HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    input()
"""


def test_instants_are_stored_in_utc_without_a_zone() -> None:
    moment = datetime(2025, 8, 18, 17, 30, tzinfo=timezone(timedelta(hours=2)))
    assert naive_utc(moment).isoformat() == "2025-08-18T15:30:00"


def test_a_connection_is_in_utc_and_takes_nothing_from_outside(db: Connection) -> None:
    settings = ("TimeZone", "threads", "autoinstall_known_extensions", "autoload_known_extensions")
    assert [scalar(db, f"select current_setting('{name}')") for name in settings] == ["UTC", 1, False, False]
    secret = [1]  # noqa: F841
    with pytest.raises(duckdb.CatalogException, match="secret"):
        db.execute("select * from secret")


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"no database " * 1000)
    with pytest.raises(WarehouseError, match=r"x.duckdb cannot be opened \(.*\); put the last backup back"):
        connect(tmp_path / "x.duckdb", 1, temp=tmp_path)


def test_a_transaction_is_all_or_nothing(db: Connection) -> None:
    db.execute("create table t (n integer)")
    with transaction(db):
        db.execute("insert into t values (1)")
    with pytest.raises(duckdb.ConversionException), transaction(db):
        db.execute("insert into t values (2); insert into t values ('three')")
    with pytest.raises(KeyboardInterrupt), transaction(db):
        _interrupt(db.execute("insert into t values (4)"))
    assert db.execute("from t").fetchall() == [(1,)]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_rows_are_inserted_by_column_name(db: Connection) -> None:
    db.execute('create table t (n integer, "text" varchar, day date, seen_at timestamp, empty double, list varchar[])')
    rows = [("ü\x00'", 1, date(2025, 8, 18), datetime.fromisoformat("2025-08-18T06:00"), None, ["a", "b"])]
    insert_rows(db, "t", ("text", "n", "day", "seen_at", "empty", "list"), rows)
    insert_rows(db, "t", ("text", "n"), [])
    text, number, *others = rows[0]
    assert db.execute("from t").fetchall() == [(number, text, *others)]


def test_rows_of_an_open_transaction_are_not_compared_each_with_each(db: Connection) -> None:
    """DuckDB takes them for none, and would loop over all pairs for an ASOF join."""
    db.execute("create table a (k integer, n integer); create table b (k integer, n integer)")
    db.execute("begin; insert into a select i % 7, i from range(1000) as r(i); insert into b from a")
    plan = db.execute("explain select * from a asof inner join b on a.k = b.k and a.n >= b.n").fetchall()[0][1]
    db.execute("rollback")
    assert "ASOF_JOIN" in plan
    assert "NESTED_LOOP" not in plan


def test_the_only_cell_of_a_query(db: Connection) -> None:
    assert scalar(db, "select $n + 1", {"n": 1}) == 2
    assert scalar(db, "select 1 where false") is None


# --- migrations


def migrations(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    return folder


FIRST = "create table raw.a (n integer); insert into raw.a values (1);"


def test_a_migration_is_applied_once_and_in_order(db: Connection, tmp_path: Path) -> None:
    second = "alter table raw.a add column m integer"
    folder = migrations(tmp_path / "m", note="no migration", **{"0002_b": second, "0001_a": FIRST})
    assert migrate(db, NOW, folder) == ["0001_a.sql", "0002_b.sql"]
    assert migrate(db, NOW + timedelta(days=1), folder) == []
    assert db.execute("from raw.a").fetchall() == [(1, None)]
    assert {row[0] for row in db.execute("select applied_at from raw.migration").fetchall()} == {naive_utc(NOW)}
    migrations(folder, **{"0003_c": "create table raw.c (n integer)"})
    assert migrate(db, NOW, folder) == ["0003_c.sql"]


def test_an_edited_migration_is_refused(db: Connection, tmp_path: Path) -> None:
    folder = migrations(tmp_path / "m", **{"0001_a": FIRST})
    migrate(db, NOW, folder)
    migrations(folder, **{"0001_a": FIRST + " "})
    with pytest.raises(WarehouseError, match=r"0001_a.sql was changed after it was applied; restore it and add a new"):
        migrate(db, NOW, folder)


def test_a_warehouse_of_a_newer_version_is_refused(db: Connection, tmp_path: Path) -> None:
    folder = migrations(tmp_path / "m", **{"0001_a": FIRST})
    migrate(db, NOW, folder)
    (folder / "0001_a.sql").unlink()
    with pytest.raises(WarehouseError, match=r"knows migration 0001_a.sql, this version does not; update the checkout"):
        migrate(db, NOW, folder)


def test_a_migration_that_fails_leaves_nothing_of_itself(db: Connection, tmp_path: Path) -> None:
    folder = migrations(tmp_path / "m", **{"0001_a": FIRST, "0002_b": "drop table raw.a; select broken;"})
    with pytest.raises(duckdb.BinderException):
        migrate(db, NOW, folder)
    assert db.execute("from raw.a").fetchall() == [(1,)]
    migrations(folder, **{"0002_b": "drop table raw.a;"})
    assert migrate(db, NOW, folder) == ["0002_b.sql"]


def test_the_projects_own_migrations_apply(run: Run) -> None:
    for _ in range(2):
        with open_warehouse(run) as db:
            assert scalar(db, "select count(*) from raw.migration") == len(list((ROOT / "sql/00_raw").glob("*.sql")))
    assert Home(run.home).warehouse.is_file()


# --- the writer's lock


def test_the_lock_is_free_again_after_the_block_also_when_it_fails(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), writer_lock(tmp_path, said.append):
        _interrupt()
    stranger = FileLock(Home(tmp_path).lock)
    with writer_lock(tmp_path, said.append), writer_lock(tmp_path, said.append, 0.01), pytest.raises(Timeout):
        stranger.acquire(timeout=0)  # a step of the run that holds the lock may take it again; nobody else may
    stranger.acquire(timeout=0)
    stranger.release()
    assert said == []


def test_a_second_run_says_that_it_waits_and_gives_up(tmp_path: Path) -> None:
    said: list[str] = []
    holder = Popen([sys.executable, "-c", HOLD, str(Home(tmp_path).lock)], stdin=PIPE, stdout=PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WriterBusyError) as caught, writer_lock(tmp_path, said.append, wait_seconds=0.01):
            _interrupt()
        holder.communicate("\n")
    assert said == [f"another run is writing in {tmp_path}; waiting up to 0 s for it to finish"]
    lock = Home(tmp_path).lock
    assert str(caught.value) == f"another run still holds {lock} after 0 s; run again when it has finished"
    with writer_lock(tmp_path, said.append, wait_seconds=0.01):
        assert len(said) == 1, "the dead leave no lock behind"


def test_a_second_run_goes_on_when_the_first_has_finished(tmp_path: Path) -> None:
    holder = Popen([sys.executable, "-c", HOLD, str(Home(tmp_path).lock)], stdin=PIPE, stdout=PIPE, text=True)
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said: list[str] = []

        def say(sentence: str) -> None:
            said.append(sentence)
            holder.communicate("\n")  # the first run ends while the second waits

        with writer_lock(tmp_path, say, wait_seconds=10):
            assert len(said) == 1


# --- the run log


def log(run: Run) -> list[tuple[object, ...]]:
    with open_warehouse(run) as db:
        columns = "run_id, step, status, seconds >= 0, counts, message"
        return db.execute(f"select {columns} from raw.run_log order by started_at").fetchall()


def test_a_step_logs_its_counts_also_when_it_fails(run: Run) -> None:
    with logged(run, "collect") as counts, open_warehouse(run):
        counts["read"] = 13
    with pytest.raises(SourceError), logged(run, "price") as counts, open_warehouse(run):
        _fail("prices.csv lacks column 'close'", counts.setdefault("read", 2))
    assert log(run) == [
        ("r1", "collect", "ok", True, json.dumps({"read": 13}), None),
        ("r1", "price", "failed", True, json.dumps({"read": 2}), "prices.csv lacks column 'close'"),
    ]


def _fail(sentence: str, *_: object) -> None:
    raise SourceError(sentence)


def test_a_warehouse_that_cannot_be_opened_does_not_hide_the_first_fault(run: Run) -> None:
    Home(run.home).prepare()
    Home(run.home).warehouse.write_bytes(b"no database " * 1000)
    with pytest.raises(SourceError, match="the first fault"), logged(run, "collect"):
        _fail("the first fault")


def test_a_home_that_cannot_be_made_does_not_hide_the_first_fault(run: Run) -> None:
    run.home.write_text("a file", encoding="utf-8")
    with pytest.raises(SourceError, match="the first fault"), logged(run, "collect"):
        _fail("the first fault")


def test_a_home_that_cannot_be_made_is_told_once(run: Run) -> None:
    run.home.write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be used as home"), logged(run, "collect"), open_warehouse(run):
        _fail("never reached")


def test_a_report_gets_its_seconds() -> None:
    report = timed(StepReport("collect", {"read": 1}), clock=0.0)
    assert report.counts == {"read": 1}
    assert report.seconds > 0


# --- the stamp of a publication


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([], timedelta(0)),
        ([timedelta(days=-1)], timedelta(0)),
        ([timedelta(0)], timedelta(microseconds=1)),
        ([timedelta(hours=1), timedelta(days=-1)], timedelta(hours=1, microseconds=1)),
    ],
    ids=["first", "later", "the same clock again", "a clock that was set back"],
)
def test_the_stamp_is_the_runs_clock_and_always_later_than_the_last(
    run: Run, stamps: list[timedelta], expected: timedelta
) -> None:
    day = date(2025, 8, 18)
    with open_warehouse(run) as db:
        rows = [(f"r{number}", naive_utc(run.now + stamp), day, day) for number, stamp in enumerate(stamps)]
        insert_rows(db, "raw.publication", ("run_id", "as_of_at", "from_date", "to_date"), rows)
        assert next_stamp(db, run.now) == naive_utc(run.now + expected)


def test_the_clock_of_the_run_may_be_in_any_zone(run: Run) -> None:
    with open_warehouse(run) as db:
        assert next_stamp(db, run.now.astimezone(timezone(timedelta(hours=5)))) == naive_utc(run.now)
