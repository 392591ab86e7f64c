from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest

from tasks.storage.models import create_macros


@pytest.mark.parametrize(
    "given",
    [
        "2025-08-21 06:00:00",
        "2025-08-21T06:00:00",
        "2025-08-21 06:00",
        "2025-08-21T06:00Z",
        "2025-08-21T06:00:00Z",
        "2025-08-21T08:00+02:00",
        "2025-08-21 08:00:00.000000+02",
        datetime(2025, 8, 21, 6),  # noqa: DTZ001 - a TIMESTAMP, which the warehouse holds in UTC
        datetime(2025, 8, 21, 6, tzinfo=UTC),
        datetime(2025, 8, 21, 8, tzinfo=timezone(timedelta(hours=2))),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_an_instant_is_read_in_utc_wherever_the_reader_sits(given: object, zone: str) -> None:
    with duckdb.connect() as db:
        create_macros(db)
        db.execute(f"set TimeZone = '{zone}'")
        row = db.execute("select utc_instant($ts)::varchar", {"ts": given}).fetchone()
    assert row == ("2025-08-21 06:00:00",)


def test_a_day_is_its_first_instant() -> None:
    with duckdb.connect() as db:
        create_macros(db)
        assert db.execute("select utc_instant('2025-08-21')::varchar").fetchone() == ("2025-08-21 00:00:00",)
