"""How much the few constants of the scorer owe to the headlines they were chosen on.

python -m benchmarks.crossvalidate --labelled FILE.csv [--folds 10]

For each fold the constants are chosen anew on the other folds, by the mean macro-F1 of all axes over a small grid,
and the fold is scored with them. In sample: the best of the grid on all headlines. Shipped: the constants as they are.
Words and rules are not chosen here: what they owe to known headlines only unknown headlines can tell.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import click

from benchmarks.ablations import SEEDS, set_to
from tasks.domain import operators, reading, scoring
from tasks.domain.articles import Section
from tasks.domain.lexicon import GEO
from tasks.domain.quality import SIGNS, macro_f1
from tasks.domain.scoring import Scorer
from tasks.storage.labelled import Labelled, read_labelled
from tasks.storage.seeds import Taxonomy, load_taxonomy

READ: Mapping[tuple[ModuleType, str], Sequence[float]] = {
    (reading, "FAR"): (0.1, 0.2, 0.4),
    (operators, "THREATENED"): (0.5, 0.65, 0.8),
    (scoring, "FRIENDLY"): (0.2, 0.35, 0.6),
}
"""Constants that a scorer keeps in its caches: each setting needs a scorer of its own."""
CALLED: Mapping[tuple[ModuleType, str], Sequence[float]] = {
    (scoring, "DIRECTION_FROM"): (0.13, 0.15, 0.17, 0.19, 0.21),
    (scoring, "RELEVANT_FROM"): (0.3, 0.5, 0.7),
}
"""Constants that only the call of an article depends on."""
GRID = {**READ, **CALLED}
Settings = tuple[float, ...]
Calls = list[dict[str, int]]
"""One headline -> axis -> direction."""


@click.command()
@click.option("--labelled", type=click.Path(path_type=Path), default=SEEDS / "labelled.csv")
@click.option("--folds", type=click.IntRange(2), default=10)
def main(labelled: Path, folds: int) -> None:
    """Print macro-F1 per axis: shipped, best in sample, cross-validated."""
    taxonomy = load_taxonomy(SEEDS)
    themes = [theme.theme for theme in taxonomy.themes]
    headlines = read_labelled(labelled, themes)
    axes = (*themes, GEO)
    calls = dict(all_calls(taxonomy, themes, headlines))
    rows = range(len(headlines))

    def best(chosen: Sequence[int]) -> Settings:
        return max(calls, key=lambda settings: mean(macro_f1s(headlines, calls[settings], chosen, axes)))

    held_out: Calls = [{} for _ in headlines]
    for fold in range(folds):
        settings = best([row for row in rows if row % folds != fold])
        for row in range(fold, len(headlines), folds):
            held_out[row] = calls[settings][row]
        click.echo(f"fold {fold}: {named(settings)}")
    shipped = tuple(float(getattr(module, name)) for module, name in GRID)
    click.echo(f"in sample: {named(best(rows))}")
    for label, by in (("shipped", calls[shipped]), ("in sample", calls[best(rows)]), ("cross-validated", held_out)):
        values = macro_f1s(headlines, by, rows, axes)
        click.echo(f"| {label} | " + " | ".join(f"{axis} {value:.3f}" for axis, value in values.items()) + " |")


def all_calls(
    taxonomy: Taxonomy, themes: Sequence[str], headlines: Sequence[Labelled]
) -> Iterator[tuple[Settings, Calls]]:
    """Every setting of the grid with its calls."""
    for read in itertools.product(*READ.values()):
        scorer = Scorer(themes, taxonomy.lexicon, taxonomy.exposures)
        for called in itertools.product(*CALLED.values()):
            settings = (*read, *called)
            with ExitStack() as stack:
                for (module, name), value in zip(GRID, settings, strict=True):
                    stack.enter_context(set_to(module, name, value))
                articles = [scorer.score([Section("title", item.headline)]) for item in headlines]
            yield settings, [{axis: row.direction for axis, row in article.axes.items()} for article in articles]


def macro_f1s(
    headlines: Sequence[Labelled], calls: Calls, chosen: Sequence[int], axes: Sequence[str]
) -> dict[str, float]:
    """Axis -> macro-F1 of the chosen headlines, unlabelled cells left out."""
    found = {}
    for axis in axes:
        pairs = Counter((headlines[row].directions.get(axis), calls[row][axis]) for row in chosen)
        found[axis] = macro_f1([[pairs[label, call] for call in SIGNS] for label in SIGNS])
    return found


def mean(values: Mapping[str, float]) -> float:
    """Plain mean of the axes."""
    return sum(values.values()) / len(values)


def named(settings: Settings) -> str:
    """The settings with their names."""
    return ", ".join(f"{name} {value:g}" for (_, name), value in zip(GRID, settings, strict=True))


if __name__ == "__main__":
    main()
