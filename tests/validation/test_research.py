"""The report over the embedded seeds: its schema, its files, its stamps, and that a rerun repeats it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.domain.errors import ConfigError, SeedError
from tasks.research import JSON, PAGE, json_text, research
from tasks.storage.models import Model, dictionary, models
from tasks.storage.research_plan import load_events, load_plan
from tasks.storage.research_tables import LAYERS
from tasks.storage.seeds import load_taxonomy
from tests.pipeline import SEEDS, Pipeline, exports, query
from tests.validation.made import made_up_indexes

RESEARCH = models(*LAYERS)


def model_id(model: Model) -> str:
    return model.table


@pytest.mark.parametrize("model", RESEARCH, ids=model_id)
def test_a_table_has_the_columns_of_the_dictionary_and_a_unique_grain(researched: Pipeline, model: Model) -> None:
    found = [(name, kind.lower()) for name, kind, *_ in researched.rows(f"describe {model.table}")]
    assert found == [(column.name, column.type) for column in dictionary()[model.columns_of]]
    keys = ", ".join(model.grain)
    assert researched.rows(f"select {keys} from {model.table} group by all having count(*) > 1 limit 3") == []
    is_filled = researched.cell(f"select count(*) from {model.table}") > 0
    assert is_filled == (model.name != "known_event"), "the known events lie before the embedded articles"


def test_the_publication_gains_the_schema_and_the_reports_and_keeps_the_rest(
    demo: Pipeline, researched: Pipeline
) -> None:
    published = researched.home.published.resolve()
    assert published.name == "study-research"
    assert {path.name for path in (published / "reports").iterdir()} >= {JSON, PAGE}
    assert exports(published) == exports(demo.home.published)
    signals = published / "signals.duckdb"
    for model in RESEARCH:
        assert query(signals, f"from {model.table} order by all") == researched.rows(f"from {model.table} order by all")
    bare = query(
        signals,
        "select table_name, column_name from duckdb_columns() where schema_name = 'research' and comment is null",
    )
    assert bare == []
    assert query(signals, "select count(*) from signal.theme_daily") == query(
        demo.home.published / "signals.duckdb", "select count(*) from signal.theme_daily"
    )


def test_the_run_is_logged_with_its_counts(researched: Pipeline, found: dict[str, Any]) -> None:
    ((status, counts),) = researched.rows("select status, counts from raw.run_log where step = 'research'")
    assert status == "ok"
    assert json.loads(counts)["trials"] == found["trials"]["total"]
    assert researched.reports["research"].counts["rows"] > 10_000


def test_a_demonstration_says_that_it_is_one(researched: Pipeline, found: dict[str, Any]) -> None:
    assert found["data"]["is_demonstration"]
    for row in found["evidence"]:
        assert row["demonstration_count"] == row["session_count"]
        assert row["live_count"] == 0
        assert row["live_after_freeze_count"] == 0
    page = (researched.home.published / "reports" / PAGE).read_text(encoding="utf-8")
    assert "Nothing on this page is evidence" in page
    assert "Live: 0 sessions" in page


def test_a_fixed_test_without_prices_is_listed_and_not_dropped(found: dict[str, Any]) -> None:
    """The embedded prices hold no BZ=F."""
    rows = {row["theme"]: row for row in found["primary"]}
    assert list(rows) == ["defense", "energy", "european_risk_premium"]
    assert (rows["energy"]["symbol"], rows["energy"]["count"], rows["energy"]["ic"]) == ("BZ=F", 0, None)
    judged = [row for row in rows.values() if row["ic"] is not None]
    assert all(row["p_holm"] >= row["p_value"] for row in judged)


def test_every_cell_is_counted_as_a_trial(found: dict[str, Any]) -> None:
    trials = found["trials"]
    families = ("grid", "event_studies", "clocks", "same_session")
    assert trials["total"] == sum(len(found[name]) for name in families)
    assert trials["rank_ic"] == len(found["grid"]) > 0
    assert {row["predictor"] for row in found["grid"]} >= {"momentum", "gpr", "vix_change", "vader"}
    for row in found["grid"]:
        assert row["q_by"] >= row["q_bh"] >= row["p_value"] - 1e-6
        assert row["interval_low"] <= row["ic"] + 0.05
        assert row["count"] >= found["plan"]["fewest_sessions"]


def test_the_page_asks_for_nothing_and_draws_with_tables_behind(researched: Pipeline) -> None:
    page = (researched.home.published / "reports" / PAGE).read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert page.count("<figure") == page.count("<details") - 3 > 0, "each chart has its table; three tables fold alone"
    for mark in ("http://", "https://", "url(http", ">nan", ">None<"):
        assert mark not in page.replace("http://www.w3.org", ""), mark


def test_a_rerun_repeats_every_number_and_byte_on_any_number_of_threads(researched: Pipeline, tmp_path: Path) -> None:
    again = researched.copy(tmp_path / "home")
    before = {path.name: path.read_bytes() for path in (again.home.published / "reports").iterdir()}
    research(replace(again.run, threads=1), made_up_indexes())
    assert again.home.published.resolve().name == "study-research-2"
    assert {path.name: path.read_bytes() for path in (again.home.published / "reports").iterdir()} == before


def test_a_home_without_a_publication_is_told(tmp_path: Path, demo: Pipeline) -> None:
    with pytest.raises(ConfigError, match="holds no publication; give --articles and --prices"):
        research(replace(demo.run, home=tmp_path / "empty"), {})


def test_json_holds_no_number_that_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_text({"ic": float("nan")})


def test_the_fixed_tests_fit_the_instruments() -> None:
    taxonomy = load_taxonomy(SEEDS)
    plan = load_plan(SEEDS / "research", taxonomy)
    fixed = [(test.theme, test.symbol, test.benchmark_symbol, test.horizon) for test in plan.primary]
    assert fixed == [
        ("defense", "ITA", "SPY", 1),
        ("energy", "BZ=F", None, 1),
        ("european_risk_premium", "EZU", "SPY", 1),
    ]
    events = load_events(SEEDS / "research", [theme.theme for theme in taxonomy.themes])
    assert {event.expected_sign for event in events} == {-1, 1}
    instants = [event.occurred_at for event in events]
    assert instants == sorted(instants)


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("primary_tests.yaml", "symbol: ITA", "symbol: NONE", "NONE is no instrument"),
        ("primary_tests.yaml", "expected_sign: -1", "expected_sign: 1", "a fixed test is not changed"),
        ("primary_tests.yaml", "horizons: [1, 5, 20]", "horizons: [5, 20]", "horizon 1 of defense is not among"),
        ("primary_tests.yaml", "interval: 0.95", "interval: 1.5", "interval"),
        ("primary_tests.yaml", "seed:", "sead:", "sead"),
        ("primary_tests.yaml", "fixed_on: 2026", "fixed_on: [2026", "not valid YAML"),
        ("known_events.csv", "Z,minute,defense,1", ",minute,defense,1", "occurred_at"),
        ("known_events.csv", "defense,1", "defence,1", "theme 'defence' is not defined"),
        ("known_events.csv", "energy,-1", "energy,0", "expected_sign"),
        ("known_events.csv", "full_scale_invasion,Russia invades Ukraine,2022-02-24T03:00:00Z,minute,energy",
         "full_scale_invasion,Russia invades Ukraine,2022-02-24T03:00:00Z,minute,defense", "stands twice"),
        ("known_events.csv", '"Kremlin, address', 'x"Kremlin", address', "expected_sign|mend|cells"),
    ],
)  # fmt: skip
def test_a_broken_plan_is_told(tmp_path: Path, file: str, old: str, new: str, rule: str) -> None:
    taxonomy = load_taxonomy(SEEDS)
    for path in (SEEDS / "research").glob("*.*"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(old, new) if path.name == file else text, encoding="utf-8")
    themes = [theme.theme for theme in taxonomy.themes]
    with pytest.raises(SeedError, match=rule):
        _ = load_plan(tmp_path, taxonomy), load_events(tmp_path, themes)


def test_a_missing_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="the file is missing; restore it from the repository"):
        load_plan(tmp_path, load_taxonomy(SEEDS))
