"""Finished parts of a long output, kept beside it until they are joined: a run after a kill goes on with them.

`scores.csv.parts/` holds `manifest.json` (what the parts were made of), and per part its tables
(`000007.scores.parquet`) and a note (`000007.json`), written last: a part with a note is whole.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from tasks.domain.errors import ConfigError, WriterBusyError

log = logging.getLogger(__name__)

_MANIFEST = "manifest.json"
_DRAFT = ".draft"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of parts of one output."""

    folder: Path

    @classmethod
    def beside(cls, out: Path) -> Parts:
        """The parts of `out`; nothing is read or written yet."""
        return cls(out.with_name(f"{out.name}.parts"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, made if need be, against a second run to the same output.

        Raises:
            ConfigError: the folder holds something else than parts.
            WriterBusyError: another run holds it.
        """
        if self.folder.exists():
            self._manifest()
        self.folder.mkdir(exist_ok=True)
        lock = FileLock(self.folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise WriterBusyError(f"another run works on {self.folder}; wait for it or name another output") from None
        try:
            yield
        finally:
            lock.release()

    def open(self, manifest: Mapping[str, Any]) -> int:
        """Keep the finished parts if they were made of the same things as `manifest` (JSON types) says, else none.

        Returns:
            The number of parts kept.
        """
        found = self._manifest()
        changed = [name for name in manifest if found.get(name) != manifest[name]]
        if not changed:
            return len(list(self.folder.glob("[0-9]*.json")))
        if found:
            self._tell(f"{', '.join(changed)} changed")
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink()
        _write_text(self.folder / _MANIFEST, json.dumps(manifest, indent=1))
        return 0

    def discard(self, cause: str) -> None:
        """Throw away what an earlier run left, if it left anything.

        Raises:
            ConfigError: the folder holds something else than parts.
            WriterBusyError: another run holds it.
        """
        if self.folder.exists():
            with self.locked():
                self._tell(cause)
                self.remove()

    def _tell(self, cause: str) -> None:
        log.warning("the parts of an earlier run in %s are thrown away: %s", self.folder, cause)

    def _manifest(self) -> dict[str, Any]:
        """What the parts were made of; nothing when a run was killed before it could say."""
        try:
            found = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if isinstance(found, dict):
            return found
        if not self.folder.is_dir() or any(
            path.suffix != _DRAFT and path.name != _LOCK for path in self.folder.iterdir()
        ):
            raise ConfigError(f"{self.folder} holds no parts of ours; move it away or name another output")
        return {}

    def has(self, number: int) -> bool:
        """Whether a part is finished."""
        return self._note(number).exists()

    def write(self, number: int, tables: Mapping[str, pa.Table], note: Mapping[str, Any]) -> None:
        """Add a part: its tables by name, and a note of JSON types."""
        for name, table in tables.items():
            draft = self._table(number, name).with_suffix(_DRAFT)
            pq.write_table(table, draft)
            draft.replace(self._table(number, name))
        _write_text(self._note(number), json.dumps(note))

    def note(self, number: int) -> dict[str, Any]:
        """The note of a finished part.

        Raises:
            ConfigError: it cannot be read.
        """
        try:
            note: dict[str, Any] = json.loads(self._note(number).read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise self._damaged(self._note(number), fault) from None
        return note

    def table(self, number: int, name: str, schema: pa.Schema) -> pa.Table:
        """A table of a finished part.

        Raises:
            ConfigError: it cannot be read or has another schema.
        """
        try:
            return pq.read_table(self._table(number, name), schema=schema)
        except (OSError, pa.ArrowException) as fault:
            raise self._damaged(self._table(number, name), fault) from None

    def remove(self) -> None:
        """Remove the folder, once its parts are joined."""
        shutil.rmtree(self.folder)

    def _table(self, number: int, name: str) -> Path:
        return self.folder / f"{number:06}.{name}.parquet"

    def _note(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"

    def _damaged(self, path: Path, fault: Exception) -> ConfigError:
        return ConfigError(f"{path} cannot be read ({fault}); remove {self.folder} and run again")


def fingerprint(files: Sequence[Path]) -> list[list[object]]:
    """Absolute path, size in bytes and time of the last change (ns) of each file, as JSON types."""
    return [[str(file.absolute()), file.stat().st_size, file.stat().st_mtime_ns] for file in files]


def _write_text(path: Path, text: str) -> None:
    draft = path.with_suffix(_DRAFT)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
