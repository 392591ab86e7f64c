"""Dates of feeds, read from the text that the feed gives: RFC 822 in its many spellings, and ISO 8601.

Parsers of feeds read CEST, CET or BST, and stamps without a zone, as if they were UTC: one or two hours wrong without
a word. Here a stamp keeps the precision that it has, and one whose zone is not known loses its time of day: a live
item counts from the moment we saw it, so nothing is known too early.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tasks.domain.articles import Precision
from tasks.domain.availability import StampError, parse_stamp

MAX_LENGTH = 100
"""Characters; no date is longer."""

_MONTHS = {name: number for number, name in enumerate(
    "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}  # fmt: skip
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?P<zone>[a-z]{1,5}|(?:utc|gmt)?[+-]\d{1,2}:?(?:\d{2})?)?(?:\s*\([^()]*\))?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}}|\d{{2}})(?:[\s,-]+{_TIME}\s*{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})(?:[\s,-]+{_TIME}\s*{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s*{_ZONE}\s*(?P<year>\d{{4}})",
    )
)
_ISO_WITH_NAME = re.compile(
    r"(?P<stamp>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s+(?P<zone>\S{1,9})", re.I
)
_OFFSET = re.compile(r"(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?", re.IGNORECASE)

ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MEZ": 60, "CEST": 120,
    "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420,
    "MDT": -360, "PST": -480, "PDT": -420, "JST": 540, "AEST": 600, "AEDT": 660,
}  # fmt: skip
"""Names of zones that mean one offset to the press, in minutes east of UTC. IST, CST, AST and others mean several: they
count where the source's declared zone calls itself so at that moment."""

LARGEST_OFFSET = timedelta(hours=14)


def parse_feed_date(text: str, zone: str | None) -> tuple[datetime, Precision]:
    """Read a date of a feed into (instant in UTC, precision); the instant is the *start* of the precision.

    A stamp without a zone, or with a name that means several zones, is read in the source's zone; where none is
    declared, it is read as its day.

    Args:
        text: like `Mon, 18 Aug 2025 16:14:00 CEST`, `19 Sep. 2025 12:00 GMT`, `2025-08-18T16:14:00+02:00`.
        zone: IANA zone of the source; None when the source declares none.

    Raises:
        StampError: `undated`, `bad_date` or `date_out_of_range`.
    """
    text = " ".join(text.split())
    if not text:
        raise StampError("undated", "the item has no date; nothing dates it, so it is left out")
    shown = f"date {text[:60]!r}"
    if len(text) > MAX_LENGTH:
        raise StampError("bad_date", f"{shown} is longer than any date; the item is left out")
    try:
        return _parse(text, zone)
    except StampError as fault:
        if fault.reason == "bad_date":
            message = f"{shown} is no date that we can read; the item is left out, report it to the publisher"
            raise StampError(fault.reason, message) from None
        if fault.reason != "naive_timestamp":
            raise
        return _day(text)


def _parse(text: str, zone: str | None) -> tuple[datetime, Precision]:
    named = _ISO_WITH_NAME.fullmatch(text)
    if named:
        return _resolved(named["stamp"], named["zone"], zone)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _resolved(_iso(match), match["zone"] or "", zone)
    return parse_stamp(text, zone, "date")


def _iso(match: re.Match[str]) -> str:
    """The parts of a match as ISO 8601, without zone; what no calendar has fails where it is read."""
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < 69 else 1900  # RFC 2822 and POSIX
    day = f"{year:04}-{_MONTHS[match['month'].lower()]:02}-{int(match['day']):02}"
    if match["hour"] is None:
        return day
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise StampError("bad_date", f"hour {hour} and {match['half']}")
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    return f"{day}T{hour:02}:{match['minute']}" + (f":{match['second']}" if match["second"] else "")


def _resolved(stamp: str, name: str, zone: str | None) -> tuple[datetime, Precision]:
    """The instant of a stamp in the zone that it names, else in the source's, else its day alone."""
    if "T" not in stamp.replace(" ", "T"):
        return parse_stamp(stamp, zone, "date")
    offset = _offset(name)
    if offset is not None:
        moment, precision = parse_stamp(f"{stamp}Z", None, "date")
        return moment - offset, precision
    if zone is not None and (not name or _is_called(stamp, name, zone)):
        return parse_stamp(stamp, zone, "date")
    return _day(stamp)


def _day(stamp: str) -> tuple[datetime, Precision]:
    """The day of a stamp whose zone is not known; its time must be one all the same."""
    moment, _ = parse_stamp(stamp, "UTC", "date")
    return parse_stamp(moment.date().isoformat(), None, "date")


def _offset(name: str) -> timedelta | None:
    """Offset of a named or numeric zone; None where the name says nothing certain."""
    if name.upper() in ZONES:
        return timedelta(minutes=ZONES[name.upper()])
    match = _OFFSET.fullmatch(name)
    if match is None:
        return None
    digits, minutes = match["hours"], match["minutes"] or "0"
    offset = timedelta(hours=int(digits), minutes=int(minutes))
    if offset > LARGEST_OFFSET or int(minutes) > 59:
        raise StampError("bad_date", f"offset {name}")
    return offset if match["sign"] == "+" else -offset


def _is_called(stamp: str, name: str, zone: str) -> bool:
    """True when the zone's clocks show this abbreviation at that moment."""
    moment, _ = parse_stamp(stamp, zone, "date")
    return moment.astimezone(ZoneInfo(zone)).tzname() == name.upper()
