"""What several folders of tests share: the published demonstration, its research, and a real Prefect server."""

from __future__ import annotations

import os
import tempfile

# Before anything imports Prefect: it reads its home and its patience while it is imported.
os.environ.setdefault("GEORISK_HOME", tempfile.mkdtemp(prefix="georisk-tests-"))
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from collections.abc import Iterator

import pytest

from tests.pipeline import Pipeline, seeded
from tests.validation.made import researched_copy

LONGEST_FIRST = ("operations", "live", "flows", "tasks")
"""Folders whose files take minutes: begun last, one of them would keep one worker busy when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files by how long they take; a file stays together, and its tests in their order."""

    def rank(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The embedded seeds, run once and published. Read it, or write to a copy of it."""
    pipeline = seeded(tmp_path_factory.mktemp("demo") / "home")
    pipeline.publish()
    return pipeline


@pytest.fixture(scope="session")
def researched(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of the demonstration's home with its research report. Read it, or write to a copy of it."""
    return researched_copy(demo, tmp_path_factory.mktemp("researched") / "home")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The API of a running Prefect server that knows nothing but these tests: one for all of a worker's tests."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=None):
        url = PREFECT_API_URL.value()
        assert url
        yield url
