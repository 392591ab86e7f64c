"""plan: what a run would read, build and write, for its `--dry-run`. Everything is opened to be read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from tasks.collect import refuse_home, refuse_two_collections
from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.run import FEEDS, Plan, Run, Window
from tasks.price import MARGIN, asked_range
from tasks.storage.articles import Reading, article_files, article_path, read_articles, read_items, shape
from tasks.storage.calendars import sessions
from tasks.storage.files import Home
from tasks.storage.live import live_sources
from tasks.storage.prices import price_paths, read_dividends, read_prices
from tasks.storage.quarantine import first_fault
from tasks.storage.score_tables import ARTICLE_SCORES, SENTENCE_SCORES
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tasks.storage.tables import TableWriter
from tasks.storage.warehouse import MIGRATIONS, Connection, read_warehouse, scalar


@dataclass
class Found:
    """What the article files hold: readable items, rejected ones, the first day on which one was available."""

    files: int = 0
    articles: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    first_date: date | None = None


def run_plan(run: Run, part_days: int | None = None) -> Plan:
    """What a run would read, build and write.

    Args:
        run: the request.
        part_days: calendar days that are built at once, for a backfill.

    Raises:
        GeoriskError: what would end the run before it builds: a broken seed, a source that is not there, a home of
            other articles or of a later clock, a range without a session.
    """
    taxonomy = load_taxonomy(run.seeds)
    refuse_two_collections(run)
    with read_warehouse(run.home) as db:
        pending = _pending(db) if db else []
        if db and not pending:
            refuse_home(db, run)
        stored = scalar(db, "select count(*) from raw.article") if db else 0
        stored_first = scalar(db, "select min(available_at)::date from raw.article") if db else None
        built = scalar(db, "select max(to_date) from raw.publication") if db and not pending else None
    found = _read(run, taxonomy)
    if not (found.articles or stored or FEEDS in run.articles):
        rejected = found.rejected
        raise SourceError(f"no article could be read, {len(rejected)} set aside; {first_fault(rejected)}")
    first = min((day for day in (found.first_date, stored_first) if day), default=None)
    return [
        ("clock", f"{run.now:%Y-%m-%dT%H:%M:%SZ}"),
        *_article_lines(run, taxonomy, found, stored),
        *_price_lines(run, taxonomy),
        *_session_lines(run, taxonomy, first, built, part_days),
        *_written(run, [f"brings its layout forward by {len(pending)} steps"] if pending else []),
    ]


def _read(run: Run, taxonomy: Taxonomy) -> Found:
    names = [name for name in run.articles if name != FEEDS]
    paths = [article_path(run.seeds, name) for name in names]
    found = Found(sum(len(article_files(path)) for path in paths))
    reading = Reading(run.now, {source.source: source for source in taxonomy.sources})
    for item in read_articles(paths, reading):
        _count(found, item)
    return found


def _count(found: Found, item: Article | Rejected) -> None:
    if isinstance(item, Rejected):
        found.rejected.append(item)
        return
    found.articles += 1
    if item.available_at is not None:
        day = item.available_at.astimezone(UTC).date()
        found.first_date = min(found.first_date or day, day)


def _article_lines(run: Run, taxonomy: Taxonomy, found: Found, stored: int) -> Plan:
    lines = []
    rejected = found.rejected
    if found.files:
        words = f"{found.files:,} article files: {found.articles:,} articles, {len(rejected):,} set aside"
        lines.append(("would read", words))
        lines += [("", f"set aside ({item.reason}): {item.location}") for item in rejected[:5]]
    if FEEDS in run.articles:
        lines.append(("would ask", f"{len(live_sources(taxonomy, run.seeds))} live sources (not asked now)"))
    return [*lines, ("", f"{stored:,} articles are stored in the home already; what is there is not stored twice")]


def _price_lines(run: Run, taxonomy: Taxonomy) -> Plan:
    lines = []
    paths = price_paths(run)
    if paths:
        rows, dividends = sum(1 for _ in read_prices(paths)), sum(1 for _ in read_dividends(paths))
        lines.append(("would read", f"{rows:,} rows of prices, {dividends:,} of dividends"))
    if run.is_live:
        lines.append(("would ask", f"the providers of {len(taxonomy.instruments)} instruments (not asked now)"))
    return lines


def planned_window(run: Run, taxonomy: Taxonomy, first_article: date) -> Window:
    """The sessions that `tasks.price` would settle, before what is built already is taken off.

    Raises:
        ConfigError: none has closed.
    """
    first, last = asked_range(run, taxonomy, first_article)
    opening, closing = min(first, first_article) - MARGIN, max(last, run.now.date()) + MARGIN
    made = [session for clock in taxonomy.clocks for session in sessions(clock, opening, closing)]
    days = {session.session_date for session in made if session.cutoff_at <= run.now}
    last = min(last, max(days, default=first))
    first = first if run.from_date else min(first, last)
    inside = [day for day in days if first <= day <= last]
    if not inside:
        raise ConfigError(f"no session has closed between {first} and {last}; mend --from, --to or --now")
    return Window(min(inside), max(inside))


def _session_lines(run: Run, taxonomy: Taxonomy, first: date | None, built: date | None, part_days: int | None) -> Plan:
    if first is None and run.from_date is None:
        return [("would build", "from the first item that the live sources bring")]
    window = planned_window(run, taxonomy, first or run.from_date or run.now.date())
    words = f"sessions {window.from_date} to {window.to_date}, {len(taxonomy.themes)} themes, "
    lines = [("would build", f"{words}{len(taxonomy.clocks)} clocks")]
    if part_days:
        count = len(window.chunks(max(1, round(window.days / part_days))))
        lines.append(("", f"in {count} parts; those that an interrupted run has finished are not built again"))
    if built and run.catch_up and not run.from_date:
        lines.append(("", f"published to {built}: begins at the first session that anything new can change"))
    return lines


def _written(run: Run, more: Iterable[str]) -> Plan:
    home = Home(run.home)
    size = f"{home.warehouse.stat().st_size / 1e6:,.1f} MB now" if home.warehouse.exists() else "new"
    return [
        ("would write", f"{home.warehouse} ({size})"),
        *[("", line) for line in more],
        ("", f"{home.publications}/<run id>/ (signals.duckdb, exports/, reports/)"),
        ("", f"{home.published} -> that folder"),
    ]


def score_plan(
    articles: Sequence[str], out: Path, sentences: Path | None, *, seeds: Path, now: datetime, workers: int
) -> Plan:
    """What `tasks.score_files` would read and write.

    Raises:
        GeoriskError: a path cannot be read, an output cannot be written, or no article could be read.
    """
    taxonomy = load_taxonomy(seeds)
    outputs = [(out, ARTICLE_SCORES), *([(sentences, SENTENCE_SCORES)] if sentences else [])]
    for path, schema in outputs:
        TableWriter(path, schema)  # refuses what cannot be written
    files = [file for name in articles for file in article_files(article_path(seeds, name))]
    reading = Reading(now, {source.source: source for source in taxonomy.sources}, needs_date=False)
    found = Found(len(files))
    for raw in read_items(files):
        _count(found, raw if isinstance(raw, Rejected) else shape(raw, reading))
    rejected = found.rejected
    if not found.articles:
        raise SourceError(f"no article could be read, {len(rejected)} set aside; {first_fault(rejected)}")
    return [
        ("clock", f"{now:%Y-%m-%dT%H:%M:%SZ}"),
        ("would read", f"{found.files:,} article files: {found.articles:,} articles, {len(rejected):,} set aside"),
        *[("", f"set aside ({item.reason}): {item.location}") for item in rejected[:5]],
        ("would write", f"{out}, {4 * found.articles:,} rows{_replacing(out)}"),
        *([("", f"{sentences}{_replacing(sentences)}")] if sentences else []),
        ("processes", str(workers)),
    ]


def _replacing(path: Path) -> str:
    return " (replaces the file that is there)" if path.exists() else ""


def _pending(db: Connection) -> list[str]:
    """The migrations that a run would apply."""
    applied = {name for (name,) in db.execute("select name from raw.migration").fetchall()}
    return sorted(path.name for path in MIGRATIONS.glob("[0-9]*.sql") if path.name not in applied)
