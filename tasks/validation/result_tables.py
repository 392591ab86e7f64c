"""Tables of what was tested: the fixed tests, the grid, the baselines, events, clocks."""

from __future__ import annotations

from collections.abc import Callable

from tasks.pages.formats import MISSING, number, signed
from tasks.validation.panel import OURS, PREDICTORS
from tasks.validation.table import Document, Table, against, heads, hits, interval, sign

MOST_SHOWN = 10


def evidence(found: Document) -> Table:
    """What kind of evidence the sessions are."""
    kinds = ("session", "demonstration", "hindsight", "backfilled", "live", "live_after_freeze")
    return Table(
        "evidence",
        "Sessions with a signal, by the kind of evidence that they are",
        heads("theme|instrument", "sessions|demonstration|lexicon hindsight|backfilled|live|live, after the freeze"),
        [[row["theme"], row["symbol"], *(str(row[f"{kind}_count"]) for kind in kinds)] for row in found["evidence"]],
    )


def primary(found: Document) -> Table:
    """The fixed tests."""
    return Table(
        "primary",
        "The three fixed tests: signal against the return of the session after entry",
        heads(
            "theme|instrument|expected",
            "sessions|hours to entry|rank IC|95 % interval|t|p Newey-West|p shifts|p|Holm's p"
            "|hit / naive / shifted, %|bps a session",
        ),
        [
            [
                row["theme"], against(row), sign(row["expected_sign"]), str(row["count"]),
                number(row["delay_hours"], 1), signed(row["ic"], 3), interval(row), number(row.get("t_value")),
                number(row.get("p_newey_west"), 3), number(row.get("p_shift"), 3),
                number(row["p_value"], 3), number(row["p_holm"], 3), hits(row), signed(row["mean_bps"], 1),
            ]
            for row in found["primary"]
        ],
    )  # fmt: skip


def beside(found: Document) -> Table:
    """The baselines on the instruments and horizons of the fixed tests."""
    rows = []
    for test in found["primary"]:
        cells = [next((row for row in found["grid"] if _is(row, test, name)), None) for name in PREDICTORS]
        shown = [f"{signed(c['ic'], 3)} ({number(c['p_value'])})" if c else MISSING for c in cells]
        rows.append([test["theme"], against(test), *shown])
    title = "Rank IC (p) of the fixed tests beside the baselines"
    return Table("beside", title, heads("theme|instrument", "|".join(PREDICTORS)), rows)


def _is(row: Document, test: Document, predictor: str) -> bool:
    same = all(row[name] == test[name] for name in ("theme", "symbol", "horizon"))
    return bool(same and row["predictor"] == predictor)


def families(found: Document) -> Table:
    """How many cells of each predictor stand out, and how many after so many tries."""
    rate = found["plan"]["false_discovery_rate"]
    rows = []
    for predictor in PREDICTORS:
        cells = [row for row in found["grid"] if row["predictor"] == predictor]
        if not cells:
            rows.append([predictor, "0", *[MISSING] * 5])
            continue
        mean, size = (sum(value) / len(cells) for value in zip(*((c["ic"], abs(c["ic"])) for c in cells), strict=True))
        counts = [sum(test(row) for row in cells) for test in _counted(rate)]
        rows.append([predictor, str(len(cells)), signed(mean, 3), number(size, 3), *map(str, counts)])
    names = f"cells|mean IC|mean size of IC|p below 0.05|BH at {rate:.0%}|BY at {rate:.0%}"
    return Table("families", "The grid by predictor: theme x instrument x horizon", heads("predictor", names), rows)


def _counted(rate: float) -> tuple[Callable[[Document], bool], ...]:
    return (lambda row: row["p_value"] < 0.05, lambda row: row["q_bh"] <= rate, lambda row: row["q_by"] <= rate)


def furthest(found: Document) -> Table:
    """The cells of ours that lie furthest out, with what they are worth after so many tries."""
    ours = sorted((row for row in found["grid"] if row["predictor"] == OURS), key=lambda row: row["p_value"])
    title = f"Our {MOST_SHOWN} smallest p-values in the grid: exploratory, to be read with their q"
    return _cells("furthest", title, ours[:MOST_SHOWN])


