"""Sessions, windows and vintages: our SQL in DuckDB beside pandas and polars, on the same rows, in one run.

python -m benchmarks.joins [--articles 200000] [--rounds 3]

Every contender gives the same answer, which is checked; the table has seconds (the least of the rounds) and ratios to
DuckDB. An answer is what the contender works with (Arrow, a pandas or a polars frame); making one out of the other for
the comparison is not timed. Polars is no package of this project: where it is not installed its column says so.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click
import duckdb
import numpy as np
import pandas as pd

from tasks.storage.calendars import sessions
from tasks.storage.files import ROOT
from tasks.storage.seeds import load_taxonomy

FROM, TO = date(2005, 1, 3), date(2024, 12, 31)
LOOK_BACK = 250
VERSIONS = 3
Contender = Callable[[], Any]

ASSIGN = """
    select c.clock, a.article_id, s.session_date
    from article as a cross join (select distinct clock from session) as c
    asof inner join session as s on c.clock = s.clock and a.available_at <= s.cutoff_at
"""
WINDOW = f"""
    select clock, session_date, (x - median(x) over before) / greatest(1.4826 * mad(x) over before,
        stddev_samp(x) over before, 0.02) as z
    from pressure
    window before as (partition by clock order by session_date rows between {LOOK_BACK} preceding and 1 preceding)
    qualify count(*) over before >= {LOOK_BACK}
"""
AS_KNOWN = """
    select clock, session_date, arg_max(x, as_of_at) as x from version where as_of_at <= $at group by all
