from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.articles import Precision
from tasks.domain.availability import StampError
from tasks.domain.feed_dates import ZONES, parse_feed_date


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("Mon, 18 Aug 2025 16:14:00 GMT", "2025-08-18 16:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 CEST", "2025-08-18 14:14", "second"),  # feedparser: 16:14
        ("Mon, 18 Aug 2025 16:14:00 CET", "2025-08-18 15:14", "second"),  # as written, not as meant: later is safe
        ("Mon, 18 Aug 2025 16:14:00 BST", "2025-08-18 15:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 EDT", "2025-08-18 20:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 EST", "2025-08-18 21:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 pst", "2025-08-19 00:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 Z", "2025-08-18 16:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 UT", "2025-08-18 16:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 -0000", "2025-08-18 16:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 -0430", "2025-08-18 20:44", "second"),
        ("Mon, 18 Aug 2025 16:14:00 +05:45", "2025-08-18 10:29", "second"),
        ("Mon, 18 Aug 2025 16:14:00 GMT+2", "2025-08-18 14:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 UTC-0300", "2025-08-18 19:14", "second"),
        ("Mon, 18 Aug 2025 16:14:00 GMT (Greenwich Mean Time)", "2025-08-18 16:14", "second"),
        ("Mon, 18 Aug 2025 16:14:09.250 GMT", "2025-08-18 16:14:09", "second"),
        ("Mon, 18 Aug 2025 16:14 GMT", "2025-08-18 16:14", "minute"),
        ("18 Aug 25 16:14 GMT", "2025-08-18 16:14", "minute"),
        ("18 Aug 75 16:14 GMT", "1975-08-18 16:14", "minute"),
        ("Monday, 18 August 2025 16:14 GMT", "2025-08-18 16:14", "minute"),
        ("18-Aug-2025 16:14 GMT", "2025-08-18 16:14", "minute"),
        ("19 Sep. 2025 12:00:00 GMT", "2025-09-19 12:00", "second"),
        ("  Mon,\n 18 Aug 2025\t16:14:00 GMT ", "2025-08-18 16:14", "second"),
        ("Mon Aug 18 16:14:00 EDT 2025", "2025-08-18 20:14", "second"),
        ("August 18, 2025 - 4:14 PM EDT", "2025-08-18 20:14", "minute"),
        ("Aug 18 2025 12:14 a.m. EDT", "2025-08-18 04:14", "minute"),
        ("Mon, 18 Aug 2025", "2025-08-18 00:00", "day"),
        ("August 18, 2025", "2025-08-18 00:00", "day"),
        ("2025-08-18T16:14:05Z", "2025-08-18 16:14:05", "second"),
        ("2025-08-18T16:14:05.123-07:00", "2025-08-18 23:14:05.123", "second"),
        ("2025-08-18T16:14+02:00", "2025-08-18 14:14", "minute"),
        ("2025-08-18 16:14:05 +0200", "2025-08-18 14:14:05", "second"),
        ("2025-08-18 16:14:05 UTC", "2025-08-18 16:14:05", "second"),
        ("2025-08-18 16:14 CEST", "2025-08-18 14:14", "minute"),
        ("2025-08-18", "2025-08-18 00:00", "day"),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, instant: str, precision: Precision) -> None:
    assert parse_feed_date(text, None) == (utc(instant), precision)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 18 Aug 2025 16:14:00", "Mon Aug 18 16:14:00 2025", "2025-08-18T16:14:00", "2025-08-18 16:14",
        "20250818T161400", "Mon, 18 Aug 2025 16:14:00 IST", "Mon, 18 Aug 2025 16:14:00 CST", "2025-08-18 16:14 XYZ",
    ],
)  # fmt: skip
def test_without_a_certain_zone_only_the_day_is_known(text: str) -> None:
    assert parse_feed_date(text, None) == (utc("2025-08-18"), "day")


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("Mon, 18 Aug 2025 16:14:00", "Europe/Berlin", "2025-08-18 14:14"),
        ("2025-08-18T16:14:00", "America/New_York", "2025-08-18 20:14"),
        ("Sun, 26 Oct 2025 02:30:00", "Europe/Berlin", "2025-10-26 01:30"),  # shown twice: the second run
        ("Mon, 18 Aug 2025 16:14:00 IST", "Asia/Kolkata", "2025-08-18 10:44"),
        ("Mon, 18 Aug 2025 16:14:00 IST", "Europe/Dublin", "2025-08-18 15:14"),
        ("Sat, 18 Jan 2025 16:14:00 CST", "America/Chicago", "2025-01-18 22:14"),
        (
            "Mon, 18 Aug 2025 16:14:00 EDT",
            "Europe/Berlin",
            "2025-08-18 20:14",
        ),  # what is written beats what is declared
    ],
)
def test_the_zone_of_the_source_reads_what_names_none(text: str, zone: str, instant: str) -> None:
    assert parse_feed_date(text, zone) == (utc(instant), "second")


