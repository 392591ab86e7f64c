"""How a page writes numbers, dates and links: fixed digits, English month names, nothing from the locale."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import urlsplit

MISSING = "–"
"""Shown for null: the glossary of every page says so."""

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
URL_LIMIT = 2_000
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udfff]")


def number(value: float | None, digits: int = 2) -> str:
    """`1,234.50`, with a true minus sign; never a minus before zeros."""
    if value is None or value != value:
        return MISSING
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """`+0.12`, `−0.03`, `0.00`."""
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.,") else text


def fine(value: float) -> str:
    """A contribution with four digits; one that would show as zero says that it is smaller."""
    text = signed(value, 4)
    return f"<{NARROW}0.0001" if value and text == "0.0000" else text


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction as a signed percentage: 0.012 is `+1.2 %`."""
    return MISSING if value is None or value != value else f"{signed(100 * value, digits)}{NARROW}%"


def share(value: float | None, digits: int = 0) -> str:
    """A share in [0, 1] as an unsigned percentage: 0.5 is `50 %`."""
    return MISSING if value is None or value != value else f"{number(100 * value, digits)}{NARROW}%"


def day(value: date | None) -> str:
    """`29 Sep 2025`."""
    return MISSING if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """`Mon 29 Sep 2025`."""
    return f"{WEEKDAYS[value.weekday()]} {day(value)}"


def utc(value: datetime | None) -> str:
    """`29 Sep 2025 15:15 UTC`, of an instant that is stored as UTC; the seconds are cut, not rounded."""
    return MISSING if value is None else f"{day(value.date())} {value:%H:%M} UTC"


def moment(value: datetime | None) -> str:
    """`29 Sep 15:15`, in a column whose head says UTC."""
    return MISSING if value is None else f"{value.day} {MONTHS[value.month - 1]} {value:%H:%M}"


def iso_date(value: date) -> str:
    """`2025-09-29`, for tables and `datetime` attributes."""
    return value.isoformat()


def iso(value: datetime) -> str:
    """`2025-09-29T15:15:00Z`, for `datetime` attributes."""
    return f"{value:%Y-%m-%dT%H:%M:%S}Z"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 story`, `3 stories`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clip(text: str, limit: int = 320) -> str:
    """Text of strangers, at most so long, without control characters and without marks that turn the reading order."""
    clean = " ".join(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " ")).split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def safe_url(url: str | None) -> str | None:
    """The address if a reader may be sent there: http or https, a host, no password; else None.

    Articles come from anywhere, so `javascript:` and `data:` addresses, and what a browser would mend into one, are
    refused rather than cleaned.
    """
    if not url or len(url) > URL_LIMIT or _UNPRINTABLE.search(url) or any(sign in url for sign in " \"'<>\\`"):
        return None
    try:
        parts = urlsplit(url)
        allowed = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        return None
    return url if allowed else None


FILTERS = {
    "clip": clip,
    "counted": counted,
    "day": day,
    "fine": fine,
    "iso": iso,
    "iso_date": iso_date,
    "moment": moment,
    "number": number,
    "percent": percent,
    "safe_url": safe_url,
    "share": share,
    "signed": signed,
    "utc": utc,
    "weekday": weekday,
}
"""The filters that every template may use."""
