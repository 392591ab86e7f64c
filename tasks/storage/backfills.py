"""Which parts of a long range are built already: what makes a backfill go on where it stopped."""

from __future__ import annotations

from itertools import dropwhile

from tasks.domain.run import Run, Window
from tasks.storage.warehouse import Connection, naive_utc, open_warehouse, scalar, transaction

KEY = """
    select md5(concat_ws('|',
        $now, $provider, $from_date, $to_date, $days,
        (select sum(hash(article_id, content_hash)) from raw.article),
        (select sum(hash(article_id, story_id)) from raw.article_story),
        (select string_agg(distinct model_version || lexicon_version, ',' order by model_version || lexicon_version)
         from raw.sentence),
        (select sum(hash(symbol, price_date, provider, vintage_no, close, adj_close)) from raw.price),
        (select sum(hash(t)) from raw.price_offer as t),
        (select sum(hash(symbol, provider, price_date)) from raw.price_blank),
        (select sum(hash(symbol, provider, basis_no, close_factor, adj_factor)) from raw.price_rebase),
        (select sum(hash(t)) from raw.exchange_session as t),
        (select sum(hash(symbol, ex_date, amount, provider)) from raw.dividend),
        (select sum(hash(clock, session_date, cutoff_at, struck_at)) from raw.session),
        (select sum(hash(theme, clock, shrinkage)) from raw.theme),
        (select sum(hash(t)) from raw.instrument as t),
        (select sum(hash(t)) from raw.source as t)
    ))
"""
"""Of everything that the built rows depend on. A part built from anything else is built anew."""


def parts_left(run: Run, window: Window, days: int) -> list[Window]:
    """The parts of the window that are not built yet, in order.

    Args:
        run: the request; its clock is part of what decides.
        window: the whole range.
        days: calendar days in a part.
    """
    with open_warehouse(run) as db:
        key = _key(db, run, window, days)
        with transaction(db):
            db.execute("delete from raw.backfill_part where backfill_key != $key", {"key": key})
        found = db.execute("select from_date, to_date from raw.backfill_part").fetchall()
    done = {Window(*row) for row in found}
    # Pressure and history stand on the sessions before, so parts are built in order: the first missing one ends it.
    return list(dropwhile(done.__contains__, window.chunks(max(1, round(window.days / days)))))


def part_is_built(run: Run, window: Window, part: Window, days: int) -> None:
    """Remember a part."""
    with open_warehouse(run) as db, transaction(db):
        row = [_key(db, run, window, days), part.from_date, part.to_date]
        db.execute("insert into raw.backfill_part values (?, ?, ?)", row)


def forget_parts(run: Run) -> None:
    """The backfill is published; nothing of it is left to do."""
    with open_warehouse(run) as db, transaction(db):
        db.execute("delete from raw.backfill_part")


def _key(db: Connection, run: Run, window: Window, days: int) -> str:
    given = {
        "now": str(naive_utc(run.now)),
        "provider": run.price_provider,
        "from_date": str(window.from_date),
        "to_date": str(window.to_date),
        "days": days,
    }
    return str(scalar(db, KEY, given))
