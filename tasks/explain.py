"""explain: why a row or an article reads as it does, from a publication alone: sentences, stories, prices, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tasks.domain.errors import ConfigError, SourceError
from tasks.storage.models import SQL
from tasks.storage.warehouse import Connection, connect, naive_utc

SHOWN_SENTENCES = 12
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """Which row: a theme in a session, on a clock (None = its reference clock), as known at an instant (None = now)."""

    theme: str
    session_date: date
    clock: str | None = None
    known_at: datetime | None = None


def explain_row(published: Path, question: Question) -> str:
    """The row of a theme and session with its sentences, stories and assets, as text.

    Raises:
        SourceError: there is no publication.
        ConfigError: no such theme, or no such row was known at that instant.
    """
    with _open(published) as db:
        clocks = dict(db.execute("select theme, clock from raw.theme").fetchall())
        if question.theme not in clocks:
            raise ConfigError(f"no theme {question.theme!r}; use one of {', '.join(sorted(clocks))}")
        parameters = {
            "theme": question.theme,
            "session_date": question.session_date,
            "clock": question.clock or clocks[question.theme],
            "known_at": naive_utc(question.known_at or END_OF_TIME),
        }
        rows = _ask(db, "row", parameters)
        if not rows:
            raise ConfigError(_missing(db, parameters))
        sentences = _ask(db, "sentences", parameters)
        assets = _ask(db, "assets", parameters)
    return "\n".join([*_row_lines(rows[0]), *_sentence_lines(sentences), *_asset_lines(assets)])


def explain_article(published: Path, article_id: str) -> str:
    """When an article was available, the sessions that it belongs to, and what it contributed there, as text.

    Raises:
        SourceError: there is no publication.
        ConfigError: no such article is published; names the reason if it was set aside.
    """
    with _open(published) as db:
        found = _rows(db, "select * from raw.article where article_id = $article_id", {"article_id": article_id})
        if not found:
            query = "select reason, message from raw.quarantine where article_id = $article_id"
            aside = _rows(db, query, {"article_id": article_id})
            why = f"it was set aside: {aside[0]['reason']}: {aside[0]['message']}" if aside else "see raw.article"
            raise ConfigError(f"no article {article_id!r}; {why}")
        clocks = _ask(db, "clocks", {"article_id": article_id})
    article = found[0]
    head = [
        f"{article['title']}",
        f"article    {article_id} from {article['source']}",
        f"published  {_utc(article['published_at'])} ({article['published_precision']})",
        f"available  {_utc(article['available_at'])}, stored by run {article['run_id']}",
        "",
        f"{'clock':<13} {'session':<11} {'cut-off':<18} {'theme':<22} {'contributed':>12} {'of':>9}",
    ]
    return "\n".join([
        *head,
        *(
            f"{row['clock']:<13} {row['session_date']!s:<11} {_utc(row['cutoff_at']):<18} {row['theme']:<22} "
            f"{row['contribution']:>+12.6f} {row['risk_score']:>+9.6f}"
            for row in clocks
        ),
    ])  # fmt: skip


@contextmanager
def _open(published: Path) -> Iterator[Connection]:
    path = published / "signals.duckdb"
    if not path.exists():
        raise SourceError(f"{path} does not exist; run `make run` first, or name the home with --home")
    db = connect(path, 1, temp=published / "tmp", read_only=True)
    try:
        yield db
    finally:
        db.close()


def _ask(db: Connection, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    body = (SQL / "explain" / f"{name}.sql").read_text(encoding="utf-8")
    return _rows(db, body, {key: value for key, value in parameters.items() if f"${key}" in body})


def _rows(db: Connection, sql: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    result = db.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _missing(db: Connection, parameters: dict[str, Any]) -> str:
    known = {name: parameters[name] for name in ("theme", "clock")}
    span = _rows(
        db,
        "select min(session_date) as first, max(session_date) as last, min(as_of_at) as known_from "
        "from signal.theme_clock_daily_vintage where theme = $theme and clock = $clock",
        known,
    )[0]
    if span["first"] is None:
        return f"no clock {parameters['clock']!r}; see seeds/clocks.csv"
    return (
        f"no row of {parameters['theme']} on {parameters['clock']} for {parameters['session_date']} was known then; "
        f"sessions run from {span['first']} to {span['last']}, known from {_utc(span['known_from'])}"
    )


def _row_lines(row: dict[str, Any]) -> list[str]:
    until = f", replaced {_utc(row['superseded_at'])}" if row["superseded_at"] else ""
    return [
        f"{row['theme']} on {row['clock']}, session {row['session_date']}: {row['status']}",
        f"news until    {_utc(row['cutoff_at'])}",
        f"published     {_utc(row['as_of_at'])} by run {row['run_id']}{until}",
        f"versions      {row['model_version'] or '-'}, lexicon {row['lexicon_version'] or '-'}",
        f"risk          {_number(row['risk_score'])}   escalation {_number(row['escalation_score'])}   "
        f"VADER {_number(row['vader_score'])}   confidence {_number(row['confidence'])}",
        f"pressure      {_number(row['pressure_fast'])} fast, {_number(row['pressure_slow'])} slow   "
        f"z {_number(row['signal_z'])}   signal {_number(row['signal_score'])}",
        f"stories       {row['story_count']} ({row['new_story_count']} new) in {row['article_count']} articles "
        f"from {row['source_count']} sources",
    ]


def _sentence_lines(sentences: list[dict[str, Any]]) -> list[str]:
    if not sentences:
        return ["", "no sentence"]
    total = sum(row["contribution"] for row in sentences)
    lines = ["", f"sentences, largest first; all {len(sentences)} contributions sum to {total:+.6f}"]
    for row in sentences[:SHOWN_SENTENCES]:
        lines.append(f"{row['contribution']:+.6f} = {row['weight']:.4f} x {row['score']:+.4f}  {row['text']}")
        lines.append(f"{'':10}{row['section']} {row['sentence_no']} of {row['article_id']} ({row['source']})")
        lines += [f"{'':10}{_span(span)}" for span in json.loads(row["spans"])]
    return lines


def _span(span: dict[str, Any]) -> str:
    notes = ", ".join(span["notes"])
    return f"'{span['phrase']}' {span['value']:+.2f}" + (f" ({notes})" if notes else "")


def _asset_lines(assets: list[dict[str, Any]]) -> list[str]:
    lines = [
        "",
        f"{'asset':<11} {'clock':<10} {'sign':>4} {'close':>10} {'return':>9} {'abnormal':>9} {'priced in':>9}  known",
    ]
    for row in assets:
        moved = row["session_return"] if row["session_return"] is not None else row["session_change"]
        lines.append(
            f"{row['symbol']:<11} {row['clock']:<10} {row['expected_sign']:>+4} {_number(row['close'], ''):>10} "
            f"{_number(moved):>9} {_number(row['abnormal_return']):>9} {_number(row['priced_in_z']):>9}  "
            f"{_utc(row['price_available_at'])} {'' if row['price_status'] == 'ok' else row['price_status']}".rstrip()
        )
    return lines


def _number(value: Any, sign: str = "+") -> str:
    return "-" if value is None else f"{value:{sign}.4f}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"
