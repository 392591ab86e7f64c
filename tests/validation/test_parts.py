"""Parts of the report by hand: known events, evidence, published indexes, verdicts, Markdown."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tasks.domain.errors import ConfigError
from tasks.storage.files import ROOT
from tasks.storage.research_plan import load_plan
from tasks.storage.seeds import load_taxonomy
from tasks.validation import known
from tasks.validation.document import rounded
from tasks.validation.evidence import frozen_on
from tasks.validation.markdown import BEGIN, END, markdown, read_document, rewrite_page, summary_lines, tables
from tasks.validation.report import lead, stamps, verdict
from tasks.validation.table import Table
from tasks.validation.world import lagged, monthly
from tests.pipeline import SEEDS, Pipeline

PLAN = load_plan(SEEDS / "research", load_taxonomy(SEEDS))


def event(z: float | None, rank: float | None, sign: int, share: float | None = 1.0, items: int | None = 50) -> Any:
    return {
        "signal_z": z, "risk_pct_rank_250": rank, "expected_sign": sign, "item_share": share, "item_count": items,
        "theme": "energy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (event(2.0, 0.95, 1), "pass"),
        (event(2.0, 0.90, 1), "pass"),
        (event(2.0, 0.89, 1), "fail"),
        (event(-0.1, 0.95, 1), "fail"),
        (event(-2.0, 0.05, -1), "pass"),
        (event(2.0, 0.05, -1), "fail"),
        (event(-2.0, 0.30, -1), "fail"),
        (event(None, None, 1), "no signal"),
        (event(0.1, 0.5, 1, share=0.2), "outage"),
        (event(2.0, 0.95, 1, share=0.2), "pass"),
        (event(0.1, 0.5, 1, share=None, items=None), "outage"),
    ],
)
def test_an_event_passes_with_its_sign_in_the_outer_tenth(row: Any, said: str) -> None:
    assert known.verdict(row, PLAN) == said


def test_chance_is_counted_beside_the_passes() -> None:
    rows = [
        {**event(2.0, 0.95, 1), "verdict": "pass"},
        {**event(-2.0, 0.5, -1), "verdict": "fail"},
        {**event(None, None, 1), "verdict": "outage"},
    ]
    assert known.summary(rows, {"energy": {"up": 0.2, "down": 0.1}}) == {
        "event_count": 3,
        "judged_count": 2,
        "pass_count": 1,
        "expected_by_chance": pytest.approx(0.3),
        "right_sign_count": 2,
        "outage_count": 1,
        "no_signal_count": 0,
    }


def test_a_lexicon_that_nobody_froze_makes_everything_hindsight() -> None:
    (version, day), *_ = PLAN.frozen_lexicons.items()
    assert frozen_on([version], PLAN) == day
    assert frozen_on([version, "unknown"], PLAN) is None
    assert frozen_on([], PLAN) is None


def days(count: int) -> list[str]:
    return [(date(2024, 1, 1).fromordinal(date(2024, 1, 1).toordinal() + n)).isoformat() for n in range(count)]


def test_a_printed_index_lags_by_the_day_it_lags_by() -> None:
    """Theirs repeats ours two days later on top of a weekly pattern: the correlation peaks at a lag of +2."""
    random = np.random.default_rng(1)
    ours = random.standard_normal(400)
    when = days(402)
    weekly = [10.0 * (date.fromisoformat(day).weekday() == 6) for day in when]
    theirs = {when[at + 2]: float(ours[at]) + weekly[at + 2] for at in range(400)}
    mine = {"attention": {when[at]: float(ours[at]) + 3 * weekly[at] for at in range(400)}}
    rows = {row["lag_days"]: row for row in lagged(mine, {"gpr": theirs}, PLAN)}
    assert rows[2]["r"] == pytest.approx(1.0, abs=1e-6)
    assert all(abs(row["r"]) < 0.2 for lag, row in rows.items() if lag != 2)
    assert rows[2]["day_count"] == 400
    assert rows[0]["interval_low"] <= rows[0]["r"] <= rows[0]["interval_high"]


def test_months_need_titles_and_a_year_of_them() -> None:
    series = {"attention": {day: float(day[5:7]) for day in days(400)}}
    with duckdb.connect() as db:
        db.execute("create schema research")
        db.execute(
            "create table research.daily_index as select date '2024-01-01' + n::integer as index_date, "
            "100 as title_count from range(0, 400) as t(n)"
        )
        (row,) = monthly(db, series, {"gpr": {day: 2.0 * float(day[5:7]) for day in days(400)}})
        assert (row["month_count"], row["r"]) == (13, pytest.approx(1.0))
        db.execute("update research.daily_index set title_count = 1")
        assert monthly(db, series, {"gpr": series["attention"]}) == []


def test_a_document_holds_only_what_json_knows() -> None:
    found = rounded({"a": np.float64(1 / 3), 5: [float("nan"), float("inf"), np.int64(3), np.bool_(True), None, "x"]})
    assert found == {"a": 0.333333, "5": [None, None, 3, True, None, "x"]}
    json.dumps(found, allow_nan=False)


def outcome(found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A report in which every fixed test is judged, with the changes made to the first one."""
    made = deepcopy(found)
    for row in made["primary"]:
        row.update(ic=0.01, interval_low=-0.1, interval_high=0.1, p_value=0.5, p_holm=1.0, count=300)
    made["primary"][0].update(changes)
    return made


