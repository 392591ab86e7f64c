"""Scores as Arrow tables: the columns of `score_articles`, and the receipt of a sentence as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from tasks.domain.scores import ArticleAxis, ArticleScore, AxisScore

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
ScoredArticle = tuple[str, ArticleScore]
"""An article_id with its scores."""


def article_table(scores: Sequence[ScoredArticle], axes: Sequence[str], versions: tuple[str, str]) -> pa.Table:
    """One row per article and axis, in the given order of both; `versions` of model and lexicon."""
    # Column by column: a dict for every row took a fifth of the time of the scoring itself.
    rows = [scored.axes[axis] for _, scored in scores for axis in axes]
    columns: dict[str, Any] = {
        "article_id": [article_id for article_id, _ in scores for _ in axes],
        "theme": list(axes) * len(scores),
        "model_version": [versions[0]] * len(rows),
        "lexicon_version": [versions[1]] * len(rows),
    }
    cells = list(zip(*rows, strict=True)) or [()] * len(ArticleAxis._fields)
    columns |= dict(zip(ArticleAxis._fields, cells, strict=True))
    return pa.table(columns, schema=ARTICLE_SCORES)


def sentence_table(scores: Sequence[ScoredArticle], axes: Sequence[str]) -> pa.Table:
    """One row per sentence and axis that it is relevant to."""
    rows = [
        (article_id, axis, sentence, sentence.axes[axis])
        for article_id, scored in scores
        for sentence in scored.sentences
        for axis in axes
        if sentence.axes[axis].relevance > 0
    ]
    shared = ("sentence_no", "section", "vader_score", "tone_score", "is_price_move", "level", "text")
    columns: dict[str, Any] = {
        "article_id": [article_id for article_id, *_ in rows],
        "theme": [axis for _, axis, *_ in rows],
        "relevance": [score.relevance for *_, score in rows],
        "score": [score.score for *_, score in rows],
        "spans": [spans_text(score) for *_, score in rows],
    }
    columns |= {name: [getattr(sentence, name) for _, _, sentence, _ in rows] for name in shared}
    return pa.table(columns, schema=SENTENCE_SCORES)


def spans_text(axis: AxisScore) -> str:
    """The receipt of a sentence on an axis: its spans as a JSON list."""
    return json.dumps([span._asdict() for span in axis.spans], ensure_ascii=False, sort_keys=True)
