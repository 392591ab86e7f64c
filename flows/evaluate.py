"""`python -m flows.evaluate`: scoring quality on labelled files. Needs no orchestration, imports no Prefect."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands import Command, write_text
from tasks.evaluate import evaluate, render

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
PathOption = click.Path(path_type=Path)


@click.command(
    cls=Command,
    examples=[
        "python -m flows.evaluate",
        "python -m flows.evaluate --labelled headlines.csv --json quality.json",
    ],
)
@click.option(
    "--labelled",
    type=PathOption,
    default=SEEDS / "labelled.csv",
    show_default="our own 60 sentences",
    help="CSV: id, headline, geo and the themes in -1, 0, 1 (empty = skip).",
)
@click.option("--events", type=PathOption, help="CSV: text, penta (1-2 cooperation, 3-4 conflict).")
@click.option("--ratings", type=PathOption, multiple=True, help="CSV: text, valence or mean_sentiment. Repeatable.")
@click.option("--json", "json_path", type=PathOption, help="Also write the figures to this file.")
@click.option("--seeds", type=PathOption, default=SEEDS, show_default="seeds/", help="Folder of the taxonomy.")
def main(labelled: Path, events: Path | None, ratings: tuple[Path, ...], json_path: Path | None, seeds: Path) -> None:
    """Print how well headlines are read, per axis, beside three baselines (shares in [0, 1]).

    The plus is risk: a baseline's bad mood counts as plus.
    """
    evaluation = evaluate(labelled, seeds, events=events, ratings=ratings)
    click.echo(render(evaluation))
    if json_path is not None:
        write_text(json_path, json.dumps(evaluation.as_dict(), indent=2) + "\n")


if __name__ == "__main__":
    main()
