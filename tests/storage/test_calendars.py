"""Cut-offs by hand: strike in local time, to UTC with the offset of that day, less the lead of 15 minutes."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from tasks.domain.errors import SeedError
from tasks.domain.sessions import Session, session_of
from tasks.domain.taxonomy import Clock
from tasks.storage.calendars import check_clocks, is_target_day, sessions
from tasks.storage.files import ROOT
from tasks.storage.seeds import load_taxonomy

CLOCKS = {clock.clock: clock for clock in load_taxonomy(ROOT / "seeds").clocks}
COLUMNS = ("XETR", "XLON", "XNYS", "LON_BRENT", "ECB_FIX", "ICE_SETTLE", "NYMEX_SETTLE", "XETR_OPEN", "XNYS_OPEN")

# A row a day, a column a clock; "-" is no session.
CUTOFFS = """
               XETR   XLON   XNYS   BRENT  ECB    ICE    NYMEX  XETR_O XNYS_O
    2025-03-07 16:15  16:15  20:45  16:15  13:00  19:15  19:15  07:45  14:15   both on winter time
    2025-03-10 16:15  16:15  19:45  16:15  13:00  19:15  18:15  07:45  13:15   New York on summer time since the 9th
    2025-03-28 16:15  16:15  19:45  16:15  13:00  19:15  18:15  07:45  13:15
    2025-03-31 15:15  15:15  19:45  15:15  12:00  18:15  18:15  06:45  13:15   Europe on summer time since the 30th
    2025-10-24 15:15  15:15  19:45  15:15  12:00  18:15  18:15  06:45  13:15   both on summer time
    2025-10-27 16:15  16:15  19:45  16:15  13:00  19:15  18:15  07:45  13:15   Europe on winter time since the 26th
    2025-10-31 16:15  16:15  19:45  16:15  13:00  19:15  18:15  07:45  13:15
    2025-11-03 16:15  16:15  20:45  16:15  13:00  19:15  19:15  07:45  14:15   New York on winter time since the 2nd
    2024-12-24 -      12:15  17:45  12:15  13:00  17:45  17:45  -      14:15   London shuts at 12:30, New York at 13:00
    2024-12-30 12:45  16:15  20:45  16:15  13:00  19:15  19:15  07:45  14:15   Frankfurt shuts at 14:00
    2025-07-03 15:15  15:15  16:45  15:15  12:00  16:45  16:45  06:45  13:15   New York shuts at 13:00
    2025-11-28 16:15  16:15  17:45  16:15  13:00  17:45  17:45  07:45  14:15   New York shuts at 13:00
    2025-01-09 16:15  16:15  -      16:15  13:00  -      -      07:45  -       New York mourns a president
    2025-04-18 -      -      -      -      -      -      -      -      -       Good Friday
    2025-04-21 -      -      19:45  -      -      18:15  18:15  -      13:15   Easter Monday
    2025-05-01 -      15:15  19:45  15:15  -      18:15  18:15  -      13:15   Labour Day: Frankfurt and TARGET shut
    2025-05-26 15:15  -      -      -      12:00  -      -      06:45  -       bank holiday and Memorial Day
    2025-06-19 15:15  15:15  -      15:15  12:00  -      -      06:45  -       Juneteenth
    2025-07-04 15:15  15:15  -      15:15  12:00  -      -      06:45  -       Independence Day
    2025-08-25 15:15  -      19:45  -      12:00  18:15  18:15  06:45  13:15   bank holiday in London only
    2025-08-24 -      -      -      -      -      -      -      -      -       a Sunday
