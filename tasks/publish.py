"""publish: append what changed to history, write the publication beside the old one, and swap the link."""

from __future__ import annotations

import itertools
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.domain.run import Run, StepReport, Window
from tasks.report import write_report
from tasks.storage.catch_up import remember_inputs
from tasks.storage.exports import EarlierExports, write_exports
from tasks.storage.files import Home, flush, swap_link, sweep
from tasks.storage.models import (
    APPENDED_LAYERS,
    ARTICLES_PER_CHUNK,
    SQL,
    append_changed,
    build,
    chunks_of,
    create_macros,
    models,
    parts_of,
)
from tasks.storage.progress import Progress
from tasks.storage.signals_file import VIEW_LAYERS, VINTAGE_LAYER, Earlier, write_signals
from tasks.storage.warehouse import (
    Connection,
    connect,
    insert_rows,
    logged,
    next_stamp,
    open_warehouse,
    scalar,
    timed,
    transaction,
)

log = logging.getLogger(__name__)


def publish(run: Run, window: Window, articles_per_chunk: int = ARTICLES_PER_CHUNK) -> StepReport:
    """Make the checked rows public: history first, then the files, then one rename.

    A reader of `published` finds the old publication or the new one, whole, and is never waited for.

    Args:
        run: the request.
        window: the sessions that were built.
        articles_per_chunk: of the home's articles, by which the receipts of the window are cut.

    Returns:
        counts `changed` (rows appended to history), `removed` (publications swept).
    """
    clock = time.perf_counter()
    home = Home(run.home)
    with logged(run, "publish") as counts:
        with open_warehouse(run) as db, transaction(db):
            counts["changed"] = _append_history(db, run, window, articles_per_chunk)
            remember_inputs(db, run, window)
            create_macros(db)
            build(db, models(VINTAGE_LAYER[0], VIEW_LAYERS[1]), {})
            told = "select count(*) from raw.run_log where step = 'publish' and run_id = $run_id"
            earlier_count = scalar(db, told, {"run_id": run.run_id})
        counts["exported"] = _write_publication(run, home, earlier_count + 1)
        counts["removed"] = sweep(home)
    return timed(StepReport("publish", counts), clock)


def _write_publication(run: Run, home: Home, number: int) -> int:
    """Write everything under a hidden name, rename it, then swap the link; return the exported rows."""
    draft = home.publications / f".{run.run_id}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    last = home.published.resolve()
    earlier = Earlier(last, run.now) if last.is_dir() else None
    changed = write_signals(draft / "signals.duckdb", home.warehouse, run.threads, earlier)
    known = None if changed is None else EarlierExports(last / "exports", changed)
    exported = write_exports(draft / "signals.duckdb", draft / "exports", run.threads, known)
    (draft / "reports").mkdir()
    write_report(draft / "signals.duckdb", draft / "reports", run.threads)
    flush(draft)
    final = _free_name(home.publications / run.run_id, number)
    draft.rename(final)
    swap_link(home.published, final)
    return sum(exported.values())


def _free_name(path: Path, number: int) -> Path:
    """The path, or with -2, -3, ... for the run's 2nd, 3rd publication: readers may hold one that was swept."""
    names = (path if count == 1 else path.with_name(f"{path.name}-{count}") for count in itertools.count(number))
    return next(name for name in names if not name.exists())


def _append_history(db: Connection, run: Run, window: Window, articles_per_chunk: int) -> int:
    """Append every changed row under one stamp; a run that changes nothing leaves no vintage."""
    stamps = {"as_of_at": next_stamp(db, run.now), "run_id": run.run_id}
    chunks = chunks_of(db, window, articles_per_chunk)
    # Each chunk that is appended keeps a megabyte until the end of the transaction, however few its rows are.
    parts = [(model, part) for model in models(*APPENDED_LAYERS) for part in parts_of(model, chunks)]
    progress = Progress(log, "compared", "parts", len(parts))
    changed = 0
    for model, part in parts:
        changed += append_changed(db, model, {"from_date": part.from_date, "to_date": part.to_date, **stamps})
        progress.advance(1)
    if changed:
        row = (run.run_id, stamps["as_of_at"], window.from_date, window.to_date)
        insert_rows(db, "raw.publication", ("run_id", "as_of_at", "from_date", "to_date"), [row])
    return changed


@dataclass(frozen=True, slots=True)
class Newest:
    """A row of `signal.theme_daily` as the closing lines of a run show it."""

    theme: str
    session_date: date
    clock: str
    status: str
    risk_score: float | None
    escalation_score: float | None
    story_count: int


def newest_rows(published: Path) -> list[Newest]:
    """Of each theme the newest row, and before it the newest row with news where that is another one."""
    db = connect(published / "signals.duckdb", 1, temp=published / "tmp", read_only=True)
    try:
        rows = db.execute((SQL / "queries" / "newest.sql").read_text(encoding="utf-8")).fetchall()
    finally:
        db.close()
    return [Newest(*row) for row in rows]
