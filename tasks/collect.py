"""collect: read the article sources into `raw.article`; set aside, with a reason, what cannot be read.

Files and folders are read as they are; `feeds` asks the live sources of sources.yaml over the network.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from tasks.domain.articles import Article, Rejected
from tasks.domain.errors import ClockError, ConfigError, SourceError
from tasks.domain.run import FEEDS, Run, StepReport, check_run_id
from tasks.domain.stories import fingerprint
from tasks.storage.articles import SEEDS, Reading, article_path, read_articles
from tasks.storage.calendars import check_clocks, check_exchanges
from tasks.storage.fetches import known_answers, store_harvests, store_sources
from tasks.storage.live import Harvest, harvest, live_items, live_sources
from tasks.storage.models import build, models
from tasks.storage.prices import check_price_files, price_paths
from tasks.storage.progress import Progress
from tasks.storage.quarantine import first_fault, quarantine, storable
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tasks.storage.warehouse import (
    Connection,
    emptied,
    in_transactions,
    insert_rows,
    logged,
    naive_utc,
    next_stamp,
    open_warehouse,
    scalar,
    timed,
    transaction,
)
from tasks.storage.web import Fetcher

log = logging.getLogger(__name__)

INCOMING_LAYER = 5
BATCH = 5_000
TOGETHER = 100_000
"""Items of one transaction, whose memory grows with them: an evening is one, an archive many. Of an archive a killed
run keeps what it stored: the next one finds it unchanged, and gives the rest the same verdicts."""

SAME_INSTANT = timedelta(seconds=1)
_COLUMNS = (
    "incoming_no", "article_id", "source", "source_kind", "collection", "url", "language", "title", "published_at",
    "published_precision", "first_seen_at", "available_at", "ingested_at", "content_hash", "fingerprint", "run_id",
    "sections", "location", "gdelt_tone",
)  # fmt: skip
_MESSAGES = {
    "article_id_conflict": "article_id {id} stands for another text already; give this text an id of its own",
    "duplicate": "the same text from the same source is stored as {first}; a copy adds nothing",
    "revised": "the publisher has changed the text under the same link and title; what was known first stays",
}


def collect(run: Run, fetcher: Fetcher | None = None, together: int = TOGETHER) -> StepReport:
    """Store every new readable item once, and every rejected one with its reason.

    Args:
        run: the request.
        fetcher: asks the live sources; made from the run's policy if None.
        together: items that are stored in one transaction.

    Returns:
        counts `read`, `new`, `unchanged`, `quarantined`; the last three add up to the first. With live sources also
        `feeds` that were asked and `feeds_failed`.

    Raises:
        SeedError: the taxonomy is broken; nothing was written.
        SourceError: a path cannot be read, a price file lacks a column, not one live source answered, or the home
            holds no article after reading.
        ConfigError: the run would mix the embedded demonstration with the user's own articles, its id is no name
            of a folder, or no live source is enabled.
        ClockError: the run's clock lies before the newest publication.
    """
    clock = time.perf_counter()
    taxonomy = load_taxonomy(run.seeds)
    check_clocks(taxonomy.clocks, str(run.seeds / "clocks.csv"))
    check_exchanges(taxonomy.instruments, str(run.seeds / "instruments.csv"))
    refuse_two_collections(run)
    check_run_id(run.run_id)
    check_price_files(price_paths(run))
    live = live_sources(taxonomy, run.seeds) if FEEDS in run.articles else []
    with logged(run, "collect") as counts, open_warehouse(run) as db:
        refuse_home(db, run)
        known = known_answers(db, {source.source: source.feed or "" for source in live})
        harvests = harvest(live, known, fetcher or Fetcher(run.fetching), run.now) if live else []
        with emptied(db, "raw.incoming_article"):
            rejected = _land(db, run, taxonomy, harvests)
            unread = len(rejected)
            with transaction(db):
                build(db, [model for model in models(INCOMING_LAYER, INCOMING_LAYER) if "article" in model.name], {})
            rejected += _refused(db)
            counts.update(_judged(db), quarantined=len(rejected))
            counts["read"] = sum(counts.values())
            *earlier, (after, total) = _parts(db, together)
            for part in earlier:
                with transaction(db):
                    _accept(db, *part)
            with transaction(db):
                _accept(db, after, total)
                quarantine(db, run, "article", rejected)
                store_harvests(db, run, taxonomy, harvests, rejected)
                store_sources(db, taxonomy)
        if live:
            counts.update(feeds=len(harvests), feeds_failed=_tell_failed(harvests))
        if not db.execute("select 1 from raw.article limit 1").fetchone():
            raise SourceError(f"no article could be read, {counts['quarantined']} set aside; {first_fault(rejected)}")
        if unread and not live:  # feeds bring some every day; files can be mended
            log.warning("%d articles were set aside (raw.quarantine); %s", unread, first_fault(rejected))
        names = ("read", "new", "unchanged", "quarantined", "feeds", "feeds_failed")
        report = StepReport("collect", {name: counts[name] for name in names if name in counts})
    return timed(report, clock)


def _tell_failed(harvests: list[Harvest]) -> int:
    """Warn of every source that failed; return their number.

    Raises:
        SourceError: all of them failed.
    """
    failed = [f"{item.source.source}: {item.message}" for item in harvests if not item.is_good]
    if len(failed) == len(harvests):
        lines = "\n  ".join(failed)
        raise SourceError(f"not one of {len(failed)} live sources answered; the last publication stays\n  {lines}")
    for line in failed:
        log.warning("%s", line)
    return len(failed)


def refuse_two_collections(run: Run) -> None:
    """One run reads the embedded demonstration or somebody's own articles.

    Raises:
        ConfigError: it names both.
    """
    if SEEDS in run.articles and len(set(run.articles)) > 1:
        raise ConfigError("the embedded demonstration and your own articles need a --home each; run them one by one")


def refuse_home(db: Connection, run: Run) -> None:
    """Refuse a home of other articles, or of a later clock.

    Raises:
        ConfigError: it holds the other kind of articles.
        ClockError: the run's clock lies before its newest publication.
    """
    _refuse_mixture(db, run)
    _refuse_earlier_clock(db, run)


def _refuse_mixture(db: Connection, run: Run) -> None:
    """Demonstration and real articles in one table would be believed; they need different homes."""
    stored = {name for (name,) in db.execute("select distinct collection from raw.article").fetchall()}
    if stored and (SEEDS in stored) != (SEEDS in run.articles):
        held = "the embedded demonstration" if SEEDS in stored else "articles of your own"
        raise ConfigError(f"{run.home} holds {held}; give these articles another folder with --home")


def _refuse_earlier_clock(db: Connection, run: Run) -> None:
    """What was known later would be published as unknown again; stamps of one instant differ by microseconds."""
    newest = scalar(db, "select max(as_of_at) from raw.publication")
    if newest is not None and newest - naive_utc(run.now) > SAME_INSTANT:
        raise ClockError(
            f"the run's clock, {run.now:%Y-%m-%dT%H:%M:%SZ}, lies before the newest publication of {run.home}, "
            f"{newest:%Y-%m-%dT%H:%M:%SZ}; mend the clock or --now (the past is read with signal.theme_daily_as_known)"
        )


def _land(db: Connection, run: Run, taxonomy: Taxonomy, harvests: list[Harvest]) -> list[Rejected]:
    """Stream every item into `raw.incoming_article`; return those that are not even articles."""
    sources = {source.source: source for source in taxonomy.sources}
    rejected: list[Rejected] = []
    number, stamp = 0, next_stamp(db, run.now)
    progress = Progress(log, "read", "items", None)
    for name in sorted(run.articles, key=FEEDS.__eq__):
        live = name == FEEDS
        items = (
            live_items(harvests, sources)
            if live
            else read_articles([article_path(run.seeds, name)], Reading(run.now, sources))
        )
        for batch in in_transactions(db, _batches(items), TOGETHER // BATCH):
            rejected += [item for item in batch if isinstance(item, Rejected)]
            articles = [item for item in batch if isinstance(item, Article)]
            rows = [_row(run, stamp, name, number + place, item) for place, item in enumerate(articles, start=1)]
            number += len(articles)
            insert_rows(db, "raw.incoming_article", _COLUMNS, rows)
            progress.advance(len(batch))
    return rejected


def _batches(items: Iterable[Article | Rejected]) -> Iterator[list[Article | Rejected]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _row(run: Run, ingested_at: datetime, collection: str, number: int, item: Article) -> tuple[object, ...]:
    if item.published_at is None or item.available_at is None:
        raise AssertionError("a dated reading gives dated articles")
    text = "\n".join(section.text for section in item.sections)
    return (
        number,
        item.article_id,
        item.source,
        "live" if collection == FEEDS else "archive",
        collection if collection in (SEEDS, FEEDS) else "files",
        item.url,
        item.language,
        item.title,
        naive_utc(item.published_at),
        item.precision,
        naive_utc(item.first_seen_at) if item.first_seen_at else None,
        naive_utc(item.available_at),
        ingested_at,
        item.content_hash,
        fingerprint(text),
        run.run_id,
        [{"section": section.name, "text": section.text} for section in item.sections],
        storable(item.location),
        item.gdelt_tone,
    )


def _refused(db: Connection) -> list[Rejected]:
    """The incoming articles that contradict a stored one or repeat their source."""
    rows = db.execute(
        "select v.verdict, v.article_id, v.first_article_id, i.source, i.title, i.location, i.published_at "
        "from incoming.article_verdict as v inner join raw.incoming_article as i using (incoming_no) "
        "where v.verdict not in ('new', 'unchanged') order by v.incoming_no"
    ).fetchall()
    return [
        Rejected(
            verdict,
            at,
            _MESSAGES[verdict].format(id=article_id, first=first),
            source,
            article_id,
            title,
            published_at.replace(tzinfo=UTC),
        )
        for verdict, article_id, first, source, title, at, published_at in rows
    ]


def _judged(db: Connection) -> dict[str, int]:
    """How many incoming articles are new, and how many unchanged."""
    found = dict(db.execute("select verdict, count(*) from incoming.article_verdict group by verdict").fetchall())
    return {"new": found.get("new", 0), "unchanged": found.get("unchanged", 0)}


def _parts(db: Connection, together: int) -> list[tuple[int, int]]:
    """The numbers after which, and up to which, incoming articles are stored together.

    What feeds brought has landed last and is in the last part, with which their fetches are stored: live articles
    without a fetch would let a dead feed pass for an archive.
    """
    total = scalar(db, "select count(*) from raw.incoming_article")
    archived = scalar(db, "select count(*) from raw.incoming_article where source_kind = 'archive'")
    edges = [*range(0, archived + 1, together), total]
    return list(pairwise(edges))


def _accept(db: Connection, after: int, last: int) -> None:
    """Move the new ones of the incoming articles after number `after` to where they and their sections stay."""
    chosen = (
        "raw.incoming_article as i inner join incoming.article_verdict as v using (incoming_no) "
        "where v.verdict = 'new' and incoming_no > $after and incoming_no <= $last"
    )
    part = {"after": after, "last": last}
    db.execute(
        "insert into raw.article_section select i.article_id, u.no, i.sections[u.no].section, i.sections[u.no].text "
        f"from (select i.* from {chosen}) as i, unnest(range(1, len(i.sections) + 1)) as u(no)",
        part,
    )
    db.execute(
        "insert into raw.article by name "
        f"select i.* exclude (incoming_no, sections, location) from {chosen} order by i.article_id",
        part,
    )
