"""report: the page that a desk opens, made from one published file and nothing else: same file, same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from tasks.pages import words
from tasks.pages.gap_calendar import STATUS_STYLES
from tasks.pages.glossary import GLOSSARY
from tasks.pages.page import render
from tasks.pages.sparks import contribution_bar
from tasks.pages.theme_pictures import ThemePictures
from tasks.storage.files import flush
from tasks.storage.report_rows import Row, ask
from tasks.storage.warehouse import Connection, connect

LIMITS = {
    "sessions": 250,
    "spoken": 6,
    "top_count": 5,
    "events": 8,
    "changes": 12,
    "sources": 40,
    "lights": 6,
    "assets": 40,
}
"""How much of each table the page shows, so that it stays readable, and small, over any amount of data."""


def write_report(signals: Path, folder: Path, threads: int) -> list[Path]:
    """Write `index.html`, and the same page under the date of the newest closed session, if there is one.

    Args:
        signals: the published DuckDB file.
        folder: an existing folder for the pages.
        threads: DuckDB's; the page does not depend on it.

    Returns:
        The files, `index.html` first.
    """
    with _reading(signals, folder, threads) as db:
        values = report_values(db)
    page = render("report.html.j2", values)
    names = ["index.html"] + [f"{values['session_date']}.html"] * (values["session_date"] is not None)
    for name in names:
        (folder / name).write_text(page, encoding="utf-8")
        flush(folder / name)
    return [folder / name for name in names]


@contextmanager
def _reading(signals: Path, folder: Path, threads: int) -> Iterator[Connection]:
    db = connect(signals, threads, temp=folder / "tmp", read_only=True)
    try:
        yield db
    finally:
        db.close()


def report_values(db: Connection) -> Row:
    """Everything that `report.html.j2` names."""
    publication = next(iter(ask(db, "publication", {})), None)
    themes = [_theme(db, theme, publication) for theme in ask(db, "themes", {"sessions": LIMITS["sessions"]})]
    dated = [theme for theme in themes if theme["row"] is not None]
    newest = max(
        (theme["row"] for theme in dated), key=lambda row: (row["session_date"], row["cutoff_at"]), default=None
    )
    first_date = min((theme["first_date"] for theme in dated), default=None)
    return {
        "publication": publication,
        "session_date": newest["session_date"] if newest else None,
        "headline": words.headline([(theme["label"], theme["row"]) for theme in themes]),
        "themes": themes,
        "clocks": ask(db, "clocks", {"first_date": first_date}) if dated else [],
        "sources": _sources(db, dated),
        "limits": LIMITS,
        "glossary": GLOSSARY,
    }


def _sources(db: Connection, dated: Sequence[Row]) -> list[Row]:
    """The sources on the reference clock whose newest closed session ends last."""
    if not dated:
        return []
    last = max(dated, key=lambda theme: (theme["row"]["cutoff_at"], theme["theme"]))
    given = {
        "clock": last["clock"],
        "closed_date": last["row"]["session_date"],
        "first_date": last["first_date"],
        "rows": LIMITS["sources"],
    }
    return [{**row, "light": words.source_light(row)} for row in ask(db, "sources", given)]


def _theme(db: Connection, theme: Row, publication: Row | None) -> Row:
    """One theme's part of the page; `row` is its newest closed session (an open one, if no other), None without any."""
    empty = {**theme, "row": None, "open_row": None, "sessions": []}
    if theme["first_date"] is None or publication is None:
        return empty
    given = {**theme, "closed_date": theme["closed_date"] or theme["last_date"], "as_of_at": publication["as_of_at"]}
    sessions = ask(db, "sessions", given)
    row = next(row for row in reversed(sessions) if row["session_date"] == given["closed_date"])
    open_row = sessions[-1] if sessions[-1] is not row else None
    asset = next(iter(ask(db, "reference_asset", given)), None)
    closes = ask(db, "closes", {**given, "symbol": asset["symbol"]}) if asset else []
    events = _numbered(ask(db, "events", {**given, "rows": LIMITS["events"]}), closes)
    pictures = ThemePictures(theme["label"], sessions, asset, closes, events)
    return {
        **theme,
        "row": row,
        "open_row": open_row,
        "said": words.theme_sentences(row, open_row),
        "light": words.STATUS_WORDS[row["status"]],
        "scored": next((session for session in reversed(sessions) if session["model_version"]), None),
        "sessions": _beside_closes(sessions, closes),
        "asset": asset,
        "asset_close": next((_moved(close) for close in reversed(closes) if close["close"] is not None), None),
        "spark": pictures.spark(),
        "charts": pictures.charts(),
        "calendars": pictures.calendars(),
        "months": _months(sessions),
        "movers": _movers(db, given, sessions),
        "events": events,
        "assets": [_asset(row) for row in ask(db, "assets", {**given, "rows": LIMITS["assets"]})],
        "changes": _changes(db, given, publication),
    }


