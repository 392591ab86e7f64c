"""The report's charts, each drawn for two widths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from tasks.pages.interval_chart import IntervalRow, interval_chart
from tasks.pages.step_chart import StepPanel, StepPoint, step_chart
from tasks.validation.panel import OURS, PREDICTORS
from tasks.validation.table import Document, against

WIDE, NARROW = 992.0, 360.0
DAILY_PAIRS = (("attention", "gpr"), ("escalation", "gpr"), ("act", "gpr_acts"), ("threat", "gpr_threats"))


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart at natural width and for a phone."""

    wide: Markup
    narrow: Markup


def _both(draw: Callable[[float], Markup]) -> Picture:
    return Picture(draw(WIDE), draw(NARROW))


def forest(found: Document) -> Picture | None:
    """The fixed tests: our rank IC with its interval above those of the baselines."""
    rows: list[IntervalRow] = []
    for test in found["primary"]:
        rows.append(IntervalRow(f"{test['theme']}: {against(test)}", is_head=True))
        for name in PREDICTORS:
            match = (row for row in found["grid"] if row["predictor"] == name and _is(row, test))
            cell = next(match, None)
            cell = cell or {"ic": None, "interval_low": None, "interval_high": None}
            is_ours = name == OURS
            rows.append(IntervalRow(name, cell["ic"], cell["interval_low"], cell["interval_high"], is_ours=is_ours))
    if all(row.middle is None for row in rows):
        return None
    label = "Rank correlation of each predictor with the return after entry, with 95 % intervals"
    return _both(lambda width: interval_chart(rows, label, width))


def _is(row: Document, test: Document) -> bool:
    return all(row[name] == test[name] for name in ("theme", "symbol", "horizon"))


def instruments(found: Document, theme: str, horizon: int) -> Picture | None:
    """Our rank IC for every instrument of a theme over one horizon."""
    cells = [row for row in found["grid"] if _is_ours(row, theme, horizon)]
    rows = [IntervalRow(r["symbol"], r["ic"], r["interval_low"], r["interval_high"], is_ours=True) for r in cells]
    label = f"Rank correlation of the {theme} signal with returns over {horizon} sessions, by instrument"
    return _both(lambda width: interval_chart(rows, label, width)) if rows else None


def _is_ours(row: Document, theme: str, horizon: int) -> bool:
    return bool((row["predictor"], row["theme"], row["horizon"]) == (OURS, theme, horizon))


def event_path(found: Document, test: Document) -> Picture | None:
    """The mean way around the events of high and of low pressure, with the band of the placebos."""
    panels = []
    for side, name in (("up", "high pressure"), ("down", "low pressure")):
        points = [
            StepPoint(r["step"], 100 * r["mean_outcome"], 100 * r["placebo_low"], 100 * r["placebo_high"])
            for r in found["event_paths"]
            if (r["theme"], r["symbol"], r["side"]) == (test["theme"], test["symbol"], side)
        ]
        if points:
            panels.append(StepPanel(f"After {name}, %", points, "sessions from entry", is_band=True, after=0))
    label = f"Mean return of {against(test)} around extremes of the {test['theme']} pressure"
    return (
        Picture(step_chart(panels, label, WIDE, len(panels)), step_chart(panels, label, NARROW, 1)) if panels else None
    )


def decay(found: Document) -> Picture | None:
    """Rank IC with each single session after entry."""
    panels = []
    for test in found["primary"]:
        rows = [r for r in found["decay"] if (r["theme"], r["symbol"]) == (test["theme"], test["symbol"])]
        points = [StepPoint(r["step"], r["ic"], r["interval_low"], r["interval_high"]) for r in rows]
        if points:
            panels.append(StepPanel(f"{test['theme']}: {against(test)}", points, "session after entry"))
    label = "Rank correlation of the signal with the return of each single session after entry"
    return (
        Picture(step_chart(panels, label, WIDE, len(panels)), step_chart(panels, label, NARROW, 1)) if panels else None
    )


def world(found: Document) -> Picture | None:
    """Daily correlation with the printed index, moved by days."""
    panels = []
    for ours, index in DAILY_PAIRS:
        rows = [r for r in found["world_daily"] if (r["ours"], r["index"]) == (ours, index)]
        points = [StepPoint(r["lag_days"], r["r"], r["interval_low"], r["interval_high"]) for r in rows]
        if points:
            panels.append(StepPanel(f"{ours} and {index}", points, "days from our day to the paper's"))
    label = "Daily correlation with the published index, by days between ours and the printed one"
    return Picture(step_chart(panels, label, WIDE, 2), step_chart(panels, label, NARROW, 1)) if panels else None
