"""Back up, restore, export, prune; homes of the first layout; archives that lie."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from flows.admin import main
from tasks.backup import DRAFT, backup, restore
from tasks.domain.errors import ConfigError, GeoriskError, SourceError, WarehouseError
from tasks.export import export
from tasks.prune import prune
from tasks.storage.archives import MANIFEST, pack, unpack
from tasks.storage.files import Home
from tests.operations.kills import tables_digest
from tests.pipeline import STRIKE, TALKS, Pipeline, exports, query, small, utc, write_article, write_prices
from tests.tasks.test_vintages_stateful import small_seeds

NOW = utc("2025-08-09T12:00")
FIRST_LAYOUT = Path(__file__).with_name("first_layout.duckdb.gz")


def inputs(root: Path) -> None:
    """The inputs that the file of the first layout was made from."""
    for number, (day, text) in enumerate([(4, STRIKE), (5, TALKS), (7, STRIKE)]):
        article = f"first-{number}"
        write_article(root / "articles", article, f"2025-08-0{day}T10:00:00Z", text, title=f"Report {number}")
    brent = [("BRENT", date(2025, 8, day), 60 + day) for day in (4, 5, 6, 7)]
    write_prices(root / "prices.csv", brent + [("SPY", date(2025, 8, day), 600 + day) for day in (4, 5, 6, 7, 8)])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    root = tmp_path_factory.mktemp("backup") / "root"
    root.mkdir()
    inputs(root)
    write_article(root / "articles", "bad", "2999-01-01T00:00:00Z")
    pipeline = small(root, now="2025-08-08T22:45", seeds=small_seeds(root / "seeds"), catch_up=True)
    pipeline.publish(run_id="first")
    (pipeline.run.home / "alerts.json").write_text("{}", encoding="utf-8")
    return pipeline


@pytest.fixture
def home(template: Pipeline, tmp_path: Path) -> Path:
    return template.copy(tmp_path / "home").run.home


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Path:
    return backup(home, tmp_path / "a.tar.gz", NOW).archive


def contents(home: Path) -> tuple[dict[str, list[object]], dict[str, bytes], str]:
    """Everything that a restore must bring back."""
    published = Home(home).published
    return tables_digest(home), exports(published, "*"), published.resolve().name


def row_count(digest: dict[str, list[object]]) -> int:
    return sum(int(str(count)) for count, _ in digest.values())


def test_a_restored_home_is_the_home(home: Path, archive: Path, tmp_path: Path) -> None:
    before = contents(home)
    saved = restore(archive, tmp_path / "restored", NOW)
    assert contents(tmp_path / "restored") == before
    assert (saved.publication, saved.row_count >= row_count(before[0]) > 500) == ("first", True)
    assert (tmp_path / "restored" / "alerts.json").read_text(encoding="utf-8") == "{}"
    assert not (tmp_path / "restored" / DRAFT).exists()
    assert sorted(path.name for path in (tmp_path / "restored").iterdir() if path.name.startswith(".")) == []


def test_a_run_goes_on_in_a_restored_home_as_in_the_first_one(
    template: Pipeline, archive: Path, home: Path, tmp_path: Path
) -> None:
    restore(archive, tmp_path / "restored", NOW)
    ends = []
    for place in (home, tmp_path / "restored"):
        pipeline = Pipeline(template.run)
        pipeline.publish(run_id="second", now=utc("2025-08-11T22:45"), home=place)
        ends.append(contents(place))
    assert ends[0] == ends[1]


def test_a_home_is_replaced_only_when_asked_and_then_kept_aside(home: Path, archive: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute("delete from history.price_daily")
    with pytest.raises(ConfigError, match="--replace to move it aside"):
        restore(archive, home, NOW)
    before = tables_digest(home)
    for _ in range(2):  # within one second, too
        restore(archive, home, NOW, replace=True)
    assert tables_digest(home)["history.price_daily"] != before["history.price_daily"]
    aside = home / "replaced-20250809T120000Z"
    assert query(aside / "warehouse.duckdb", "select count(*) from history.price_daily") == [(0,)]
    assert (aside / "published" / "exports").is_dir()
    assert (home / "replaced-20250809T120000Z-2" / "warehouse.duckdb").exists()


def test_an_interrupted_restore_is_made_good_by_another(home: Path, archive: Path, tmp_path: Path) -> None:
    """What is there after each rename, as a kill would leave it."""
    place = tmp_path / "restored"
    before = contents(home)
    restore(archive, place, NOW)
    (place / "warehouse.duckdb").unlink()
    (place / "published").unlink()
    (place / DRAFT).mkdir()
    (place / DRAFT / "warehouse.duckdb").write_bytes(b"half")
    restore(archive, place, NOW)
    assert contents(place) == before


def test_a_backup_waits_for_nobody_and_needs_a_home(tmp_path: Path, home: Path, archive: Path) -> None:
    with pytest.raises(SourceError, match="holds no warehouse"):
        backup(tmp_path / "nowhere", tmp_path / "b.tar.gz", NOW)
    with pytest.raises(ConfigError, match="exists already"):
        backup(home, archive, NOW)
    assert backup(home, tmp_path, NOW).archive == tmp_path / "georisk-20250809T120000Z.tar.gz"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_warehouse_is_not_kept_as_a_backup(home: Path, tmp_path: Path) -> None:
    path = home / "warehouse.duckdb"
    content = bytearray(path.read_bytes())
    for place in range(20_000, len(content), 40_000):
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match="put the last backup back"):
        backup(home, tmp_path / "b.tar.gz", NOW)
    assert not (tmp_path / "b.tar.gz").exists()


def test_a_link_out_of_the_home_is_not_packed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (home / "published").unlink()
    (home / "published").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="out of the home"):
        backup(home, tmp_path / "b.tar.gz", NOW)


# --- archives that lie


def forge(
    archive: Path, target: Path, change: Callable[[dict[str, bytes]], None], kind: bytes = tarfile.REGTYPE
) -> Path:
    """A copy of the archive with other members."""
    members: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            source = tar.extractfile(member)
            assert source is not None
            members[member.name] = source.read()
    change(members)
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name == "link":
                info.type, info.linkname, info.size = kind, "/etc/passwd", 0
            tar.addfile(info, io.BytesIO(content))
    return target


def renamed(members: dict[str, bytes], name: str) -> None:
    """The manifest and the member `alerts.json` both under another name."""
    content = members.pop("alerts.json")
    manifest = json.loads(members[MANIFEST])
    next(item for item in manifest["files"] if item["path"] == "alerts.json")["path"] = name
    members[MANIFEST] = json.dumps(manifest).encode()
    members[name] = content


@pytest.mark.parametrize(
    "name", ["../outside.json", "/outside.json", "a/../../outside.json", "..", "./alerts.json", "a//b", ""]
)
def test_a_name_that_leads_elsewhere_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    forged = forge(archive, tmp_path / "forged.tar.gz", lambda members: renamed(members, name))
    with pytest.raises(SourceError, match="which leads elsewhere"):
        restore(forged, tmp_path / "deep" / "restored", NOW)
    assert not list(tmp_path.rglob("outside.json"))
    assert not (tmp_path / "deep" / "restored" / "warehouse.duckdb").exists()


def a_byte_more(members: dict[str, bytes]) -> None:
    members["alerts.json"] += b" "


def another_byte(members: dict[str, bytes]) -> None:
    members["alerts.json"] = b"[]"


def a_member_more(members: dict[str, bytes]) -> None:
    members["more"] = b"x"


def a_member_less(members: dict[str, bytes]) -> None:
    del members["alerts.json"]


def no_manifest(members: dict[str, bytes]) -> None:
    del members[MANIFEST]


def a_broken_manifest(members: dict[str, bytes]) -> None:
    members[MANIFEST] = b"[1]"


def other_rows(members: dict[str, bytes]) -> None:
    manifest = json.loads(members[MANIFEST])
    manifest["about"]["rows"]["raw.article"] += 1
    members[MANIFEST] = json.dumps(manifest).encode()


def a_file_twice(members: dict[str, bytes]) -> None:
    manifest = json.loads(members[MANIFEST])
    manifest["files"].append(manifest["files"][0])
    members[MANIFEST] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (a_byte_more, "is not what the manifest says"),
        (another_byte, "has changed since it was packed"),
        (a_member_more, "is not what the manifest says"),
        (a_member_less, "1 files are missing, alerts.json"),
        (no_manifest, "does not begin with a manifest"),
        (a_broken_manifest, "its manifest is none"),
        (other_rows, "holds other rows than it says"),
        (a_file_twice, "names a file twice"),
    ],
)
def test_an_archive_that_is_not_what_it_says_is_refused(
    archive: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], rule: str
) -> None:
    forged = forge(archive, tmp_path / "forged.tar.gz", change)
    with pytest.raises(GeoriskError, match=rule):
        restore(forged, tmp_path / "restored", NOW)
    assert not (tmp_path / "restored" / "warehouse.duckdb").exists()
    assert not (tmp_path / "restored" / DRAFT).exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(archive: Path, tmp_path: Path, kind: bytes) -> None:
    def add(members: dict[str, bytes]) -> None:
        manifest = json.loads(members[MANIFEST])
        entry = {"path": "link", "size": 0, "sha256": hashlib.sha256(b"").hexdigest()}
        manifest["files"].append(entry)
        members[MANIFEST] = json.dumps(manifest).encode()
        members["link"] = b""

    forged = forge(archive, tmp_path / "forged.tar.gz", add, kind)
    with pytest.raises(SourceError, match="member 'link' is not what the manifest says"):
        restore(forged, tmp_path / "restored", NOW)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_an_archive_that_was_cut_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    content = archive.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError, match="cannot be restored"):
        restore(tmp_path / "cut.tar.gz", tmp_path / "restored", NOW)


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.tar.gz").write_text("no archive", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be restored"):
        restore(tmp_path / "text.tar.gz", tmp_path / "restored", NOW)
    with pytest.raises(SourceError, match="does not exist; name an archive"):
        restore(tmp_path / "none.tar.gz", tmp_path / "restored", NOW)


def test_an_archive_of_a_later_version_is_named(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "later.tar.gz", "w:gz") as tar:
        text = json.dumps({"format": 2}).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    with pytest.raises(SourceError, match="has format 2, this version reads 1; update it"):
        unpack(tmp_path / "later.tar.gz", tmp_path)


def test_the_same_files_make_the_same_archive_whoever_packs_them(tmp_path: Path) -> None:
    """No owner, no mode, no time of the machine goes into it."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x", encoding="utf-8")
    (tmp_path / "b" / "x").chmod(0o600)
    os.utime(tmp_path / "b" / "x", (1, 1))
    packed = []
    for name in ("a", "b"):
        archive = tmp_path / f"{name}.tar.gz"
        pack(archive, tmp_path / name, [tmp_path / name / "x"], {})
        packed.append(gzip.decompress(archive.read_bytes()))
    assert packed[0] == packed[1]


