"""score: read every new sentence once; sentence scores go to `raw.sentence` and `raw.sentence_theme`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, groupby, islice
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from tasks.domain.lexicon import lexicon_hash
from tasks.domain.run import Run, StepReport
from tasks.domain.scoring import MODEL_VERSION
from tasks.domain.stories import Telling, needed_from, story_ids
from tasks.storage.progress import Progress
from tasks.storage.score_chunks import ARTICLE_SECTIONS, FanOut, Scored, in_process, pack, unpack
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import (
    Connection,
    insert_rows,
    logged,
    open_warehouse,
    scalar,
    timed,
    transaction,
)

log = logging.getLogger(__name__)

BATCH = 2_000
CHUNK_CHARACTERS = 2_000_000
"""Characters that end a chunk early: it travels as some megabytes, and a lost one costs seconds."""

LEAD_CHARACTERS = 1_000
"""More than the telling words of a lead ever need."""


def score(run: Run, fan_out: FanOut = in_process) -> StepReport:
    """Score the articles that carry no score of this model and lexicon, and sort all articles into stories.

    Every scored chunk is kept at once: a run after a kill goes on with the rest.

    Args:
        run: the request.
        fan_out: where chunks are scored: here, in processes, or on a cluster. The rows do not depend on it.

    Returns:
        counts `articles`, `sentences` scored now, and `stories` in the home.
    """
    clock = time.perf_counter()
    taxonomy = load_taxonomy(run.seeds)
    with logged(run, "score") as counts, open_warehouse(run) as db:
        counts.update(articles=0, sentences=0)
        version = lexicon_hash(taxonomy.lexicon, taxonomy.exposures)
        _say_new_version(db, run, version)
        todo = _find_unscored(db, version)
        progress = Progress(log, "scored", "articles", todo)
        for scored in fan_out(taxonomy, _chunks(db, todo)):
            counts["sentences"] += _keep(db, scored)
            counts["articles"] += scored.article_count
            progress.advance(scored.article_count)
        with transaction(db):
            counts["stories"] = _tell_stories(db)
        report = StepReport("score", dict(counts))
    return timed(report, clock)


def _say_new_version(db: Connection, run: Run, lexicon_version: str) -> None:
    """A new model or lexicon restates what was published: from `--from` on, everything if it is not given."""
    current = {"model": MODEL_VERSION, "lexicon": lexicon_version}
    older = db.execute(
        "select distinct model_version, lexicon_version from raw.sentence "
        "where model_version != $model or lexicon_version != $lexicon order by all",
        current,
    ).fetchall()
    if not older or not db.execute("select 1 from raw.publication limit 1").fetchone():
        return
    before = ", ".join(f"{model} with lexicon {lexicon}" for model, lexicon in older)
    first = f"sessions from {run.from_date} on" if run.from_date else "all sessions (--from D restates from D on only)"
    now = f"{current['model']} with lexicon {current['lexicon']}"
    log.warning("scores were made by %s, now by %s: this run restates %s", before, now, first)


def _find_unscored(db: Connection, lexicon_version: str) -> int:
    """Number the articles to score in `unscored`, drop their scores of other versions, and return how many they are."""
    db.execute(
        "create or replace temp table unscored as select article_id, row_number() over (order by article_id) as no "
        "from raw.article anti join (select distinct article_id from raw.sentence "
        "where model_version = $model and lexicon_version = $lexicon) using (article_id)",
        {"model": MODEL_VERSION, "lexicon": lexicon_version},
    )
    with transaction(db):
        for table in ("raw.sentence", "raw.sentence_theme"):
            db.execute(f"delete from {table} where article_id in (select article_id from unscored)")
    return int(scalar(db, "select count(*) from unscored"))


def _chunks(db: Connection, todo: int) -> Iterator[bytes]:
    """The texts to score, packed, cut by number of articles and of characters."""
    for first in range(1, todo + 1, BATCH):
        # Fetched whole before the next: results are written through the same connection.
        yield from _split(
            db.execute(
                "select s.article_id, s.section, s.text from unscored as u inner join raw.article_section as s "
                "using (article_id) where u.no between $first and $last order by s.article_id, s.section_no",
                {"first": first, "last": first + BATCH - 1},
            ).to_arrow_table()
        )


def _split(sections: pa.Table) -> Iterator[bytes]:
    """Pack a table of sections, in pieces where its texts are long; an article is never cut."""
    ids, start, characters = sections.column("article_id"), 0, 0
    for place, length in enumerate(pc.utf8_length(sections.column("text")).to_pylist()):
        if characters >= CHUNK_CHARACTERS and ids[place] != ids[place - 1]:
            yield pack(sections.slice(start, place - start).cast(ARTICLE_SECTIONS))
            start, characters = place, 0
        characters += length
    if start < len(sections):
        yield pack(sections.slice(start).cast(ARTICLE_SECTIONS))


def _keep(db: Connection, scored: Scored) -> int:
    """Store a scored chunk; return its number of sentences."""
    tables = {"raw.sentence": unpack(scored.sentences), "raw.sentence_theme": unpack(scored.themes)}
    with transaction(db):
        for name, table in tables.items():
            db.register("scored_rows", table)
            db.execute(f"insert into {name} by name from scored_rows")
            db.unregister("scored_rows")
    return len(tables["raw.sentence"])


def _tell_stories(db: Connection) -> int:
    """Find the stories of the new articles and, anew, of all that came after the first of them; count all stories.

    Stories look only backwards in time, so what lies before the first new article keeps its story unread.
    """
    new = "raw.article anti join raw.article_story using (article_id)"
    since = scalar(db, f"select min(available_at) from {new}")
    if since is not None:
        progress = Progress(log, "told", "articles", _told_anew(db, since))
        pairs = story_ids(_tellings(db, since))
        while batch := list(islice(pairs, BATCH)):
            insert_rows(db, "fresh_story", ("article_id", "story_id"), batch)
            progress.advance(len(batch))
        db.execute("delete from raw.article_story where article_id in (select article_id from fresh_story)")
        db.execute("insert into raw.article_story by name from fresh_story")
    return int(scalar(db, "select count(distinct story_id) from raw.article_story"))


def _told_anew(db: Connection, since: datetime) -> int:
    db.execute("create or replace temp table fresh_story (article_id varchar, story_id varchar)")
    return int(scalar(db, "select count(*) from raw.article where available_at >= $since", {"since": since}))


def _tellings(db: Connection, since: datetime) -> Iterator[Telling]:
    """The articles from `since` on, after those that play a part in their stories, in the order of availability."""
    with db.cursor() as reader:  # of its own: stories are written while these are read
        reader.execute(
            "select a.article_id, a.available_at, a.fingerprint, if(a.available_at < $since, st.story_id, null), "
            "left(a.title, $lead), left(s.text, $lead) from raw.article as a "
            "inner join raw.article_section as s using (article_id) "
            "left join raw.article_story as st using (article_id) where a.available_at >= $first "
            "order by a.available_at, a.article_id, s.section_no",
            {"lead": LEAD_CHARACTERS, "since": since, "first": needed_from(since)},
        )
        rows = chain.from_iterable(iter(lambda: reader.fetchmany(BATCH), []))
        for (article_id, at, words, story_id, title), sections in groupby(rows, key=itemgetter(0, 1, 2, 3, 4)):
            lead = " ".join(text for *_, text in sections)[:LEAD_CHARACTERS]
            yield Telling(article_id, at, words, lead, title, story_id)