def instruments(found: Document, theme: str, horizon: int) -> Table:
    """Our cells of one theme and horizon."""
    cells = [row for row in found["grid"] if (row["predictor"], row["theme"], row["horizon"]) == (OURS, theme, horizon)]
    return _cells(f"grid-{theme}", f"Our cells of {theme}, horizon {horizon}", cells)


def whole_grid(found: Document) -> Table:
    """Every cell of every predictor."""
    return _cells("grid", "Every cell of the grid", found["grid"])


def _cells(key: str, title: str, cells: list[Document]) -> Table:
    names = "horizon|sessions|rank IC|95 % interval|p|q (BH)|q (BY)|hit / naive / shifted, %|IC, beta-adjusted"
    return Table(
        key,
        title,
        heads("theme|instrument|predictor", names),
        [
            [
                row["theme"], row["symbol"], row["predictor"], str(row["horizon"]), str(row["count"]),
                signed(row["ic"], 3), interval(row), number(row["p_value"], 3), number(row["q_bh"], 3),
                number(row["q_by"], 3), hits(row), signed(row["abnormal_ic"], 3),
            ]
            for row in cells
        ],
    )  # fmt: skip


def events(found: Document, only_fixed: bool = True) -> Table:
    """The event studies, of the fixed instruments or of all."""
    fixed = {(row["theme"], row["symbol"]) for row in found["primary"]}
    rows = [row for row in found["event_studies"] if not only_fixed or (row["theme"], row["symbol"]) in fixed]
    names = "horizon|events|mean, %|placebos, %|95 % of placebos|p|q (BH)"
    title = "What followed the extremes of news pressure, plus = as expected"
    return Table(
        "events" if only_fixed else "all-events",
        title if only_fixed else f"{title}: every instrument",
        heads("theme|instrument|pressure", names),
        [
            [
                row["theme"], row["symbol"], {"up": "high", "down": "low"}[row["side"]], str(row["horizon"]),
                str(row["event_count"]), signed(100 * row["mean_outcome"]), signed(100 * row["placebo_outcome"]),
                f"{signed(100 * row['placebo_low'])} to {signed(100 * row['placebo_high'])}",
                number(row["p_value"], 3), number(row["q_bh"], 3),
            ]
            for row in rows
        ],
    )  # fmt: skip


def path(found: Document, test: Document) -> Table:
    """The way of a fixed instrument around the events."""
    key = (test["theme"], test["symbol"])
    rows = [row for row in found["event_paths"] if (row["theme"], row["symbol"]) == key]
    return Table(
        f"path-{test['theme']}",
        f"{against(test)} around extremes of the {test['theme']} pressure",
        heads("pressure", "session from entry|events|mean, %|placebos, %|95 % of placebos"),
        [
            [
                {"up": "high", "down": "low"}[row["side"]], number(row["step"], 0), str(row["event_count"]),
                signed(100 * row["mean_outcome"]), signed(100 * row["placebo_outcome"]),
                f"{signed(100 * row['placebo_low'])} to {signed(100 * row['placebo_high'])}",
            ]
            for row in rows
        ],
    )  # fmt: skip


def clocks(found: Document) -> Table:
    """The fixed tests with the news cut at other hours."""
    return Table(
        "clocks",
        "The fixed tests with the news cut at each clock: exploratory",
        heads("theme|instrument|news cut at", "hours to entry|sessions|rank IC|95 % interval|p"),
        [
            [
                row["theme"], row["symbol"], row["clock"], number(row["delay_hours"], 1), str(row["count"]),
                signed(row["ic"], 3), interval(row), number(row["p_value"], 3),
            ]
            for row in found["clocks"]
        ],
    )  # fmt: skip


def same_session(found: Document) -> Table:
    """Association within the session, with and without what only reports prices."""
    return Table(
        "same-session",
        "The day's score beside the return of the same session: association, no forecast",
        heads("theme|instrument|clock|sentences that only report a price", "sessions|rank IC|95 % interval|p"),
        [
            [
                row["theme"], row["symbol"], row["clock"], "count" if row["has_price_moves"] else "left out",
                str(row["count"]), signed(row["ic"], 3), interval(row), number(row["p_value"], 3),
            ]
            for row in found["same_session"]
        ],
    )  # fmt: skip