# --- export


def test_everything_is_exported_and_can_be_loaded_without_us(home: Path, tmp_path: Path) -> None:
    counts = export(home, tmp_path / "all")
    assert counts.keys() >= {"raw.article", "history.theme_clock_daily", "raw.quarantine", "raw.run_log"}
    loaded = tmp_path / "loaded" / "warehouse.duckdb"
    loaded.parent.mkdir()
    script = (tmp_path / "all" / "load.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(loaded)) as db:
        for name in counts:
            script = script.replace(f"'{name}.parquet'", f"'{tmp_path / 'all' / name}.parquet'")
        db.execute(script)
    assert tables_digest(loaded.parent) == tables_digest(home)
    listed = (tmp_path / "all" / "tables.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "table,rows"
    assert len(listed) == len(counts) + 1


def test_a_run_goes_on_in_what_was_loaded(template: Pipeline, home: Path, tmp_path: Path) -> None:
    export(home, tmp_path / "all")
    place = tmp_path / "loaded"
    place.mkdir()
    shutil.copytree(tmp_path / "all", place / "tmp-all")
    with duckdb.connect(str(place / "warehouse.duckdb")) as db:
        script = (place / "tmp-all" / "load.sql").read_text(encoding="utf-8")
        db.execute(script.replace("from '", f"from '{place}/tmp-all/"))
    ends = []
    for one in (home, place):
        Pipeline(template.run).publish(run_id="second", now=utc("2025-08-11T22:45"), home=one)
        ends.append(tables_digest(one))
    assert ends[0] == ends[1]


def test_an_export_is_whole_or_none(home: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no warehouse"):
        export(tmp_path / "nowhere", tmp_path / "all")
    (tmp_path / "all").mkdir()
    with pytest.raises(ConfigError, match="exists already"):
        export(home, tmp_path / "all")
    (home / "warehouse.duckdb").write_bytes(b"damaged" * 1000)
    with pytest.raises(WarehouseError):
        export(home, tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir() if "other" in path.name] == []


# --- prune


def test_pruning_drops_what_is_old_and_leaves_what_was_published(home: Path, template: Pipeline) -> None:
    before = contents(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute("update raw.run_log set started_at = '2024-01-01' where step = 'collect'")
        db.execute("update raw.quarantine set payload = 'a long text', quarantined_at = '2024-01-01'")
        db.execute("create table raw.ballast as select range as n, hash(range) as h from range(500000)")
        db.execute("drop table raw.ballast")
    for name, day in (("replaced-20240101T000000Z", 1), ("replaced-20250808T000000Z", 20_300)):
        (home / name).mkdir()
        os.utime(home / name, (day * 86_400, day * 86_400))
    (home / "publications" / ".killed").mkdir()
    done = prune(home, NOW, timedelta(days=100))
    assert (done.log_rows, done.payloads, done.folders) == (1, 1, 2)
    assert done.bytes_after < done.bytes_before
    steps = query(home / "warehouse.duckdb", "select step from raw.run_log order by started_at")
    assert ("collect",) not in steps
    assert steps
    ((reason, payload),) = query(home / "warehouse.duckdb", "select reason, payload from raw.quarantine")
    assert (reason, payload) == ("date_out_of_range", "")
    after = contents(home)
    assert after[1:] == before[1:]
    assert {n: d for n, d in after[0].items() if n != "raw.quarantine"} == {
        n: d for n, d in before[0].items() if n != "raw.quarantine"
    }
    assert not (home / "replaced-20240101T000000Z").exists()
    assert (home / "replaced-20250808T000000Z").is_dir()


def test_a_run_after_pruning_finds_nothing_changed(home: Path, template: Pipeline) -> None:
    prune(home, NOW, timedelta(days=1))
    pipeline = Pipeline(template.run)
    pipeline.publish(run_id="again", home=home)
    assert pipeline.reports["publish"].counts["changed"] == 0
    window = pipeline.reports["price"].window
    assert window is not None
    assert window.from_date > date(2025, 8, 4), "what was pruned re-opens no session"


def test_pruning_needs_a_home_and_leaves_a_damaged_one(home: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no warehouse"):
        prune(tmp_path / "nowhere", NOW, timedelta(days=1))
    (home / "warehouse.duckdb").write_bytes(b"damaged" * 1000)
    with pytest.raises(WarehouseError, match="cannot be opened"):
        prune(home, NOW, timedelta(days=1))
    assert (home / "warehouse.duckdb").read_bytes() == b"damaged" * 1000


# --- the first layout


@pytest.fixture
def first_layout(tmp_path: Path) -> Pipeline:
    """A home with a warehouse that the first version wrote (migration 1 alone), over the inputs that it read."""
    root = tmp_path / "first"
    root.mkdir()
    inputs(root)
    pipeline = small(root, now="2025-08-11T22:45", catch_up=True)
    pipeline.home.prepare()
    with gzip.open(FIRST_LAYOUT) as packed, pipeline.home.warehouse.open("wb") as file:
        shutil.copyfileobj(packed, file)
    assert pipeline.rows("select name from raw.migration") == [("0001_initial.sql",)]
    return pipeline


def published_then(pipeline: Pipeline) -> list[tuple[object, ...]]:
    sql = (
        "select session_date, theme, clock, risk_score, article_count, as_of_at from history.theme_clock_daily "
        "where run_id = 'first' order by all"
    )
    return pipeline.rows(sql)


def test_a_run_goes_on_in_a_home_of_the_first_layout(first_layout: Pipeline) -> None:
    before = published_then(first_layout)
    write_article(first_layout.run.home.parent / "articles", "new", "2025-08-11T10:00:00Z", TALKS, title="New report")
    publication = first_layout.publish(run_id="today")
    assert len(before) == 135
    assert published_then(first_layout) == before, "what was published stays"
    signals = publication / "signals.duckdb"
    columns = "session_date, theme, clock, risk_score, article_count"
    known = f"select {columns} from signal.theme_daily_as_known($ts) order by all"
    then = query(signals, known, {"ts": "2025-08-09T00:00:00Z"})
    on_reference = {(theme, clock) for theme, clock in query(signals, "select theme, clock from raw.theme")}
    assert then == [row[:5] for row in before if (row[1], row[2]) in on_reference]
    newest = query(signals, "select max(session_date) from signal.theme_daily where status = 'ok'")
    assert newest == [(date(2025, 8, 11),)]
    names = [name for (name,) in first_layout.rows("select name from raw.migration order by name")]
    assert len(names) > 5


def test_a_backup_of_the_first_layout_is_restored_into_todays(first_layout: Pipeline, tmp_path: Path) -> None:
    archive = backup(first_layout.run.home, tmp_path / "old.tar.gz", NOW).archive
    saved = restore(archive, tmp_path / "restored", NOW)
    assert saved.publication is None
    found = query(tmp_path / "restored" / "warehouse.duckdb", "select count(*) from raw.migration")
    assert found > [(5,)]
    assert query(tmp_path / "restored" / "warehouse.duckdb", "select count(*) from raw.published_input") == [(0,)]


# --- the commands


def admin(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(arguments))
    return done.exit_code, done.output


def test_the_commands_say_what_they_did(home: Path, tmp_path: Path) -> None:
    code, told = admin("backup", "--home", str(home))
    assert code == 0
    (archive,) = (home / "backups").glob("georisk-*.tar.gz")
    assert told.startswith("packed ")
    assert "publication: first" in told
    code, told = admin("restore", str(archive), "--home", str(tmp_path / "restored"))
    assert (code, told.startswith("restored ")) == (0, True)
    assert admin("restore", str(archive), "--home", str(home))[0] == 2
    code, told = admin("export", "--home", str(home), "--to", str(tmp_path / "all"))
    assert (code, "tables" in told) == (0, True)
    code, told = admin("prune", "--home", str(home), "--keep-days", "1")
    assert (code, told.startswith("dropped ")) == (0, True)
    assert admin("backup", "--home", str(tmp_path / "nowhere"))[0] == 1


def test_watch_ends_with_three_when_something_is_late(home: Path, template: Pipeline) -> None:
    seeds = str(template.run.seeds)
    assert admin("watch", "--home", str(home), "--seeds", seeds, "--now", "2025-08-08T23:00Z") == (
        0,
        "nothing is late\n",
    )
    code, told = admin("watch", "--home", str(home), "--seeds", seeds, "--now", "2025-08-13T00:00Z")
    assert code == 3
    assert "error: defense on XNYS: session 2025-08-11 closed more than 8 hours ago and is not published" in told
