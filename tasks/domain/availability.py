"""When an item was available: reading stamps with their precision, and the rule of METHOD §2.

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

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_MINUTE = re.compile(r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}:?\d{2}(Z|[+-]\d{2}(:?\d{2})?)?", re.IGNORECASE)


class StampError(ValueError):
    """A stamp that gives no instant. `reason` is the quarantine reason, `str()` the sentence."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep the reason beside the message."""
        self.reason = reason
        super().__init__(message)


def parse_stamp(text: str, zone: str | None) -> tuple[datetime, Precision]:
    """Read an ISO 8601 stamp into (instant in UTC, precision); the instant is the *start* of the precision.

    Args:
        text: `2025-08-17`, `2025-08-17T16:14Z`, `2025-08-17 16:14:05+02:00`, ...
        zone: IANA zone of the source for stamps without offset; None when the source declares none.

    Raises:
        StampError: `undated`, `bad_date`, `naive_timestamp` or `date_out_of_range`.
    """
    text = text.strip()
    if not text:
        raise StampError("undated", "published_at is missing; give an ISO 8601 instant with offset")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StampError("bad_date", f"published_at {text[:40]!r} is not an ISO 8601 date or instant") from None
    if not EARLIEST <= moment.date() < LATEST:
        raise StampError("date_out_of_range", f"published_at {text[:40]!r} lies outside {EARLIEST} ... {LATEST}")
    if _DAY.fullmatch(text):
        local = moment.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        return local.astimezone(UTC), "day"
    if moment.tzinfo is None:
        if zone is None:
            remedy = "add an offset (Z, +02:00) or declare the source's zone in sources.yaml"
            raise StampError("naive_timestamp", f"published_at {text[:40]!r} has no zone; {remedy}")
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC), "minute" if _MINUTE.fullmatch(text) else "second"


def last_instant(published_at: datetime, precision: Precision, zone: str | None) -> datetime:
    """The last instant that a stamp of this precision can mean (METHOD §2), in UTC.

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
    """The instant from which a reader could have known the item, in UTC (METHOD §2).

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