"""


def made_up(article_count: int) -> dict[str, pd.DataFrame]:
    """Articles over twenty years, the sessions of all clocks, a value a session, and three versions of each."""
    rng = np.random.default_rng(5)
    rows = [item for clock in load_taxonomy(ROOT / "seeds").clocks for item in sessions(clock, FROM, TO)]
    session = pd.DataFrame(
        [(item.clock, item.session_date, _naive(item.cutoff_at)) for item in rows],
        columns=["clock", "session_date", "cutoff_at"],
    ).astype({"session_date": "datetime64[us]", "cutoff_at": "datetime64[us]"})
    last = session["cutoff_at"].groupby(session["clock"]).max().min()
    span = int((last - pd.Timestamp(FROM)) / pd.Timedelta(seconds=1))
    seconds = np.sort(rng.integers(0, span, article_count))
    available = pd.Series(pd.Timestamp(FROM) + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")
    article = pd.DataFrame({"article_id": np.arange(article_count), "available_at": available})
    pressure = session[["clock", "session_date"]].assign(x=rng.normal(size=len(session)).round(6))
    instants = [pd.Timestamp(TO) + pd.Timedelta(days=number) for number in range(VERSIONS)]
    version = pd.concat([pressure.assign(x=pressure["x"] + n, as_of_at=at) for n, at in enumerate(instants)])
    version["as_of_at"] = version["as_of_at"].astype("datetime64[us]")
    return {"article": article, "session": session, "pressure": pressure, "version": version.reset_index(drop=True)}


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def in_duckdb(frames: Mapping[str, pd.DataFrame], at: datetime) -> dict[str, Contender]:
    """Our statements over tables of the same rows."""
    db = duckdb.connect(config={"threads": 2})
    for name, frame in frames.items():
        db.register("frame", frame)
        db.execute(f"create table {name} as from frame")

    def answer(sql: str, **parameters: Any) -> Contender:
        return lambda: db.execute(sql, parameters).to_arrow_table()

    return dict(zip(in_names(), (answer(ASSIGN), answer(WINDOW), answer(AS_KNOWN, at=at)), strict=True))


def in_pandas(frames: Mapping[str, pd.DataFrame], at: datetime) -> dict[str, Contender]:
    """The same with merge_asof, rolling windows and drop_duplicates."""
    article, session, version = frames["article"], frames["session"], frames["version"]

    def assign() -> pd.DataFrame:
        by_cutoff = session.sort_values("cutoff_at")
        crossed = article.merge(session[["clock"]].drop_duplicates(), how="cross").sort_values("available_at")
        joined = pd.merge_asof(
            crossed, by_cutoff, left_on="available_at", right_on="cutoff_at", by="clock", direction="forward"
        )
        return joined[["clock", "article_id", "session_date"]]

    def window() -> pd.Series:
        found = []
        for clock, group in frames["pressure"].groupby("clock"):
            x = group.set_index("session_date")["x"]
            before = x.shift(1).rolling(LOOK_BACK)
            middle = before.median()
            mad = before.apply(lambda values: float(np.median(np.abs(values - np.median(values)))), raw=True)
            scale = np.maximum(np.maximum(1.4826 * mad, before.std()), 0.02)
            found.append(pd.concat({clock: ((x - middle) / scale).dropna()}, names=["clock"]))
        return pd.concat(found)

    def as_known() -> pd.DataFrame:
        known = version[version["as_of_at"] <= at].sort_values("as_of_at")
        newest = known.drop_duplicates(["clock", "session_date"], keep="last")
        return newest[["clock", "session_date", "x"]]

    return dict(zip(in_names(), (assign, window, as_known), strict=True))


def in_polars(frames: Mapping[str, pd.DataFrame], at: datetime) -> dict[str, Contender]:
    """The same with join_asof and group_by; nothing where polars is not installed."""
    try:
        pl = importlib.import_module("polars")
    except ImportError:
        return {}
    article, session, version = (pl.from_pandas(frames[name]) for name in ("article", "session", "version"))

    def assign() -> Any:
        crossed = article.join(session.select("clock").unique(), how="cross").sort("available_at")
        joined = crossed.join_asof(
            session.sort("cutoff_at"),
            left_on="available_at",
            right_on="cutoff_at",
            by="clock",
            strategy="forward",
            check_sortedness=False,
        )
        return joined.select("clock", "article_id", "session_date")

    def as_known() -> Any:
        known = version.filter(pl.col("as_of_at") <= at).sort("as_of_at")
        return known.group_by("clock", "session_date").agg(pl.col("x").last())

    assign_name, _, known_name = in_names()
    return {assign_name: assign, known_name: as_known}


def in_names() -> tuple[str, ...]:
    """The pieces of work."""
    return ("session of an article, 9 clocks", "z over 250 sessions", "as known at an instant")


def seconds_of(contender: Contender, rounds: int) -> tuple[float, pd.Series]:
    """The least seconds of the rounds, and the answer in the order of its key."""
    least, answer = float("inf"), None
    for _ in range(rounds):
        started = time.perf_counter()
        answer = contender()
        least = min(least, time.perf_counter() - started)
    return least, as_series(answer).sort_index()


def as_series(answer: Any) -> pd.Series:
    """The last column of an answer under the others as its key."""
    if isinstance(answer, pd.Series):
        return answer
    frame = answer if isinstance(answer, pd.DataFrame) else answer.to_pandas()
    *key, value = frame.columns
    return frame.set_index(key)[value]


@click.command()
@click.option("--articles", type=click.IntRange(min=1_000), default=200_000, show_default=True, help="Articles.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds; the least counts.")
def main(articles: int, rounds: int) -> None:
    """Time the three pieces of work in DuckDB, pandas and polars."""
    frames, at = made_up(articles), datetime.combine(TO + timedelta(days=1), datetime.min.time())
    contenders = {made.__name__.removeprefix("in_"): made(frames, at) for made in (in_duckdb, in_pandas, in_polars)}
    click.echo(f"{articles:,} articles, {len(frames['session']):,} sessions, {VERSIONS} versions of each")
    click.echo(f"{'work':<34}{'duckdb':>10}{'pandas':>10}{'polars':>10}")
    for work in in_names():
        base, wanted = seconds_of(contenders["duckdb"][work], rounds)
        cells = [f"{base:.2f} s"]
        for name in ("pandas", "polars"):
            if work not in contenders[name]:
                cells.append("not run")
                continue
            seconds, answer = seconds_of(contenders[name][work], rounds)
            pd.testing.assert_series_equal(
                answer, wanted, check_names=False, check_dtype=False, check_index_type=False, rtol=1e-9
            )
            cells.append(f"{seconds / base:.1f} x")
        click.echo(f"{work:<34}" + "".join(f"{cell:>10}" for cell in cells))


if __name__ == "__main__":
    main()
