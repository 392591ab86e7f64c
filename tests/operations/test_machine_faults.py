"""A full disk, a read-only home, a clock that jumps back, a damaged warehouse, leftovers: each a named outcome."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tasks.domain.errors import ClockError, ConfigError, GeoriskError, WarehouseError
from tasks.storage.faults import named
from tasks.storage.files import ROOT, Home, clear_leftovers
from tasks.storage.warehouse import logged, writer_lock
from tests.pipeline import TALKS, Pipeline, exports, query, small, utc, write_article, write_prices
from tests.tasks.test_vintages_stateful import small_seeds

NOW, LATER = utc("2025-08-08T23:00"), utc("2025-08-12T23:00")
DAYS = [date(2025, 8, day) for day in (4, 5, 6, 7, 8)]
LIMITED = """
import resource, sys
from tests.operations.test_machine_faults import publish_again
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
publish_again(Path(sys.argv[1]))
"""


def pipeline_in(root: Path) -> Pipeline:
    return small(root, seeds=root / "seeds", catch_up=True)


def publish_again(root: Path, done: list[str] | None = None) -> None:
    """The run after the first one, as a process of its own would do it; `done` gets the stations that it finished."""
    pipeline = pipeline_in(root)
    try:
        with writer_lock(pipeline.run.home, print):
            pipeline.publish(run_id="second", now=LATER)
    finally:
        if done is not None:
            done += pipeline.reports


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs, one publication, and a second run to do that has news."""
    root = tmp_path_factory.mktemp("faults") / "template"
    root.mkdir()
    write_article(root / "articles", "first", "2025-08-05T10:00:00Z")
    write_prices(root / "prices.csv", [(name, day, 60 + day.day) for name in ("BRENT", "SPY") for day in DAYS])
    small_seeds(root / "seeds")
    pipeline_in(root).publish(run_id="first", now=NOW)
    write_article(root / "articles", "second", "2025-08-11T10:00:00Z", TALKS)
    return root


@pytest.fixture(scope="module")
def undisturbed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The exports of the second run when nothing goes wrong."""
    root = tmp_path_factory.mktemp("undisturbed") / "root"
    shutil.copytree(template, root, symlinks=True)
    publish_again(root)
    return exports(root / "home" / "published", "*")


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    """A copy of the template to break."""
    shutil.copytree(template, tmp_path / "root", symlinks=True)
    return tmp_path / "root"


def whole(root: Path, run_id: str) -> bool:
    """Whether the publication is that of the run, and can be read."""
    place = Home(root / "home")
    rows = query(place.published / "signals.duckdb", "select count(*) from signal.theme_latest")
    return place.published.resolve().name == run_id and rows == [(3,)]


@contextmanager
def disk(place: Path, size: str, *options: str) -> Iterator[Path]:
    """A small file system of its own, where this user may mount one."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_named_and_the_run_is_made_up_for(
    template: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """The disk is filled up to some room, so that each time another station is the one that fails."""
    reached = set()
    with disk(tmp_path / "disk", "120m") as place:
        for room in (0, 2_000_000, 5_000_000):
            shutil.copytree(template, place / "root", symlinks=True)
            fill = place / "fill"
            with fill.open("wb") as file:
                file.truncate(0)
                left = shutil.disk_usage(place).free - room
                file.write(b"\0" * left)
            with pytest.raises(WarehouseError, match=r"the disk of .*home is full \(.* MB free\)"):
                publish_again(place / "root", done := [])
            reached.add(len(done))
            assert whole(place / "root", "first")
            fill.unlink()
            publish_again(place / "root")
            assert exports(place / "root" / "home" / "published", "*") == undisturbed
            shutil.rmtree(place / "root")
    assert len(reached) > 1


