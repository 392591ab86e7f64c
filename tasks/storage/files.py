"""Paths of a home, and writing files so that a reader sees the whole of one or none of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tasks.domain.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: `sql/` and `seeds/` are read from here, wherever the process was started."""

KEEP_PUBLICATIONS = 3
REPLACED = "replaced-"
"""How the name of a folder begins that holds what a restore moved away."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one `GEORISK_HOME`."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The writer's DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """The writer's lock."""
        return self.root / "writer.lock"

    @property
    def publications(self) -> Path:
        """Folder of the publications, one folder a run."""
        return self.root / "publications"

    @property
    def published(self) -> Path:
        """Link to the newest good publication."""
        return self.root / "published"

    def prepare(self) -> None:
        """Create the folders of the home.

        Raises:
            ConfigError: something that is no folder stands in the way, or nothing may be written there.
        """
        try:
            self.publications.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise ConfigError(f"{self.root} cannot be used as home ({reason}); name another folder") from None


def expand(path: Path) -> list[Path]:
    """The path itself if it exists, else what it matches as a pattern (`news/*.csv.gz`), sorted; maybe nothing."""
    if path.exists():
        return [path]
    anchor = Path(path.anchor)
    try:
        return sorted(anchor.glob(str(path.relative_to(anchor))))
    except ValueError:  # no pattern either
        return []


def flush(path: Path) -> None:
    """Force a file or folder to disk, so that a rename after it cannot overtake its content."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def swap_link(link: Path, target: Path) -> None:
    """Point `link` at `target` by one rename: a reader finds the old folder or the new one, never neither."""
    fresh = link.with_name(f".{link.name}.{target.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    fresh.replace(link)
    flush(link.parent)


def clear_leftovers(home: Home) -> int:
    """Remove what killed runs left: drafts, links that were not renamed, spilled pages; return how many went.

    Only for whoever holds the writer lock: a running run has such files, too.
    """
    doomed = leftovers(home)
    for path in doomed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(doomed)


def leftovers(home: Home) -> list[Path]:
    """What killed runs left, or what a running one is at."""
    places = ((home.publications, ".*"), (home.root, f".{home.published.name}.*"), (home.root / "tmp", "duckdb_temp*"))
    return [path for folder, pattern in places for path in folder.glob(pattern)]


def sweep(home: Home) -> int:
    """Remove unfinished publications and all but the newest `KEEP_PUBLICATIONS`; return how many went."""
    doomed = superfluous(home)
    for path in doomed:
        shutil.rmtree(path)
    return len(doomed)


def superfluous(home: Home) -> list[Path]:
    """The unfinished publications, and the finished ones beyond the newest `KEEP_PUBLICATIONS`."""
    current = home.published.resolve() if home.published.is_symlink() else None
    folders = [path for path in home.publications.glob("*") if path.is_dir()]
    finished = sorted(
        (path for path in folders if not path.name.startswith(".")),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
    )
    doomed = [path for path in folders if path.name.startswith(".")] + finished[:-KEEP_PUBLICATIONS]
    return [path for path in doomed if path.resolve() != current]
