"""From what a person or a schedule asks for to a `Run`: paths, defaults, the clock. No Prefect here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from flows import georisk_home
from tasks.domain.availability import EARLIEST, LATEST
from tasks.domain.errors import ConfigError
from tasks.domain.fetching import FetchPolicy
from tasks.domain.run import FEEDS, LIVE, Run, check_run_id
from tasks.storage.files import ROOT
from tasks.storage.seeds import load_taxonomy

SEEDS = ROOT / "seeds"


def make_run(
    *,
    articles: Sequence[str] = ("seeds",),
    prices: Sequence[str] = ("sample",),
    from_date: date | None = None,
    to_date: date | None = None,
    now: datetime | None = None,
    home: Path | None = None,
    run_id: str | None = None,
    scheduled_at: datetime | None = None,
    seeds: Path = SEEDS,
    allow_networks: Sequence[str] = (),
    catch_up: bool = False,
) -> Run:
    """Settle every default of a run.

    The clock is `now` if given; else, over the embedded seeds alone, the instant that they declare; else the
    scheduled time, unless feeds or live prices are asked, which are seen when they are; else the wall clock. Dates
    follow from the clock and the sources (`tasks.price`).

    Raises:
        ConfigError: `now` has no zone, an instant or a date is a placeholder, the range is empty, a network is none,
            or the taxonomy is broken.
    """
    if now is not None and now.tzinfo is None:
        raise ConfigError(f"--now {now.isoformat()} has no zone; write it like 2025-09-08T06:00:00Z")
    for option, day in {"now": now and now.date(), "from": from_date, "to": to_date}.items():
        if day and not EARLIEST <= day < LATEST:
            raise ConfigError(f"--{option} {day} lies outside {EARLIEST} ... {LATEST}; mend --{option}")
    if LIVE in prices and "sample" in prices:
        raise ConfigError(
            "--prices live and --prices sample do not go together; give live, or files of your own, or both"
        )
    if run_id is not None:
        check_run_id(run_id)
    if from_date and to_date and from_date > to_date:
        raise ConfigError(f"--from {from_date} is after --to {to_date}; swap them")
    # Here, because score_articles shares this file and should not wait for pandas and calendars.
    from tasks.storage.calendars import check_clocks, check_exchanges

    taxonomy = load_taxonomy(seeds)
    check_clocks(taxonomy.clocks, str(seeds / "clocks.csv"))
    check_exchanges(taxonomy.instruments, str(seeds / "instruments.csv"))
    declared = [source.now for source in taxonomy.sources if source.now] if tuple(articles) == ("seeds",) else []
    # A late start would date news before it was seen, and prices before they were fetched.
    scheduled_at = None if FEEDS in articles or LIVE in prices else scheduled_at
    moment = now or max(declared, default=None) or scheduled_at or datetime.now(UTC)
    return Run(
        run_id=run_id or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        now=_plain(moment),
        home=(home or georisk_home()).absolute(),
        articles=tuple(articles),
        prices=tuple(prices),
        seeds=seeds,
        from_date=from_date,
        to_date=to_date,
        fetching=_fetching(allow_networks),
        catch_up=catch_up,
    )


def _plain(moment: datetime) -> datetime:
    """The instant in UTC, as Python's own type: Prefect's times lose their zone when something is added to them."""
    utc = moment.astimezone(UTC)
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)


def _fetching(allow_networks: Sequence[str]) -> FetchPolicy:
    try:
        return FetchPolicy(allowed_networks=tuple(allow_networks))
    except ValueError as fault:
        raise ConfigError(f"--allow-network: {fault}; write it like 10.1.0.0/16 or 10.1.2.3") from None
