"""build: run the SQL models from staging to the day's rows, in the order of their paths.

An evening is one transaction, an archive of many chunks one for each table and chunk.
"""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from functools import partial

from tasks.domain.run import Run, StepReport, Window
from tasks.storage.catch_up import forget_inputs
from tasks.storage.models import ARTICLES_PER_CHUNK, Model, chunks_of, models, parts_of
from tasks.storage.models import build as build_models
from tasks.storage.progress import Progress
from tasks.storage.warehouse import logged, naive_utc, open_warehouse, timed, transaction

log = logging.getLogger(__name__)

LAYERS = (10, 29)
"""From staging to the day's rows."""


def build(
    run: Run, window: Window, whole: Window | None = None, articles_per_chunk: int = ARTICLES_PER_CHUNK
) -> StepReport:
    """Replace the window's sessions in every working table.

    Args:
        run: the request.
        window: the sessions to build. Those before it that the run concerns are built already.
        whole: the range of which the window is a part (a backfill builds its parts in order); None = the window.
        articles_per_chunk: of the home's articles, by which the window is cut.

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
        forget_inputs(db, window)
        chosen, chunks = models(*LAYERS), chunks_of(db, window, articles_per_chunk)
        progress = Progress(
            log, "built", "chunks", sum(len(parts_of(model, chunks)) for model in chosen if _by_session(model))
        )
        # An open transaction keeps memory for all that it wrote, beyond DuckDB's limit, so an archive is many.
        is_archive = len(chunks) > 1
        each = partial(transaction, db) if is_archive else nullcontext
        with nullcontext() if is_archive else transaction(db):
            written = build_models(db, chosen, parameters, chunks, lambda: progress.advance(1), each)
        wanted = ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
        counts.update({name: written[name] for name in wanted})
        report = StepReport("build", dict(counts))
    return timed(report, clock)


def _by_session(model: Model) -> bool:
    return model.write.startswith("replace session_date")
