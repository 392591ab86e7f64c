"""Live sources: ask every enabled feed of sources.yaml, a few hosts at a time, and never fail for one of them.

A reader a format, in `READERS`: it fetches through the run's `Fetcher` and returns an `Answer`. What it raises becomes
the outcome of that source alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import ConfigError, FetchError, SourceError
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.articles import Reading, shape
from tasks.storage.feeds import read_feed
from tasks.storage.gdelt import catch_up
from tasks.storage.seeds import Taxonomy
from tasks.storage.web import Fetcher

FEED_BYTES = 5_000_000
"""Of one document; the largest feeds of the press, with whole texts, have 2 MB."""

GOOD = ("ok", "not_modified")
Item = RawItem | Rejected


class Known(NamedTuple):
    """What the last good answer of a source left: validators, its newest item, and when we saw it."""

    etag: str | None = None
    last_modified: str | None = None
    newest_item_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader got: items seen at `seen_at`, and what to remember. `http_status` 304 means nothing has changed."""

    seen_at: datetime
    items: tuple[Item, ...] = ()
    item_count: int = 0
    newest_item_at: datetime | None = None
    http_status: int = 200
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Harvest:
    """One source in one run: when it was asked, the outcome, and the answer, if there was one.

    `outcome` is `ok`, `not_modified`, `unreadable` (an answer that is no feed), or a reason of `FetchError`.
    """

    source: Source
    started_at: datetime
    outcome: str
    answer: Answer
    message: str | None = field(default=None)

    @property
    def is_good(self) -> bool:
        """True when the source answered as it should."""
        return self.outcome in GOOD


Clock = Callable[[], datetime]
Reader = Callable[[Source, Known, Fetcher, Clock], Answer]
"""(source, what is known, the run's fetcher, the run's clock) -> answer.

Raises:
    FetchError: no usable answer. SourceError: an answer that cannot be read.
"""


def live_sources(taxonomy: Taxonomy, seeds: Path) -> list[Source]:
    """The sources that are asked.

    Raises:
        ConfigError: none is enabled.
    """
    live = [source for source in taxonomy.sources if source.kind == "live" and source.enabled]
    if not live:
        raise ConfigError(f"{seeds / 'sources.yaml'} has no enabled live source; add one or leave feeds out")
    return live


def read_rss(source: Source, known: Known, fetcher: Fetcher, clock: Clock) -> Answer:
    """Fetch and read one RSS or Atom document, if it has changed."""
    fetched = fetcher.fetch(
        source.feed or "", etag=known.etag, last_modified=known.last_modified, max_bytes=FEED_BYTES,
        headers={"Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"},
    )  # fmt: skip
    seen_at = clock()
    if fetched.not_modified:
        return Answer(seen_at, (), 0, known.newest_item_at, 304, fetched.etag, fetched.last_modified)
    feed = read_feed(fetched.body, fetched.content_type, source, seen_at)
    return Answer(
        seen_at, feed.items, feed.item_count, feed.newest_item_at, 200, fetched.etag, fetched.last_modified
    )  # fmt: skip


def read_gdelt(source: Source, known: Known, fetcher: Fetcher, clock: Clock) -> Answer:
    """Fetch and read the batches of GDELT after the last one read, whose label is kept as the validator."""
    catch = catch_up(source, known.etag, fetcher, clock)
    status = 200 if catch.batch_count else 304
    return Answer(catch.seen_at, catch.items, len(catch.items), catch.newest_at, status, catch.label)


READERS: dict[str, Reader] = {"rss": read_rss, "gdelt": read_gdelt}


def harvest(sources: Sequence[Source], known: Mapping[str, Known], fetcher: Fetcher, now: datetime) -> list[Harvest]:
    """Ask every source; one result each, in their order.

    Args:
        sources: enabled live sources.
        known: source -> what its last good answer left.
        fetcher: asks, with its policy's limits.
        now: the run's clock; a source is seen at that instant and as much later as asking has taken.
    """
    began = fetcher.clock()

    def clock() -> datetime:
        return now + timedelta(seconds=fetcher.clock() - began)

    def ask(source: Source) -> Harvest:
        return _ask(source, known.get(source.source, Known()), fetcher, clock)

    with ThreadPoolExecutor(fetcher.policy.workers, thread_name_prefix="feeds") as pool:
        return list(pool.map(ask, sources))


def _ask(source: Source, known: Known, fetcher: Fetcher, clock: Clock) -> Harvest:
    started_at = clock()
    try:
        answer = READERS[source.format or "rss"](source, known, fetcher, clock)
    except FetchError as fault:
        return Harvest(source, started_at, fault.reason, _nothing(clock, fault.status), str(fault))
    except SourceError as fault:
        message = f"{source.feed} {fault}"
        lost = Rejected("unreadable_feed", source.feed or "", str(fault), source.source)
        return Harvest(source, started_at, "unreadable", _nothing(clock, 200, lost), message)
    return Harvest(source, started_at, "not_modified" if answer.http_status == 304 else "ok", answer)


def _nothing(clock: Clock, status: int | None, *items: Item) -> Answer:
    return Answer(clock(), items, http_status=status or 0)


def live_items(harvests: Sequence[Harvest], sources: Mapping[str, Source]) -> Iterator[Article | Rejected]:
    """Every item that was harvested, judged as of the moment it was seen."""
    for found in harvests:
        reading = Reading(found.answer.seen_at, sources, kind="live")
        for item in found.answer.items:
            yield item if isinstance(item, Rejected) else shape(item, reading)
