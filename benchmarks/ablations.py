"""What each mechanism of the scorer is worth: switch one off, score the labelled files again.

python -m benchmarks.ablations --labelled FILE.csv [--events FILE.csv]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from tasks.domain import clauses, operators, reading, scoring
from tasks.domain.articles import Section
from tasks.domain.lexicon import GEO, ExposureRow, LexiconRow
from tasks.domain.quality import auc, quality
from tasks.domain.scoring import Scorer
from tasks.storage.labelled import read_events, read_labelled
from tasks.storage.seeds import load_taxonomy

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
Rows = tuple[Sequence[LexiconRow], Sequence[ExposureRow]]
Change = Callable[[Rows], Rows]


def without(*kinds: str) -> Change:
    """No rows of these kinds."""
    return lambda rows: ([row for row in rows[0] if row.kind not in kinds], rows[1])


def changed(**values: object) -> Change:
    """These fields changed in every row that has them."""
    return lambda rows: ([row.model_copy(update=values) for row in rows[0]], rows[1])


def bare_states(rows: Rows) -> Rows:
    """States count in full without an operator."""
    return [row.model_copy(update={"factor": 1.0}) if row.kind == "state" else row for row in rows[0]], rows[1]


def events_only(rows: Rows) -> Rows:
    """A word list: events and bare states, no operators, links, mutes or gates."""
    kept = [row for row in rows[0] if row.kind in ("event", "state", "price")]
    return [row.model_copy(update={"gate": "none", "factor": 1.0}) for row in kept], rows[1]


def no_sides(rows: Rows) -> Rows:
    """Nobody is a friend, an assailant or a victim."""
    return rows[0], [row for row in rows[1] if row.kind not in ("friend", "assailant", "victim")]


def unchanged(rows: Rows) -> Rows:
    """The shipped rows."""
    return rows


@contextmanager
def set_to(module: object, name: str, value: object) -> Iterator[None]:
    """A module's constant or function, for a while."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


ROWS: dict[str, Change] = {
    "everything on": unchanged,
    "no failure and reversal (reverse, fall)": without("reverse", "fall"),
    "no beginning and growth (realise, rise)": without("realise", "rise"),
    "states count in full when bare": bare_states,
    "no opposition (oppose)": without("oppose"),
    "no negation": without("negate"),
    "no hedges (damp)": without("damp"),
    "no requests (ask)": without("ask"),
    "no threats (threat)": without("threat"),
    "no subordinate clauses (link)": without("link"),
    "no other subjects (mute)": without("mute"),
    "no gates: places do not matter": changed(gate="none"),
    "no sides: friends, assailants": no_sides,
    "events and states only, no rules": events_only,
}
PATCHES: dict[str, tuple[object, str, object]] = {
    "questions read as statements": (clauses, "ASKED", 1.0),
    "threats as strong as deeds": (operators, "THREATENED", 1.0),
    "compounds not read by their head": (clauses, "_qualifies", lambda row, head: False),
    "deals that are struck read as strikes": (clauses, "_STRIKING", frozenset()),
    "participles that name a place are news": (clauses, "_INTO", frozenset()),
    "places weigh every clause alike": (reading, "FAR", 1.0),
    "any size is a direction": (scoring, "DIRECTION_FROM", 1e-9),
}


@click.command()
@click.option("--labelled", type=click.Path(path_type=Path), default=SEEDS / "labelled.csv")
@click.option("--events", type=click.Path(path_type=Path))
def main(labelled: Path, events: Path | None) -> None:
    """Print macro-F1 per axis (and the AUC of conflict over cooperation) with one mechanism off at a time."""
    taxonomy = load_taxonomy(SEEDS)
    themes = [theme.theme for theme in taxonomy.themes]
    items = read_labelled(labelled, themes)
    coded = read_events(events) if events else []

    def measure(rows: Rows) -> str:
        scorer = Scorer(themes, *rows)
        scored = [scorer.score([Section("title", item.headline)]).axes for item in items]
        cells = []
        for axis in (GEO, *themes):
            pairs = [
                (i.directions[axis], s[axis].direction)
                for i, s in zip(items, scored, strict=True)
                if axis in i.directions
            ]
            result = quality([label for label, _ in pairs], [found for _, found in pairs])
            cells.append(f"{result.macro_f1:.3f} ({result.wrong_sign_share:.1%})")
        if coded:
            scores = [(penta, scorer.score([Section("title", text)]).axes[GEO].risk_score) for text, penta in coded]
            conflict, cooperation = ([s for p, s in scores if p in side] for side in ((3, 4), (1, 2)))
            cells.append(f"{auc(conflict, cooperation):.3f}")
        return " | ".join(cells)

    names = [GEO, *themes, *(["AUC"] if coded else [])]
    click.echo(f"| macro-F1 (wrong sign) | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}")
    shipped: Rows = (taxonomy.lexicon, taxonomy.exposures)
    for name, change in ROWS.items():
        click.echo(f"| {name} | {measure(change(shipped))} |")
    for name, patch in PATCHES.items():
        with set_to(*patch):
            click.echo(f"| {name} | {measure(shipped)} |")


if __name__ == "__main__":
    main()
