import os
from pathlib import Path

import pytest

from tasks.domain.errors import ConfigError
from tasks.storage.files import KEEP_PUBLICATIONS, ROOT, Home, expand, flush, swap_link, sweep


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def publication(home: Home, name: str, age: int) -> Path:
    """A publication of the given age in days."""
    folder = home.publications / name
    folder.mkdir()
    (folder / "signals.duckdb").write_text(name, encoding="utf-8")
    os.utime(folder, ns=(0, 10**18 - age * 86_400 * 10**9))
    return folder


def test_the_checkout_is_found_wherever_the_process_was_started() -> None:
    assert (ROOT / "sql" / "dictionary.csv").is_file()
    assert (ROOT / "seeds" / "themes.yaml").is_file()


def test_a_home_is_one_folder(home: Home) -> None:
    assert home.publications.is_dir()
    assert {path.parent for path in (home.warehouse, home.lock, home.publications, home.published)} == {home.root}
    home.prepare()


@pytest.mark.parametrize("below", ["", "deeper/home"])
def test_a_home_that_cannot_be_a_folder_stops_the_run(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot be used as home \((Not a directory|File exists)\); name another"):
        Home(tmp_path / "file" / below).prepare()


def test_the_link_is_swapped_and_a_reader_keeps_what_it_opened(home: Home) -> None:
    old, new = publication(home, "r1", 1), publication(home, "r2", 0)
    swap_link(home.published, old)
    with (home.published / "signals.duckdb").open(encoding="utf-8") as reader:
        swap_link(home.published, new)
        assert reader.read() == "r1"
    assert (home.published / "signals.duckdb").read_text(encoding="utf-8") == "r2"
    assert sorted(path.name for path in home.root.iterdir()) == ["publications", "published"]


def test_the_link_is_relative_so_that_a_home_can_be_moved(home: Home) -> None:
    swap_link(home.published, publication(home, "r1", 0))
    moved = home.root.rename(home.root.with_name("moved"))
    assert (moved / "published" / "signals.duckdb").read_text(encoding="utf-8") == "r1"


def test_a_link_left_by_a_killed_run_is_no_obstacle(home: Home) -> None:
    target = publication(home, "r1", 0)
    (home.root / ".published.r1").symlink_to("nowhere")
    swap_link(home.published, target)
    assert home.published.resolve() == target.resolve()


def test_the_sweep_keeps_the_newest_and_removes_drafts(home: Home) -> None:
    for age in range(5):
        publication(home, f"r{age}", age)
    publication(home, ".r9", 0)
    (home.publications / "note.txt").write_text("mine", encoding="utf-8")
    assert sweep(home) == 3
    assert sorted(path.name for path in home.publications.iterdir()) == ["note.txt", "r0", "r1", "r2"]
    assert sweep(home) == 0


def test_the_sweep_never_removes_what_is_published(home: Home) -> None:
    folders = [publication(home, f"r{age}", age) for age in range(KEEP_PUBLICATIONS + 2)]
    swap_link(home.published, folders[-1])
    assert sweep(home) == 1
    assert folders[-1].is_dir()
    assert not folders[-2].exists()


def test_publications_of_one_instant_are_swept_in_the_order_of_their_names(home: Home) -> None:
    for name in ("b", "d", "a", "c"):
        publication(home, name, 1)
    sweep(home)
    assert sorted(path.name for path in home.publications.iterdir()) == ["b", "c", "d"]


def test_a_file_and_a_folder_are_forced_to_disk(home: Home) -> None:
    flush(home.root)
    flush(publication(home, "r1", 0) / "signals.duckdb")
    with pytest.raises(FileNotFoundError):
        flush(home.root / "nowhere")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("a.csv", ["a.csv"]),
        ("*.csv", ["a.csv", "b.csv"]),
        ("[ab].*", ["a.csv", "a.txt", "b.csv"]),
        ("*/c.csv", ["c.csv"]),
        ("z*.csv", []),
        ("none.csv", []),
        ("a**b", []),
    ],
)
def test_a_path_is_itself_or_a_pattern(tmp_path: Path, pattern: str, names: list[str]) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.csv", "a.csv", "a.txt", "below/c.csv"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [path.name for path in expand(tmp_path / pattern)] == names


def test_a_name_is_a_name_before_it_is_a_pattern(tmp_path: Path) -> None:
    for name in ("[x].csv", "x.csv"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert expand(tmp_path / "[x].csv") == [tmp_path / "[x].csv"]