def test_the_first_sentence_says_what_came_out_whichever_way(found: dict[str, Any]) -> None:
    assert lead(outcome(found)).startswith(
        "None of the 3 fixed tests that can be judged found the expected sign beyond chance."
    )
    assert lead(outcome(found, p_holm=0.01)).startswith(
        "1 of the 3 fixed tests that can be judged found the expected sign"
    )
    turned = lead(outcome(found, p_holm=0.01, ic=-0.2))
    assert "None of the 3 fixed tests" in turned
    assert "1 found the opposite sign beyond chance" in turned
    nothing = deepcopy(found)
    for row in nothing["primary"]:
        row.update(ic=None, p_value=None, p_holm=None)
    assert lead(nothing).startswith("None of the fixed tests has enough sessions")
    assert verdict(nothing["primary"][1]) == ("BZ=F", "–", "", "energy: 0 sessions, too few to judge")


def test_the_stamps_count_live_sessions_even_at_none(found: dict[str, Any]) -> None:
    lines = stamps(found)
    assert "Demonstration" in lines[0]
    assert lines[-1].startswith("Live: 0 sessions")
    real = deepcopy(found)
    real["data"]["is_demonstration"] = False
    real["frozen_on"] = "2026-11-24"
    assert [line.split(":")[0] for line in stamps(real)] == ["Hindsight", "Live"]
    assert "was fixed on 2026-11-24" in stamps(real)[0]


def test_a_markdown_table_escapes_bars_and_sets_numbers_right() -> None:
    made = markdown(Table("k", "Title", [("a|b", ""), ("n", "n")], [["x|y", "1"]]))
    assert made == "**Title**\n\n| a\\|b | n |\n| --- | ---: |\n| x\\|y | 1 |\n"


def test_a_page_is_rewritten_between_its_marks_and_only_there(tmp_path: Path, found: dict[str, Any]) -> None:
    numbers, page = tmp_path / "validation.json", tmp_path / "page.md"
    numbers.write_text(json.dumps(found), encoding="utf-8")
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    rewrite_page(page, numbers)
    text = page.read_text(encoding="utf-8")
    assert text == f"# Before\n\n{BEGIN}\n\n{tables(found)}\n{END}\n\nafter\n"
    rewrite_page(page, numbers)
    assert page.read_text(encoding="utf-8") == text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ConfigError, match="needs one line"):
        rewrite_page(page, numbers)
    with pytest.raises(ConfigError, match="cannot be read"):
        rewrite_page(tmp_path / "none.md", numbers)


