"""Tables around the tests: how fast the signal moves, the known events, the published indexes, the data."""

from __future__ import annotations

from tasks.pages.formats import MISSING, number, signed
from tasks.validation.panel import OURS
from tasks.validation.table import Document, Table, against, heads, interval, sign


def turnover(found: Document) -> Table:
    """How fast our signal and plain VADER move."""
    names = "mean size|turnover a session|sign changes a year|half-life, sessions|ACF 1|ACF 5|ACF 20"
    return Table(
        "turnover",
        "How fast the signals move",
        heads("theme|predictor", names),
        [
            [
                row["theme"], row["predictor"], number(row["mean_position"]), number(row["turnover"]),
                number(row["sign_changes"], 0), number(row["half_life"], 1), number(row["autocorrelation_1"]),
                number(row["autocorrelation_5"]), number(row["autocorrelation_20"]),
            ]
            for row in found["turnover"]
            if row["predictor"] in (OURS, "vader")
        ],
    )  # fmt: skip


def decay(found: Document) -> Table:
    """Where along the sessions after entry the signal pays."""
    columns = [{row["step"]: row["ic"] for row in found["decay"] if _same(row, test)} for test in found["primary"]]
    steps = sorted({step for column in columns for step in column})
    names = "|".join(against(test) for test in found["primary"])
    return Table(
        "decay",
        "Rank IC with the return of each single session after entry",
        heads("session after entry", names),
        [[str(step), *(signed(column.get(step), 3) for column in columns)] for step in steps],
    )


def _same(row: Document, test: Document) -> bool:
    return bool((row["theme"], row["symbol"]) == (test["theme"], test["symbol"]))


def known_events(found: Document) -> Table:
    """The events that were written down beforehand."""
    names = "items|share of usual|z|rank|clocks that pass"
    return Table(
        "known-events",
        "Known events on the theme's reference clock",
        heads("UTC|event|theme|expected|session|verdict|a session later", names),
        [
            [
                row["occurred_at"][:16].replace("T", " "), row["label"], row["theme"], sign(row["expected_sign"]),
                row["session_date"], row["verdict"], {True: "pass", False: "fail", None: MISSING}[row["next_passes"]],
                number(row["item_count"], 0), number(row["item_share"]), signed(row["signal_z"]),
                number(row["risk_pct_rank_250"]), f"{row['passing_clocks']} of {row['judged_clocks']}",
            ]
            for row in found["known_events"]
        ],
    )  # fmt: skip


def world_daily(found: Document) -> Table:
    """Our daily series beside the published index, moved by days."""
    lags = sorted({row["lag_days"] for row in found["world_daily"]})
    rows = []
    for ours, index in dict.fromkeys((row["ours"], row["index"]) for row in found["world_daily"]):
        cells = {r["lag_days"]: r for r in found["world_daily"] if (r["ours"], r["index"]) == (ours, index)}
        days = number(next(iter(cells.values()))["day_count"], 0)
        shown = [number(cells[lag]["r"]) if lag in cells else MISSING for lag in lags]
        rows.append([ours, index, days, *shown, interval(cells.get(1, {}), 2)])
    names = "|".join(["days", *(f"lag {signed(float(lag), 0)}" for lag in lags), "95 % at lag +1"])
    title = "Daily correlation less weekday means; lag +1 = our day beside the next day's paper"
    return Table("world-daily", title, heads("ours|index", names), rows)


def world_monthly(found: Document) -> Table:
    """Monthly means beside the published indexes."""
    rows = [[r["ours"], r["index"], str(r["month_count"]), number(r["r"])] for r in found["world_monthly"]]
    return Table("world-monthly", "Correlation of monthly means", heads("ours|index", "months|r"), rows)


def months(found: Document) -> Table:
    """How many items and sources each month has."""
    rows = [[r["month"], number(r["item_count"], 0), str(r["source_count"])] for r in found["data"]["months"]]
    return Table("months", "Items and sources by month", heads("month", "items|sources"), rows)
