"""What kind of evidence the sessions are: demonstration, hindsight, backfilled, live. Live is counted even when 0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from tasks.domain.research_plan import ResearchPlan
from tasks.storage.warehouse import Connection
from tasks.validation.grid import Row, cell
from tasks.validation.panel import OURS, Series


def lexicon_versions(db: Connection) -> list[str]:
    """The lexicons that scored the published rows, in order."""
    rows = db.execute(
        "select distinct lexicon_version from signal.theme_daily where lexicon_version is not null order by all"
    ).fetchall()
    return [version for (version,) in rows]


def frozen_on(versions: Sequence[str], plan: ResearchPlan) -> date | None:
    """The day on which the youngest of the lexicons was fixed; None when one of them is not known to be fixed."""
    days = [plan.frozen_lexicons.get(version) for version in versions]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def counts(series: Sequence[Series], plan: ResearchPlan) -> list[Row]:
    """Sessions of each primary test by kind; `live_ic` once there are enough live ones outside hindsight."""
    rows: list[Row] = []
    for test in plan.primary:
        one = next((s for s in series if (s.pair.theme, s.pair.symbol) == (test.theme, test.symbol)), None)
        if one is None:
            continue
        score = one.scores[OURS]
        has_signal = np.isfinite(score)
        live = has_signal & ~one.backfilled & ~one.demonstration
        clean = live & ~one.hindsight
        judged = cell(one, np.where(clean, score, np.nan), test.horizon, plan)
        rows.append(
            {
                "theme": test.theme,
                "symbol": test.symbol,
                "session_count": int(has_signal.sum()),
                "demonstration_count": int((has_signal & one.demonstration).sum()),
                "hindsight_count": int((has_signal & one.hindsight).sum()),
                "backfilled_count": int((has_signal & one.backfilled).sum()),
                "live_count": int(live.sum()),
                "live_after_freeze_count": int(clean.sum()),
                "live_ic": judged["ic"] if judged else None,
            }
        )
    return rows
