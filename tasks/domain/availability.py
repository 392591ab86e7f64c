"""When an item was available: reading stamps with their precision, and the rule of docs/methodology.md.

All instants that leave this module are aware and in UTC. Nothing here reads a clock: `now` is an argument.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tasks.domain.articles import Precision, SourceKind

FUTURE_TOLERANCE = timedelta(minutes=10)
"""Clocks of publishers run ahead by minutes; more than this is not a clock but a wrong date."""

EARLIEST, LATEST = date(1970, 1, 1), date(2100, 1, 1)
"""Outside of these a stamp is a placeholder (year 0001, 9999), not a date of news."""

_STAMP = re.compile(
    r"\d{4}-?\d{2}-?\d{2}"
    r"(?P<minute>[T ]\d{2}:?\d{2}(?P<second>:?\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?",
    re.ASCII,
)
"""The forms whose precision is plain. Others that Python would read (week dates, a bare hour) start earlier than
they may mean, so they would date news before it was known."""


class StampError(ValueError):
    """A stamp that gives no instant. `reason` is the quarantine reason, `str()` the sentence."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep the reason beside the message."""
        self.reason = reason
        super().__init__(message)


def parse_stamp(text: str, zone: str | None, field: str = "published_at") -> tuple[datetime, Precision]:
    """Read an ISO 8601 stamp into (instant in UTC, precision); the instant is the *start* of the precision.

    An hour that the zone's clocks show twice is read as its second run: nobody can have known the item before.

    Args:
        text: `2025-08-17`, `2025-08-17T16:14Z`, `2025-08-17 16:14:05+02:00`, ...
        zone: IANA zone of the source for stamps without offset; None when the source declares none.
        field: the name that a message gives to the stamp.

    Raises:
        StampError: `undated`, `bad_date`, `naive_timestamp` or `date_out_of_range`.
    """
    shown = f"{field} {text.strip()[:40]!r}"
    text = text.strip().upper()
    if not text:
        raise StampError("undated", f"{field} is missing; give an ISO 8601 instant with offset")
    form = _STAMP.fullmatch(text)
    moment = _read(text) if form else None
    if form is None or moment is None:
        remedy = "write it like 2025-08-17T16:14Z or 2025-08-17"
        raise StampError("bad_date", f"{shown} is not an ISO 8601 date or instant; {remedy}")
    if not EARLIEST <= moment.date() < LATEST:
        raise StampError("date_out_of_range", f"{shown} lies outside {EARLIEST} ... {LATEST}; give the true date")
    if form["minute"] is None:
        local = moment.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        return local.astimezone(UTC), "day"
    if moment.tzinfo is None:
        if zone is None:
            remedy = "add an offset (Z, +02:00) or declare the source's zone in sources.yaml"
            raise StampError("naive_timestamp", f"{shown} has no zone; {remedy}")
        local = moment.replace(tzinfo=ZoneInfo(zone))
        moment = max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
    return moment.astimezone(UTC), "minute" if form["second"] is None else "second"


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def last_instant(published_at: datetime, precision: Precision, zone: str | None) -> datetime:
    """The last instant that a stamp of this precision can mean (docs/methodology.md), in UTC.

    A minute ends 59.999999 s later. A day ends at midnight of the source's zone, or, where no zone is known,
    at 12:00Z of the next day: by then the day is over everywhere on earth.
    """
    if precision == "second":
        return published_at
    if precision == "minute":
        return published_at + timedelta(minutes=1, microseconds=-1)
    local_zone = ZoneInfo(zone) if zone else UTC
    next_day = published_at.astimezone(local_zone).date() + timedelta(days=1)
    if zone is None:
        return datetime.combine(next_day, time(12), tzinfo=UTC)
    return datetime.combine(next_day, time(0), tzinfo=local_zone).astimezone(UTC) - timedelta(microseconds=1)


def available_at(
    published_at: datetime,
    precision: Precision,
    first_seen_at: datetime | None,
    *,
    kind: SourceKind,
    zone: str | None,
    latency: timedelta,
) -> datetime:
    """The instant from which a reader could have known the item, in UTC (docs/methodology.md).

    Archive: the later of publication plus the source's declared latency and the first sighting, if one is given.
    Live: the later of publication and our own first sighting; with day precision the sighting alone, because the
    end of the day would lie after it.
    """
    published = last_instant(published_at, precision, zone)
    if kind == "live":
        if first_seen_at is None:
            raise ValueError("a live item carries the instant at which we saw it first")
        return first_seen_at if precision == "day" else max(published, first_seen_at)
    published += latency
    return published if first_seen_at is None else max(published, first_seen_at)


def is_future(published_at: datetime, first_seen_at: datetime | None, now: datetime) -> bool:
    """True when publication lies more than `FUTURE_TOLERANCE` after the first sighting (for archives: after now)."""
    return published_at > min(first_seen_at or now, now) + FUTURE_TOLERANCE
