"""score: read every new sentence once; sentence scores go to `raw.sentence` and `raw.sentence_theme`."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from tasks.domain.articles import Rejected, Section
from tasks.domain.errors import SourceError
from tasks.domain.run import Run, StepReport
from tasks.domain.scoring import MODEL_VERSION, ArticleScore, AxisScore, Scorer
from tasks.domain.stories import Telling, story_ids
from tasks.storage.articles import Reading, article_path, read_articles
from tasks.storage.progress import Progress
from tasks.storage.seeds import AXIS_WITHOUT_THEME, Taxonomy, load_taxonomy
from tasks.storage.tables import TableWriter
from tasks.storage.warehouse import Connection, insert_rows, logged, open_warehouse, timed, transaction

log = logging.getLogger(__name__)

BATCH = 2_000
LEAD_CHARACTERS = 1_000
"""More than the telling words of a lead ever need."""

_SENTENCE = (
    "article_id", "sentence_no", "section", "section_weight", "text", "is_price_move", "level", "vader_score",
    "tone_score", "escalation_score", "model_version", "lexicon_version",
)  # fmt: skip
_SENTENCE_THEME = ("article_id", "sentence_no", "theme", "relevance", "score", "spans")
_FOUR, _TWO = Decimal("0.0001"), Decimal("0.01")


def make_scorer(taxonomy: Taxonomy) -> Scorer:
    """The scorer of this taxonomy."""
    return Scorer([theme.theme for theme in taxonomy.themes], taxonomy.lexicon, taxonomy.exposures)


def score(run: Run) -> StepReport:
    """Score the articles that carry no score of this model and lexicon, and sort all articles into stories.

    Returns:
        counts `articles`, `sentences` scored now, and `stories` in the home.
    """
    clock = time.perf_counter()
    scorer = make_scorer(load_taxonomy(run.seeds))
    with logged(run, "score") as counts, open_warehouse(run) as db:
        counts.update(articles=0, sentences=0)
        with transaction(db):
            todo = _unscored(db, scorer)
            progress = Progress(log, "scored", "articles", len(todo))
            for start in range(0, len(todo), BATCH):
                batch = todo[start : start + BATCH]
                _score_batch(db, scorer, batch, counts)
                progress.advance(len(batch))
            counts["stories"] = _tell_stories(db)
        report = StepReport("score", dict(counts))
    return timed(report, clock)


def _unscored(db: Connection, scorer: Scorer) -> list[str]:
    rows = db.execute(
        "select article_id from raw.article anti join (select distinct article_id from raw.sentence "
        "where model_version = $model and lexicon_version = $lexicon) using (article_id) order by article_id",
        {"model": MODEL_VERSION, "lexicon": scorer.lexicon_version},
    ).fetchall()
    return [article_id for (article_id,) in rows]


def _score_batch(db: Connection, scorer: Scorer, article_ids: Sequence[str], counts: dict[str, int]) -> None:
    rows = db.execute(
        "select article_id, section, text from raw.article_section where article_id in (select unnest($ids)) "
        "order by article_id, section_no",
        {"ids": list(article_ids)},
    ).fetchall()
    sections: dict[str, list[Section]] = {}
    for article_id, name, text in rows:
        sections.setdefault(article_id, []).append(Section(name, text))
    sentences: list[tuple[object, ...]] = []
    themes: list[tuple[object, ...]] = []
    for article_id, parts in sections.items():
        scored = scorer.score(parts)
        sentences += _sentence_rows(article_id, scored, scorer.lexicon_version)
        themes += _theme_rows(article_id, scored)
    for table in ("raw.sentence", "raw.sentence_theme"):
        db.execute(f"delete from {table} where article_id in (select unnest($ids))", {"ids": list(article_ids)})
    insert_rows(db, "raw.sentence", _SENTENCE, sentences)
    insert_rows(db, "raw.sentence_theme", _SENTENCE_THEME, themes)
    counts["articles"] += len(sections)
    counts["sentences"] += len(sentences)


def _sentence_rows(article_id: str, scored: ArticleScore, lexicon_version: str) -> list[tuple[object, ...]]:
    return [
        (
            article_id,
            sentence.sentence_no,
            sentence.section,
            _decimal(sentence.section_weight, _TWO),
            sentence.text,
            sentence.is_price_move,
            sentence.level,
            _decimal(sentence.vader_score, _FOUR),
            _decimal(sentence.tone_score, _FOUR),
            _decimal(sentence.axes[AXIS_WITHOUT_THEME].score, _FOUR),
            MODEL_VERSION,
            lexicon_version,
        )
        for sentence in scored.sentences
    ]


def _theme_rows(article_id: str, scored: ArticleScore) -> list[tuple[object, ...]]:
    return [
        (
            article_id,
            sentence.sentence_no,
            theme,
            _decimal(axis.relevance, _FOUR),
            _decimal(axis.score, _FOUR),
            _spans(axis),
        )
        for sentence in scored.sentences
        for theme, axis in sentence.axes.items()
        if theme != AXIS_WITHOUT_THEME and axis.relevance > 0
    ]


def _tell_stories(db: Connection) -> int:
    """Assign every article to its story anew; only backwards in time, so old stories keep their ids."""
    rows = db.execute(
        "select a.article_id, a.available_at, a.fingerprint, left(s.lead, $lead) from raw.article as a inner join ("
        "select article_id, string_agg(left(text, $lead), ' ' order by section_no) as lead from raw.article_section "
        "group by article_id) as s using (article_id)",
        {"lead": LEAD_CHARACTERS},
    ).fetchall()
    stories = story_ids(Telling(*row) for row in rows)
    db.execute("delete from raw.article_story")
    insert_rows(db, "raw.article_story", ("article_id", "story_id"), sorted(stories.items()))
    return len(set(stories.values()))


def _decimal(value: float, step: Decimal) -> Decimal:
    """The stored decimal of a score that was rounded to four places already."""
    return Decimal(repr(value)).quantize(step)


ARTICLE_SCORES = pa.schema(
    [
        ("article_id", pa.string()),
        ("theme", pa.string()),
        ("relevance", pa.float64()),
        ("is_relevant", pa.bool_()),
        ("vader_score", pa.float64()),
        ("tone_score", pa.float64()),
        ("risk_score", pa.float64()),
        ("direction", pa.int8()),
        ("is_price_move", pa.bool_()),
        ("model_version", pa.string()),
        ("lexicon_version", pa.string()),
    ]
)
SENTENCE_SCORES = pa.schema(
    [
        ("article_id", pa.string()),
        ("sentence_no", pa.int32()),
        ("section", pa.string()),
        ("theme", pa.string()),
        ("relevance", pa.float64()),
        ("score", pa.float64()),
        ("vader_score", pa.float64()),
        ("tone_score", pa.float64()),
        ("is_price_move", pa.bool_()),
        ("level", pa.string()),
        ("text", pa.string()),
        ("spans", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class FileScores:
    """What `score_files` did."""

    article_count: int
    rejected: tuple[Rejected, ...]


def score_files(
    articles: Sequence[str], out: Path, sentences: Path | None, *, seeds: Path, now: datetime
) -> FileScores:
    """Score article files into `out` (four rows an article) and, if asked, their sentences into `sentences`.

    Raises:
        SeedError: the taxonomy is broken.
        SourceError: a path cannot be read, or no article could be.
        ConfigError: an output ends neither in .csv nor in .parquet.
    """
    taxonomy = load_taxonomy(seeds)
    scorer = make_scorer(taxonomy)
    reading = Reading(now, {source.source: source for source in taxonomy.sources}, needs_date=False)
    paths = [article_path(seeds, name) for name in articles]
    rejected: list[Rejected] = []
    count = 0
    with TableWriter(out, ARTICLE_SCORES) as table, _optional(sentences) as sentence_table:
        for item in read_articles(paths, reading):
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            scored = scorer.score(item.sections)
            table.write(_article_rows(item.article_id, scored, scorer.lexicon_version))
            if sentence_table:
                sentence_table.write(_long_sentence_rows(item.article_id, scored))
            count += 1
        if not count:
            raise SourceError(f"no article could be read, {len(rejected)} set aside: {rejected[0].message}")
    return FileScores(count, tuple(rejected))


def _optional(path: Path | None) -> AbstractContextManager[TableWriter | None]:
    return TableWriter(path, SENTENCE_SCORES) if path else nullcontext()


def _article_rows(article_id: str, scored: ArticleScore, lexicon_version: str) -> list[dict[str, object]]:
    return [
        {
            "article_id": article_id,
            "theme": theme,
            **{name: getattr(axis, name) for name in ARTICLE_SCORES.names[2:9]},
            "model_version": MODEL_VERSION,
            "lexicon_version": lexicon_version,
        }
        for theme, axis in sorted(scored.axes.items())
    ]


def _long_sentence_rows(article_id: str, scored: ArticleScore) -> list[dict[str, object]]:
    shared = ("sentence_no", "section", "vader_score", "tone_score", "is_price_move", "level", "text")
    return [
        {
            "article_id": article_id,
            "theme": theme,
            "relevance": axis.relevance,
            "score": axis.score,
            "spans": _spans(axis),
            **{name: getattr(sentence, name) for name in shared},
        }
        for sentence in scored.sentences
        for theme, axis in sorted(sentence.axes.items())
        if axis.relevance > 0
    ]


def _spans(axis: AxisScore) -> str:
    return json.dumps([asdict(span) for span in axis.spans], ensure_ascii=False, sort_keys=True)
