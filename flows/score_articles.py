"""Score article files alone: no prices, no warehouse, no server. Four rows an article: the themes and `geo`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import Instant, lines_on_stderr, run_command
from flows.run_request import SEEDS
from tasks.domain.errors import ConfigError
from tasks.score_files import score_files


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--articles", multiple=True, required=True, help="seeds, or a folder or file of articles. Repeatable.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.parquet or FILE.csv to write.")
@click.option("--sentences", type=click.Path(path_type=Path), help="FILE.parquet or FILE.csv of the sentences, too.")
@click.option("--now", type=Instant(), help="Items published after this instant are set aside.  [default: now]")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for a large input.  [default: one a core]")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
def main(
    articles: tuple[str, ...],
    out: Path,
    sentences: Path | None,
    now: datetime | None,
    workers: int | None,
    debug: bool,
) -> None:
    r"""Score articles per theme, and on the theme-free escalation axis `geo`.

    An article needs no date here. What cannot be read is named on stderr and counted.

    A large input is scored on all cores. Until it is done, finished parts lie in OUT.parts/; after an interruption the
    same command goes on with them.

    \b
    Example:
      python -m flows.score_articles --articles news/ --out scores.csv --sentences sentences.csv
    """

    def command() -> None:
        if sentences and sentences.absolute() == out.absolute():
            raise ConfigError(f"--out and --sentences are both {out}; name two files")
        with lines_on_stderr():
            result = score_files(
                articles,
                out,
                sentences,
                seeds=SEEDS,
                now=now or datetime.now(UTC),
                is_now_given=now is not None,
                workers=workers or _cores(),
            )
        for item in result.rejected:
            click.echo(f"set aside ({item.reason}): {item.location}: {item.message}", err=True)
        click.echo(f"{result.article_count} articles scored, {len(result.rejected)} set aside: {out}")

    run_command(command, debug=debug)


def _cores() -> int:
    """Cores that this process may use; where the system does not say, all of them."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


if __name__ == "__main__":
    main()
