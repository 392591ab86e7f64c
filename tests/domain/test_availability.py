from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.articles import Precision
from tasks.domain.availability import StampError, available_at, is_future, last_instant, parse_stamp

NONE = timedelta(0)
zones = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York", "Asia/Beirut", "Asia/Kathmandu"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "instant", "precision"),
    [
        ("2025-08-17T16:14:05Z", None, "2025-08-17 16:14:05", "second"),
        ("2025-08-17 16:14:05.250+02:00", None, "2025-08-17 14:14:05.250", "second"),
        ("2025-08-17T16:14Z", None, "2025-08-17 16:14", "minute"),
        ("2025-08-17t16:14z", None, "2025-08-17 16:14", "minute"),
        ("20250817T1614-0430", None, "2025-08-17 20:44", "minute"),
        ("  2025-08-17T16:14+02 ", None, "2025-08-17 14:14", "minute"),
        ("2025-08-17T00:30+02:00", None, "2025-08-16 22:30", "minute"),
        ("2025-08-17T16:14", "Europe/Berlin", "2025-08-17 14:14", "minute"),
        ("2025-01-17 16:14:59", "Europe/Berlin", "2025-01-17 15:14:59", "second"),
        ("2025-08-17", None, "2025-08-17 00:00", "day"),
        ("20250817", None, "2025-08-17 00:00", "day"),
        ("2025-08-17", "America/New_York", "2025-08-17 04:00", "day"),
    ],
)
def test_a_stamp_is_read_with_its_precision(text: str, zone: str | None, instant: str, precision: Precision) -> None:
    assert parse_stamp(text, zone) == (utc(instant), precision)


def test_an_offset_beats_the_zone_of_the_source() -> None:
    assert parse_stamp("2025-08-17T16:14Z", "America/New_York")[0] == utc("2025-08-17 16:14")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-10-26T02:30", "2025-10-26 01:30"),  # shown twice: the second run
        ("2025-10-26T01:59", "2025-10-25 23:59"),
        ("2025-10-26T03:00", "2025-10-26 02:00"),
        ("2025-03-30T02:30", "2025-03-30 01:30"),  # never shown
    ],
)
def test_a_local_hour_that_is_shown_twice_or_never_is_read_late(text: str, instant: str) -> None:
    assert parse_stamp(text, "Europe/Berlin")[0] == utc(instant)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "undated"),
        ("   ", "undated"),
        ("yesterday", "bad_date"),
        ("2025-13-01", "bad_date"),
        ("2025-02-30", "bad_date"),
        ("2025-08-17T25:00Z", "bad_date"),
        ("17.08.2025", "bad_date"),
        ("08/17/2025", "bad_date"),
        ("1755447240", "bad_date"),
        ("Sun, 17 Aug 2025 16:14:00 GMT", "bad_date"),
        ("٢٠٢٥-٠٨-١٧", "bad_date"),
        ("2025-08-17T16:14", "naive_timestamp"),
        ("2025-08-17 16:14:05", "naive_timestamp"),
        ("0001-01-01T00:00:00Z", "date_out_of_range"),
        ("0001-01-01T00:00:00+14:00", "date_out_of_range"),
        ("9999-12-31T23:59:59-12:00", "date_out_of_range"),
        ("9999-12-31", "date_out_of_range"),
        ("1969-12-31T23:59Z", "date_out_of_range"),
        ("2100-01-01", "date_out_of_range"),
    ],
)
def test_a_stamp_that_gives_no_instant_says_why(text: str, reason: str) -> None:
    with pytest.raises(StampError, match="published_at") as caught:
        parse_stamp(text, None)
    assert caught.value.reason == reason
    assert ";" in str(caught.value), "a rule and a remedy"


@pytest.mark.parametrize("text", ["2025-W34-7", "2025-08-17T16", "2025-08-17x16:14Z", "2025-W34"])
def test_forms_whose_precision_is_not_plain_are_refused(text: str) -> None:
    # Read as their first instant they would date the item before it was known.
    with pytest.raises(StampError) as caught:
        parse_stamp(text, "Europe/Berlin")
    assert caught.value.reason == "bad_date"


