"""What the providers over plain HTTP share: one getter, and reading text that may be something else."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date

from tasks.domain.errors import FetchError
from tasks.storage.providers.contract import Outcome, ProviderFault
from tasks.storage.web import Fetcher

Get = Callable[[str], bytes]

_BY_STATUS: dict[int, Outcome] = {429: "throttled", 404: "empty"}


def getter(fetcher: Fetcher) -> Get:
    """Address -> body; every fault as a `ProviderFault`."""

    def get(url: str) -> bytes:
        try:
            return fetcher.fetch(url).body
        except FetchError as fault:
            raise ProviderFault(_outcome(fault), str(fault)) from None

    return get


def _outcome(fault: FetchError) -> Outcome:
    if fault.status is not None:
        return _BY_STATUS.get(fault.status, "refused")
    return "unreadable" if fault.reason in ("too_large", "bad_encoding") else "unreachable"


def text(body: bytes) -> str:
    """The body as text.

    Raises:
        ProviderFault: it is no UTF-8, or a page for people: a wrong name or a block often answers with status 200.
    """
    try:
        found = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ProviderFault("unreadable", f"the answer is no UTF-8 (byte {fault.start})") from None
    if found.lstrip()[:1] == "<":
        raise ProviderFault("unreadable", "the answer is a web page, not data; the series may be wrong or blocked")
    return found


def table(body: bytes, needed: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV body.

    Args:
        body: as fetched.
        needed: columns that must be there.

    Raises:
        ProviderFault: it is no such table.
    """
    try:
        reader = csv.DictReader(text(body).splitlines(), strict=True)
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise ProviderFault("unreadable", f"the answer lacks the column {missing[0]}")
        rows = list(reader)
    except csv.Error as fault:
        raise ProviderFault("unreadable", f"the answer is no CSV ({fault})") from None
    if any(None in row or None in row.values() for row in rows):
        raise ProviderFault("unreadable", "a row of the answer has another number of cells than its header")
    return rows


def iso_day(found: str) -> date:
    """The day.

    Raises:
        ProviderFault: it is none.
    """
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise ProviderFault("unreadable", f"{found[:40]!r} is no date of the form YYYY-MM-DD") from None
