from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.domain.run import Run
from tasks.storage.files import ROOT
from tasks.storage.warehouse import Connection, connect


@pytest.fixture
def run(tmp_path: Path) -> Run:
    now = datetime(2025, 9, 8, 6, tzinfo=UTC)
    return Run("r1", now, tmp_path / "home", ("seeds",), ("sample",), ROOT / "seeds", threads=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    connection = connect(tmp_path / "test.duckdb", 1, temp=tmp_path / "tmp")
    yield connection
    connection.close()


Write = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files below one folder; return the folder."""

    def write_files(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "input"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        folder.mkdir(exist_ok=True)
        return folder

    return write_files
