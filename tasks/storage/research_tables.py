"""What the research report stores before its models are built, and how its schema reaches a publication."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from tasks.domain.attention import names_force
from tasks.domain.research_plan import KnownEvent, ResearchPlan
from tasks.domain.run import Window
from tasks.storage.files import flush
from tasks.storage.models import Model, build, chunks_of, comment, models
from tasks.storage.warehouse import Connection, connect, insert_rows, literal, naive_utc, transaction

LAYERS = (50, 59)
OF_THE_THEME = ("theme", "sentence", "sentence_theme", "article_story", "publication")
"""Tables of `raw` that another theme makes for itself."""
_BATCH = 50_000
_ARTICLES_PER_CHUNK = 5_000
"""Each is weighed twice at every clock, in lists that DuckDB cannot move to disk; a fourth of what `build` takes."""


def store_inputs(db: Connection, events: Sequence[KnownEvent], indexes: Mapping[str, Mapping[str, float]]) -> None:
    """Replace the known events, the published indexes (name -> ISO date -> value) and the titles that name force."""
    db.execute("delete from raw.research_event")
    columns = ("event_id", "label", "occurred_at", "precision", "theme", "expected_sign", "source")
    rows = [
        (e.event_id, e.label, naive_utc(e.occurred_at), e.precision, e.theme, e.expected_sign, e.source) for e in events
    ]
    insert_rows(db, "raw.research_event", columns, rows)
    db.execute("delete from raw.public_index")
    values = [
        (name, date.fromisoformat(day), value) for name, series in indexes.items() for day, value in series.items()
    ]
    insert_rows(db, "raw.public_index", ("index_name", "index_date", "value"), values)
    _store_keyword_titles(db)


def _store_keyword_titles(db: Connection) -> None:
    db.execute("delete from raw.keyword_title")
    titles = db.execute("select article_id, title from raw.article order by article_id")
    found: list[tuple[str]] = []
    while batch := titles.fetchmany(_BATCH):
        found += [(article_id,) for article_id, title in batch if names_force(title)]
    insert_rows(db, "raw.keyword_title", ("article_id",), found)


def store_placebo(db: Connection, warehouse: Path, theme: str) -> None:
    """Replace the placebo's signal by the one that another warehouse built. Call it outside a transaction."""
    with _attached(db, warehouse), transaction(db):
        db.execute("delete from raw.placebo_daily")
        db.execute(
            "insert into raw.placebo_daily select session_date, clock, story_count, signal_score "
            "from other.daily.theme_clock_daily where theme = $theme and not is_provisional",
            {"theme": theme},
        )


def copy_news(db: Connection, warehouse: Path, chosen: Sequence[Model]) -> None:
    """Take over, from another warehouse, the texts and every table of `raw` that the models read of news and time."""
    read = set(re.findall(r"\braw\.([a-z_]+)", " ".join(model.body for model in chosen))) - set(OF_THE_THEME)
    with _attached(db, warehouse), transaction(db):
        for table in sorted({*read, "article_section"}):
            db.execute(f"delete from raw.{table}")
            db.execute(f"insert into raw.{table} by name from other.raw.{table}")


@contextmanager
def _attached(db: Connection, warehouse: Path) -> Iterator[None]:
    """Another warehouse as `other`, to read. DuckDB detaches it only once no transaction holds it."""
    db.execute(f"attach {literal(warehouse)} as other (read_only)")
    try:
        yield
    finally:
        db.execute("detach other")


def build_research(db: Connection, plan: ResearchPlan, frozen_on: date | None, window: Window) -> None:
    """Write the tables of schema `research`, the only ones that look forward, over the window's sessions."""
    parameters = {
        "delay_minutes": plan.entry_delay_minutes,
        "momentum_before": plan.momentum_sessions - 1,
        "horizons": list(plan.horizons),
        "frozen_at": frozen_on,
        "from_date": window.from_date,
        "to_date": window.to_date,
    }
    build(db, models(*LAYERS), parameters, chunks_of(db, window, _ARTICLES_PER_CHUNK))


def copy_research(signals: Path, warehouse: Path, threads: int) -> int:
    """Add schema `research` to a publication's DuckDB file, with its comments; return the rows."""
    db = connect(signals, threads, temp=signals.parent / "tmp")
    rows = 0
    try:
        db.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        with transaction(db):
            db.execute("create schema if not exists research")
            for model in models(*LAYERS):
                db.execute(f"create or replace table {model.table} as from warehouse.{model.table} order by all")
                found = db.execute(f"select count(*) from {model.table}").fetchone()
                rows += int(found[0]) if found else 0
                comment(db, model)
        db.execute("detach warehouse")
        db.execute("checkpoint")
    finally:
        db.close()
    flush(signals)
    return rows
