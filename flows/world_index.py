"""`python -m flows.world_index`: our reading of titles beside the published GPR index. Imports no Prefect."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import Command, tell
from tasks.world_index import world_index

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
PathOption = click.Path(path_type=Path)


@click.command(
    cls=Command,
    examples=[
        "python -m flows.world_index --titles titles.parquet \\\n    --index gpr_daily.csv.gz",
    ],
)
@click.option("--titles", type=PathOption, required=True, help="Parquet: title, and published_date or seen_at.")
@click.option("--index", type=PathOption, required=True, help="CSV or CSV.gz: date, gpr.")
@click.option("--source", help="Only titles of this source.")
def main(titles: Path, index: Path, source: str | None) -> None:
    """Print how our monthly and daily series go with the index of Caldara and Iacoviello."""
    found = world_index(titles, index, SEEDS, source=source, progress=lambda count: tell(f"{count:,} titles"))
    heads = f"{'series':<12}{'monthly r':>10}{'months':>8}{'daily r':>9}{'days':>7}"
    click.echo(f"{heads}  (daily: less weekday means)")
    for row in found:
        click.echo(f"{row.series:<12}{row.monthly:>10.3f}{row.month_count:>8}{row.daily:>9.3f}{row.day_count:>7}")


if __name__ == "__main__":
    main()
