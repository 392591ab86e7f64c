"""GDELT 2.0: fetch the batches that are new since the last run, a bounded number of them, oldest first.

A batch is a file of a quarter of an hour. `lastupdate.txt` names the newest one; after an outage the end of
`masterfilelist.txt`, which lies beside it, names those between. What a run has read is remembered as one label, which
the caller keeps (`raw.source_fetch`); batches are read in order, so nothing before it is missing without a word.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasks.domain.articles import Rejected
from tasks.domain.errors import FetchError, SourceError
from tasks.domain.gkg import GkgError, parse_label
from tasks.domain.taxonomy import Source
from tasks.storage.article_tables import RawItem
from tasks.storage.gdelt_files import PACKED_BYTES, Batch, Listed, read_batch, read_list
from tasks.storage.web import Fetcher

log = logging.getLogger(__name__)

MAX_BATCHES = 200
"""Of one run: two days and two hours, 0.9 GB. The rest is left for the next run."""

GIVE_UP = timedelta(days=7)
"""Older batches are not fetched: their pages would be no news when we see them first (`stale_item`)."""

PATIENCE = timedelta(hours=2)
"""A batch that cannot be read is asked for again until it is so old; then the run goes on without it."""

STEP = timedelta(minutes=15)

LIST_BYTES = 100_000
TAIL_BYTES = 400_000
"""Of the master list (over 100 MB): ten days of its lines."""

BATCH_SECONDS = 180.0
"""For one batch over a slow line."""

AHEAD = timedelta(minutes=30)
"""GDELT labels a batch up to a quarter of an hour ahead of time; what lies later is a mistake."""


@dataclass(frozen=True, slots=True)
class Catch:
    """What a run got: items, and what to remember.

    `label` names the last batch that is done with, `newest_at` its instant, or when we saw it where it is labelled
    ahead of time. `batch_count` 0 means that nothing is new.
    """

    seen_at: datetime
    items: tuple[RawItem | Rejected, ...]
    label: str
    newest_at: datetime
    batch_count: int = 0
    row_count: int = 0


def catch_up(source: Source, done: str | None, fetcher: Fetcher, clock: Callable[[], datetime]) -> Catch:
    """Fetch and read what is new.

    Args:
        source: the entry of sources.yaml; its feed is the address of `lastupdate.txt`, at GDELT or a mirror.
        done: label of the last batch that an earlier run has read; None = there was none, and the newest is read.
        fetcher: asks.
        clock: the run's.

    Raises:
        FetchError: the list or the first batch gave no usable answer.
        SourceError: the list is none, or the first batch cannot be read and is still young.
    """
    newest = _newest(fetcher.fetch(source.feed or "", max_bytes=LIST_BYTES).body, clock())
    last = _parsed(done)
    if last is not None and newest.batch <= last:
        return Catch(clock(), (), _label(last), min(last, clock()))
    before = last or newest.batch - STEP
    todo: list[Listed] = [newest]
    lost: list[Rejected] = []
    if newest.batch - before > STEP:
        todo, lost = _between(source, before, newest, fetcher)
        before = max(before, newest.batch - GIVE_UP - STEP)
    start = Catch(clock(), tuple(lost), _label(before), before)
    catch = _read(source, todo[:MAX_BATCHES], start, fetcher, clock)
    left = sum(listed.batch > catch.newest_at for listed in todo)
    log.info(
        "%s: %d batches with %d rows read, %d items taken, %d batches left for the next run",
        *(source.source, catch.batch_count, catch.row_count, len(catch.items), left),
    )
    return replace(catch, newest_at=min(catch.newest_at, catch.seen_at))


def _newest(body: bytes, now: datetime) -> Listed:
    """The newest batch of a list that can have been made: a label of next year would be the last one ever read."""
    made = [listed for listed in read_list(body) if listed.batch <= now + AHEAD]
    if not made:
        raise SourceError(f"lists batches that lie after {now:%Y-%m-%d %H:%M}Z, the run's clock; is that right?")
    return made[-1]


def _label(batch: datetime) -> str:
    return f"{batch:%Y%m%d%H%M%S}"


def _parsed(label: str | None) -> datetime | None:
    """None also for what is no label: whoever wrote it, the newest batch is a new beginning."""
    try:
        return parse_label(label or "")
    except GkgError:
        return None


def _between(source: Source, last: datetime, newest: Listed, fetcher: Fetcher) -> tuple[list[Listed], list[Rejected]]:
    """The batches after the last one that we have, in order; and what is so old that it is not read any more."""
    master = f"{_folder(source)}/masterfilelist.txt"
    headers = {"Range": f"bytes=-{TAIL_BYTES}", "Accept-Encoding": "identity"}
    found = read_list(fetcher.fetch(master, max_bytes=2 * TAIL_BYTES, headers=headers).body)
    first = newest.batch - GIVE_UP
    todo = [listed for listed in found if max(first, last + STEP) <= listed.batch < newest.batch] + [newest]
    if first <= last + STEP:
        return todo, []
    rule = f"batches of {last + STEP:%Y-%m-%d %H:%M} to {first:%Y-%m-%d %H:%M} are more than {GIVE_UP.days} days old"
    return todo, [Rejected("outage", master, f"{rule} and are not read any more; run more often", source.source)]


def _read(
    source: Source, todo: Sequence[Listed], start: Catch, fetcher: Fetcher, clock: Callable[[], datetime]
) -> Catch:
    """Read the batches in order, until one of them must be waited for."""
    catch = start
    for listed in todo:
        url = f"{_folder(source)}/{listed.label}.gkg.csv.zip"
        try:
            body = fetcher.fetch(url, max_bytes=PACKED_BYTES, deadline_seconds=BATCH_SECONDS).body
            batch = read_batch(body, listed, source, clock())
        except SourceError as fault:
            if _may_pass(fault) or clock() - listed.batch < PATIENCE:
                if not catch.batch_count:
                    raise _named(fault, listed) from None
                log.warning("%s: %s; the run stops before it and asks again next time", source.source, fault)
                return catch
            batch = Batch(0, (Rejected("unreadable_batch", url, f"{listed.label} {fault}", source.source),))
        missing = (listed.batch - catch.newest_at) // STEP - 1
        if missing > 0:
            message = (
                f"{missing} batches before {listed.label} are not listed: GDELT has not made them, nothing to mend"
            )
            batch = replace(batch, items=(Rejected("missing_batch", url, message, source.source), *batch.items))
        catch = Catch(
            clock(),
            catch.items + batch.items,
            listed.label,
            listed.batch,
            catch.batch_count + 1,
            catch.row_count + batch.row_count,
        )
    return catch


def _folder(source: Source) -> str:
    """Where the lists and the batches lie: beside `lastupdate.txt`, so no list can send us to another host."""
    return (source.feed or "").rpartition("/")[0]


def _named(fault: SourceError, listed: Listed) -> SourceError:
    """The fault with its file, where it does not name its address."""
    named = isinstance(fault, FetchError)
    return fault if named else SourceError(f"lists {listed.label}.gkg.csv.zip, which {fault}")


def _may_pass(fault: SourceError) -> bool:
    """True for a fault of the way or the host; false for one of the file, which stays as it is."""
    if not isinstance(fault, FetchError):
        return False
    return fault.reason not in ("too_large", "bad_encoding") and fault.status not in (404, 410)
