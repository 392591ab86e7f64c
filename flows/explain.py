"""Explain a row or an article from the newest publication: no Prefect, no server."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import HOME, Command, Day, Instant
from tasks.domain.errors import ConfigError
from tasks.explain import Question, explain_article, explain_row
from tasks.storage.files import Home


@click.command(
    cls=Command,
    examples=[
        "python -m flows.explain --theme energy --session 2025-06-23",
        "python -m flows.explain --article 2025-08-17-article-5-like-guarantees",
    ],
)
@click.option("--theme", help="The theme of the row.")
@click.option("--session", "session_date", type=Day(), help="The session of the row, YYYY-MM-DD.")
@click.option("--clock", help="The clock of the row.  [default: the theme's reference clock]")
@click.option("--as-known", "known_at", type=Instant(), help="Explain what was known at this instant.  [default: now]")
@click.option("--article", help="Explain an article by its article_id instead.")
@HOME
def main(
    theme: str | None,
    session_date: date | None,
    clock: str | None,
    known_at: datetime | None,
    article: str | None,
    home: Path | None,
) -> None:
    """Say why: the row, its sentences with receipts, its stories and prices, and when each was known.

    Reads the newest publication of the home; writes nothing.
    """
    published = Home(home or georisk_home()).published
    if article:
        click.echo(explain_article(published, article))
    elif theme and session_date:
        click.echo(explain_row(published, Question(theme, session_date, clock, known_at)))
    else:
        raise ConfigError("name what to explain: --theme and --session, or --article")


if __name__ == "__main__":
    main()
