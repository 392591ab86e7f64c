"""Score article files alone: no prices, no warehouse, no server. Four rows an article: the themes and `geo`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import Instant, run_command
from flows.run_request import SEEDS
from tasks.score import score_files


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--articles", multiple=True, required=True, help="seeds, or a folder or file of articles. Repeatable.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.parquet or FILE.csv to write.")
@click.option("--sentences", type=click.Path(path_type=Path), help="FILE.parquet or FILE.csv of the sentences, too.")
@click.option("--now", type=Instant(), help="Items published after this instant are set aside.  [default: now]")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
def main(articles: tuple[str, ...], out: Path, sentences: Path | None, now: datetime | None, debug: bool) -> None:
    r"""Score articles per theme, and on the theme-free escalation axis `geo`.

    An article needs no date here. What cannot be read is named on stderr and counted.

    \b
    Example:
      python -m flows.score_articles --articles news/ --out scores.csv --sentences sentences.csv
    """

    def command() -> None:
        result = score_files(articles, out, sentences, seeds=SEEDS, now=now or datetime.now(UTC))
        for item in result.rejected:
            click.echo(f"set aside ({item.reason}): {item.location}: {item.message}", err=True)
        click.echo(f"{result.article_count} articles scored, {len(result.rejected)} set aside: {out}")

    run_command(command, debug=debug)


if __name__ == "__main__":
    main()