def test_the_message_names_the_field_and_cuts_a_long_value() -> None:
    with pytest.raises(StampError) as caught:
        parse_stamp("x" * 500, None, "first_seen_at")
    assert str(caught.value).startswith("first_seen_at 'xxx")
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    ("stamp", "zone", "last"),
    [
        ("2025-08-17T16:14:05Z", None, "2025-08-17 16:14:05"),
        ("2025-08-17T16:14Z", None, "2025-08-17 16:14:59.999999"),
        ("2025-08-17", None, "2025-08-18 12:00"),
        ("2025-08-17", "UTC", "2025-08-17 23:59:59.999999"),
        ("2025-08-17", "Europe/Berlin", "2025-08-17 21:59:59.999999"),
        ("2025-08-17", "America/New_York", "2025-08-18 03:59:59.999999"),
        ("2025-03-30", "Europe/Berlin", "2025-03-30 21:59:59.999999"),  # 23 hours long
        ("2025-03-29", "Europe/Berlin", "2025-03-29 22:59:59.999999"),
        ("2025-10-26", "Europe/Berlin", "2025-10-26 22:59:59.999999"),  # 25 hours long
        ("2025-10-25", "Europe/Berlin", "2025-10-25 21:59:59.999999"),
        ("2025-03-09", "America/New_York", "2025-03-10 03:59:59.999999"),
        ("2025-11-02", "America/New_York", "2025-11-03 04:59:59.999999"),
        ("2025-03-29", "Asia/Beirut", "2025-03-29 21:59:59.999999"),  # its midnight is the change itself
        ("2025-03-30", "Asia/Beirut", "2025-03-30 20:59:59.999999"),
        ("2024-12-31", "Asia/Kathmandu", "2024-12-31 18:14:59.999999"),
    ],
)
def test_the_last_instant_that_a_stamp_can_mean(stamp: str, zone: str | None, last: str) -> None:
    assert last_instant(*parse_stamp(stamp, zone), zone) == utc(last)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.dates(min_value=date(1971, 1, 1), max_value=date(2099, 12, 30)), zones)
def test_a_day_ends_where_the_next_one_starts(day: date, zone: str | None) -> None:
    end = last_instant(*parse_stamp(day.isoformat(), zone), zone)
    next_start = parse_stamp((day + timedelta(days=1)).isoformat(), zone)[0]
    assert end == next_start + (timedelta(hours=12) if zone is None else -timedelta(microseconds=1))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(min_value=86_400, max_value=4_000_000_000), zones)
def test_a_coarser_stamp_is_never_available_earlier(seconds: int, zone: str | None) -> None:
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    texts = [moment.isoformat(timespec="seconds"), moment.isoformat(timespec="minutes"), moment.date().isoformat()]
    read = [parse_stamp(text + ("Z" if zone is None and "T" in text else ""), zone) for text in texts]
    second, minute, day = (last_instant(*stamp, zone) for stamp in read)
    assert second <= minute <= day


LATENCY = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("stamp", "seen", "latency", "expected"),
    [
        ("2025-08-17T16:14:05Z", None, NONE, "2025-08-17 16:14:05"),
        ("2025-08-17T16:14Z", None, LATENCY, "2025-08-17 16:44:59.999999"),
        ("2025-08-17T16:14Z", "2025-08-17 16:20", NONE, "2025-08-17 16:20"),
        ("2025-08-17T16:14Z", "2025-08-17 16:20", LATENCY, "2025-08-17 16:44:59.999999"),
        ("2025-08-17", "2025-08-17 09:00", NONE, "2025-08-18 12:00"),
        ("2025-08-17", "2025-08-19 09:00", NONE, "2025-08-19 09:00"),
    ],
)
def test_an_archive_is_available_after_its_latency_and_first_sighting(
    stamp: str, seen: str | None, latency: timedelta, expected: str
) -> None:
    first_seen = utc(seen) if seen else None
    found = available_at(*parse_stamp(stamp, None), first_seen, kind="archive", zone=None, latency=latency)
    assert found == utc(expected)


@pytest.mark.parametrize(
    ("stamp", "seen", "expected"),
    [
        ("2025-08-17T16:14Z", "2025-08-17 16:20", "2025-08-17 16:20"),
        ("2025-08-17T16:14Z", "2025-08-17 16:14:20", "2025-08-17 16:14:59.999999"),
        ("2025-08-17", "2025-08-17 09:00", "2025-08-17 09:00"),
    ],
)
def test_a_live_item_is_available_when_published_and_seen(stamp: str, seen: str, expected: str) -> None:
    # The latency of an archive does not count: we saw the item.
    found = available_at(*parse_stamp(stamp, None), utc(seen), kind="live", zone=None, latency=LATENCY)
    assert found == utc(expected)


def test_a_live_item_without_a_sighting_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="saw it first"):
        available_at(utc("2025-08-17"), "second", None, kind="live", zone=None, latency=NONE)


NOW = utc("2025-08-18 06:00")


@pytest.mark.parametrize(
    ("published", "seen", "expected"),
    [
        ("2025-08-18 06:10", None, False),
        ("2025-08-18 06:10:00.000001", None, True),
        ("2025-08-18 05:00", "2025-08-18 04:50", False),
        ("2025-08-18 05:00:00.000001", "2025-08-18 04:50", True),
        ("2025-08-18 06:11", "2025-08-18 09:00", True),  # a sighting after now excuses nothing
    ],
)
def test_ten_minutes_are_a_fast_clock_and_more_is_a_wrong_date(
    published: str, seen: str | None, expected: bool
) -> None:
    assert is_future(utc(published), utc(seen) if seen else None, NOW) is expected
