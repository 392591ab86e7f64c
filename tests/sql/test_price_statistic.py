from collections.abc import Sequence
from datetime import date, datetime, timedelta

import duckdb
import pytest

from tasks.storage.models import SQL, read_model

Returns = Sequence[tuple[float, float | None, float | None]]
"""(own return, benchmark's return, benchmark's return of the session before), one a session."""


def statistics(returns: Returns, *, is_nonsynchronous: bool = False) -> list[tuple[float | None, ...]]:
    """(realised_vol, beta_same, beta_previous) once each session is known."""
    rows = [
        (date(2025, 1, 1) + timedelta(days=day), "X", datetime(2025, 1, 1, 22) + timedelta(days=day),  # noqa: DTZ001
         is_nonsynchronous, *parts)
        for day, parts in enumerate(returns)
    ]  # fmt: skip
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("create schema core")
        db.execute(
            "create table core.price_return (session_date date, symbol varchar, known_at timestamp, "
            "is_nonsynchronous boolean, session_return double, benchmark_return double, "
            "benchmark_previous_return double)"
        )
        db.executemany("insert into core.price_return values (?, ?, ?, ?, ?, ?, ?)", rows)
        (path,) = SQL.glob("*/price_statistic.sql")
        body = read_model(path).body
        return db.execute(
            f"select realised_vol, beta_same, beta_previous from ({body}) order by session_date"
        ).fetchall()


def wave(day: int) -> float:
    """A benchmark that moves, without a pattern that a lag would catch."""
    return ((day * 7919) % 13 - 6) / 1000


def test_volatility_needs_twenty_returns_and_uses_just_these() -> None:
    found = [
        row[0] for row in statistics([(0.5, None, None)] + [(0.01 * (-1) ** day, None, None) for day in range(21)])
    ]
    assert found[:19] == [None] * 19
    assert found[20] == found[21] == pytest.approx((20 / 19) ** 0.5 * 0.01 * 252**0.5), "the first return is forgotten"
    assert found[19] != found[20]


def test_beta_needs_sixty_pairs() -> None:
    found = statistics([(2 * wave(day), wave(day), None) for day in range(61)])
    assert [row[1] for row in found[:59]] == [None] * 59
    assert [row[1:] for row in found[59:]] == [(pytest.approx(2), 0), (pytest.approx(2), 0)]


def test_a_session_without_the_benchmark_is_no_pair() -> None:
    gaps: Returns = [(2 * wave(day), wave(day) if day % 3 else None, None) for day in range(90)]
    found = [row[1] for row in statistics(gaps)]
    assert found[-2] is None
    assert found[-1] == pytest.approx(2)


def test_beta_forgets_what_is_older_than_250_sessions() -> None:
    old: Returns = [(-5 * wave(day), wave(day), None) for day in range(100)]
    new: Returns = [(2 * wave(day), wave(day), None) for day in range(250)]
    found = [row[1] for row in statistics([*old, *new])]
    assert found[-1] == pytest.approx(2)
    assert found[-2] != pytest.approx(2)


def test_a_flat_benchmark_gives_no_beta() -> None:
    assert statistics([(wave(day), 0.0, None) for day in range(70)])[-1][1] is None


def test_two_lags_part_what_came_late() -> None:
    """r = 1.0 x today's + 0.5 x yesterday's benchmark return: both slopes are found, not their mixture."""
    returns: Returns = [(wave(day) + 0.5 * wave(day - 1), wave(day), wave(day - 1)) for day in range(80)]
    assert statistics(returns, is_nonsynchronous=True)[-1][1:] == (pytest.approx(1.0), pytest.approx(0.5))


def test_two_lags_count_only_pairs_that_have_both() -> None:
    """Where yesterday's benchmark return is missing on some days, every moment is taken over the same days."""
    returns: Returns = [
        (wave(day) + 0.5 * wave(day - 1), wave(day), None if day % 5 == 0 else wave(day - 1)) for day in range(200)
    ]
    assert statistics(returns, is_nonsynchronous=True)[-1][1:] == (pytest.approx(1.0), pytest.approx(0.5))
