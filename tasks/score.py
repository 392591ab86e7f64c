"""score: read every new sentence once; sentence scores go to `raw.sentence` and `raw.sentence_theme`."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from decimal import Decimal

from tasks.domain.articles import Section
from tasks.domain.run import Run, StepReport
from tasks.domain.scoring import MODEL_VERSION, ArticleScore, Scorer
from tasks.domain.stories import Telling, story_ids
from tasks.storage.progress import Progress
from tasks.storage.score_tables import spans_text
from tasks.storage.seeds import AXIS_WITHOUT_THEME, Taxonomy, load_taxonomy
from tasks.storage.warehouse import READING_LIMIT, Connection, insert_rows, logged, open_warehouse, timed, transaction

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
    with logged(run, "score") as counts, open_warehouse(run, READING_LIMIT) as db:
        counts.update(articles=0, sentences=0)
        with transaction(db):
            todo = _unscored(db, scorer)
            _say_new_version(db, run, scorer)
            progress = Progress(log, "scored", "articles", len(todo))
            for start in range(0, len(todo), BATCH):
                batch = todo[start : start + BATCH]
                _score_batch(db, scorer, batch, counts)
                progress.advance(len(batch))
            counts["stories"] = _tell_stories(db)
        report = StepReport("score", dict(counts))
    return timed(report, clock)


def _say_new_version(db: Connection, run: Run, scorer: Scorer) -> None:
    """A new model or lexicon restates what was published: from `--from` on, everything if it is not given."""
    current = {"model": MODEL_VERSION, "lexicon": scorer.lexicon_version}
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
            spans_text(axis),
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
