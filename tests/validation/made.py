"""The embedded seeds, researched: what tests of the report and of its page start from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from tasks.research import research
from tests.pipeline import Pipeline


def made_up_indexes() -> dict[str, dict[str, float]]:
    """A daily index with a weekly pattern, and a monthly one."""
    days = [date(2024, 12, 1) + timedelta(days=n) for n in range(320)]
    daily = {day.isoformat(): 100.0 + 20 * (day.weekday() == 1) + day.day % 9 for day in days}
    monthly = {f"2025-{month:02d}-01": 100.0 + month for month in range(1, 10)}
    return {"gpr": daily, "gpr_acts": daily, "ai_gpr": monthly}


def researched_copy(demo: Pipeline, root: Path) -> Pipeline:
    """A copy of the demonstration's home, with its report."""
    pipeline = demo.copy(root)
    pipeline.run = replace(pipeline.run, run_id="study")
    pipeline.reports["research"] = research(pipeline.run, made_up_indexes())
    return pipeline