def test_a_file_that_is_no_report_is_told(tmp_path: Path) -> None:
    for text in ("{", "[]", "{}"):
        (tmp_path / "x.json").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="run flows"):
            read_document(tmp_path / "x.json")


def test_the_screen_shows_tests_trials_events_and_live_sessions(tmp_path: Path, found: dict[str, Any]) -> None:
    (tmp_path / "x.json").write_text(json.dumps(outcome(found, p_holm=0.2)), encoding="utf-8")
    lines = summary_lines(tmp_path / "x.json")
    assert "defense ITA less SPY" in lines[1]
    assert "+0.010" in lines[1]
    assert f"{found['trials']['total']} trials" in "\n".join(lines)
    assert lines[-1] == "0 live sessions after the lexicon's freeze"


def test_the_score_without_price_reports_is_the_published_one(researched: Pipeline) -> None:
    rows = researched.rows(
        "select d.risk_score, s.risk_score from signal.theme_clock_daily as d left join research.same_session as s "
        "on d.session_date = s.session_date and d.theme = s.theme and d.clock = s.clock and not s.has_price_moves "
        "where d.risk_score is not null"
    )
    assert len(rows) > 500
    assert all(float(one) == pytest.approx(other, abs=1e-9) for one, other in rows)
    differ = researched.cell(
        "select count(*) from research.same_session as a inner join research.same_session as b "
        "using (session_date, theme, clock) where a.has_price_moves and not b.has_price_moves "
        "and abs(a.risk_score - b.risk_score) > 1e-6"
    )
    assert differ > 0, "the embedded articles hold sentences that only report prices"


def test_momentum_by_hand_from_what_was_known(researched: Pipeline) -> None:
    """ITA less SPY over the last 20 sessions shown by the cut-off, in standard deviations of the last 60."""
    rows = researched.rows(
        "select m.session_date, d.cutoff_at, m.z from research.momentum as m inner join signal.theme_daily as d "
        "using (session_date, theme) where m.symbol = 'ITA' and m.z is not null order by all"
    )
    moves = researched.rows(
        "select price_available_at, session_return - benchmark_return from signal.price_daily "
        "where symbol = 'ITA' order by session_date"
    )
    for _, cutoff_at, z in rows[:: max(1, len(rows) // 10)]:
        known_moves = [move for at, move in moves if at <= cutoff_at]
        last = [move for move in known_moves[-60:] if move is not None]
        assert z == pytest.approx(sum(known_moves[-20:]) / (np.std(last, ddof=1) * np.sqrt(20)))
    assert len(rows) > 100


def test_the_placebo_shares_the_machine_and_none_of_the_words(researched: Pipeline) -> None:
    rows = researched.rows("select count(*), count(signal_score), sum(story_count) from raw.placebo_daily")
    assert rows[0][0] == researched.cell("select count(*) from signal.theme_clock_daily where theme = 'defense'")
    assert rows[0][1] > 0
    assert rows[0][2] > 0, "the eight articles about sport, weather and shows"
    seeds = researched.run.home / "research" / "placebo" / "seeds"
    taxonomy = load_taxonomy(seeds)
    assert [theme.theme for theme in taxonomy.themes] == ["placebo"]
    real = {row.phrase for row in load_taxonomy(SEEDS).exposures if any(row.relevances.values())}
    assert {row.phrase for row in taxonomy.exposures} & real == set()


def test_the_documented_tables_have_todays_titles_and_columns(found: dict[str, Any]) -> None:
    """`flows.research_report --docs docs/validation.md` writes them; lags are there only where an index was given."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    written = page.split(BEGIN)[1].split(END)[0]
    shape = re.compile(r"^\*\*(.+)\*\*\n\n(\|.+\|)$", re.MULTILINE)
    documented, todays = dict(shape.findall(written)), dict(shape.findall(tables(found)))
    assert list(documented) == list(todays)
    assert {title for title in todays if documented[title] != todays[title]} <= {
        title for title in todays if title.startswith("Daily correlation")
    }
