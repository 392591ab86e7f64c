"""One file that holds a home: a gzipped tar whose first member says what the others are, and how long.

Nothing in an archive is believed: names, sizes and digests are compared with the manifest while its files are unpacked.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tasks.domain.errors import SourceError
from tasks.storage.files import flush

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 50_000_000
CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: its files in order, and facts about the home that was packed (JSON types)."""

    entries: tuple[Entry, ...]
    about: Mapping[str, Any]


def pack(archive: Path, root: Path, files: Sequence[Path], about: Mapping[str, Any]) -> Manifest:
    """Write the files (below `root`) into an archive, under a draft name until it is whole and on disk.

    Raises:
        OSError: the archive cannot be written.
    """
    entries = tuple(
        Entry(path.relative_to(root).as_posix(), path.stat().st_size, _digest_of(path)) for path in sorted(files)
    )
    manifest = Manifest(entries, dict(about))
    draft = archive.with_name(f".{archive.name}.draft")
    try:
        with tarfile.open(draft, "w:gz", compresslevel=3) as tar:
            text = json.dumps({"format": FORMAT, "about": manifest.about, "files": [asdict(e) for e in entries]})
            _add(tar, MANIFEST, io.BytesIO(text.encode()), len(text.encode()))
            for entry in entries:
                with (root / entry.path).open("rb") as file:
                    _add(tar, entry.path, file, entry.size)
        flush(draft)
        draft.replace(archive)
    finally:
        draft.unlink(missing_ok=True)
    flush(archive.parent)
    return manifest


def unpack(archive: Path, target: Path | None) -> Manifest:
    """Unpack an archive into the empty folder `target`; None = only compare it with its manifest.

    Raises:
        SourceError: it is no archive of ours, or not what its manifest says: a name that leads elsewhere, another
            size or digest, a link, a file too many or too few.
        OSError: nothing can be written there.
    """
    with _reading(archive) as tar:
        manifest = _read_manifest(archive, tar)
        left = {entry.path: entry for entry in manifest.entries}
        while (member := tar.next()) is not None:
            entry = left.pop(member.name, None)
            if entry is None or not member.isreg() or member.size != entry.size:
                raise _damaged(archive, f"member {member.name[:100]!r} is not what the manifest says")
            source = tar.extractfile(member)
            if source is None:
                raise _damaged(archive, f"member {member.name!r} cannot be read")
            if target is None:
                _compare(archive, source, entry)
            else:
                _copy(archive, source, target / entry.path, entry)
    if left:
        raise _damaged(archive, f"{len(left)} files are missing, {min(left)} among them")
    return manifest


@contextmanager
def _reading(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r|gz") as tar:  # as a stream: nothing is looked for at places that it names
            yield tar
    except (tarfile.TarError, EOFError, zlib.error) as fault:
        raise _damaged(archive, str(fault) or type(fault).__name__) from None
    except FileNotFoundError as fault:
        if fault.filename == str(archive):
            raise SourceError(f"{archive} does not exist; name an archive that `backup` made") from None
        raise


def _read_manifest(archive: Path, tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    source = tar.extractfile(member) if member is not None and member.isreg() else None
    if member is None or source is None or member.name != MANIFEST or member.size > MANIFEST_LIMIT:
        raise _damaged(archive, "it does not begin with a manifest")
    try:
        given = json.loads(source.read())
        if given["format"] != FORMAT:
            raise SourceError(f"{archive} has format {given['format']}, this version reads {FORMAT}; update it")
        entries = tuple(Entry(str(e["path"]), int(e["size"]), str(e["sha256"])) for e in given["files"])
        about = dict(given["about"])
    except (ValueError, KeyError, TypeError) as fault:
        raise _damaged(archive, f"its manifest is none ({type(fault).__name__})") from None
    for entry in entries:
        path = PurePosixPath(entry.path)
        if path.is_absolute() or not path.parts or ".." in path.parts or entry.path != path.as_posix():
            raise _damaged(archive, f"its manifest names {entry.path[:100]!r}, which leads elsewhere")
    if len({entry.path for entry in entries}) < len(entries):
        raise _damaged(archive, "its manifest names a file twice")
    return Manifest(entries, about)


def _copy(archive: Path, source: IO[bytes], target: Path, entry: Entry) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    _require(archive, digest.hexdigest(), entry)


def _compare(archive: Path, source: IO[bytes], entry: Entry) -> None:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    _require(archive, digest.hexdigest(), entry)


def _require(archive: Path, digest: str, entry: Entry) -> None:
    if digest != entry.sha256:
        raise _damaged(archive, f"{entry.path} has changed since it was packed")


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    """A member that says nothing but its name and size: no owner, no time, no mode of the machine."""
    member = tarfile.TarInfo(name)
    member.size = size
    tar.addfile(member, content)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(archive: Path, what: str) -> SourceError:
    return SourceError(f"{archive} cannot be restored: {what}; take another backup")
