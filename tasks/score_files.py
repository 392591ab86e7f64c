"""score_files: score article files alone, without prices or warehouse, on all cores; goes on after a kill."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError
from tasks.domain.lexicon import lexicon_hash
from tasks.domain.scoring import MODEL_VERSION
from tasks.storage.article_tables import RawItem, row_count
from tasks.storage.articles import Reading, article_files, article_path, read_items, shape
from tasks.storage.parts import Parts, fingerprint
from tasks.storage.progress import EVERY_SECONDS, Progress
from tasks.storage.score_chunks import make_scorer
from tasks.storage.score_tables import ARTICLE_SCORES, SENTENCE_SCORES, ScoredArticle, article_table, sentence_table
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tasks.storage.tables import TableWriter
from tasks.storage.workers import spread

log = logging.getLogger(__name__)

CHUNK = 5_000
"""Items in a part; an input of one chunk is scored in this process and leaves no parts."""
CHUNK_CHARACTERS = 8_000_000
"""Characters that end a chunk early, so that long articles take no more memory."""
SCHEMAS = {"scores": ARTICLE_SCORES, "sentences": SENTENCE_SCORES}

Item = RawItem | Rejected
Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class FileScores:
    """What `score_files` did."""

    article_count: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """All that a process must know to score chunks; sent to each process once.

    `names`: of the tables to make, `scores` and perhaps `sentences`.
    """

    taxonomy: Taxonomy
    reading: Reading
    names: tuple[str, ...]
    parts: Parts


def score_files(
    articles: Sequence[str],
    out: Path,
    sentences: Path | None,
    *,
    seeds: Path,
    now: datetime,
    is_now_given: bool = False,
    workers: int = 1,
    chunk_size: int = CHUNK,
    progress_every: float = EVERY_SECONDS,
) -> FileScores:
    """Score article files into `out` (four rows an article) and, if asked, their sentences into `sentences`.

    An input of more than one chunk is scored in `workers` processes, and its finished chunks are kept beside `out`
    until all are joined: after a kill the same call goes on with the rest. The output depends neither on `workers`
    nor on the kill.

    Args:
        articles: `seeds`, or paths of files, folders or patterns.
        out: .csv or .parquet, as is `sentences`.
        sentences: None for no such table.
        seeds: folder of the taxonomy.
        now: items published after this instant are set aside.
        is_now_given: whether somebody chose `now`. If it is only the wall clock, parts of an earlier run keep theirs.
        workers: number of processes; 1 is this one.
        chunk_size: items in a chunk.
        progress_every: seconds between two lines of progress.

    Raises:
        SeedError: the taxonomy is broken.
        SourceError: a path cannot be read, or no article could be.
        ConfigError: an output ends neither in .csv nor in .parquet, or what lies in the place of its parts is none.
        WriterBusyError: another run writes the same output.
        GeoriskError: a process was killed.
    """
    taxonomy = load_taxonomy(seeds)
    outputs = {"scores": out} | ({"sentences": sentences} if sentences else {})
    writers = {name: TableWriter(path, SCHEMAS[name]) for name, path in outputs.items()}
    files = [file for name in articles for file in article_files(article_path(seeds, name))]
    reading = Reading(now, {source.source: source for source in taxonomy.sources}, needs_date=False)
    job = Job(taxonomy, reading, tuple(outputs), Parts.beside(out))
    chunks = _chunks(read_items(files), chunk_size)
    first, second = next(chunks, []), next(chunks, None)
    if second is None:
        job.parts.discard("the input is small now")
        tables, count, rejected = ChunkScorer(job).score(first)
        _require(count, rejected)
        _join(writers, [tables])
        return FileScores(count, tuple(rejected))
    manifest = _manifest(job, files, chunk_size) | {"--now": now.isoformat() if is_now_given else None}
    with job.parts.locked():
        kept = job.parts.open(manifest)
        log.info("finished parts are kept in %s, %d are there already; processes: %d", job.parts.folder, kept, workers)
        progress = Progress(log, "scored", "articles", _total(files), progress_every)
        part_count = _make_parts(job, chain((first, second), chunks), workers, progress)
        return _join_parts(job, writers, range(part_count))


def _manifest(job: Job, files: Sequence[Path], chunk_size: int) -> dict[str, Any]:
    """What the parts depend on; another value of any makes them worthless."""
    return {
        "input": fingerprint(files),
        "model_version": MODEL_VERSION,
        "lexicon_version": lexicon_hash(job.taxonomy.lexicon, job.taxonomy.exposures),
        "sources.yaml": hashlib.sha256(repr(job.taxonomy.sources).encode()).hexdigest()[:12],
        "tables": list(job.names),
        "chunk size": chunk_size,
    }


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut the items into lists of `size`, or fewer long ones."""
    chunk: list[Item] = []
    characters = 0
    for item in items:
        chunk.append(item)
        if not isinstance(item, Rejected):
            characters += len(item.text) + sum(map(len, item.fields.values()))
        if len(chunk) >= size or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _total(files: Sequence[Path]) -> int | None:
    """Number of items, where all files say so without being read."""
    counts = [row_count(file) for file in files]
    return None if None in counts else sum(filter(None, counts))


