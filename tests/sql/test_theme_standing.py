from collections.abc import Sequence
from datetime import date, timedelta
from math import tanh
from statistics import median, stdev

import duckdb
import pytest

from tasks.storage.models import SQL, read_model

Standing = tuple[float | None, float | None, float | None, float | None]


def standing(pressures: Sequence[float | None]) -> list[Standing]:
    """(signal_z, signal_score, signal_change, risk_pct_rank_250) of each session of one theme on one clock."""
    rows = [
        (date(2024, 1, 1) + timedelta(days=day), "energy", "XETR", value, None) for day, value in enumerate(pressures)
    ]
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("create schema pressure")
        db.execute(
            "create table pressure.theme_pressure (session_date date, theme varchar, clock varchar, "
            "pressure_fast double, pressure_slow double)"
        )
        db.executemany("insert into pressure.theme_pressure values (?, ?, ?, ?, ?)", rows)
        (path,) = SQL.glob("*/theme_standing.sql")
        return db.execute(
            "select signal_z, signal_score, signal_change, risk_pct_rank_250 "
            f"from ({read_model(path).body}) order by session_date"
        ).fetchall()


def wave(day: int) -> float:
    """A pressure that moves around 1."""
    return 1 + ((day * 7919) % 13 - 6) / 20


def test_sixty_healthy_sessions_must_lie_behind() -> None:
    found = standing([wave(day) for day in range(61)])
    assert [row[0] for row in found[:60]] == [None] * 60
    assert found[60][0] is not None


def test_z_is_measured_against_the_past_without_the_session_itself() -> None:
    past = [wave(day) for day in range(100)]
    (z, score, _, rank) = standing([*past, 5.0])[-1]
    scale = max(1.4826 * median(abs(value - median(past)) for value in past), stdev(past), 0.02)
    assert z == pytest.approx((5.0 - median(past)) / scale)
    assert score == pytest.approx(tanh((5.0 - median(past)) / scale / 2))
    assert rank == 1.0


def test_a_flat_past_has_a_floor_under_its_scale() -> None:
    assert standing([0.0] * 60 + [0.04])[-1][0] == pytest.approx(2.0)


def test_blind_sessions_are_no_history_and_have_no_signal() -> None:
    seen = [wave(day) for day in range(60)]
    found = standing([*seen[:30], None, None, *seen[30:], 1.5])
    assert found[30] == (None, None, None, None)
    assert found[-1][0] == standing([*seen, 1.5])[-1][0]


def test_history_ends_after_250_sessions() -> None:
    recent = [wave(day) for day in range(250)]
    assert standing([*[90.0] * 40, *recent, 2.0])[-1][:2] == standing([*recent, 2.0])[-1][:2]


def test_the_change_is_that_of_one_session_and_null_after_a_blind_one() -> None:
    past: list[float | None] = [wave(day) for day in range(60)]
    (_, first, _, _), (_, second, change, _) = standing([*past, 1.5, 0.5])[-2:]
    assert first is not None
    assert second is not None
    assert change == pytest.approx(second - first)
    assert standing([*past, 1.5, None, 0.5])[-1][2] is None


def test_the_rank_counts_the_past_at_or_below() -> None:
    past = [float(day) for day in range(100)]
    assert standing([*past, 24.0])[-1][3] == pytest.approx(0.25)
    assert standing([*past, -1.0])[-1][3] == 0
