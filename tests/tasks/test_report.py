"""The page of a publication: whole, bounded, escaped, the same bytes again, and true to the tables."""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tasks.pages.glossary import GLOSSARY
from tasks.report import LIMITS, report_values, write_report
from tests.html_tree import Page
from tests.pipeline import STRIKE, TALKS, Pipeline, query, small, utc, write_article

SIZE_LIMIT = 1_500_000


def page_of(pipeline: Pipeline) -> Page:
    return Page((pipeline.home.published / "reports" / "index.html").read_text(encoding="utf-8"))


def write_articles(root: Path, rows: list[dict[str, str]]) -> None:
    (root / "articles").mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"title": "", "source": "wire", **row}) for row in rows]
    (root / "articles" / "items.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_page_lies_in_the_publication_twice(demo: Pipeline) -> None:
    folder = demo.home.published / "reports"
    assert {path.name for path in folder.iterdir()} == {"index.html", "2025-09-29.html"}
    assert (folder / "index.html").read_bytes() == (folder / "2025-09-29.html").read_bytes()
    assert 100_000 < (folder / "index.html").stat().st_size < SIZE_LIMIT


def test_the_page_is_whole_and_refers_to_nothing_outside(demo: Pipeline) -> None:
    page = page_of(demo)
    assert page.faults == []
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    assert [link for link in page.values("href") if link != "data:,"] == [
        link for link in page.values("href") if link.startswith("#") and link[1:] in ids
    ]
    assert page.values("src") == []
    names = {name for name, _ in page.tags}
    assert not names & {"script", "iframe", "object", "embed", "img", "form", "base", "audio", "video"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("threads", [1, 4])
def test_the_same_file_gives_the_same_bytes(demo: Pipeline, tmp_path: Path, threads: int) -> None:
    published = demo.home.published
    first, dated = write_report(published / "signals.duckdb", tmp_path, threads)
    assert first.read_bytes() == dated.read_bytes() == (published / "reports" / "index.html").read_bytes()
    assert not (tmp_path / "tmp").exists()


def test_an_unchanged_rerun_gives_the_same_bytes(demo: Pipeline, tmp_path: Path) -> None:
    before = (demo.home.published / "reports" / "index.html").read_bytes()
    again = demo.copy(tmp_path / "home").publish(run_id="again")
    assert (again / "reports" / "index.html").read_bytes() == before


def test_what_is_shown_is_what_the_tables_hold(demo: Pipeline) -> None:
    with duckdb.connect(str(demo.home.published / "signals.duckdb"), read_only=True) as db:
        values = report_values(db)
    with (demo.home.published / "exports" / "sentence_contribution.csv").open(encoding="utf-8", newline="") as file:
        receipts = [row for row in csv.DictReader(file) if float(row["contribution"])]
    assert [theme["theme"] for theme in values["themes"]] == ["defense", "energy", "european_risk_premium"]
    assert [theme["asset"]["symbol"] for theme in values["themes"]] == ["ITA", "BRENT", "EZU"]
    for theme in values["themes"]:
        mine = [row for row in receipts if row["theme"] == theme["theme"] and row["clock"] == theme["clock"]]
        for mover in theme["movers"]:
            spoken = [row for row in mine if row["session_date"] == str(mover["session_date"])]
            for side, sign in (("up", 1), ("down", -1)):
                ordered = sorted(
                    (row for row in spoken if sign * float(row["contribution"]) > 0),
                    key=lambda row: (-abs(float(row["contribution"])), row["article_id"], int(row["sentence_no"])),
                )
                shown = [(row["article_id"], row["sentence_no"]) for row in mover[side]]
                wanted = [(row["article_id"], int(row["sentence_no"])) for row in ordered]
                assert shown == wanted[: LIMITS["top_count"]]
                total = sum(float(row["contribution"]) for row in ordered)
                assert [row["side_total"] for row in mover[side]] == pytest.approx([total] * len(shown))
        stories: dict[tuple[str, str], float] = {}
        for row in mine:
            key = (row["session_date"], row["story_id"])
            stories[key] = stories.get(key, 0.0) + float(row["contribution"])
        largest = sorted(stories, key=lambda key: -abs(stories[key]))[: LIMITS["events"]]
        assert {(str(row["session_date"]), row["story_id"]) for row in theme["events"]} == set(largest)


@pytest.mark.parametrize(
    ("preferred", "drawn"),
    [
        (["VIX", "EZU"], "VIX"),
        (["FEZ", "VIX"], "VIX"),  # FEZ has no price here
        (["FEZ"], "EZU"),
        ([], "EZU"),
        (None, "EZU"),
    ],
)
def test_a_theme_is_drawn_against_the_first_of_its_assets_that_has_prices(
    demo: Pipeline, tmp_path: Path, preferred: list[str] | None, drawn: str
) -> None:
    signals = tmp_path / "signals.duckdb"
    shutil.copy(demo.home.published / "signals.duckdb", signals)
    with duckdb.connect(str(signals)) as db:
        db.execute("update raw.theme set reference_assets = $assets", {"assets": preferred})
        themes = {theme["theme"]: theme for theme in report_values(db)["themes"]}
    assert themes["european_risk_premium"]["asset"]["symbol"] == drawn
    assert themes["defense"]["asset"]["symbol"] == "ITA"


def test_every_figure_of_a_theme_is_explained(demo: Pipeline) -> None:
    source = (demo.home.published / "reports" / "index.html").read_text(encoding="utf-8")
    named = {name.split(",")[0] for name in re.findall(r'<div class="fact"><dt>(.*?)</dt>', source)}
    assert len(named) == 8
    terms = " ".join(term.lower() for term, _, _ in GLOSSARY).replace("story", "stories")
    assert {name for name in named if name.lower() not in terms} == set()
    for term, unit, meaning in GLOSSARY:
        assert f"<dt>{term}" in source
        assert unit in source
        assert meaning[:20] in source.replace("&#39;", "'")


def test_the_numbers_behind_a_chart_are_the_rows_of_the_table(demo: Pipeline) -> None:
    source = (demo.home.published / "reports" / "index.html").read_text(encoding="utf-8")
    rows = query(
        demo.home.published / "signals.duckdb",
        "select strftime(session_date, '%Y-%m-%d'), status, story_count from signal.theme_daily",
    )
    assert len(rows) > 500
    for session_date, status, stories in rows:
        assert f'class="t">{session_date}</th><td class="t">{status}</td><td class="n">' in source
        assert f'</td><td class="n">{stories}</td>' in source
    assert source.count('<th scope="row" class="t">2025-06-23</th>') == 3


def test_the_news_cannot_speak_html(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7 * 7 }} \u202e'
    write_articles(
        tmp_path,
        [
            {
                "article_id": f"evil{number}",
                "published_at": f"2025-08-0{4 + number}T10:00:00Z",
                "title": f"{STRIKE} {hostile}",
                "body": f"{TALKS} {hostile}",
                "source": f"<b>wire</b>{number}",
                "url": url,
            }
            for number, url in enumerate(
                ("javascript:alert(document.domain)", "https://outlet.example/a?b=1&c=<2>", "https://outlet.example/?a=1&b=2")
            )
        ],
    )  # fmt: skip
    pipeline = small(tmp_path)
    pipeline.publish()
    page = page_of(pipeline)
    assert page.faults == []
    assert not {name for name, _ in page.tags} & {"script", "img"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    outside = {link for link in page.values("href") if not link.startswith("#") and link != "data:,"}
    assert outside == {"https://outlet.example/?a=1&b=2"}
    assert "{{ 7 * 7 }}" in page.text, "told as it was written"
    assert "\u202e" not in page.source, "nothing turns the reading order"
    assert "address withheld" in page.text


def test_a_quiet_theme_and_a_blind_one_say_so(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "strike", "2025-08-15T09:00:00Z")
    pipeline = small(tmp_path, now="2025-08-19T06:00")
    pipeline.publish()
    assert "a quiet day, not a blind one" in page_of(pipeline).text
    pipeline.publish(run_id="later", now=utc("2025-09-15T06:00"))
    text = page_of(pipeline).text
    assert "No source covered this session: the score is unknown, not zero." in text
    assert "Pressure and signal pause until a source speaks again." in text
    assert "blind: did not cover the session" in text


def test_an_open_session_is_told_apart_from_the_newest_closed_one(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "strike", "2025-08-15T09:00:00Z", STRIKE)
    write_article(tmp_path / "articles", "talks", "2025-08-18T05:00:00Z", TALKS)
    pipeline = small(tmp_path, now="2025-08-18T12:30")
    published = pipeline.publish()
    assert (published / "reports" / "2025-08-15.html").exists(), "named after the newest closed session"
    assert "The session of 18 Aug 2025 was still open: −" in page_of(pipeline).text


def test_what_the_newest_vintage_changed_is_listed(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "strike", "2025-08-05T09:00:00Z", STRIKE)
    pipeline = small(tmp_path, now="2025-08-07T06:00")
    pipeline.publish()
    assert "first vintage of this home" in page_of(pipeline).text
    write_article(tmp_path / "articles", "late", "2025-08-05T10:00:00Z", TALKS)
    pipeline.publish(run_id="second", now=utc("2025-08-08T06:00"))
    with duckdb.connect(str(pipeline.home.published / "signals.duckdb"), read_only=True) as db:
        theme = next(theme for theme in report_values(db)["themes"] if theme["theme"] == "energy")
    changes = theme["changes"]
    assert changes["added"] == {"session_count": 1, "first_date": date(2025, 8, 7), "last_date": date(2025, 8, 7)}
    cells = [(cell["session_date"], cell["column_name"], cell["cause"]) for cell in changes["cells"]]
    assert (date(2025, 8, 5), "risk_score", "late article") in cells
    assert len(cells) == LIMITS["changes"] < changes["cells"][0]["cell_count"]
    assert f"{changes['cells'][0]['cell_count']} cells of the theme and its assets restated" in page_of(pipeline).text


def test_a_theme_without_a_session_says_so(tmp_path: Path) -> None:
    """On 26 December New York is open, London and Frankfurt are not."""
    write_article(tmp_path / "articles", "strike", "2025-12-26T09:00:00Z")
    day = date(2025, 12, 26)
    published = small(tmp_path, now="2025-12-27T06:00", from_date=day, to_date=day).publish()
    assert {path.name for path in (published / "reports").iterdir()} == {"index.html", "2025-12-26.html"}
    page = Page((published / "reports" / "index.html").read_text(encoding="utf-8"))
    assert page.faults == []
    assert "Energy supply risk without a session" in page.text
    assert page.text.count("No session lies in the published range: nothing to show yet.") == 2


def test_a_home_without_any_row_is_still_a_page(demo: Pipeline, tmp_path: Path) -> None:
    signals = tmp_path / "signals.duckdb"
    shutil.copy(demo.home.published / "signals.duckdb", signals)
    with duckdb.connect(str(signals)) as db:
        for table in ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution"):
            db.execute(f"delete from vintage.{table}")
        db.execute("delete from raw.publication")
    (only,) = write_report(signals, tmp_path, 1)
    page = Page(only.read_text(encoding="utf-8"))
    assert page.faults == []
    assert "Nothing has been published in this home yet." in page.text


def test_much_data_gives_no_larger_page(demo: Pipeline, tmp_path: Path) -> None:
    """Four years of sessions, hundreds of sources and assets, and sentences as long as they may be."""
    signals = tmp_path / "signals.duckdb"
    shutil.copy(demo.home.published / "signals.duckdb", signals)
    late = "session_date >= date '2025-09-15'"
    with duckdb.connect(str(signals)) as db:
        for years in (1, 2, 3):
            shift = f"session_date - {years} * interval 364 day as session_date"
            for table in ("theme_clock_daily", "price_daily"):
                db.execute(
                    f"insert into vintage.{table} select * replace ({shift}) from vintage.{table} "
                    "where session_date >= date '2025-01-01'"
                )
        db.execute(f"update vintage.sentence_contribution set text = repeat('Words without end. ', 400) where {late}")
        db.execute("update raw.article set title = repeat('A very long title. ', 400)")
        for table, name, some in (
            ("raw.source", "source", "true"),
            ("core.source_session", "source", f"clock = 'XNYS' and {late}"),
            ("raw.instrument", "symbol", "true"),
            ("vintage.asset_daily", "symbol", late),
            ("vintage.price_daily", "symbol", late),
        ):
            copies = f"select * replace ({name} || n as {name}) from {table}, range(200) as r(n) where {some}"
            db.execute(f"insert into {table} select * exclude (n) from ({copies})")
    (page, _) = write_report(signals, tmp_path, 2)
    assert page.stat().st_size < SIZE_LIMIT
    assert Page(page.read_text(encoding="utf-8")).faults == []