def _require(article_count: int, rejected: Sequence[Rejected]) -> None:
    if not article_count:
        cause = rejected[0].message if rejected else "the input has no rows"
        raise SourceError(f"no article could be read, {len(rejected)} set aside: {cause}")


def _join(writers: dict[str, TableWriter], parts: Iterable[Tables]) -> None:
    """Write the tables of all parts, in order; when one fails, no output appears."""
    with ExitStack() as stack:
        for writer in writers.values():
            stack.enter_context(writer)
        for tables in parts:
            for name, table in tables.items():
                writers[name].write(table)


def _join_parts(job: Job, writers: dict[str, TableWriter], numbers: Sequence[int]) -> FileScores:
    """Turn the parts into the outputs, and remove them."""
    notes = [job.parts.note(number) for number in numbers]
    rejected = tuple(Rejected(**item) for note in notes for item in note["rejected"])
    article_count = sum(note["article_count"] for note in notes)
    if article_count:
        _join(writers, ({n: job.parts.table(number, n, SCHEMAS[n]) for n in writers} for number in numbers))
    job.parts.remove()
    _require(article_count, rejected)
    return FileScores(article_count, rejected)


def _make_parts(job: Job, chunks: Iterable[list[Item]], workers: int, progress: Progress) -> int:
    """Make the parts that are missing; return how many parts there are."""
    count = 0

    def missing() -> Iterator[tuple[int, list[Item]]]:
        nonlocal count
        for number, chunk in enumerate(chunks):
            count = number + 1
            if job.parts.has(number):
                progress.advance(len(chunk))
            else:
                yield number, chunk

    if workers == 1:
        scorer = ChunkScorer(job)
        made: Iterable[int] = (scorer.make_part(number, chunk) for number, chunk in missing())
    else:
        made = spread(_make_part, missing(), workers, _start_worker, (job,))
    for done in made:
        progress.advance(done)
    return count


class ChunkScorer:
    """Judges and scores chunks of items under one taxonomy, into Arrow tables."""

    def __init__(self, job: Job) -> None:
        """Build the scorer; its caches live as long as it does."""
        self._job = job
        self._scorer = make_scorer(job.taxonomy)
        self._axes = sorted(self._scorer.axes)

    def score(self, items: Iterable[Item]) -> tuple[Tables, int, list[Rejected]]:
        """The tables of the items in order, the number of articles, and what cannot be read."""
        rejected: list[Rejected] = []
        scores: list[ScoredArticle] = []
        for raw in items:
            item = raw if isinstance(raw, Rejected) else shape(raw, self._job.reading)
            if isinstance(item, Rejected):
                rejected.append(item)
            else:
                scores.append((item.article_id, self._scorer.score(item.sections)))
        tables = {"scores": article_table(scores, self._axes, (MODEL_VERSION, self._scorer.lexicon_version))}
        if "sentences" in self._job.names:
            tables["sentences"] = sentence_table(scores, self._axes)
        return tables, len(scores), rejected

    def make_part(self, number: int, items: list[Item]) -> int:
        """Keep a scored chunk as a part; return the number of its items."""
        tables, count, rejected = self.score(items)
        self._job.parts.write(number, tables, {"article_count": count, "rejected": [asdict(item) for item in rejected]})
        return len(items)


_scorer: ChunkScorer | None = None
"""The scorer of a process of the pool."""


def _start_worker(job: Job) -> None:
    global _scorer
    _scorer = ChunkScorer(job)


def _make_part(number: int, items: list[Item]) -> int:
    if _scorer is None:
        raise RuntimeError("the process was started without a job")
    return _scorer.make_part(number, items)
