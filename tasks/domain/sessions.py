"""Sessions: the one rule that says to which day of which clock an instant belongs.

The warehouse assigns with one ASOF join; `session_of` says the same in plain Python and is the tests' oracle.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One trading session of a clock. `cutoff_at` and `struck_at` are UTC; the cut-off lies before the strike."""

    clock: str
    session_date: date
    cutoff_at: datetime
    struck_at: datetime


def make_session(clock: str, session_date: date, strike: datetime, close: datetime | None, lead: timedelta) -> Session:
    """A session whose price is struck at `strike`, or at `close` when a half day ends before it."""
    struck_at = strike if close is None else min(strike, close)
    return Session(clock, session_date, struck_at - lead, struck_at)


def session_of(available_at: datetime, sessions: Sequence[Session]) -> Session | None:
    """The first session whose cut-off is at or after `available_at`; None after the last one.

    Args:
        available_at: aware UTC instant.
        sessions: of one clock, in order of their cut-offs.
    """
    position = bisect_left(sessions, available_at, key=lambda session: session.cutoff_at)
    return sessions[position] if position < len(sessions) else None
