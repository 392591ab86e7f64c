from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.sessions import Session, make_session, session_of

LEAD = timedelta(minutes=15)
TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# XETR around Easter 2025, with the change to summer time before it; cut-offs by hand.
CUTOFFS = {
    date(2025, 3, 28): utc("2025-03-28 16:15"),
    date(2025, 3, 31): utc("2025-03-31 15:15"),
    date(2025, 4, 17): utc("2025-04-17 15:15"),
    date(2025, 4, 22): utc("2025-04-22 15:15"),
}
SESSIONS = [Session("XETR", day, cutoff, cutoff + LEAD) for day, cutoff in CUTOFFS.items()]


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2025-01-01 00:00", date(2025, 3, 28)),
        ("2025-03-28 16:15", date(2025, 3, 28)),
        ("2025-03-28 16:15:00.000001", date(2025, 3, 31)),
        ("2025-03-31 15:15", date(2025, 3, 31)),
        ("2025-03-31 15:15:00.000001", date(2025, 4, 17)),
        ("2025-04-18 12:00", date(2025, 4, 22)),
        ("2025-04-22 15:15", date(2025, 4, 22)),
        ("2025-04-22 15:15:00.000001", None),
    ],
)
def test_an_instant_belongs_to_the_first_session_whose_cutoff_is_not_before_it(
    instant: str, expected: date | None
) -> None:
    found = session_of(utc(instant), SESSIONS)
    assert (found.session_date if found else None) == expected


def test_without_sessions_nothing_belongs_anywhere() -> None:
    assert session_of(utc("2025-03-28"), []) is None


@pytest.mark.parametrize(
    ("close", "struck"),
    [(None, "18:30"), ("20:00", "18:30"), ("18:30", "18:30"), ("17:00", "17:00")],
    ids=["no close", "full day", "at once", "half day"],
)
def test_a_half_day_that_ends_before_the_strike_strikes_at_its_close(close: str | None, struck: str) -> None:
    closes_at = utc(f"2025-07-03 {close}") if close else None
    session = make_session("ICE_SETTLE", date(2025, 7, 3), utc("2025-07-03 18:30"), closes_at, LEAD)
    assert session.struck_at == utc(f"2025-07-03 {struck}")
    assert session.cutoff_at == session.struck_at - LEAD


gaps = st.lists(st.integers(min_value=1, max_value=5 * 86_400_000_000), min_size=0, max_size=12)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(gaps, st.integers(min_value=-2, max_value=40 * 86_400_000_000), st.data())
def test_session_of_equals_a_search_through_all_sessions(gaps: list[int], offset: int, data: st.DataObject) -> None:
    start = utc("2025-01-01 00:00")
    instants, moment = [], start
    for gap in gaps:
        moment += timedelta(microseconds=gap)
        instants.append(moment)
    sessions = [Session("X", cutoff.date(), cutoff, cutoff + LEAD) for cutoff in instants]
    near = [cutoff + shift for cutoff in instants for shift in (-TICK, timedelta(0), TICK)]
    available = data.draw(st.sampled_from([start + timedelta(microseconds=offset), *near]))
    at_or_after = [session for session in sessions if session.cutoff_at >= available]
    oracle = min(at_or_after, key=lambda session: session.cutoff_at) if at_or_after else None
    assert session_of(available, sessions) is oracle
