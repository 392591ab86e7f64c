"""Calendars -> sessions: exchange_calendars for the exchanges, one small rule for TARGET (the ECB's days)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import exchange_calendars
import pandas as pd
from dateutil.easter import easter

from tasks.domain.errors import SeedError
from tasks.domain.sessions import Session, make_session
from tasks.domain.taxonomy import Clock, Instrument

TARGET = "TARGET"
MARGIN = timedelta(days=15)


def check_clocks(clocks: Iterable[Clock], file: str) -> None:
    """Every clock's calendar exists, and only an exchange has an open or a close.

    Raises:
        SeedError: with the clock, the value and the rule.
    """
    known = {*exchange_calendars.get_calendar_names(include_aliases=True), TARGET}
    for clock in clocks:
        if clock.calendar not in known:
            remedy = "use a calendar of exchange_calendars, or TARGET"
            raise SeedError(file, None, f"clock {clock.clock}: no calendar {clock.calendar!r}", remedy)
        if clock.calendar == TARGET and clock.strike in ("open", "close"):
            raise SeedError(file, None, f"clock {clock.clock}: TARGET has no {clock.strike}", "give a time, HH:MM")


def check_exchanges(instruments: Iterable[Instrument], file: str) -> None:
    """Every instrument's own calendar exists.

    Raises:
        SeedError: with the symbol, the value and the rule.
    """
    known = exchange_calendars.get_calendar_names(include_aliases=True)
    for item in instruments:
        if item.calendar is not None and item.calendar not in known:
            rule = f"calendar of {item.symbol} is {item.calendar!r}, which is none"
            raise SeedError(file, None, rule, "use a calendar of exchange_calendars, or leave it empty")


def open_days(calendar: str, first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which an exchange is open."""
    return [day for day, *_ in _days(calendar, first, last)]


def sessions(clock: Clock, first: date, last: date) -> list[Session]:
    """The clock's sessions from `first` to `last`, in order; instants in UTC.

    A fixed strike on a half day gives way to the earlier close. The lead is taken off the instant that counts.
    """
    lead = timedelta(minutes=clock.lead_minutes)
    zone = ZoneInfo(clock.zone)
    made = []
    for day, opens_at, closes_at in _days(clock.calendar, first, last):
        if clock.strike == "open" and opens_at is not None:
            made.append(make_session(clock.clock, day, opens_at, None, lead))
        elif clock.strike == "close" and closes_at is not None:
            made.append(make_session(clock.clock, day, closes_at, None, lead))
        else:
            strike = datetime.combine(day, time.fromisoformat(clock.strike), tzinfo=zone).astimezone(UTC)
            made.append(make_session(clock.clock, day, strike, closes_at, lead))
    return made


@lru_cache(maxsize=64)
def _days(calendar: str, first: date, last: date) -> tuple[tuple[date, datetime | None, datetime | None], ...]:
    """(session date, open, close) of a calendar; TARGET days have neither open nor close."""
    if calendar == TARGET:
        span = (last - first).days + 1
        days = (first + timedelta(days=offset) for offset in range(span))
        return tuple((day, None, None) for day in days if is_target_day(day))
    # Explicit ends: the default starts twenty years before today, which would make a result depend on the day.
    # Wider than asked: a calendar is refused when no session lies in it, and a weekend is a fair question.
    wide = pd.Timestamp(first - MARGIN), pd.Timestamp(max(first, last) + MARGIN)
    exchange = exchange_calendars.get_calendar(calendar, start=wide[0], end=wide[1])
    schedule = exchange.schedule.loc[pd.Timestamp(first) : pd.Timestamp(last)]
    return tuple(
        (day.date(), row.open.to_pydatetime(), row.close.to_pydatetime())
        for day, row in zip(schedule.index, schedule.itertuples(), strict=True)
    )


def is_target_day(day: date) -> bool:
    """True when TARGET is open, the days of the ECB's reference rates.

    Closed on weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB decision of
    14 December 2000, in force since 2002).
    """
    if day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (12, 25), (12, 26)}:
        return False
    sunday = easter(day.year)
    return day not in (sunday - timedelta(days=2), sunday + timedelta(days=1))
