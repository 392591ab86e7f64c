"""From which session a run has to build: the first one that something new since the last publication can change.

What the published rows were made from is remembered with them, as one digest a day (`raw.published_input`), in the
transaction that appends to history. A run that was missed, came late, failed or was killed therefore needs no
bookkeeping of its own: whatever the next run finds different begins its window.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

from tasks.domain.run import Run, Window
from tasks.domain.scoring import MODEL_VERSION
from tasks.storage.models import HISTORY_LAYER, SQL, models
from tasks.storage.warehouse import Connection, insert_rows, scalar, transaction

TAXONOMY = ("themes.yaml", "lexicon.csv", "exposures.csv", "instruments.csv", "series.csv", "clocks.csv")
ONE_DAY = timedelta(days=1)
"""West of UTC an item of one day can belong to the session of the day before."""

Digests = dict[tuple[str, date | None], str]


def catch_up(db: Connection, run: Run, window: Window) -> Window:
    """The window, begun as late as the last publication and what has come since allow.

    Args:
        db: the warehouse, with the run's articles, prices and sessions in it.
        run: the request; its taxonomy counts, too.
        window: everything that the run could build.
    """
    published = _published(db)
    last = scalar(db, "select max(to_date) from raw.publication")
    if not published or last is None:
        return window
    changed = _changed(published, _current(db, run, Window(window.from_date, last)))
    if None in changed:
        return window
    open_date = scalar(db, (SQL / "catch_up" / "first_open_session.sql").read_text(encoding="utf-8"))
    reopened = [day - ONE_DAY for day in changed if day is not None]
    first = min([last, *reopened, *([open_date] if open_date else [])])
    return Window(min(max(window.from_date, first), window.to_date), window.to_date)


def forget_inputs(db: Connection, window: Window) -> None:
    """From here on the window's rows may be made from something else than what is published; say so before they are.

    A run that ends between the two, and an input that is put back as it was after it, would leave its rows for good.
    """
    days = {"from_date": window.from_date, "to_date": window.to_date}
    with transaction(db):
        db.execute("delete from raw.published_input where input_date >= $from_date", {"from_date": window.from_date})
        db.execute("delete from raw.backfill_part where to_date >= $from_date and from_date <= $to_date", days)


def remember_inputs(db: Connection, run: Run, window: Window) -> None:
    """Keep what the rows of the window were made from; call it in the transaction that publishes them.

    A window that ends before the last published session leaves later sessions as they were, so it settles nothing;
    one that begins late leaves the days before it to the next run. A new taxonomy counts as published from the date
    that the run was asked for.
    """
    last = scalar(db, "select max(to_date) from raw.publication")
    if last is not None and window.to_date < last:
        return
    kept = {key: value for key, value in _published(db).items() if key[1] is not None and key[1] < window.from_date}
    current = _current(db, run, window)
    # Before the window, only what was published and is still the same may pass for published.
    fresh = {key: value for key, value in current.items() if key[1] is None or key[1] >= window.from_date}
    db.execute("delete from raw.published_input")
    rows = [(kind, day, digest) for (kind, day), digest in {**kept, **fresh}.items()]
    insert_rows(db, "raw.published_input", ("kind", "input_date", "digest"), rows)


def _changed(before: Digests, now: Digests) -> set[date | None]:
    return {key[1] for key in before.keys() | now.keys() if before.get(key) != now.get(key)}


def _published(db: Connection) -> Digests:
    rows = db.execute("select kind, input_date, digest from raw.published_input").fetchall()
    return {(kind, day): digest for kind, day, digest in rows}


def _current(db: Connection, run: Run, window: Window) -> Digests:
    query = (SQL / "catch_up" / "input_digest.sql").read_text(encoding="utf-8")
    rows = db.execute(query, {"from_date": window.from_date, "to_date": window.to_date}).fetchall()
    found: Digests = {(kind, day): digest for kind, day, digest in rows if digest is not None}
    found["taxonomy and model", None] = _basis(run.seeds)
    return found


def _basis(seeds: Path) -> str:
    """Of the files that decide what every row means: taxonomy, scoring, and the SQL that builds the rows."""
    digest = hashlib.sha256(MODEL_VERSION.encode())
    made_by = [model.path for model in models(1, HISTORY_LAYER - 1)]
    for path in [*(seeds / name for name in TAXONOMY), *made_by, SQL / "dictionary.csv"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
