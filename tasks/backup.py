"""backup, restore: a home in one file, and back."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from tasks.domain.errors import ConfigError, SourceError, WarehouseError
from tasks.storage.archives import pack, unpack
from tasks.storage.copies import table_counts
from tasks.storage.faults import named
from tasks.storage.files import REPLACED, Home, flush, swap_link
from tasks.storage.warehouse import Connection, connect, migrate

DRAFT = ".restore"
"""Where a restore unpacks, in the home; what an interrupted one left there is thrown away by the next."""

ALERTS = "alerts.json"
OPEN_THREADS = 2


@dataclass(frozen=True, slots=True)
class Saved:
    """What an archive holds."""

    archive: Path
    row_count: int
    table_count: int
    publication: str | None


def backup(home: Path, target: Path, now: datetime) -> Saved:
    """Pack the warehouse, the newest publication and the memory of alerts; hold the writer's lock meanwhile.

    Every block of the warehouse is read before it is packed, so a damaged one is refused and not kept as a backup.

    Args:
        home: the home.
        target: the archive to write; a folder gets `georisk-<time>.tar.gz` in it.
        now: aware; goes into the name and the manifest.

    Raises:
        SourceError: the home holds no warehouse.
        WarehouseError: the warehouse is damaged, or the disk is full.
        ConfigError: the archive exists already, or cannot be written.
    """
    place = Home(home)
    if not place.warehouse.exists():
        raise SourceError(f"{home} holds no warehouse; name the home with --home")
    archive = archive_path(target, now)
    with _naming(home):
        with _opened(place) as db:
            counts = table_counts(db)
            db.execute("checkpoint")
        files, name = packed_files(place)
    about = {
        "made_at": now.isoformat(),
        "publication": name,
        "duckdb": duckdb.__version__,
        "rows": counts,
    }
    with _naming(archive.parent):
        pack(archive, home.resolve(), [path.resolve() for path in files], about)
    return Saved(archive, sum(counts.values()), len(counts), name)


def archive_path(target: Path, now: datetime) -> Path:
    """The archive that a backup writes: the target, or a name made from the time in it if it is a folder.

    Raises:
        ConfigError: it exists already.
    """
    archive = target / f"georisk-{now:%Y%m%dT%H%M%SZ}.tar.gz" if target.is_dir() else target
    if archive.exists():
        raise ConfigError(f"{archive} exists already; name another file")
    return archive


def packed_files(place: Home) -> tuple[list[Path], str | None]:
    """The files that a backup packs, and the name of the publication among them.

    Raises:
        SourceError: the link of the publication leads out of the home.
    """
    files = [place.warehouse, *(path for path in [place.root / ALERTS] if path.exists())]
    publication = _publication(place)
    if publication is None:
        return files, None
    return [*files, *(path for path in publication.rglob("*") if path.is_file())], publication.name


def refuse_full(home: Path, replace: bool) -> None:
    """A home that holds a warehouse is restored into only if that is meant.

    Raises:
        ConfigError: it does, and `replace` is not set.
    """
    if Home(home).warehouse.exists() and not replace:
        raise ConfigError(f"{home} holds a warehouse; give another --home, or --replace to move it aside")


def restore(archive: Path, home: Path, now: datetime, *, replace: bool = False) -> Saved:
    """Put a home back as it was packed, brought forward to the layout of this version.

    Everything is unpacked and compared before anything of the home is touched; what the home held is moved to
    `replaced-<time>/` in it, never deleted. An interrupted restore is made good by another one.

    Args:
        archive: what `backup` made.
        home: an empty or new folder, or a home to replace.
        now: aware; stamps the migrations and the name of what is moved away.
        replace: whether the home may hold a warehouse already.

    Raises:
        SourceError: the archive cannot be read, or is not what it says.
        ConfigError: the home holds a warehouse and `replace` is not set, or cannot be written.
        WarehouseError: what was restored cannot be opened, or lacks rows.
    """
    place = Home(home)
    place.prepare()
    refuse_full(home, replace)
    draft = home / DRAFT
    with _naming(home), _emptied(draft):
        manifest = unpack(archive, draft)
        name = manifest.about.get("publication")
        fresh = Home(draft)
        with _opened(fresh) as db:
            _compare(archive, table_counts(db), manifest.about.get("rows"))
            migrate(db, now)
            db.execute("checkpoint")
        _move_aside(place, now)
        # The warehouse comes last: a home that has one is whole.
        for path in (fresh.publications, draft / ALERTS, fresh.warehouse):
            if path.exists():
                path.rename(home / path.name)
        place.prepare()
        if name is not None:
            swap_link(place.published, place.publications / str(name))
        flush(home)
    counts = manifest.about["rows"]
    return Saved(archive, sum(counts.values()), len(counts), name)


@contextmanager
def _emptied(draft: Path) -> Iterator[None]:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publication(place: Home) -> Path | None:
    """The folder of the newest publication.

    Raises:
        SourceError: the link leads out of the home; what lies there is none of ours.
    """
    if not place.published.is_symlink():
        return None
    found = place.published.resolve()
    if found.parent != place.publications.resolve():
        raise SourceError(f"{place.published} leads to {found}, out of the home; run once more, which mends it")
    return found if found.is_dir() else None


def _compare(archive: Path, found: dict[str, int], said: object) -> None:
    if found != said:
        raise WarehouseError(f"{archive} holds other rows than it says; take another backup")


def _move_aside(place: Home, now: datetime) -> None:
    """Take everything of the old home out of the way, the link first: no reader finds half of it."""
    if place.publications.is_dir() and not any(place.publications.iterdir()):
        place.publications.rmdir()
    wal = place.warehouse.with_name(f"{place.warehouse.name}.wal")
    old = [place.published, place.warehouse, wal, place.root / ALERTS, place.publications]
    old = [path for path in old if path.is_symlink() or path.exists()]
    if not old:
        return
    stem = f"{REPLACED}{now:%Y%m%dT%H%M%SZ}"
    names = (stem if count == 1 else f"{stem}-{count}" for count in itertools.count(1))
    aside = next(place.root / name for name in names if not (place.root / name).exists())
    aside.mkdir()
    for path in old:
        path.rename(aside / path.name)


@contextmanager
def _opened(place: Home) -> Iterator[Connection]:
    db = connect(place.warehouse, OPEN_THREADS, temp=place.root / "tmp")
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _naming(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error) as fault:
        known = named(fault, folder)
        if known:
            raise known from fault
        raise
