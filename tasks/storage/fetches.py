"""The sources, and every time one was asked: `raw.source`, `raw.source_fetch`.

The next request is made conditional by it, coverage is judged by it, and it shows a source's health.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from tasks.domain.articles import Rejected
from tasks.domain.run import Run
from tasks.storage.live import GOOD, Harvest, Known
from tasks.storage.seeds import Taxonomy
from tasks.storage.warehouse import Connection, insert_rows, naive_utc

DISABLED = "disabled"
"""The outcome of a row that says: from here on the source is not asked and not expected."""

_COLUMNS = (
    "source", "url", "run_id", "started_at", "seen_at", "outcome", "http_status", "item_count", "new_count",
    "quarantined_count", "newest_item_at", "etag", "last_modified", "message",
)  # fmt: skip


def known_answers(db: Connection, feeds: Mapping[str, str]) -> dict[str, Known]:
    """Source -> what its last good answer left, where it came from the address (source -> URL) that is asked now."""
    rows = db.execute(
        "select distinct on (source) source, url, etag, last_modified, newest_item_at, seen_at from raw.source_fetch "
        "where outcome in ? order by source, seen_at desc, run_id desc",
        [list(GOOD)],
    ).fetchall()
    return {
        source: Known(etag, last_modified, _aware(newest_item_at), _aware(seen_at))
        for source, url, etag, last_modified, newest_item_at, seen_at in rows
        if feeds.get(source) == url
    }


def store_harvests(
    db: Connection, run: Run, taxonomy: Taxonomy, harvests: Sequence[Harvest], rejected: Sequence[Rejected]
) -> None:
    """Append a row a source that was asked, with what became of its items; and one a source that is no longer asked.

    Call it while the run's articles and their verdicts are there.
    """
    new = dict(
        db.execute(
            "select i.source, count(*) from raw.incoming_article as i inner join incoming.article_verdict as v "
            "using (incoming_no) where v.verdict = 'new' and i.source_kind = 'live' group by i.source"
        ).fetchall()
    )
    set_aside = Counter(item.source for item in rejected)
    rows = [
        (
            name := item.source.source, item.source.feed, run.run_id, naive_utc(item.started_at),
            naive_utc(item.answer.seen_at), item.outcome, item.answer.http_status or None, item.answer.item_count,
            new.get(name, 0), set_aside[name], _naive(item.answer.newest_item_at), item.answer.etag,
            item.answer.last_modified, item.message,
        )
        for item in harvests
    ]  # fmt: skip
    insert_rows(db, "raw.source_fetch", _COLUMNS, rows)
    _store_disabled(db, run, {source.source for source in taxonomy.sources if source.kind == "live" and source.enabled})


def _store_disabled(db: Connection, run: Run, enabled: Collection[str]) -> None:
    """Say of every source that was asked before and is switched off, or gone from sources.yaml, that it is."""
    rows = db.execute(
        "select distinct on (source) source, url, outcome from raw.source_fetch "
        "order by source, seen_at desc, run_id desc"
    ).fetchall()
    now = naive_utc(run.now)
    gone = [(name, url) for name, url, outcome in rows if name not in enabled and outcome != DISABLED]
    columns = ("source", "url", "run_id", "started_at", "seen_at", "outcome", "item_count", "new_count",
               "quarantined_count")  # fmt: skip
    insert_rows(db, "raw.source_fetch", columns, [(*who, run.run_id, now, now, DISABLED, 0, 0, 0) for who in gone])


def store_sources(db: Connection, taxonomy: Taxonomy) -> None:
    """The sources that brought anything or were asked, with what the taxonomy declares of them.

    An undeclared one is an archive, unless it was asked: then it was declared once, and its past stays as it was.
    """
    declared = {source.source: source for source in taxonomy.sources}
    asked = {name for (name,) in db.execute("select distinct source from raw.source_fetch").fetchall()}
    found = "select source from raw.article union select source from raw.quarantine where kind = 'article'"
    names = sorted({name for (name,) in db.execute(found).fetchall()} | asked)
    db.execute("delete from raw.source")
    rows: list[tuple[object, ...]] = []
    for name in names:
        source = declared.get(name)
        if source is not None:
            about = (source.kind, source.publisher, source.terms, True, source.covers_from, source.covers_to)
            rows.append((name, *about, source.cadence_minutes))
        elif name in asked:
            rows.append((name, "live", name, "no longer in sources.yaml", True, None, None, None))
        else:
            rows.append((name, "archive", name, "the user's own file", False, None, None, None))
    columns = ("source", "kind", "publisher", "terms", "is_declared", "covers_from", "covers_to", "cadence_minutes")
    insert_rows(db, "raw.source", columns, rows)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _naive(moment: datetime | None) -> datetime | None:
    return naive_utc(moment) if moment else None
