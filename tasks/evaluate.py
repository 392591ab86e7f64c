"""evaluate: score labelled texts and say how often the direction is right, beside simple baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.domain.articles import Section
from tasks.domain.baselines import baselines
from tasks.domain.lexicon import GEO
from tasks.domain.quality import SIGNS, Quality, auc, pearson, quality, relevance_f1
from tasks.domain.scoring import MODEL_VERSION, ArticleAxis, Scorer
from tasks.storage.labelled import Labelled, read_events, read_labelled, read_ratings
from tasks.storage.seeds import Taxonomy, load_taxonomy

OURS = "georisk"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Quality per axis and scorer (`georisk`, then the baselines), and what else was asked for.

    `relevance_f1s`: theme -> F1, where the file labels relevance. `event_aucs`: scorer -> AUC of conflict over
    cooperation. `tone_rs`: file -> scorer -> Pearson's r with the human rating.
    """

    item_count: int
    qualities: Mapping[str, Mapping[str, Quality]]
    relevance_f1s: Mapping[str, float]
    event_aucs: Mapping[str, float]
    tone_rs: Mapping[str, Mapping[str, float]]
    model_version: str
    lexicon_version: str

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as JSON types."""
        return asdict(self)


def evaluate(labelled: Path, seeds: Path, *, events: Path | None = None, ratings: Sequence[Path] = ()) -> Evaluation:
    """Score `labelled` under the taxonomy of `seeds`; also coded event sentences and rated texts, if given.

    Raises:
        ConfigError: a file cannot be read, lacks a column or holds a label that is none.
        SeedError: the taxonomy is broken.
    """
    taxonomy = load_taxonomy(seeds)
    themes = [theme.theme for theme in taxonomy.themes]
    scorer = Scorer(themes, taxonomy.lexicon, taxonomy.exposures)
    items = read_labelled(labelled, themes)
    scored = [_score(scorer, item.headline) for item in items]
    return Evaluation(
        item_count=len(items),
        qualities={axis: _axis_qualities(axis, items, scored, taxonomy) for axis in (GEO, *themes)},
        relevance_f1s={
            theme: _relevance(theme, items, scored) for theme in themes if any(theme in i.relevances for i in items)
        },
        event_aucs=_event_aucs(scorer, events) if events else {},
        tone_rs={path.stem: _tone_rs(scorer, path) for path in ratings},
        model_version=MODEL_VERSION,
        lexicon_version=scorer.lexicon_version,
    )


def _score(scorer: Scorer, text: str) -> Mapping[str, ArticleAxis]:
    return scorer.score([Section("title", text)]).axes


def _axis_qualities(
    axis: str, items: Sequence[Labelled], scored: Sequence[Mapping[str, ArticleAxis]], taxonomy: Taxonomy
) -> dict[str, Quality]:
    pairs = [(item, axes[axis]) for item, axes in zip(items, scored, strict=True) if axis in item.directions]
    labels = [item.directions[axis] for item, _ in pairs]
    found = {OURS: quality(labels, [scores.direction for _, scores in pairs])}
    for name, baseline in baselines(taxonomy.exposures).items():
        found[name] = quality(labels, [baseline(item.headline, axis) for item, _ in pairs])
    return found


def _relevance(theme: str, items: Sequence[Labelled], scored: Sequence[Mapping[str, ArticleAxis]]) -> float:
    pairs = [(item, axes[theme]) for item, axes in zip(items, scored, strict=True) if theme in item.relevances]
    return relevance_f1([item.relevances[theme] for item, _ in pairs], [scores.is_relevant for _, scores in pairs])


def _event_aucs(scorer: Scorer, path: Path) -> dict[str, float]:
    """How well the geo score, tone and VADER (both turned round) put conflict above cooperation."""
    rows = [(penta, _score(scorer, text)[GEO]) for text, penta in read_events(path)]
    conflict = [scores for penta, scores in rows if penta in (3, 4)]
    cooperation = [scores for penta, scores in rows if penta in (1, 2)]
    return {
        OURS: auc([s.risk_score for s in conflict], [s.risk_score for s in cooperation]),
        "tone": auc([-s.tone_score for s in conflict], [-s.tone_score for s in cooperation]),
        "vader": auc([-s.vader_score for s in conflict], [-s.vader_score for s in cooperation]),
    }


def _tone_rs(scorer: Scorer, path: Path) -> dict[str, float]:
    rows = read_ratings(path)
    ratings = [rating for _, rating in rows]
    tones = [scorer.tones(text) for text, _ in rows]
    return {
        "tone": pearson(ratings, [tone for _, tone in tones]),
        "vader": pearson(ratings, [vader for vader, _ in tones]),
    }


def render(evaluation: Evaluation) -> str:
    """The quality table as fixed-width text, one line per axis and scorer, then the confusions and the rest."""
    lines = [
        f"{evaluation.item_count} headlines, model {evaluation.model_version}, lexicon {evaluation.lexicon_version}",
        f"{'axis':<22} {'scorer':<15}{'n':>5}{'directed':>10}{'macro-F1':>10}  {'95 % interval':<15}{'hit':>7}"
        f"{'wrong':>8}{'rel. F1':>9}",
    ]
    for axis, qualities in evaluation.qualities.items():
        for name, row in qualities.items():
            low, high = row.macro_f1_interval
            about = evaluation.relevance_f1s.get(axis) if name == OURS else None
            lines.append(
                f"{axis:<22} {name:<15}{row.item_count:>5}{row.directed_count:>10}{row.macro_f1:>10.3f}"
                f"  {low:.3f} - {high:.3f}  {row.hit_share:>7.1%}{row.wrong_sign_share:>8.1%}"
                + (f"{about:>9.3f}" if about is not None else "")
            )
    lines += _confusions(evaluation)
    if evaluation.event_aucs:
        lines.append("conflict over cooperation, AUC: " + _named(evaluation.event_aucs))
    lines += [f"Pearson's r with the ratings of {name}: {_named(rs)}" for name, rs in evaluation.tone_rs.items()]
    return "\n".join(lines)


def _confusions(evaluation: Evaluation) -> list[str]:
    lines = ["labelled (rows) as read (columns -1, 0, 1) by georisk"]
    for axis, qualities in evaluation.qualities.items():
        rows = zip(SIGNS, qualities[OURS].confusion, strict=True)
        lines.append(f"{axis:<22} " + "   ".join(f"{sign:>2}: {a:>3} {b:>3} {c:>3}" for sign, (a, b, c) in rows))
    return lines


def _named(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in values.items())
