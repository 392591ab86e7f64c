"""`python -m flows.evaluate`: scoring quality on a labelled file. Needs no orchestration, imports no Prefect."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tasks.domain.errors import GeoriskError
from tasks.evaluate import evaluate, render

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


@click.command()
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    required=True,
    help="CSV: id, headline, geo, defense, energy, european_risk_premium in -1, 0, 1 (empty = skip).",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the figures to this file.")
@click.option("--seeds", type=click.Path(path_type=Path), default=SEEDS, help="Folder of the taxonomy.")
def main(labelled: Path, json_path: Path | None, seeds: Path) -> None:
    """Print how well headlines are read, per axis, beside three baselines."""
    try:
        evaluation = evaluate(labelled, seeds)
        if json_path is not None:
            json_path.write_text(json.dumps(evaluation.as_dict(), indent=2) + "\n", encoding="utf-8")
    except (GeoriskError, OSError) as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(render(evaluation))


if __name__ == "__main__":
    main()
