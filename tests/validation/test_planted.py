"""The whole machine on news whose effect is known: found where it is planted, and not where it only looks so."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tasks.research import JSON, research
from tasks.storage.calendars import sessions
from tasks.storage.seeds import load_taxonomy
from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, small, write_prices

FIRST, LAST = date(2024, 1, 2), date(2025, 1, 31)
MOVE, NOISE = 0.02, 0.01


@dataclass(frozen=True)
class Made:
    """A home, and what the news of each session was: 1, -1 or 0."""

    pipeline: Pipeline
    news: Mapping[date, int]


def make(root: Path, is_before_entry: bool) -> Made:
    """News at noon moves Brent's future over the session after the settlement that could be dealt at.

    With `is_before_entry` it moves the session until that settlement instead: all of it before anybody could deal.
    """
    rng = random.Random(7)
    clock = next(clock for clock in load_taxonomy(SEEDS).clocks if clock.clock == "ICE_SETTLE")
    days = [session.session_date for session in sessions(clock, FIRST, LAST)]
    news = {day: rng.choice((-1, 0, 1)) for day in days}
    root.mkdir()
    with (root / "news.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("published_at", "title", "source"))
        for number, (day, sign) in enumerate(news.items()):
            text = {1: STRIKE, -1: TALKS, 0: "It rained in Ghana on the first day of the fair."}[sign]
            writer.writerow((f"{day}T12:00:00Z", f"{text} Report {number}.", "wire"))
    close, rows = 80.0, []
    for at, day in enumerate(days):
        mover = news[day] if is_before_entry else news[days[at - 1]] if at else 0
        close *= 1 + MOVE * mover + NOISE * rng.gauss(0, 1)
        rows.append(("BZ=F", day, round(close, 4)))
    write_prices(root / "prices.csv", rows)
    pipeline = small(root, now="2025-02-10T06:00", articles=(str(root / "news.csv"),), from_date=FIRST, to_date=LAST)
    pipeline.publish()
    return Made(pipeline, news)


def cell(made: Made) -> dict[str, Any]:
    """The cell of the report's grid that the fixed test of energy reads, with what stands around it."""
    found = json.loads((made.pipeline.home.published / "reports" / JSON).read_text(encoding="utf-8"))
    wanted = {"theme": "energy", "symbol": "BZ=F", "predictor": "georisk", "horizon": 1}
    (row,) = [row for row in found["grid"] if all(row[name] == value for name, value in wanted.items())]
    return {**row, "primary": found["primary"], "same_session": found["same_session"]}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = make(tmp_path_factory.mktemp("made") / "planted", is_before_entry=False)
    research(made.pipeline.run, {})
    return made


def test_what_is_planted_after_the_entry_is_found(planted: Made) -> None:
    row = cell(planted)
    assert row["ic"] > 0.35
    assert row["interval_low"] > 0.2
    assert row["q_by"] < 0.001
    assert row["hit_share"] > row["naive_share"] + 0.1
    (primary,) = [test for test in row["primary"] if test["theme"] == "energy"]
    assert primary["p_holm"] < 0.001
    assert primary["mean_bps"] > 20


def test_what_had_moved_before_the_entry_is_no_forecast(tmp_path: Path) -> None:
    """A report that took the fixing of the news' own session would find a correlation above 0.35 here."""
    made = make(tmp_path / "before", is_before_entry=True)
    research(made.pipeline.run, {})
    row = cell(made)
    assert abs(row["ic"]) < 0.2
    assert row["q_bh"] > 0.05
    (inside,) = [r for r in row["same_session"] if r["theme"] == "energy" and not r["has_price_moves"]]
    assert inside["ic"] > 0.35, "as an association within the session it is there"


def test_an_entry_lies_after_the_cut_off_and_never_at_its_own_fixing(planted: Made) -> None:
    rows = planted.pipeline.rows(
        "select n.clock, n.symbol, n.session_date, n.cutoff_at, n.entry_at, s.struck_at "
        "from research.entry as n inner join raw.session as s using (clock, session_date) where n.entry_at is not null"
    )
    assert len(rows) > 2_000
    for clock, symbol, _, cutoff_at, entry_at, struck_at in rows:
        assert entry_at > cutoff_at + timedelta(minutes=15), (clock, symbol)
        assert entry_at != struck_at, (clock, symbol)


def test_the_entry_of_an_instrument_at_its_own_clock_is_what_readers_are_told(planted: Made) -> None:
    """signal.asset_daily.first_tradable_at and research.entry follow one rule."""
    rows = planted.pipeline.rows(
        "select a.first_tradable_at, n.entry_at from signal.asset_daily as a inner join research.entry as n "
        "on a.session_date = n.session_date and a.clock = n.clock and a.symbol = n.symbol"
    )
    assert len(rows) > 200
    assert all(told == entered for told, entered in rows)


def test_forward_returns_by_hand(planted: Made) -> None:
    """From the published closes: close after the horizon over close at entry, as a sum of one-session returns."""
    closes = dict(planted.pipeline.rows("select session_date, close from signal.price_daily where symbol = 'BZ=F'"))
    days = sorted(closes)
    found = planted.pipeline.rows(
        "select entry_date, horizon, exit_date, forward_return from research.forward_return where symbol = 'BZ=F'"
    )
    assert len(found) > 700
    for entry, horizon, exit_date, value in found:
        at = days.index(entry)
        path = days[at : at + horizon + 1]
        assert len(path) == horizon + 1, "no row before the horizon is over"
        assert exit_date == path[-1]
        assert value == pytest.approx(sum(closes[b] / closes[a] - 1 for a, b in pairwise(path)))


def test_what_is_said_before_an_entry_does_not_change_with_later_prices(planted: Made, tmp_path: Path) -> None:
    """Truncation: without the prices after an instant the forward returns across it are gone, nothing else differs."""
    cut = planted.pipeline.copy(tmp_path / "cut")
    prices = tmp_path / "prices.csv"
    lines = Path(planted.pipeline.run.prices[0]).read_text(encoding="utf-8").splitlines(keepends=True)
    prices.write_text("".join(line for line in lines if not "2024-11-01" <= line.split(",")[1] < "3"), encoding="utf-8")
    other = small(
        tmp_path / "other",
        now="2025-02-10T06:00",
        articles=planted.pipeline.run.articles,
        prices=(str(prices),),
        from_date=FIRST,
        to_date=LAST,
    )
    other.publish()
    research(other.run, {})
    said = "select * exclude (realised_vol) from research.panel where session_date < '2024-11-01' order by all"
    assert other.rows(said) == cut.rows(said) != []
    of = "from research.forward_return where forward_return is not null and exit_date"
    assert other.rows(f"select * {of} < '2024-11-01' order by all") == cut.rows(
        f"select * {of} < '2024-11-01' order by all"
    )
    assert other.cell(f"select count(*) {of} >= '2024-11-01'") == 0 < cut.cell(f"select count(*) {of} >= '2024-11-01'")
