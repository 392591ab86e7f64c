"""price: take the prices from files or from live providers, write the sessions of every clock, and fix the window."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from tasks.domain.articles import Rejected
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.run import Run, StepReport, Window
from tasks.storage.calendars import check_clocks, check_exchanges, sessions
from tasks.storage.catch_up import catch_up
from tasks.storage.price_rounds import ask_providers
from tasks.storage.price_tables import accept, doubt, land, store_exchange_days, store_file_dividends, store_taxonomy
from tasks.storage.prices import price_paths, read_dividends, read_prices
from tasks.storage.providers.contract import Provider
from tasks.storage.quarantine import first_fault
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tasks.storage.warehouse import (
    Connection,
    insert_rows,
    logged,
    naive_utc,
    open_warehouse,
    scalar,
    timed,
    transaction,
)

log = logging.getLogger(__name__)

MARGIN = timedelta(days=14)
"""Sessions are written this far beyond both ends: an item after the last cut-off must find its next session."""

HISTORY = timedelta(days=400)
"""Live prices are asked for from this long before the first session: beta stands on up to 250 past returns."""


def price(run: Run, providers: Mapping[str, Provider] | None = None) -> StepReport:
    """Store new and restated prices, the sessions around them, and decide which sessions the run builds.

    Args:
        run: the request.
        providers: who is asked in a live run, by name; None = the real ones.

    Returns:
        the window, and counts `read`, `new`, `restated`, `rebased` (only a split or dividend between two fetches),
        `unchanged`, `not_yet` (dated after the run's clock, or a live bar of a session that is not over) and
        `quarantined`; of a live run also `asked` and `unanswered`.

    Raises:
        SourceError: a price file cannot be read, no provider answers, or there is no usable price.
        ConfigError: the asked range holds no session.
    """
    clock = time.perf_counter()
    taxonomy = load_taxonomy(run.seeds)
    check_clocks(taxonomy.clocks, str(run.seeds / "clocks.csv"))
    check_exchanges(taxonomy.instruments, str(run.seeds / "instruments.csv"))
    with logged(run, "price") as counts, open_warehouse(run) as db:
        with transaction(db):
            store_taxonomy(db, run, taxonomy)
            found, rejected = _read_files(db, run)
            counts.update(found)
            window = _write_sessions(db, run, taxonomy) if run.is_live or _usable(db) else None
            doubt(db, run)
        if run.is_live and window is not None:
            needed = (window.from_date - HISTORY, run.now.date())
            asked, refused, desk = ask_providers(db, run, needed, providers or _real_providers(run))
            counts.update({name: counts.get(name, 0) + count for name, count in asked.items()})
            rejected += refused
            if not desk.answered:
                raise SourceError(f"no price provider answered: {' | '.join(line for line, _ in desk.lines())}")
        # After the transaction: what was set aside stays, to be looked up.
        if window is None or not _usable(db):
            raise SourceError(f"no usable price, {counts['quarantined']} set aside; {first_fault(rejected)}")
        if rejected and not run.is_live:  # providers bring some every day; files can be mended
            log.warning("%d prices were set aside (raw.quarantine); %s", len(rejected), first_fault(rejected))
        if run.catch_up and run.from_date is None:
            window = catch_up(db, run, window)
        report = StepReport("price", dict(counts), window=window)
    return timed(report, clock)


def _real_providers(run: Run) -> dict[str, Provider]:
    # Here, because only a live run should wait for HTTP clients.
    from tasks.storage.providers.live import live_providers

    return live_providers(run.home / "tmp" / "yfinance", run.fetching, os.environ)


def _read_files(db: Connection, run: Run) -> tuple[Counter[str], list[Rejected]]:
    """Read the run's price files, if it has any."""
    paths = price_paths(run)
    db.execute("delete from raw.incoming_price")
    rejected: list[Rejected] = []
    if paths or not run.is_live:
        land(db, run.file_provider, read_prices(paths))
        rejected = store_file_dividends(db, run.file_provider, read_dividends(paths))
    return accept(db, run, rejected)


def _usable(db: Connection) -> bool:
    """True when a price is stored that this run counts."""
    return bool(
        scalar(
            db,
            "select count(*) from raw.price as p inner join raw.price_offer as o "
            "on p.symbol = o.symbol and p.provider = o.provider",
        )
    )


def _write_sessions(db: Connection, run: Run, taxonomy: Taxonomy) -> Window:
    """Replace `raw.session` and settle the window: by default the first article's session to the last closed one."""
    first_article = scalar(db, "select min(available_at)::date from raw.article")
    first_price = scalar(
        db,
        "select min(p.price_date) from raw.price as p inner join raw.price_offer as o "
        "on p.symbol = o.symbol and p.provider = o.provider",
    )
    first, last = asked_range(run, taxonomy, first_article)
    begins = [
        first_article,
        first,
        *([first_price] if first_price else []),
        *([first - HISTORY] if run.is_live else []),
    ]
    opening, closing = min(begins) - MARGIN, max(last, run.now.date()) + MARGIN
    made = [session for clock in taxonomy.clocks for session in sessions(clock, opening, closing)]
    rows = [(item.clock, item.session_date, naive_utc(item.cutoff_at), naive_utc(item.struck_at)) for item in made]
    db.execute("delete from raw.session")
    insert_rows(db, "raw.session", ("clock", "session_date", "cutoff_at", "struck_at"), rows)
    db.execute(
        "update raw.session as s set previous_cutoff_at = p.before_at from (select clock, session_date, "
        "lag(cutoff_at) over (partition by clock order by session_date) as before_at from raw.session) as p "
        "where s.clock = p.clock and s.session_date = p.session_date"
    )
    store_exchange_days(db, opening, closing)
    return _closed(db, run, first, last)


def asked_range(run: Run, taxonomy: Taxonomy, first_article: date) -> tuple[date, date]:
    """The asked range; what is not asked comes from the declared cover, else from the articles and the clock.

    Raises:
        ConfigError: it holds no day.
    """
    declared = [source for source in taxonomy.sources if source.covers_to and "seeds" in run.articles]
    first = run.from_date or min((s.covers_from for s in declared if s.covers_from), default=first_article)
    last = run.to_date or max((s.covers_to for s in declared if s.covers_to), default=run.now.date())
    last = min(last, run.now.date())  # nothing after the clock is closed, and sessions are made for every day asked
    if first > last:
        raise ConfigError(
            f"no session to build: the range would run from {first} to {last}; mend --from, --to or --now"
        )
    return first, last


def _closed(db: Connection, run: Run, first: date, last: date) -> Window:
    """Cut the range at the last day with a cut-off in the past; its other clocks are provisional."""
    closed = "select max(session_date) from raw.session where cutoff_at <= $now"
    last = min(last, scalar(db, closed, {"now": naive_utc(run.now)}) or first)
    if run.from_date is None:  # the first article may be newer than the last cut-off; its own session is provisional
        first = min(first, last)
    bounds = db.execute(
        "select min(session_date), max(session_date) from raw.session where session_date between $first and $last "
        "and session_date in (select session_date from raw.session where cutoff_at <= $now)",
        {"first": first, "last": last, "now": naive_utc(run.now)},
    ).fetchone()
    if bounds is None or bounds[0] is None:
        raise ConfigError(f"no session has closed between {first} and {last}; mend --from, --to or --now")
    return Window(*bounds)