"""


def _cases() -> list[tuple[str, date, str | None]]:
    cases = []
    for line in CUTOFFS.splitlines()[2:]:
        day, *cells = line.split()[: 1 + len(COLUMNS)]
        cases += [
            (clock, date.fromisoformat(day), None if cell == "-" else cell)
            for clock, cell in zip(COLUMNS, cells, strict=True)
        ]
    return cases


@cache
def _two_years(clock: str) -> list[Session]:
    return sessions(CLOCKS[clock], date(2024, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(("clock", "day", "cutoff"), _cases(), ids=lambda value: str(value))
def test_the_cutoff_of_a_day(clock: str, day: date, cutoff: str | None) -> None:
    found = [session for session in _two_years(clock) if session.session_date == day]
    expected = [] if cutoff is None else [datetime.fromisoformat(f"{day}T{cutoff}+00:00")]
    assert [session.cutoff_at for session in found] == expected
    assert all(session.struck_at - session.cutoff_at == timedelta(minutes=15) for session in found)
    assert all((session.clock, session.session_date) == (clock, day) for session in found)


@pytest.mark.parametrize(
    ("clock", "moment", "expected"),
    [
        ("XETR", "2025-03-28T16:15:00", date(2025, 3, 28)),
        ("XETR", "2025-03-28T16:15:00.000001", date(2025, 3, 31)),
        ("XETR", "2025-03-31T15:15:00", date(2025, 3, 31)),
        ("XETR", "2025-03-31T15:15:00.000001", date(2025, 4, 1)),
        ("LON_BRENT", "2025-08-22T15:15:00.000001", date(2025, 8, 26)),  # over the bank holiday
        ("ICE_SETTLE", "2025-07-03T16:45:00", date(2025, 7, 3)),
        ("ICE_SETTLE", "2025-07-03T16:45:00.000001", date(2025, 7, 7)),  # half day, holiday, weekend
        ("ECB_FIX", "2025-04-17T12:00:00.000001", date(2025, 4, 22)),  # Easter
        ("XNYS", "2025-11-02T12:00:00", date(2025, 11, 3)),
    ],
)
def test_at_the_cutoff_is_in_and_a_microsecond_later_is_the_next_session(
    clock: str, moment: str, expected: date
) -> None:
    found = session_of(datetime.fromisoformat(moment).replace(tzinfo=UTC), _two_years(clock))
    assert found is not None
    assert found.session_date == expected


@pytest.mark.parametrize("clock", COLUMNS)
def test_a_year_of_sessions_is_in_order_and_independent_of_the_range_asked(clock: str) -> None:
    year = [session for session in _two_years(clock) if session.session_date.year == 2025]
    assert 249 <= len(year) <= 256
    assert all(left.cutoff_at < right.cutoff_at for left, right in pairwise(year))
    august = sessions(CLOCKS[clock], date(2025, 8, 1), date(2025, 8, 31))
    assert august == [session for session in year if session.session_date.month == 8]


@pytest.mark.parametrize("clock", ["XNYS", "ECB_FIX"])
@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2025-08-16", "2025-08-17", 0), ("2025-08-18", "2025-08-18", 1), ("2025-08-19", "2025-08-18", 0)],
    ids=["weekend", "one day", "reversed"],
)
def test_a_range_may_hold_one_session_or_none(clock: str, first: str, last: str, count: int) -> None:
    assert len(sessions(CLOCKS[clock], date.fromisoformat(first), date.fromisoformat(last))) == count


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2025-01-01", False),
        ("2025-01-02", True),
        ("2024-03-29", False),
        ("2024-04-01", False),
        ("2025-04-17", True),
        ("2025-05-01", False),
        ("2025-05-29", True),  # Ascension: banks in Germany shut, TARGET open
        ("2025-10-03", True),
        ("2025-12-24", True),
        ("2025-12-25", False),
        ("2025-12-26", False),
        ("2025-12-31", True),
        ("2025-08-23", False),
    ],
)
def test_target_is_shut_on_weekends_and_six_holidays(day: str, is_open: bool) -> None:
    assert is_target_day(date.fromisoformat(day)) is is_open


def clock(**changes: object) -> Clock:
    fields = {"clock": "X", "calendar": "XNYS", "zone": "Europe/Berlin", "strike": "close", "lead_minutes": 15}
    return Clock.model_validate({**fields, **changes})


def test_the_seeds_clocks_are_sound() -> None:
    check_clocks(CLOCKS.values(), "clocks.csv")


@pytest.mark.parametrize(
    ("changes", "rule", "remedy"),
    [
        ({"calendar": "XXXX"}, "clock X: no calendar 'XXXX'", "use a calendar of exchange_calendars, or TARGET"),
        ({"calendar": "TARGET"}, "clock X: TARGET has no close", "give a time, HH:MM"),
        ({"calendar": "TARGET", "strike": "open"}, "clock X: TARGET has no open", "give a time, HH:MM"),
    ],
)
def test_a_clock_needs_a_calendar_that_has_its_strike(changes: dict[str, object], rule: str, remedy: str) -> None:
    with pytest.raises(SeedError) as caught:
        check_clocks([clock(), clock(**changes)], "seeds/clocks.csv")
    assert (caught.value.file, caught.value.rule, caught.value.remedy) == ("seeds/clocks.csv", rule, remedy)
