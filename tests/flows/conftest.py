"""A real Prefect server for the flow tests, started once; its home is a temporary folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest

# Before anything imports Prefect: it reads its home and its patience while it is imported.
os.environ.setdefault("GEORISK_HOME", tempfile.mkdtemp(prefix="georisk-tests-"))
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The API of a running Prefect server that knows nothing but these tests."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=None):
        url = PREFECT_API_URL.value()
        assert url
        yield url
