"""placebo: a theme without market meaning through the same machine, in a warehouse of its own."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from tasks.domain.run import Run, Window
from tasks.score import score
from tasks.storage.files import Home
from tasks.storage.models import build, chunks_of, models_behind
from tasks.storage.research_plan import PLACEBO_THEME, write_placebo_seeds
from tasks.storage.research_tables import copy_news
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import insert_rows, naive_utc, open_warehouse, transaction

log = logging.getLogger(__name__)

DAILY_TABLE = "daily.theme_clock_daily"
"""What is built of it: the theme's rows, no prices."""


def placebo(run: Run, window: Window) -> Path:
    """Read the home's articles for the placebo theme and build its daily rows; return the warehouse with them.

    The articles, their sessions and the rules are those of the home; only the words differ. Kept in the home, so that
    a second report scores new articles alone.
    """
    home = Home(run.home)
    place = Home(run.home / "research" / PLACEBO_THEME)
    place.prepare()
    seeds = place.root / "seeds"
    write_placebo_seeds(run.seeds, seeds, load_taxonomy(run.seeds))
    theme = load_taxonomy(seeds).themes[0]
    other = replace(run, home=place.root, seeds=seeds)
    chosen = models_behind(DAILY_TABLE)
    log.info("reading the same articles for the placebo theme")
    with open_warehouse(other) as db:
        copy_news(db, home.warehouse, chosen)
        db.execute("delete from raw.theme")
        row = (theme.theme, theme.label, theme.clock, theme.shrinkage, theme.meaning)
        insert_rows(db, "raw.theme", ("theme", "label", "clock", "shrinkage", "meaning"), [row])
    log.info(score(other).line())
    parameters = {
        "from_date": window.from_date,
        "to_date": window.to_date,
        "last_date": window.to_date,
        "now": naive_utc(run.now),
    }
    with open_warehouse(other) as db, transaction(db):
        build(db, chosen, parameters, chunks_of(db, window))
    return place.warehouse