def _moved(row: Row) -> Row:
    return {**row, "move": words.move(row)}


def _asset(row: Row) -> Row:
    return {
        **_moved(row),
        "expected": words.expected(row["expected_sign"]),
        "trouble": words.price_trouble(row["price_status"]),
    }


def _beside_closes(sessions: Sequence[Row], closes: Sequence[Row]) -> list[Row]:
    """The sessions, newest first, each with the asset's close of that day."""
    close_of = {row["session_date"]: row["close"] for row in closes}
    return [{**row, "close": close_of.get(row["session_date"])} for row in reversed(sessions)]


def _months(sessions: Sequence[Row]) -> list[Row]:
    """How many sessions of each month had which status, newest month first."""
    months = []
    for month, group in groupby(reversed(sessions), key=lambda row: f"{row['session_date']:%Y-%m}"):
        found = [words.session_status(row) for row in group]
        months.append({"month": month, "counts": [found.count(status) for status in STATUS_STYLES]})
    return months


def _numbered(events: Sequence[Row], closes: Sequence[Row]) -> list[Row]:
    """The events in the order of their sessions, numbered from 1, each beside the asset's move of that session."""
    moves = {row["session_date"]: words.move(row) for row in closes}
    return [{**event, "number": at, "move": moves.get(event["session_date"])} for at, event in enumerate(events, 1)]


def _movers(db: Connection, given: Row, sessions: Sequence[Row]) -> list[Row]:
    """Of the newest sessions with news the sentences that raised and that lowered the score most, newest first."""
    spoken = [row for row in sessions if row["risk_score"] is not None and row["session_date"] <= given["closed_date"]]
    if not spoken:
        return []
    first_date = spoken[-LIMITS["spoken"] :][0]["session_date"]
    found = ask(db, "sentences", {**given, "first_date": first_date, "top_count": LIMITS["top_count"]})
    score_of = {row["session_date"]: row for row in spoken}
    movers = []
    for session_date, group in groupby(found, key=lambda row: row["session_date"]):
        sentences = list(group)
        largest = max(abs(row["contribution"]) for row in sentences)
        sentences = [{**row, "bar": contribution_bar(row["contribution"], largest)} for row in sentences]
        sides = [[row for row in sentences if row["is_up"]], [row for row in sentences if not row["is_up"]]]
        movers.append(
            {"row": score_of.get(session_date), "session_date": session_date, "up": sides[0], "down": sides[1]}
        )
    return movers


def _changes(db: Connection, given: Row, publication: Row) -> Row:
    """What the newest vintage added and restated; nothing to compare on a home's first one."""
    previous = publication["previous_as_of_at"]
    if previous is None:
        return {"previous_as_of_at": None}
    cells = ask(db, "changes", {**given, "rows": LIMITS["changes"]})
    return {"previous_as_of_at": previous, "cells": cells, "added": ask(db, "additions", given)[0]}
