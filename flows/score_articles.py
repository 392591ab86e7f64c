"""Score article files alone: no prices, no warehouse, no server. Four rows an article: the themes and `geo`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import ANY_PATH, DRY_RUN, Command, Instant, lines_on_stderr, print_plan, warn
from flows.run_request import SEEDS
from tasks.domain.errors import ConfigError
from tasks.score_files import score_files


@click.command(
    cls=Command,
    examples=[
        "python -m flows.score_articles --articles news/ --out scores.csv \\\n    --sentences sentences.csv",
        "python -m flows.score_articles --articles seeds --out scores.parquet",
    ],
)
@click.option("--articles", multiple=True, required=True, help="seeds, or a folder or file of articles. Repeatable.")
@click.option("--out", type=ANY_PATH, required=True, help="FILE.parquet or FILE.csv to write.")
@click.option("--sentences", type=ANY_PATH, help="FILE.parquet or FILE.csv of the sentences, too.")
@click.option("--now", type=Instant(), help="Items published after this instant are set aside.  [default: now]")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for a large input.  [default: one a core]")
@DRY_RUN
def main(
    articles: tuple[str, ...],
    out: Path,
    sentences: Path | None,
    now: datetime | None,
    workers: int | None,
    dry_run: bool,
) -> None:
    """Score articles per theme, and on the theme-free escalation axis `geo`.

    An article needs no date here. What cannot be read is named on stderr and counted.

    A large input is scored on all cores. Until it is done, finished parts lie in OUT.parts/; after an interruption the
    same command goes on with them.
    """
    if sentences and sentences.absolute() == out.absolute():
        raise ConfigError(f"--out and --sentences are both {out}; name two files")
    chosen, moment = workers or _cores(), now or datetime.now(UTC)
    if dry_run:
        from tasks.plan import score_plan  # here: it brings pandas and calendars, and scoring needs neither

        print_plan(score_plan(articles, out, sentences, seeds=SEEDS, now=moment, workers=chosen))
        return
    with lines_on_stderr():
        result = score_files(
            articles,
            out,
            sentences,
            seeds=SEEDS,
            now=moment,
            is_now_given=now is not None,
            workers=chosen,
        )
    for item in result.rejected:
        warn(f"set aside ({item.reason}): {item.location}: {item.message}")
    click.echo(f"{result.article_count} articles scored, {len(result.rejected)} set aside: {out}")


def _cores() -> int:
    """Cores that this process may use; where the system does not say, all of them."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


if __name__ == "__main__":
    main()
