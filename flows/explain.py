"""Explain a row or an article from the newest publication: no Prefect, no server."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import Day, Instant, run_command
from tasks.domain.errors import ConfigError
from tasks.explain import Question, explain_article, explain_row
from tasks.storage.files import Home


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--theme", help="The theme of the row.")
@click.option("--session", "session_date", type=Day(), help="The session of the row, YYYY-MM-DD.")
@click.option("--clock", help="The clock of the row.  [default: the theme's reference clock]")
@click.option("--as-known", "known_at", type=Instant(), help="Explain what was known at this instant.  [default: now]")
@click.option("--article", help="Explain an article by its article_id instead.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the results.  [default: GEORISK_HOME or data/]"
)
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
def main(
    theme: str | None,
    session_date: date | None,
    clock: str | None,
    known_at: datetime | None,
    article: str | None,
    home: Path | None,
    debug: bool,
) -> None:
    r"""Say why: the row, its sentences with receipts, its stories and prices, and when each was known.

    \b
    Examples:
      python -m flows.explain --theme energy --session 2025-06-23
      python -m flows.explain --article 2025-08-17-article-5-like-guarantees
    """

    def command() -> None:
        published = Home(home or georisk_home()).published
        if article:
            click.echo(explain_article(published, article))
        elif theme and session_date:
            click.echo(explain_row(published, Question(theme, session_date, clock, known_at)))
        else:
            raise ConfigError("name what to explain: --theme and --session, or --article")

    run_command(command, debug=debug)


if __name__ == "__main__":
    main()
