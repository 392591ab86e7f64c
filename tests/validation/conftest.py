"""The embedded seeds, researched once: what the report says of a demonstration."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tasks.research import JSON, research
from tests.pipeline import Pipeline


def made_up_indexes() -> dict[str, dict[str, float]]:
    """A daily index with a weekly pattern, and a monthly one."""
    days = [date(2024, 12, 1) + timedelta(days=n) for n in range(320)]
    daily = {day.isoformat(): 100.0 + 20 * (day.weekday() == 1) + day.day % 9 for day in days}
    monthly = {f"2025-{month:02d}-01": 100.0 + month for month in range(1, 10)}
    return {"gpr": daily, "gpr_acts": daily, "ai_gpr": monthly}


@pytest.fixture(scope="session")
def researched(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of the demonstration's home with its report. Read it, or write to a copy of it."""
    pipeline = demo.copy(tmp_path_factory.mktemp("researched") / "home")
    pipeline.run = replace(pipeline.run, run_id="study")
    pipeline.reports["research"] = research(pipeline.run, made_up_indexes())
    return pipeline


@pytest.fixture(scope="session")
def found(researched: Pipeline) -> dict[str, Any]:
    """The numbers of that report."""
    numbers: dict[str, Any] = json.loads((researched.home.published / "reports" / JSON).read_text(encoding="utf-8"))
    return numbers
