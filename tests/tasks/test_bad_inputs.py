"""Every case of the bad-input table, through the real verbs, on a home of its own."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.commands import Command
from flows.run_request import make_run
from tasks.collect import collect
from tasks.domain.run import StepReport
from tasks.price import price
from tasks.score import score
from tests.bad_inputs import ACCEPTED, CASES, CONFIGURATION, OPTIONS, PAGE, PRICES, Case, with_tables
from tests.bad_inputs import ARTICLES as ARTICLE_CASES
from tests.pipeline import SEEDS, Pipeline, small, utc, write_article, write_prices

NOW = utc("2025-08-20T06:00")
NEIGHBOUR = "neighbour"
BERLIN = "berlin_wire:\n  kind: archive\n  publisher: B\n  language: en\n  terms: own\n  zone: Europe/Berlin\n"
SPREAD = "SPREAD,A spread,XNYS,percent,none_needed,difference,true,,2,sample;files,,,,spread,,,\n"


def names(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case.case for case in cases])


@pytest.fixture(scope="module")
def taxonomy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded taxonomy with the first rows of its long lists: every case reads it anew."""
    folder = tmp_path_factory.mktemp("taxonomy")
    for path in (*SEEDS.glob("*.csv"), *SEEDS.glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        end = 60 if path.name in ("lexicon.csv", "exposures.csv") else None
        (folder / path.name).write_text("".join(lines[:end]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def seeds(taxonomy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded taxonomy, with a source that declares its zone and a spread that may be negative."""
    folder = tmp_path_factory.mktemp("seeds")
    shutil.copytree(taxonomy, folder, dirs_exist_ok=True)
    for name, text in {"sources.yaml": BERLIN, "instruments.csv": SPREAD}.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Pipeline:
    """A home with one article."""
    root = tmp_path_factory.mktemp("collected")
    write_article(root / "articles", NEIGHBOUR, "2025-08-05T10:00:00Z")
    pipeline = small(root, seeds=seeds, now="2025-08-20T06:00")
    collect(pipeline.run)
    return pipeline


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def fed(root: Path, case: Case) -> tuple[str, ...]:
    """Write the files of the case below `root/given`; what the run is asked to read."""
    folder = root / "given"
    write(folder, case.files)
    for path in case.paths:
        if path.endswith("/"):
            (folder / path).mkdir()
    return tuple(str(folder / path) for path in case.paths) or (str(folder),)


Capture = pytest.CaptureFixture[str]


def stopped(case: Case, command: Callable[[], object], capsys: Capture) -> None:
    """The command ends as the case says: its exit code, and one sentence."""
    with pytest.raises(SystemExit) as caught:
        Command("verb", callback=command).main([])
    assert case.outcome == f"exit {caught.value.code}"
    told = capsys.readouterr().err
    assert told.count("\n") == 1, told
    assert told.startswith("error: ")
    assert case.message in told
    assert ";" in told, "a rule and a remedy"


def set_aside(case: Case, pipeline: Pipeline, report: StepReport) -> None:
    """What the quarantine holds is what the case says; counts add up."""
    rows = pipeline.rows("select reason, message, location from raw.quarantine order by all")
    expected = 0 if case.outcome == ACCEPTED else case.times
    assert [reason for reason, *_ in rows] == [case.outcome] * expected
    for _, message, location in rows:
        assert case.message in message
        assert ";" in message, "a rule and a remedy"
        assert location.endswith(case.where or location)
    counts = report.counts
    assert counts["quarantined"] == expected
    assert counts["read"] == sum(count for name, count in counts.items() if name != "read")


def stored(pipeline: Pipeline, case: Case, sql: str) -> None:
    rows: dict[str, str] = dict(pipeline.rows(sql))
    assert rows.keys() == case.kept.keys()
    for key, part in case.kept.items():
        assert part in rows[key]


@names(ARTICLE_CASES)
def test_articles(tmp_path: Path, seeds: Path, capsys: Capture, case: Case) -> None:
    articles = fed(tmp_path, case)
    if case.files and not case.outcome.startswith("exit"):
        folder = tmp_path / "given" / ("news" if case.paths else "")
        write_article(folder, NEIGHBOUR, "2025-08-05T10:00:00Z")
    pipeline = small(tmp_path, articles=articles, seeds=seeds)
    if case.outcome.startswith("exit"):
        stopped(case, lambda: collect(pipeline.run), capsys)
        return
    set_aside(case, pipeline, collect(pipeline.run))
    stored(
        pipeline,
        replace(case, kept={**case.kept, NEIGHBOUR: ""}),
        "select article_id, concat_ws(' ', available_at::varchar, string_agg(text, ' ' order by section_no)) "
        "from raw.article inner join raw.article_section using (article_id) group by article_id, available_at",
    )


@names(PRICES)
def test_prices(tmp_path: Path, collected: Pipeline, capsys: Capture, case: Case) -> None:
    pipeline = collected.copy(tmp_path / "home")
    prices = fed(tmp_path, case)
    if not case.paths:
        write_prices(tmp_path / "given" / "neighbour.csv", [("VIX", "2025-08-05", 17)])
    run = replace(pipeline.run, prices=prices)
    if case.outcome.startswith("exit"):
        stopped(case, lambda: price(run), capsys)
        assert pipeline.cell("select count(*) from raw.price") == 0
        return
    report = price(run)
    set_aside(case, pipeline, report)
    assert report.counts["not_yet"] == (case.case == "price-after-the-clock")
    stored(
        pipeline,
        replace(case, kept={**case.kept, "VIX 2025-08-05": "17.0"}),
        "select concat_ws(' ', symbol, price_date), close::varchar from raw.price",
    )
    assert pipeline.cell("select count(*) from raw.dividend") == 0


@names(CONFIGURATION)
def test_configuration(tmp_path: Path, taxonomy: Path, capsys: Capture, case: Case) -> None:
    seeds, home = tmp_path / "seeds", tmp_path / "home"
    shutil.copytree(taxonomy, seeds)
    for name, old, new in case.edits:
        edit(seeds / name, old, new)
    write_article(tmp_path / "articles", NEIGHBOUR, "2025-08-05T10:00:00Z")
    request = small(tmp_path).run
    stopped(case, lambda: collect(replace(request, seeds=seeds)), capsys)
    stopped(case, lambda: make_run(articles=request.articles, home=home, seeds=seeds), capsys)
    assert not home.exists(), "nothing was written"


def edit(path: Path, old: str, new: str | bytes | None) -> None:
    if new is None:
        path.unlink()
    elif isinstance(new, bytes):
        path.write_bytes(new)
    else:
        text = path.read_text(encoding="utf-8")
        assert not old or text.count(old) == 1, "the test's own edit"
        path.write_text(text.replace(old, new) if old else new, encoding="utf-8")


@names(OPTIONS)
def test_options(tmp_path: Path, collected: Pipeline, capsys: Capture, case: Case) -> None:
    home = collected.copy(tmp_path / "home").run.home
    request: dict[str, Any] = {
        "articles": collected.run.articles,
        "prices": collected.run.prices,
        "seeds": collected.run.seeds,
        "now": NOW,
        "home": home,
        **case.options,
    }

    def command() -> StepReport:
        run = make_run(**request)
        collect(run)
        return price(run)

    if case.outcome == ACCEPTED:
        window = command().window
        assert window is not None
        assert window.to_date.isoformat() == "2025-08-19"
    else:
        stopped(case, command, capsys)


def test_nothing_usable_is_kept_with_its_reason(tmp_path: Path, collected: Pipeline, capsys: Capture) -> None:
    """A run that stops for want of prices leaves their faults to be looked up."""
    (case,) = [case for case in PRICES if case.case == "no-usable-price"]
    pipeline = collected.copy(tmp_path / "home")
    stopped(case, lambda: price(replace(pipeline.run, prices=fed(tmp_path, case))), capsys)
    assert pipeline.rows("select reason from raw.quarantine") == [("unknown_symbol",)]


def test_one_text_of_two_sources_is_one_story(tmp_path: Path) -> None:
    (case,) = [case for case in ARTICLE_CASES if case.case == "same-text-two-sources"]
    pipeline = small(tmp_path, articles=fed(tmp_path, case))
    collect(pipeline.run)
    score(pipeline.run)
    assert pipeline.rows("select count(*), count(distinct story_id) from raw.article_story") == [(2, 1)]


def test_formulas_are_defused_and_tags_are_no_words(tmp_path: Path) -> None:
    """Published: the CSV export holds no cell that a spreadsheet would run, the table the text as it was."""
    formula, html = "=HYPERLINK", "<p>Missiles <b>struck</b> a refinery in Ukraine.</p>"
    write_article(tmp_path / "articles", "formula", "2025-08-05T10:00:00Z", f"{formula} strikes hit Ukraine again.")
    write_article(tmp_path / "articles", "html", "2025-08-06T10:00:00Z", html)
    publication = small(tmp_path).publish()
    with (publication / "exports" / "sentence_contribution.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["text"] for row in csv.DictReader(file)}
    assert f"'{formula} strikes hit Ukraine again." in texts
    assert "Missiles struck a refinery in Ukraine." in texts
    assert not any(text.startswith(("=", "<")) for text in texts)


def test_a_price_off_session_enters_no_return(tmp_path: Path) -> None:
    days = ["2025-08-05", "2025-08-06", "2025-08-07", "2025-08-08", "2025-08-09", "2025-08-11"]
    write_article(tmp_path / "articles", "only", "2025-08-05T10:00:00Z")
    write_prices(tmp_path / "prices.csv", [("BRENT", day, 66 if day != "2025-08-09" else 99) for day in days])
    pipeline = small(tmp_path)
    pipeline.build()
    since = "session_date between '2025-08-08' and '2025-08-11'"
    sql = "select session_date::varchar, price_status{} where symbol = 'BRENT' and {} order by all"
    assert pipeline.rows(sql.format(" from staging.price_point", since)) == [
        ("2025-08-08", "ok"),
        ("2025-08-09", "off_session"),
        ("2025-08-11", "ok"),
    ]
    assert pipeline.rows(sql.format(", session_return from core.price_return", since)) == [
        ("2025-08-08", "ok", 0.0),
        ("2025-08-11", "ok", 0.0),
    ]


def test_the_page_prints_every_case_as_it_is_tested() -> None:
    """When it differs on purpose, `python -m tests.bad_inputs` writes the tables anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page
    for case in CASES:
        assert page.count(f"| {case.case} |") == 1
    assert len(CASES) >= 45
    assert len({case.case for case in CASES}) == len(CASES)
