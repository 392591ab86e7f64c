"""price: read the prices into `raw.price` as vintages, write the sessions of every clock, and fix the window."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from tasks.domain.articles import Rejected
from tasks.domain.availability import EARLIEST, LATEST
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.run import Run, StepReport, Window
from tasks.storage.calendars import check_clocks, sessions
from tasks.storage.catch_up import catch_up
from tasks.storage.models import build, models
from tasks.storage.prices import DIVIDEND_FIELDS, FIELDS, read_dividends, read_prices
from tasks.storage.quarantine import first_fault, quarantine
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

INCOMING_LAYER = 5
BATCH = 50_000
MARGIN = timedelta(days=14)
"""Sessions are written this far beyond both ends: an item after the last cut-off must find its next session."""


def price(run: Run) -> StepReport:
    """Store new and restated prices, the sessions around them, and decide which sessions the run builds.

    Returns:
        the window, and counts `read`, `new`, `restated`, `unchanged`, `not_yet` (dated after the run's clock) and
        `quarantined`.

    Raises:
        SourceError: a price file cannot be read, or gives no usable price.
        ConfigError: the asked range holds no session.
    """
    clock = time.perf_counter()
    taxonomy = load_taxonomy(run.seeds)
    check_clocks(taxonomy.clocks, str(run.seeds / "clocks.csv"))
    with logged(run, "price") as counts, open_warehouse(run) as db:
        with transaction(db):
            _store_instruments(db, taxonomy)
            _land(db, run)
            rejected = _store_dividends(db, run)
            counts.update(_accept(db, run, rejected))
            usable = scalar(db, "select count(*) from raw.price where provider = $p", {"p": run.price_provider})
            window = _write_sessions(db, run, taxonomy) if usable else None
            if window is not None and run.catch_up and run.from_date is None:
                window = catch_up(db, run, window)
        # After the transaction: what was set aside stays, to be looked up.
        if window is None:
            raise SourceError(f"no usable price, {counts['quarantined']} set aside; {first_fault(rejected)}")
        report = StepReport("price", dict(counts), window=window)
    return timed(report, clock)


def _store_instruments(db: Connection, taxonomy: Taxonomy) -> None:
    """The taxonomy that SQL joins with, replaced as a whole."""
    instrument_columns = (
        "symbol", "label", "clock", "currency", "adjustment", "return_kind", "allows_nonpositive", "benchmark_symbol",
        "publication_lag_hours",
    )  # fmt: skip
    for table in ("theme", "instrument", "expected_sign"):
        db.execute(f"delete from raw.{table}")
    themes = [(item.theme, item.label, item.clock, item.shrinkage, item.meaning) for item in taxonomy.themes]
    insert_rows(db, "raw.theme", ("theme", "label", "clock", "shrinkage", "meaning"), themes)
    rows = [tuple(getattr(item, name) for name in instrument_columns) for item in taxonomy.instruments]
    insert_rows(db, "raw.instrument", instrument_columns, rows)
    signs = [
        (theme, item.symbol, sign)
        for item in taxonomy.instruments
        for theme, sign in item.expected_signs.items()
        if sign
    ]
    insert_rows(db, "raw.expected_sign", ("theme", "symbol", "expected_sign"), signs)


def _paths(run: Run) -> list[Path]:
    return [run.seeds / "prices" if name == "sample" else Path(name) for name in run.prices]


def _land(db: Connection, run: Run) -> None:
    """Stream every price row, as text, into `raw.incoming_price`."""
    db.execute("delete from raw.incoming_price")
    rows = read_prices(_paths(run))
    number = 0
    while batch := list(islice(rows, BATCH)):
        landed = [
            (number + place, location, *(cells[name] for name in FIELDS))
            for place, (location, cells) in enumerate(batch, start=1)
        ]
        number += len(batch)
        insert_rows(db, "raw.incoming_price", ("incoming_no", "location", *FIELDS), landed)


def _store_dividends(db: Connection, run: Run) -> list[Rejected]:
    """Replace the provider's ex-dividends; return the rows that are none."""
    db.execute(
        "create or replace temp table landed (location varchar, symbol varchar, ex_date varchar, amount varchar, "
        "currency varchar)"
    )
    rows = [(location, *(cells[name] for name in DIVIDEND_FIELDS)) for location, cells in read_dividends(_paths(run))]
    insert_rows(db, "landed", ("location", *DIVIDEND_FIELDS), rows)
    # Null is no reason to be neither: a missing cell makes a bad row, not a lost one. A nan is greater than 0.
    good = (
        "coalesce(symbol in (select symbol from raw.instrument) and try_cast(ex_date as date) between $first and $last "
        "and regexp_full_match(ex_date, '\\d{4}-\\d{2}-\\d{2}') and try_cast(amount as double) > 0 "
        "and isfinite(try_cast(amount as double)), false)"
    )
    bounds = {"first": EARLIEST, "last": LATEST}
    db.execute("delete from raw.dividend where provider = $p", {"p": run.price_provider})
    db.execute(
        "insert into raw.dividend select distinct symbol, ex_date::date, amount::double, currency, $p from landed "
        f"where {good}",
        {"p": run.price_provider, **bounds},
    )
    shown = "concat_ws(',', symbol, ex_date, amount)"
    refused = db.execute(f"select location, {shown} from landed where not {good} order by all", bounds)
    message = "{}: not a known symbol, a date and an amount above 0; mend the row"
    rejected = [
        Rejected("bad_dividend", location, message.format(shown), run.price_provider, payload=shown)
        for location, shown in refused.fetchall()
    ]
    db.execute("drop table landed")
    return rejected


def _accept(db: Connection, run: Run, rejected: list[Rejected]) -> dict[str, int]:
    """Judge the landed rows; append new and restated prices as vintages, set the broken ones aside.

    `rejected` holds what was refused before; what is refused here is added to it.
    """
    parameters = {"provider": run.price_provider, "now": naive_utc(run.now)}
    broken_dividends = len(rejected)
    build(db, [model for model in models(INCOMING_LAYER, INCOMING_LAYER) if "price" in model.name], parameters)
    db.execute(
        "insert into raw.price by name select symbol, price_date, open, high, low, close, adj_close, volume, currency, "
        "vintage_no, $provider as provider, $now as fetched_at, $run_id as run_id from incoming.price_verdict "
        "where verdict in ('new', 'restated') order by symbol, price_date",
        {**parameters, "run_id": run.run_id},
    )
    refused = db.execute(
        "select verdict, location, message, symbol from incoming.price_verdict where message is not null order by all"
    ).fetchall()
    rejected += [
        Rejected(reason, at, why, run.price_provider, payload=symbol or "") for reason, at, why, symbol in refused
    ]
    quarantine(db, run, "price", rejected)
    found = dict(db.execute("select verdict, count(*) from incoming.price_verdict group by verdict").fetchall())
    db.execute("delete from raw.incoming_price")
    counts = {name: found.get(name, 0) for name in ("new", "restated", "unchanged", "not_yet")}
    return {"read": sum(found.values()) + broken_dividends, **counts, "quarantined": len(rejected)}


def _write_sessions(db: Connection, run: Run, taxonomy: Taxonomy) -> Window:
    """Replace `raw.session` and settle the window: by default the first article's session to the last closed one."""
    first_article = scalar(db, "select min(available_at)::date from raw.article")
    first_price = scalar(db, "select min(price_date) from raw.price where provider = $p", {"p": run.price_provider})
    first, last = _asked(run, taxonomy, first_article)
    last = min(last, run.now.date())  # nothing after the clock is closed, and sessions are made for every day asked
    if first > last:
        raise ConfigError(
            f"no session to build: the range would run from {first} to {last}; mend --from, --to or --now"
        )
    opening = min(first_article, first_price, first) - MARGIN
    made = [
        session for clock in taxonomy.clocks for session in sessions(clock, opening, max(last, run.now.date()) + MARGIN)
    ]
    rows = [(item.clock, item.session_date, naive_utc(item.cutoff_at), naive_utc(item.struck_at)) for item in made]
    db.execute("delete from raw.session")
    insert_rows(db, "raw.session", ("clock", "session_date", "cutoff_at", "struck_at"), rows)
    db.execute(
        "update raw.session as s set previous_cutoff_at = p.before_at from (select clock, session_date, "
        "lag(cutoff_at) over (partition by clock order by session_date) as before_at from raw.session) as p "
        "where s.clock = p.clock and s.session_date = p.session_date"
    )
    return _closed(db, run, first, last)


def _asked(run: Run, taxonomy: Taxonomy, first_article: date) -> tuple[date, date]:
    """The asked range; what is not asked comes from the declared cover, else from the articles and the clock."""
    declared = [source for source in taxonomy.sources if source.covers_to and "seeds" in run.articles]
    first = run.from_date or min((s.covers_from for s in declared if s.covers_from), default=first_article)
    last = run.to_date or max((s.covers_to for s in declared if s.covers_to), default=run.now.date())
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
