"""Chunks of articles as Arrow IPC bytes: what travels to whoever scores them, and what comes back.

A chunk is scored by whatever holds the taxonomy: this process, another one on this machine, or a Dask worker
elsewhere. The bytes that come back do not depend on which.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from tasks.domain.articles import Section
from tasks.domain.errors import GeoriskError
from tasks.domain.scores import ArticleScore
from tasks.domain.scoring import MODEL_VERSION, Scorer
from tasks.storage.score_tables import spans_text
from tasks.storage.seeds import AXIS_WITHOUT_THEME, Taxonomy
from tasks.storage.workers import spread

ARTICLE_SECTIONS = pa.schema([("article_id", pa.string()), ("section", pa.string()), ("text", pa.string())])
"""A chunk to score: the sections of each article in their order, articles one after the other."""

SENTENCES = pa.schema(
    [
        ("article_id", pa.string()),
        ("sentence_no", pa.int32()),
        ("section", pa.string()),
        ("section_weight", pa.float64()),
        ("text", pa.string()),
        ("is_price_move", pa.bool_()),
        ("level", pa.string()),
        ("vader_score", pa.float64()),
        ("tone_score", pa.float64()),
        ("escalation_score", pa.float64()),
        ("model_version", pa.string()),
        ("lexicon_version", pa.string()),
    ]
)
"""The rows of `raw.sentence`."""

SENTENCE_THEMES = pa.schema(
    [
        ("article_id", pa.string()),
        ("sentence_no", pa.int32()),
        ("theme", pa.string()),
        ("relevance", pa.float64()),
        ("score", pa.float64()),
        ("spans", pa.string()),
    ]
)
"""The rows of `raw.sentence_theme`."""


class Scored(NamedTuple):
    """A scored chunk: IPC bytes of `SENTENCES` and of `SENTENCE_THEMES`, and the number of articles."""

    sentences: bytes
    themes: bytes
    article_count: int


FanOut = Callable[[Taxonomy, Iterable[bytes]], Iterator[Scored]]
"""Scores chunks somewhere; the results come in any order, each chunk once."""


def make_scorer(taxonomy: Taxonomy) -> Scorer:
    """The scorer of this taxonomy."""
    return Scorer([theme.theme for theme in taxonomy.themes], taxonomy.lexicon, taxonomy.exposures)


def pack(table: pa.Table) -> bytes:
    """A table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(packed: bytes) -> pa.Table:
    """The table of an Arrow IPC stream."""
    return pa.ipc.open_stream(packed).read_all()


class PackedScorer:
    """Scores packed chunks under one taxonomy; its caches live as long as it does."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Build the scorer."""
        self._scorer = make_scorer(taxonomy)

    def score(self, chunk: bytes) -> Scored:
        """Score a packed `ARTICLE_SECTIONS` table."""
        scores = [(article_id, self._scorer.score(parts)) for article_id, parts in _articles(unpack(chunk))]
        sentences = _table(SENTENCES, (row for item in scores for row in self._sentence_rows(*item)))
        themes = _table(SENTENCE_THEMES, (row for item in scores for row in _theme_rows(*item)))
        return Scored(pack(sentences), pack(themes), len(scores))

    def _sentence_rows(self, article_id: str, scored: ArticleScore) -> Iterator[tuple[Any, ...]]:
        for sentence in scored.sentences:
            yield (
                article_id,
                sentence.sentence_no,
                sentence.section,
                sentence.section_weight,
                sentence.text,
                sentence.is_price_move,
                sentence.level,
                sentence.vader_score,
                sentence.tone_score,
                sentence.axes[AXIS_WITHOUT_THEME].score,
                MODEL_VERSION,
                self._scorer.lexicon_version,
            )


def _theme_rows(article_id: str, scored: ArticleScore) -> Iterator[tuple[Any, ...]]:
    for sentence in scored.sentences:
        for theme, axis in sentence.axes.items():
            if theme != AXIS_WITHOUT_THEME and axis.relevance > 0:
                yield (article_id, sentence.sentence_no, theme, axis.relevance, axis.score, spans_text(axis))


def _articles(table: pa.Table) -> Iterator[tuple[str, list[Section]]]:
    article_id, parts = "", list[Section]()
    for row_id, name, text in zip(*(table.column(name).to_pylist() for name in ARTICLE_SECTIONS.names), strict=True):
        if row_id != article_id and parts:
            yield article_id, parts
            parts = []
        article_id = row_id
        parts.append(Section(name, text))
    if parts:
        yield article_id, parts


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(cells, kind) for cells, kind in zip(columns, schema.types, strict=True)], schema=schema)


def in_process(taxonomy: Taxonomy, chunks: Iterable[bytes]) -> Iterator[Scored]:
    """Score in this process."""
    scorer = PackedScorer(taxonomy)
    return (scorer.score(chunk) for chunk in chunks)


def in_processes(workers: int) -> FanOut:
    """Score in `workers` processes of this machine.

    Raises:
        GeoriskError: a process was killed (while the results are read).
    """

    def fan_out(taxonomy: Taxonomy, chunks: Iterable[bytes]) -> Iterator[Scored]:
        return spread(_score, ((chunk,) for chunk in chunks), workers, _start, (taxonomy,))

    return fan_out


_kept = threading.local()
"""The scorer of a process (or of a thread of it) that serves chunks; its caches are not made for two threads."""


def score_elsewhere(version: str, taxonomy: Taxonomy, chunk: bytes) -> Scored:
    """Score in a process that may serve several runs: the scorer is kept until another version is asked for.

    Args:
        version: the model's, a blank, and the taxonomy's.
        taxonomy: what the scorer is made of, if it has to be made.
        chunk: a packed `ARTICLE_SECTIONS` table.

    Raises:
        GeoriskError: this process runs another model than whoever sent the chunk.
    """
    if version.split()[0] != MODEL_VERSION:
        remedy = "restart the workers, they keep the code that they loaded first"
        raise GeoriskError(f"a worker runs model {MODEL_VERSION}, asked for is {version.split()[0]}; {remedy}")
    if getattr(_kept, "version", None) != version:
        _kept.scorer, _kept.version = PackedScorer(taxonomy), version
    scorer: PackedScorer = _kept.scorer
    return scorer.score(chunk)


def _start(taxonomy: Taxonomy) -> None:
    _kept.scorer = PackedScorer(taxonomy)


def _score(chunk: bytes) -> Scored:
    scorer: PackedScorer = _kept.scorer
    return scorer.score(chunk)
