"""Evaluate: score labelled headlines and say how often the direction is right, beside simple baselines."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.domain.articles import Section
from tasks.domain.baselines import baselines
from tasks.domain.errors import ConfigError
from tasks.domain.lexicon import GEO
from tasks.domain.quality import Quality, quality, relevance_f1
from tasks.domain.scoring import MODEL_VERSION, ArticleAxis, Scorer
from tasks.storage.seeds import Taxonomy, load_taxonomy


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled headline; an axis that is missing in `directions` or `relevances` is not labelled."""

    item_id: str
    headline: str
    directions: Mapping[str, int]
    relevances: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Quality per axis and scorer (`georisk`, then the baselines), relevance F1 per theme, and the versions."""

    item_count: int
    qualities: Mapping[str, Mapping[str, Quality]]
    relevance_f1s: Mapping[str, float]
    model_version: str
    lexicon_version: str

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as JSON types."""
        return asdict(self)


def evaluate(labelled: Path, seeds: Path) -> Evaluation:
    """Score `labelled` under the taxonomy of `seeds`.

    Raises:
        ConfigError: the file cannot be read, lacks a column or holds a label that is not -1, 0, 1 or empty.
        SeedError: the taxonomy is broken.
    """
    taxonomy = load_taxonomy(seeds)
    themes = [theme.theme for theme in taxonomy.themes]
    items = read_labelled(labelled, themes)
    scorer = Scorer(themes, taxonomy.lexicon, taxonomy.exposures)
    scored = [scorer.score([Section("title", item.headline)]).axes for item in items]
    return Evaluation(
        item_count=len(items),
        qualities={axis: _axis_qualities(axis, items, scored, taxonomy) for axis in (GEO, *themes)},
        relevance_f1s={theme: _relevance(theme, items, scored) for theme in themes},
        model_version=MODEL_VERSION,
        lexicon_version=scorer.lexicon_version,
    )


def read_labelled(path: Path, themes: Sequence[str]) -> list[Labelled]:
    """Read `id, headline`, a column per axis and optionally `rel_<theme>`; an empty cell skips that axis."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = {"id", "headline", GEO, *themes} - set(reader.fieldnames or ())
            if missing:
                raise ConfigError(
                    f"{path}:1: columns missing: {', '.join(sorted(missing))}; add them (they may be empty)"
                )
            return [_labelled_row(path, reader.line_num, row, themes) for row in reader]
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read ({fault.strerror}); give the path of a CSV file") from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ConfigError(f"{path}: not a UTF-8 CSV file ({fault}); save it as one") from None


def _labelled_row(path: Path, line: int, row: Mapping[str, str | None], themes: Sequence[str]) -> Labelled:
    directions: dict[str, int] = {}
    relevances: dict[str, bool] = {}
    for column in (GEO, *themes, *(f"rel_{theme}" for theme in themes)):
        cell = (row.get(column) or "").strip()
        allowed = {"0", "1"} if column.startswith("rel_") else {"-1", "0", "1"}
        if cell and cell not in allowed:
            raise ConfigError(
                f"{path}:{line}: {column} = {cell!r}; use one of {', '.join(sorted(allowed))} or leave it empty"
            )
        if cell and column.startswith("rel_"):
            relevances[column.removeprefix("rel_")] = cell == "1"
        elif cell:
            directions[column] = int(cell)
    return Labelled(row["id"] or "", row["headline"] or "", directions, relevances)


def _axis_qualities(
    axis: str, items: Sequence[Labelled], scored: Sequence[Mapping[str, ArticleAxis]], taxonomy: Taxonomy
) -> dict[str, Quality]:
    pairs = [(item, axes[axis]) for item, axes in zip(items, scored, strict=True) if axis in item.directions]
    labels = [item.directions[axis] for item, _ in pairs]
    found = {"georisk": quality(labels, [scores.direction for _, scores in pairs])}
    for name, baseline in baselines(taxonomy.exposures).items():
        found[name] = quality(labels, [baseline(item.headline, axis) for item, _ in pairs])
    return found


def _relevance(theme: str, items: Sequence[Labelled], scored: Sequence[Mapping[str, ArticleAxis]]) -> float:
    pairs = [(item, axes[theme]) for item, axes in zip(items, scored, strict=True) if theme in item.relevances]
    return relevance_f1([item.relevances[theme] for item, _ in pairs], [scores.is_relevant for _, scores in pairs])


def render(evaluation: Evaluation) -> str:
    """The quality table as fixed-width text, one line per axis and scorer."""
    lines = [
        f"{evaluation.item_count} headlines, model {evaluation.model_version}, lexicon {evaluation.lexicon_version}",
        f"{'axis':<24}{'scorer':<16}{'n':>6}{'directed':>10}{'macro-F1':>10}{'hit':>8}{'wrong':>8}{'rel. F1':>9}",
    ]
    for axis, qualities in evaluation.qualities.items():
        for name, row in qualities.items():
            about = (
                f"{evaluation.relevance_f1s[axis]:.3f}"
                if name == "georisk" and axis in evaluation.relevance_f1s
                else ""
            )
            lines.append(
                f"{axis:<24}{name:<16}{row.item_count:>6}{row.directed_count:>10}{row.macro_f1:>10.3f}"
                f"{row.hit_share:>8.1%}{row.wrong_sign_share:>8.1%}{about:>9}"
            )
    return "\n".join(lines)