def test_a_name_that_the_source_never_uses_says_nothing() -> None:
    assert parse_feed_date("Sat, 18 Jan 2025 16:14:00 IST", "Europe/Dublin") == (utc("2025-01-18"), "day")
    assert parse_feed_date("Mon, 18 Aug 2025", "Europe/Berlin") == (utc("2025-08-17 22:00"), "day")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "undated"),
        (" \n ", "undated"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "bad_date"),
        ("yesterday", "bad_date"),
        ("12/08/2025", "bad_date"),
        ("1755447240", "bad_date"),
        ("2025-08", "bad_date"),
        ("Mon, 31 Feb 2025 10:00:00 GMT", "bad_date"),
        ("Mon, 18 Aug 2025 25:00:00 GMT", "bad_date"),
        ("Mon, 18 Aug 2025 25:00:00", "bad_date"),
        ("Mon, 18 Aug 2025 13:00 PM GMT", "bad_date"),
        ("Mon, 18 Aug 2025 10:00:00 +9900", "bad_date"),
        ("Mon, 18 Aug 2025 10:00:00 +0199", "bad_date"),
        ("Mon, 18 Aug 2025 10:00:00 Europe/Berlin", "bad_date"),
        ("٢٠٢٥-٠٨-١٨", "bad_date"),
        ("x" * 1_000_000, "bad_date"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "date_out_of_range"),
        ("9999-12-31T23:59:59Z", "date_out_of_range"),
    ],
)
def test_a_date_that_gives_no_instant_says_why(text: str, reason: str) -> None:
    with pytest.raises(StampError) as caught:
        parse_feed_date(text, None)
    assert caught.value.reason == reason
    assert ";" in str(caught.value)
    assert len(str(caught.value)) < 200


moments = st.integers(86_400 * 366, 86_400 * 365 * 129).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(moments, st.integers(-14 * 60, 14 * 60))
def test_what_a_library_writes_is_read_back(moment: datetime, minutes: int) -> None:
    written = moment.astimezone(timezone(timedelta(minutes=minutes)))
    for text in (format_datetime(written), written.isoformat()):
        assert parse_feed_date(text, None) == (moment, "second")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(moments, st.sampled_from(sorted(ZONES)))
def test_a_named_zone_is_its_offset(moment: datetime, name: str) -> None:
    found, _ = parse_feed_date(f"{moment:%a, %d %b} {moment.year:04} {moment:%H:%M:%S} {name}", "Asia/Tokyo")
    assert found == moment - timedelta(minutes=ZONES[name])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789 :-+,./TZaegmnoprstuMASGE", max_size=40), st.sampled_from([None, "Europe/Berlin"]))
def test_any_text_is_a_date_or_says_why_not(text: str, zone: str | None) -> None:
    try:
        instant, _ = parse_feed_date(text, zone)
    except StampError as fault:
        reason = fault.reason
    else:
        reason = "a date" if instant.tzinfo is UTC else "a date in another zone"
    assert reason in {"a date", "undated", "bad_date", "date_out_of_range"}
