"""Only schema `research` may look forward: every model is scanned, and the scan itself is shown what it must catch."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.storage.models import SQL, Model, models

PRESENT = [model for model in models(1, 89) if model.schema != "research"]
RESEARCH = [model for model in models(50, 59) if model.schema == "research"]
CALENDAR = {"raw.session"}
"""Known in advance: when later sessions are cut and struck. Prices and news are not."""

AHEAD = re.compile(r"(ahead|forward|future|next_return|next_move)", re.IGNORECASE)
"""Words in the name of a column that holds what came later."""


def code(body: str) -> str:
    """The body in lower case without comments and strings."""
    return re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", body)).lower()


def faults(body: str) -> Iterator[str]:
    """What in a model's body takes a value from a later row, price or session."""
    text = code(body)
    for match in re.finditer(r"\b(lead|nth_value|last_value)\s*\(", text):
        # History is ordered by when it was published, which looks along versions and not along sessions.
        if not re.match(r"lead\(as_of_at\)\s*over\s*\([^()]*order by as_of_at\)", text[match.start() :]):
            yield f"{match[1]}()"
    if re.search(r"\bfollowing\b", text):
        yield "a frame that follows"
    for match in re.finditer(r"\blag\s*\([^()]*,\s*-", text):
        yield f"a negative {match[0]}"
    for match in re.finditer(r"over\s*\(([^()]*)\)|\bas\s*\(([^()]*\border by\b[^()]*)\)", text):
        window = match[1] or match[2] or ""
        if re.search(r"order by [^()]*\bdesc\b[^()]*\b(rows|range|groups)\b", window):
            yield "a frame over descending order"
    yield from _joins_ahead(text)
    for match in re.finditer(r"\bresearch\.[a-z_]+", text):
        yield f"reads {match[0]}"
    if re.search(r"\b(on|and)\s+[a-z_.]*session_date\s*=\s*[a-z_.]*session_date\s*-", text) or re.search(
        r"\b(on|and)\s+[a-z_.]*session_date\s*\+[^=<>]*=\s*[a-z_.]*session_date\b", text
    ):
        yield "joins a session moved back"


def _joins_ahead(text: str) -> Iterator[str]:
    """ASOF joins that find the next row rather than the last one, but for the calendar."""
    with_calendar = {name for name, inside in _named(text) if set(_tables(inside)) == CALENDAR}
    pattern = (
        r"asof (?:inner |left )?join ([a-z_.]+|\()(.*?)\bon\b(.*?)(?=\n\s*(?:left|inner|asof|where|group|cross|\))|\Z)"
    )
    for table, _, condition in re.findall(pattern, text, re.DOTALL):
        is_ahead = re.search(r"(?<![-<>])<=?", condition)
        if is_ahead and table not in CALENDAR | with_calendar:
            yield f"an ASOF join forward to {table}"


def _named(text: str) -> Iterator[tuple[str, str]]:
    """(name, body) of every common table expression."""
    for match in re.finditer(r"\b([a-z_]+) as (?:materialized )?\(\s*select\b", text):
        start = end = text.index("(", match.start()) + 1
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield match[1], text[start : end - 1]


def _tables(body: str) -> list[str]:
    return re.findall(r"\b(?:from|join)\s+([a-z_]+\.[a-z_]+|[a-z_]+)", body)


def model_id(model: Model) -> str:
    return model.table


@pytest.mark.parametrize("model", PRESENT, ids=model_id)
def test_a_model_outside_research_does_not_look_forward(model: Model) -> None:
    assert list(faults(model.body)) == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("select lead(close) over (order by session_date) as x from raw.price", "lead()"),
        ("select lead(as_of_at) over (partition by symbol order by session_date) from history.price_daily", "lead()"),
        ("select LEAD (close, 2) over w from raw.price window w as (order by price_date)", "lead()"),
        ("select last_value(close) over (order by session_date rows between 1 preceding and 1 following) from t",
         "last_value()"),
        ("select sum(x) over (order by d rows between current row and 5 following) from t", "a frame that follows"),
        ("select lag(close, -1) over (order by d) from t", "a negative lag(close, -"),
        ("select sum(x) over (partition by s order by d desc rows between 5 preceding and 1 preceding) from t",
         "a frame over descending order"),
        ("select sum(x) over past from t window past as (order by d desc rows between 5 preceding and 1 preceding)",
         "a frame over descending order"),
        ("select 1 from raw.session as s asof join raw.price as p on s.symbol = p.symbol and s.cutoff_at < p.at",
         "an ASOF join forward to raw.price"),
        ("select 1 from daily.theme_clock_daily as t\nasof left join daily.price_daily as p\n"
         "    on t.clock = p.clock and t.session_date <= p.session_date\nwhere true",
         "an ASOF join forward to daily.price_daily"),
        ("select forward_return from research.forward_return", "reads research.forward_return"),
        ("select 1 from a inner join b on a.session_date = b.session_date - interval 1 day",
         "joins a session moved back"),
    ],
)  # fmt: skip
def test_the_scan_catches_what_it_must(sql: str, fault: str) -> None:
    assert fault in list(faults(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "select lag(close) over (order by session_date) from raw.price",
        "select sum(x) over (order by d rows between 19 preceding and current row) from t",
        "select lead(as_of_at) over (partition by symbol, session_date order by as_of_at) from history.price_daily",
        "select 1 from t\nasof left join raw.session as n\n    on t.clock = n.clock and t.cutoff_at < n.struck_at",
        "select 1 from t\nasof left join raw.price as p\n    on t.symbol = p.symbol and t.cutoff_at >= p.known_at",
        "select 'following' as word -- lead() of the day",
    ],
)
def test_the_scan_lets_pass_what_looks_back(sql: str) -> None:
    assert list(faults(sql)) == []


def test_research_does_look_forward_so_the_scan_sees_it() -> None:
    found = {model.name for model in RESEARCH if list(faults(model.body))}
    assert {"known_event", "forward_return", "clock_panel"} - found <= {"clock_panel"}
    forward = next(model for model in RESEARCH if model.name == "forward_move")
    assert "e.session_no + u.step = m.session_no" in forward.body, "the one join from an entry to later sessions"


def test_no_column_outside_research_is_named_after_what_comes_later() -> None:
    names = {model.columns_of for model in RESEARCH}
    with (SQL / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["table"], row["column"]) for row in csv.DictReader(file)]
    assert [row for row in rows if row[0] not in names and AHEAD.search(row[1])] == []
    assert any(AHEAD.search(column) for table, column in rows if table in names)


def test_only_research_lies_in_its_folders() -> None:
    folders = {path.parent.name for path in SQL.glob("5*/*.sql")}
    assert folders
    assert all(re.fullmatch(r"5\d_research", folder) for folder in folders)
    assert {Path(model.path).parent.name[:1] for model in RESEARCH} == {"5"}
