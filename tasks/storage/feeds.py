"""Feeds: the bytes of an RSS or Atom document become items, or `Rejected`s with their reason. Nothing is fetched here.

feedparser reads the document; what it is known to get wrong is kept from it or done here: encodings and entities
(`tasks.storage.feed_text`), dates (`tasks.domain.feed_dates`), markup and links (`tasks.domain.feed_items`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from tasks.domain.articles import Precision, Rejected
from tasks.domain.availability import FUTURE_TOLERANCE, StampError
from tasks.domain.errors import SourceError
from tasks.domain.feed_dates import parse_feed_date
from tasks.domain.feed_items import clean_url, headline, item_id, lead
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.feed_text import checked_feed, decode_feed, is_complete

MAX_ITEMS = 1_000
"""Feeds hold 20 to 100 items; what comes after these is set aside in one piece."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a document holds: its items, how many it had, and when the newest of them was published."""

    items: tuple[RawItem | Rejected, ...]
    item_count: int
    newest_item_at: datetime | None


def read_feed(body: bytes, content_type: str, source: Source, seen_at: datetime) -> Feed:
    """Read one document of a live source.

    Args:
        body: as it was sent, decompressed.
        content_type: of the answer, for its charset.
        source: the entry of sources.yaml; its zone reads stamps without one.
        seen_at: when we saw it; the items' `first_seen_at`.

    Raises:
        SourceError: the document is no feed, is a trap, or holds no item at all.
    """
    text = decode_feed(body, content_type)
    parsed = _parsed(checked_feed(text))
    entries = [entry for entry in parsed.get("entries", []) if isinstance(entry, dict)]
    if not parsed.get("version"):
        fault = str(parsed.get("bozo_exception", "no rss, rdf or feed element"))[:100]
        raise SourceError(f"is no RSS or Atom document ({fault}); look at the address in a browser")
    if not entries:
        raise SourceError("is a feed without items, which tells nothing; look at the address in a browser")
    language = str(parsed.get("feed", {}).get("language", ""))
    cut = len(entries) - 1 if parsed.get("bozo") and not is_complete(text) else None
    made = [_item(entry, source, seen_at, language) for entry in entries[:MAX_ITEMS]]
    items = [item for item, _ in made]
    if cut is not None and cut < MAX_ITEMS:
        items[cut] = _cut(items[cut], source)
    if len(entries) > MAX_ITEMS:
        message = (
            f"{len(entries) - MAX_ITEMS:,} more items than the {MAX_ITEMS:,} that are read; ask for a shorter feed"
        )
        items.append(Rejected("too_many_items", _address(source), message, source.source))
    latest = seen_at + FUTURE_TOLERANCE
    return Feed(tuple(items), len(entries), max((at for _, at in made if at and at <= latest), default=None))


def _parsed(document: bytes) -> dict[str, Any]:
    """What feedparser makes of it. From a stream: bytes that look like a path or an address would be opened."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        found: dict[str, Any] = feedparser.parse(
            io.BytesIO(document), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as fault:  # whatever a hostile document makes a parser do, it is the document's fault
        raise SourceError(f"cannot be parsed ({type(fault).__name__}); look at the address in a browser") from None
    return found


def _item(
    entry: dict[str, Any], source: Source, seen_at: datetime, language: str
) -> tuple[RawItem | Rejected, datetime | None]:
    """One entry as an item, and the instant at which it was published, if that is known."""
    url = clean_url(_text(entry, "link"), _address(source)) if _text(entry, "link") else None
    suffixes = [f" - {publisher}" for publisher in [_publisher(entry)] if publisher]
    suffixes += [source.strip_title_suffix] if source.strip_title_suffix else []
    title = headline(_text(entry, "title"), suffixes)
    guid = _text(entry, "id").strip()
    name = item_id(source.source, url, guid, title)
    location = url or f"{_address(source)} ({guid[:100] or 'an item without link'})"
    try:
        published_at, precision = parse_feed_date(_date(entry), source.zone)
    except StampError as fault:
        return Rejected(fault.reason, location, str(fault), source.source, name, title[:500]), None
    fields = {
        "article_id": name,
        "source": source.source,
        "published_at": _stamp(published_at, precision, source.zone),
        "first_seen_at": seen_at.isoformat(),
        "title": title,
        "summary": lead(_summary(entry), title),
        "url": url or "",
    }
    spoken = str(entry.get("language") or language).strip().lower()
    if spoken and not spoken.startswith("en"):
        fields["language"] = spoken
    return RawItem(location, {key: value for key, value in fields.items() if value}, ""), published_at


def _cut(item: RawItem | Rejected, source: Source) -> Rejected:
    """The last item of a document that ends too early: half a headline can say the opposite of the whole."""
    message = "the feed ends in the middle of its last item; it is read when the feed is whole again"
    if isinstance(item, Rejected):
        return item
    fields = item.fields
    return Rejected(
        "truncated", item.location, message, source.source, fields.get("article_id"), fields.get("title", "")[:500]
    )


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _publisher(entry: dict[str, Any]) -> str:
    """Who wrote an item that a collection of others' texts hands on."""
    origin = entry.get("source")
    return str(origin.get("title", "")).strip() if isinstance(origin, dict) else ""


def _summary(entry: dict[str, Any]) -> str:
    """The summary, or the beginning of the content where there is none."""
    contents = entry.get("content")
    first = contents[0] if isinstance(contents, list) and contents else {}
    return _text(entry, "summary") or (_text(first, "value") if isinstance(first, dict) else "")


def _date(entry: dict[str, Any]) -> str:
    """When it was published, else changed."""
    # The dict's own `get`: feedparser's takes one date for the other, with a warning.
    texts = (str(dict.get(entry, name) or "").strip() for name in ("published", "created", "updated"))
    return next((text for text in texts if text), "")


def _stamp(instant: datetime, precision: Precision, zone: str | None) -> str:
    """The instant in a form that keeps its precision."""
    if precision == "day":
        return instant.astimezone(ZoneInfo(zone) if zone else UTC).date().isoformat()
    return instant.isoformat() if precision == "second" else f"{instant:%Y-%m-%dT%H:%MZ}"


def _address(source: Source) -> str:
    return source.feed or ""
