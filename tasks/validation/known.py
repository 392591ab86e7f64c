"""The known events: did the signal stand where a reader of the news would have put it, and how often by chance."""

from __future__ import annotations

from typing import Any

from tasks.domain.research_plan import ResearchPlan
from tasks.storage.warehouse import Connection
from tasks.validation.grid import Row

OUTAGE_BELOW = 0.25
"""A session with less than this share of its usual items is a collector's outage: the signal could not know."""


def known_events(db: Connection, plan: ResearchPlan) -> list[Row]:
    """One row an event and theme, on the theme's reference clock, and on how many clocks it passes."""
    query = db.execute(
        "select k.*, t.clock = k.clock as is_reference from research.known_event as k "
        "inner join raw.theme as t on k.theme = t.theme order by k.occurred_at, k.event_id, k.theme, k.clock"
    )
    names = [name for name, *_ in query.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in query.fetchall()]
    rows: list[Row] = []
    for row in found:
        if not row["is_reference"]:
            continue
        same = [r for r in found if (r["event_id"], r["theme"]) == (row["event_id"], row["theme"])]
        judged = [passes(r, plan) for r in same]
        rows.append(
            {
                **{name: value for name, value in row.items() if name != "is_reference"},
                "occurred_at": f"{row['occurred_at']:%Y-%m-%dT%H:%M:%SZ}",
                "cutoff_at": f"{row['cutoff_at']:%Y-%m-%dT%H:%M:%SZ}",
                "session_date": str(row["session_date"]),
                "verdict": verdict(row, plan),
                "passing_clocks": sum(value is True for value in judged),
                "judged_clocks": sum(value is not None for value in judged),
                "next_passes": passes(row, plan, "next_signal_z", "next_pct_rank_250"),
            }
        )
    return rows


def passes(row: Row, plan: ResearchPlan, z: str = "signal_z", rank: str = "risk_pct_rank_250") -> bool | None:
    """Expected sign, and in the outer tenth of the past; None where there is no signal."""
    if row[z] is None or row[rank] is None:
        return None
    share = row[rank] if row["expected_sign"] > 0 else 1 - row[rank]
    return bool(row[z] * row["expected_sign"] > 0 and share >= 1 - plan.known_event_share)


def verdict(row: Row, plan: ResearchPlan) -> str:
    """`pass`, `fail`, `outage` (too few items to know) or `no signal` (not enough history, or no source)."""
    passed = passes(row, plan)
    if passed:
        return "pass"
    if row["item_count"] is None or (row["item_share"] is not None and row["item_share"] < OUTAGE_BELOW):
        return "outage"
    return "no signal" if passed is None else "fail"


def base_rates(db: Connection, plan: ResearchPlan) -> dict[str, dict[str, float]]:
    """Theme -> `up`, `down`: the share of all sessions that would pass, had an event been looked for there."""
    rows: list[tuple[Any, ...]] = db.execute(
        "select theme, avg(cast(signal_z > 0 and risk_pct_rank_250 >= 1 - $share as integer)), "
        "avg(cast(signal_z < 0 and risk_pct_rank_250 <= $share as integer)) "
        "from signal.theme_daily where signal_z is not null and not is_provisional group by theme order by theme",
        {"share": plan.known_event_share},
    ).fetchall()
    return {theme: {"up": float(up), "down": float(down)} for theme, up, down in rows}


def summary(rows: list[Row], rates: dict[str, dict[str, float]]) -> Row:
    """How many passed, and how many would have by chance."""
    judged = [row for row in rows if row["verdict"] in ("pass", "fail")]
    expected = sum(rates[row["theme"]]["up" if row["expected_sign"] > 0 else "down"] for row in judged)
    return {
        "event_count": len(rows),
        "judged_count": len(judged),
        "pass_count": sum(row["verdict"] == "pass" for row in judged),
        "expected_by_chance": expected,
        "right_sign_count": sum((row["signal_z"] or 0) * row["expected_sign"] > 0 for row in judged),
        "outage_count": sum(row["verdict"] == "outage" for row in rows),
        "no_signal_count": sum(row["verdict"] == "no signal" for row in rows),
    }