@pytest.mark.parametrize("megabytes", [1, 4])
def test_a_limit_on_the_size_of_files_is_a_full_disk(root: Path, undisturbed: dict[str, bytes], megabytes: int) -> None:
    """Needs no root: the second run's process may not write beyond some bytes of a file."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(root), str(megabytes * 1_000_000)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "WarehouseError: the disk of" in done.stderr
    assert whole(root, "first")
    publish_again(root)
    assert exports(root / "home" / "published", "*") == undisturbed


def test_a_read_only_home_is_named_before_anything_is_done(template: Path, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "60m") as place:
        shutil.copytree(template, place / "root", symlinks=True)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        with pytest.raises(ConfigError, match=r"cannot be used as home \(Read-only file system\); name another folder"):
            publish_again(place / "root")
        assert whole(place / "root", "first")


def test_a_home_of_another_user_is_named(root: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (root / "home").chmod(0o500)
    with pytest.raises(ConfigError, match=r"cannot be used as home \(Permission denied\)"):
        publish_again(root)


def test_a_clock_before_the_newest_publication_is_refused(root: Path) -> None:
    pipeline = pipeline_in(root)
    before = pipeline.rows("from history.price_daily order by all")
    with pytest.raises(ClockError, match=r"2025-08-01T00:00:00Z, lies before the newest publication .*2025-08-08T23"):
        pipeline.publish(run_id="back", now=utc("2025-08-01T00:00"))
    assert pipeline.rows("from history.price_daily order by all") == before
    assert whole(root, "first")
    publish_again(root)
    assert whole(root, "second")


def test_a_clock_that_jumped_forward_and_was_set_right_waits_for_its_time(root: Path) -> None:
    pipeline = pipeline_in(root)
    pipeline.publish(run_id="ahead", now=utc("2025-08-14T23:00"))
    with pytest.raises(ClockError, match="mend the clock or --now"):
        pipeline.publish(run_id="right", now=LATER)
    pipeline.publish(run_id="later", now=utc("2025-08-14T23:00") + timedelta(seconds=1))
    assert whole(root, "later")


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    rng = random.Random(7)
    if how == "header":
        content[:4096] = b"x" * 4096
    elif how == "cut":
        content = content[: len(content) // 2]
    elif how == "empty":
        content = bytearray()
    else:
        for _ in range(200):
            content[rng.randrange(20_000, len(content))] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["header", "cut", "empty", "bits"])
def test_a_damaged_warehouse_is_named_and_readers_do_not_notice(root: Path, how: str) -> None:
    damage(root / "home" / "warehouse.duckdb", how)
    with pytest.raises(WarehouseError, match=r"put the last backup back with `python -m flows.admin restore`"):
        publish_again(root)
    assert whole(root, "first")


def test_what_killed_runs_left_is_cleared_by_the_next_run(root: Path, undisturbed: dict[str, bytes]) -> None:
    home = Home(root / "home")
    (home.publications / ".killed" / "exports").mkdir(parents=True)
    (home.publications / ".killed" / "signals.duckdb").write_bytes(b"half")
    (home.root / ".published.killed").symlink_to("publications/.killed")
    (home.root / "tmp").mkdir(exist_ok=True)
    (home.root / "tmp" / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"spilled")
    publish_again(root)
    assert exports(home.published, "*") == undisturbed
    assert [path.name for path in home.root.rglob("*") if "killed" in path.name or "duckdb_temp" in path.name] == []


def test_nothing_else_is_cleared(root: Path) -> None:
    home = Home(root / "home")
    before = sorted(home.root.rglob("*"))
    assert clear_leftovers(home) == 0
    assert sorted(home.root.rglob("*")) == before


def test_a_run_does_not_clear_its_own_drafts(root: Path) -> None:
    """Its steps take the lock a second time."""
    home = Home(root / "home")
    with writer_lock(home.root, print):
        (home.publications / ".mine").mkdir()
        with writer_lock(home.root, print):
            assert (home.publications / ".mine").is_dir()


def test_what_nobody_can_mend_keeps_its_name(tmp_path: Path) -> None:
    assert named(ValueError("no space left on device"), tmp_path) is None
    assert named(GeoriskError("said already"), tmp_path) is None
    assert named(duckdb.BinderException("a column that does not exist"), tmp_path) is None


def test_memory_that_ran_out_is_named(tmp_path: Path) -> None:
    with (
        duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""}) as db,
        pytest.raises(duckdb.Error) as fault,
    ):
        db.execute("create table t as select range as a, hash(range) as b from range(1000000)")
    told = named(fault.value, tmp_path)
    assert isinstance(told, WarehouseError)
    assert str(told).startswith(f"memory ran out in {tmp_path} (")
    assert "stop other programs and run again" in str(named(MemoryError(), tmp_path))


def test_a_full_disk_is_noted_in_the_run_log_where_that_still_fits(root: Path) -> None:
    pipeline = pipeline_in(root)
    run = replace(pipeline.run, run_id="full", now=LATER)
    with pytest.raises(WarehouseError, match="is full"), logged(run, "collect"):
        raise OSError(28, "No space left on device")
    ((status, message),) = pipeline.rows("select status, message from raw.run_log where run_id = 'full'")
    assert status == "failed"
    assert message.startswith(f"the disk of {run.home} is full (")
