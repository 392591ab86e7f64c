"""research: build schema `research` over a published home, judge the fixed tests, and publish the report beside it."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.domain.errors import ConfigError
from tasks.domain.run import Run, StepReport, Window
from tasks.placebo import placebo
from tasks.storage.files import Home, flush, swap_link, sweep
from tasks.storage.research_plan import PLACEBO_THEME, load_events, load_plan
from tasks.storage.research_tables import build_research, copy_research, store_inputs, store_placebo
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import logged, open_warehouse, timed, transaction
from tasks.validation.document import document
from tasks.validation.evidence import frozen_on, lexicon_versions
from tasks.validation.report import validation_page
from tasks.validation.table import Document

log = logging.getLogger(__name__)

JSON, PAGE = "validation.json", "validation.html"
Indexes = Mapping[str, Mapping[str, float]]


def research(run: Run, indexes: Indexes) -> StepReport:
    """Write `reports/validation.json` and `reports/validation.html`, and schema `research` into `signals.duckdb`.

    Args:
        run: the home is read as it was published last; its articles are read once more for the placebo.
        indexes: published indexes of geopolitical risk, name -> ISO date -> value; without `gpr` that baseline has no
            rows.

    Returns:
        counts `rows` of schema research, `trials`, `removed` (publications swept).

    Raises:
        ConfigError: the home has no publication.
        SeedError: the fixed tests or the known events are broken, or no longer fit the instruments.
    """
    clock = time.perf_counter()
    home = Home(run.home)
    if not (home.published / "signals.duckdb").exists():
        raise ConfigError(f"{run.home} holds no publication; give --articles and --prices, or another --home")
    taxonomy = load_taxonomy(run.seeds)
    plan = load_plan(run.seeds / "research", taxonomy)
    known = load_events(run.seeds / "research", [theme.theme for theme in taxonomy.themes])
    with logged(run, "research") as counts:
        window = published_window(run)
        other = placebo(run, window)
        with open_warehouse(run) as db:
            store_placebo(db, other, PLACEBO_THEME)
            with transaction(db):
                store_inputs(db, known, indexes)
                log.info("building schema research")
                build_research(db, plan, frozen_on(lexicon_versions(db), plan), window)
            log.info("judging %d fixed tests and the rest", len(plan.primary))
            found = document(db, plan, indexes)
        counts["rows"] = _publish(run, home, found)
        counts["trials"] = found["trials"]["total"]
        counts["removed"] = sweep(home)
    return timed(StepReport("research", dict(counts)), clock)


def published_window(run: Run) -> Window:
    """The sessions of the home's current rows."""
    with open_warehouse(run) as db:
        row = db.execute("select min(session_date), max(session_date) from signal.theme_clock_daily").fetchone()
    if row is None or row[0] is None:
        raise ConfigError(f"{run.home} holds no published session; publish it first")
    return Window(*row)


def _publish(run: Run, home: Home, found: Document) -> int:
    """The last publication once more, with the report in it; a reader finds the one or the other, whole."""
    current = home.published.resolve()
    draft = home.publications / f".{run.run_id}-research"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(current, draft)
    rows = copy_research(draft / "signals.duckdb", home.warehouse, run.threads)
    write_report(found, draft / "reports")
    flush(draft)
    final = _free_name(home.publications / f"{run.run_id}-research")
    draft.rename(final)
    swap_link(home.published, final)
    return rows


def write_report(found: Document, folder: Path) -> None:
    """Write both files of the report; the same document gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {JSON: json_text(found), PAGE: validation_page(found)}.items():
        (folder / name).write_text(text, encoding="utf-8")
        flush(folder / name)


def json_text(found: Any) -> str:
    """A document as it is stored: strict JSON, indented, in its own order."""
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _free_name(path: Path) -> Path:
    """The path, or with -2, -3, ...: readers may hold one that was swept."""
    number = 1
    while (name := path if number == 1 else path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return name
