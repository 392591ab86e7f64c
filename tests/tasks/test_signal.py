"""What the signal does where data are thin: outages, weekends, gaps and themes that are silent most of the time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from tasks.storage.models import SQL, read_model
from tests.pipeline import Pipeline, query, small, write_article

Push = float | None
"""sum(W S) of a session; None = no source covered it."""

SEEDS, SESSIONS = 4, 450


@contextmanager
def pressed(pushes: Sequence[Push], stories: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """The two models above the measured session, over one theme on one clock with a session every weekday."""
    days = [day for n in range(2 * len(pushes)) if (day := date(2022, 1, 3) + timedelta(days=n)).weekday() < 5]
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("create schema raw; create schema measure; create schema pressure")
        db.execute("create table raw.theme as select 'energy' as theme")
        db.execute("create table raw.session (session_date date, clock varchar)")
        db.execute("create table measure.clock_coverage (session_date date, clock varchar, coverage_share double)")
        keys = "session_date date, clock varchar, theme varchar"
        db.execute(f"create table measure.theme_count ({keys}, story_count bigint)")
        db.execute(f"create table measure.theme_score ({keys}, weighted_sum double)")
        for day, push in zip(days, pushes, strict=False):
            db.execute("insert into raw.session values (?, 'XNYS')", [day])
            db.execute("insert into measure.clock_coverage values (?, 'XNYS', ?)", [day, float(push is not None)])
            if push:
                db.execute("insert into measure.theme_count values (?, 'XNYS', 'energy', ?)", [day, stories])
                db.execute("insert into measure.theme_score values (?, 'XNYS', 'energy', ?)", [day, push])
        for folder, name in (("pressure", "theme_pressure"), ("standing", "theme_standing")):
            (path,) = SQL.glob(f"[0-9][0-9]_{folder}/{name}.sql")
            db.execute(f"create schema if not exists {folder}")
            db.execute(f"create table {folder}.{name} as {read_model(path).body}")
        yield db


def column(pushes: Sequence[Push], name: str) -> list[float | None]:
    """One column of the sessions in order."""
    with pressed(pushes) as db:
        rows = db.execute(f"select {name} from standing.theme_standing order by session_date").fetchall()
    return [cell for (cell,) in rows]


def test_a_weekend_decays_one_step() -> None:
    fast = column([1.0] + [0.0] * 19, "pressure_fast")
    seen = [value for value in fast if value is not None]
    assert len(seen) == 16, "null in the first 2h sessions"
    assert [later / earlier for earlier, later in pairwise(seen)] == pytest.approx([0.5**0.5] * 15)


@pytest.mark.parametrize(("gap", "is_bridged"), [(1, True), (2, True), (3, False), (10, False)])
def test_pressure_begins_anew_after_a_gap_longer_than_the_half_life(gap: int, is_bridged: bool) -> None:
    fast = column([4.0] * 10 + [None] * gap + [1.0] * 10, "pressure_fast")
    assert fast[10 : 10 + gap] == [None] * gap
    after = fast[10 + gap :]
    assert (after[0] is not None) == is_bridged
    if not is_bridged:
        assert after[:4] == [None] * 4
        assert after[4] == pytest.approx(sum(0.5 ** (n / 2) for n in range(5))), "nothing of before the gap is left"


def sparse(seed: int, *, in_waves: bool) -> list[Push]:
    """A theme silent on about 80 % of the sessions: now and then one to three stories of either sign, or waves.

    A wave is a crisis: a story each session for about a week, all of one sign.
    """
    rng = random.Random(seed)
    pushes: list[Push] = []
    wave = 0.0
    for _ in range(SESSIONS):
        if in_waves:
            started = rng.choice((-1.0, 1.0)) if rng.random() < 0.05 else 0.0
            wave = wave if wave and rng.random() < 0.8 else started
            pushes.append(wave * rng.uniform(0.1, 1))
        else:
            stories = 0 if rng.random() < 0.8 else rng.choice((1, 1, 2, 3))
            pushes.append(sum(rng.uniform(-1, 1) for _ in range(stories)))
    return pushes


@pytest.mark.parametrize("in_waves", [False, True], ids=["single stories", "waves"])
def test_a_sparse_theme_is_rarely_beyond_three(in_waves: bool) -> None:
    runs = [sparse(seed, in_waves=in_waves) for seed in range(SEEDS)]
    silent = sum(push == 0 for pushes in runs for push in pushes) / (SEEDS * SESSIONS)
    assert 0.75 < silent < 0.85
    known = [z for pushes in runs for z in column(pushes, "signal_z") if z is not None]
    assert len(known) == SEEDS * (SESSIONS - 64), "four sessions without pressure, sixty of history"
    assert sum(abs(z) > 3 for z in known) / len(known) < 0.05


def test_an_outage_is_stale_and_not_calm(tmp_path: Path) -> None:
    """The only source falls silent on 4 August; after seven days its silence is an outage."""
    write_article(tmp_path / "articles", "last", "2025-08-04T10:00:00Z")
    pipeline = small(tmp_path, now="2025-08-20T06:00")
    signals = pipeline.publish() / "signals.duckdb"
    rows = query(
        signals,
        "select day(session_date), status, coalesce(risk_score, vader_score, pressure_fast, signal_z, confidence), "
        "article_count from signal.theme_daily where theme = 'energy' order by session_date",
    )
    assert [row[:2] for row in rows] == [
        (4, "ok"), *((day, "no_news") for day in (5, 6, 7, 8)),
        *((day, "stale_source") for day in (11, 12, 13, 14, 15, 18, 19)),
    ]  # fmt: skip
    assert all(row[2:] == (None, 0) for row in rows if row[1] == "stale_source")
    (calm,) = {row[2] for row in rows if row[1] == "no_news" and row[0] < 8}
    assert calm == 0, "of a calm session it is known that nothing came"


def test_the_embedded_signal_needs_sixty_sessions(demo: Pipeline) -> None:
    signals = demo.home.published / "signals.duckdb"
    sql = "select theme, min(session_date) from signal.theme_clock_daily where clock = 'XNYS' and {} group by theme"
    first = query(signals, sql.format("signal_z is not null"))
    assert len(first) == 3
    assert min(day for _, day in first) >= date(2025, 4, 1)
    unscored = "signal_z is null and status != 'stale_source' and session_date >= '2025-04-15'"
    assert query(signals, sql.format(unscored)) == [], "and has them by then"
