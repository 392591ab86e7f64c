"""build: run the SQL models from staging to the day's rows, in the order of their paths, in one transaction."""

from __future__ import annotations

import logging
import time

from tasks.domain.run import Run, StepReport, Window
from tasks.storage.models import Model, chunks_of, models
from tasks.storage.models import build as build_models
from tasks.storage.progress import Progress
from tasks.storage.warehouse import logged, naive_utc, open_warehouse, timed, transaction

log = logging.getLogger(__name__)

STAGING, DAILY = (10, 19), (20, 29)


def build(run: Run, window: Window, whole: Window | None = None) -> StepReport:
    """Replace the window's sessions in every working table.

    Args:
        run: the request.
        window: the sessions to build. Those before it that the run concerns are built already.
        whole: the range of which the window is a part (a backfill builds its parts in order); None = the window.

    Returns:
        counts: rows written, by table of the day's layers.
    """
    clock = time.perf_counter()
    parameters = {
        "from_date": window.from_date,
        "to_date": window.to_date,
        "last_date": (whole or window).to_date,
        "now": naive_utc(run.now),
        "provider": run.price_provider,
    }
    with logged(run, "build") as counts, open_warehouse(run) as db:
        with transaction(db):
            build_models(db, models(*STAGING), parameters)
            chunks = chunks_of(db, window)
            chosen = models(*DAILY)
            progress = Progress(log, "built", "chunks", len(chunks) * sum(map(_by_session, chosen)))
            written = build_models(db, chosen, parameters, chunks, lambda: progress.advance(1))
        wanted = ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
        counts.update({name: written[name] for name in wanted})
        report = StepReport("build", dict(counts))
    return timed(report, clock)


def _by_session(model: Model) -> bool:
    return model.write == "replace session_date"
