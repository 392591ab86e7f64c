"""Prices on their way into the warehouse: what is offered, what was read, what is accepted, what is doubted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice

from tasks.domain.articles import Rejected
from tasks.domain.availability import EARLIEST, LATEST
from tasks.domain.price_asks import Overlap, Pair, overlap
from tasks.domain.run import Run
from tasks.domain.taxonomy import Series
from tasks.storage.calendars import open_days
from tasks.storage.models import SQL, build, models
from tasks.storage.prices import DIVIDEND_FIELDS, FIELDS, PriceRow
from tasks.storage.quarantine import quarantine
from tasks.storage.seeds import Taxonomy
from tasks.storage.series_seeds import LIVE
from tasks.storage.warehouse import Connection, insert_rows, naive_utc

INCOMING_LAYERS, GATE_LAYERS = (4, 5), (6, 9)
BATCH = 50_000
VERDICTS = ("new", "restated", "rebased", "unchanged", "not_yet")


def store_taxonomy(db: Connection, run: Run, taxonomy: Taxonomy) -> None:
    """The taxonomy that SQL joins with, and the providers that this run counts, replaced as a whole."""
    instrument_columns = (
        "symbol", "label", "clock", "currency", "adjustment", "return_kind", "allows_nonpositive", "benchmark_symbol",
        "publication_lag_hours", "calendar", "max_move",
    )  # fmt: skip
    for table in ("theme", "instrument", "expected_sign", "price_offer"):
        db.execute(f"delete from raw.{table}")
    theme_columns = ("theme", "label", "clock", "shrinkage", "meaning", "reference_assets")
    themes = [tuple(getattr(item, name) for name in theme_columns) for item in taxonomy.themes]
    insert_rows(db, "raw.theme", theme_columns, themes)
    rows = [tuple(getattr(item, name) for name in instrument_columns) for item in taxonomy.instruments]
    insert_rows(db, "raw.instrument", instrument_columns, rows)
    signs = [
        (theme, item.symbol, sign)
        for item in taxonomy.instruments
        for theme, sign in item.expected_signs.items()
        if sign
    ]
    insert_rows(db, "raw.expected_sign", ("theme", "symbol", "expected_sign"), signs)
    columns = ("symbol", "provider", "preference", "series", "lag_hours", "is_live")
    insert_rows(db, "raw.price_offer", columns, list(_offers(run, taxonomy)))


def _offers(run: Run, taxonomy: Taxonomy) -> Iterator[tuple[str, str, int, str, float, bool]]:
    """Who is counted for an instrument, in which order: a run on files counts them alone, a live run the live ones.

    Files beside live providers have the place that `instruments.csv` gives them, or the last.
    """
    series: dict[tuple[str, str], Series] = {(item.symbol, item.provider): item for item in taxonomy.series}
    for item in taxonomy.instruments:
        order: list[str] = [run.file_provider]
        if run.is_live:
            order = [name for name in (*item.providers, "files") if name in LIVE or (name == "files" and run.files)]
        for preference, provider in enumerate(dict.fromkeys(order), start=1):
            found = series.get((item.symbol, provider))
            lag = item.publication_lag_hours
            if found is not None and found.lag_hours is not None:
                lag = found.lag_hours
            yield item.symbol, provider, preference, found.series if found else item.symbol, lag, found is not None


def store_exchange_days(db: Connection, first: date, last: date) -> None:
    """The days on which exchanges that share a clock are open themselves; only those of which there may be a price."""
    db.execute("delete from raw.exchange_session")
    calendars = db.execute(
        "select distinct i.calendar from raw.instrument as i inner join raw.price_offer as o on i.symbol = o.symbol "
        "where i.calendar is not null and (o.is_live or (o.symbol, o.provider) in "
        "(select (symbol, provider) from raw.price)) order by i.calendar"
    ).fetchall()
    rows = [(calendar, day) for (calendar,) in calendars for day in open_days(calendar, first, last)]
    insert_rows(db, "raw.exchange_session", ("calendar", "session_date"), rows)


def land(db: Connection, provider: str, rows: Iterable[PriceRow]) -> None:
    """Stream price rows, as text, into `raw.incoming_price`, behind those that are there."""
    last = db.execute("select coalesce(max(incoming_no), 0) from raw.incoming_price").fetchone()
    number = last[0] if last else 0
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        landed = [
            (number + place, provider, location, *(cells.get(name) for name in FIELDS))
            for place, (location, cells) in enumerate(batch, start=1)
        ]
        number += len(batch)
        insert_rows(db, "raw.incoming_price", ("incoming_no", "provider", "location", *FIELDS), landed)


def store_file_dividends(db: Connection, provider: str, rows: Iterable[PriceRow]) -> list[Rejected]:
    """Replace the ex-dividends that files gave; return the rows that are none."""
    db.execute(
        "create or replace temp table landed (location varchar, symbol varchar, ex_date varchar, amount varchar, "
        "currency varchar)"
    )
    landed = [(location, *(cells[name] for name in DIVIDEND_FIELDS)) for location, cells in rows]
    insert_rows(db, "landed", ("location", *DIVIDEND_FIELDS), landed)
    # Null is no reason to be neither: a missing cell makes a bad row, not a lost one. A nan is greater than 0.
    good = (
        "coalesce(symbol in (select symbol from raw.instrument) and try_cast(ex_date as date) between $first and $last "
        "and regexp_full_match(ex_date, '\\d{4}-\\d{2}-\\d{2}') and try_cast(amount as double) > 0 "
        "and isfinite(try_cast(amount as double)), false)"
    )
    bounds = {"first": EARLIEST, "last": LATEST}
    db.execute("delete from raw.dividend where provider = $p", {"p": provider})
    db.execute(
        "insert into raw.dividend select distinct symbol, ex_date::date, amount::double, currency, $p from landed "
        f"where {good}",
        {"p": provider, **bounds},
    )
    shown = "concat_ws(',', symbol, ex_date, amount)"
    refused = db.execute(f"select location, {shown} from landed where not {good} order by all", bounds)
    message = "{}: not a known symbol, a date and an amount above 0; mend the row"
    rejected = [
        Rejected("bad_dividend", location, message.format(shown), provider, payload=shown)
        for location, shown in refused.fetchall()
    ]
    db.execute("drop table landed")
    return rejected


def accept(db: Connection, run: Run, rejected: Sequence[Rejected] = ()) -> tuple[Counter[str], list[Rejected]]:
    """Judge the landed rows; append new and restated prices as vintages, set the broken ones aside.

    Args:
        db: the warehouse, in a transaction.
        run: its clock and name.
        rejected: what was refused before, to be set aside with the rest.

    Returns:
        counts `read`, one a verdict, `quarantined`; and all that was refused.
    """
    parameters = {"now": naive_utc(run.now), "run_id": run.run_id}
    incoming = [model for model in models(*INCOMING_LAYERS) if "price" in model.name]
    build(db, incoming[:1], parameters)
    _store_rebases(db, run)
    build(db, incoming[1:], parameters)
    db.execute(
        "insert into raw.price by name select symbol, price_date, open, high, low, close, adj_close, volume, currency, "
        "vintage_no, basis_no, provider, $now as fetched_at, $run_id as run_id from incoming.price_verdict "
        "where verdict in ('new', 'restated') order by symbol, price_date, provider",
        parameters,
    )
    refused = db.execute(
        "select verdict, location, message, provider, symbol from incoming.price_verdict "
        "where message is not null order by all"
    ).fetchall()
    found = [
        *rejected,
        *(Rejected(reason, at, why, provider, payload=symbol or "") for reason, at, why, provider, symbol in refused),
    ]
    quarantine(db, run, "price", found)
    counted = dict(db.execute("select verdict, count(*) from incoming.price_verdict group by verdict").fetchall())
    db.execute("delete from raw.incoming_price")
    counts = Counter(read=sum(counted.values()) + len(rejected))
    counts.update({name: counted.get(name, 0) for name in VERDICTS})
    counts.update(quarantined=len(found))
    return counts, found


def doubt(db: Connection, run: Run) -> None:
    """Write what each provider says now, and which sessions lack a price to be believed."""
    build(db, models(*GATE_LAYERS), {"now": naive_utc(run.now)})


def _store_rebases(db: Connection, run: Run) -> None:
    """Begin a new basis for each series whose stored prices were all multiplied by one factor."""
    found: list[tuple[str, str, Overlap, int]] = []
    pairs_of = (SQL / "prices" / "shared_days.sql").read_text(encoding="utf-8")
    for (symbol, provider), group in groupby(db.execute(pairs_of).fetchall(), key=lambda row: row[:2]):
        rows = list(group)
        pairs = [Pair(*row[2:6]) for row in rows]
        judged = overlap(pairs, max(row[6] for row in rows))
        if judged.kind == "rebased":
            found.append((symbol, provider, judged, len(pairs)))
    for symbol, provider, judged, count in found:
        values: Mapping[str, object] = {
            "symbol": symbol, "provider": provider, "close": judged.close_factor, "adj": judged.adj_factor,
            "tolerance": judged.tolerance, "count": count, "now": naive_utc(run.now), "run_id": run.run_id,
        }  # fmt: skip
        db.execute(
            "insert into raw.price_rebase select $symbol, $provider, coalesce(max(basis_no), 1) + 1, $close, $adj, "
            "$tolerance, $count, $now, $run_id from raw.price_rebase where symbol = $symbol and provider = $provider",
            values,
        )
