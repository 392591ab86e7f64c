from __future__ import annotations

import json
from typing import Any

import pytest

from tasks.research import JSON
from tests.pipeline import Pipeline


@pytest.fixture(scope="session")
def found(researched: Pipeline) -> dict[str, Any]:
    """The numbers of the demonstration's report."""
    numbers: dict[str, Any] = json.loads((researched.home.published / "reports" / JSON).read_text(encoding="utf-8"))
    return numbers
