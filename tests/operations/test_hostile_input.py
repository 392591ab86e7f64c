"""Texts that want to be paths, SQL, formulas or markup stay texts, from the file to the page.

Bombs are in tests/storage/test_lines.py (lines, rows, Parquet) and tests/storage/test_feeds.py (XML); redirects to
inside addresses in tests/storage/test_web.py; archives that lead elsewhere in test_backup.py.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.collect import collect
from tasks.domain.errors import ConfigError
from tasks.explain import explain_article
from tests.pipeline import SEEDS, STRIKE, Pipeline, query, small, utc, write_prices
from tests.tasks.test_vintages_stateful import small_seeds

HOSTILE = {
    "path": "../../../etc/passwd",
    "sql": "x'); drop table raw.article; --",
    "dollar": "$now $from_date {0} %s ${HOME}",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3+cmd|' /C calc'!D2",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "template": "{{ 7 * 7 }} {% raw %}",
    "link": "[click](javascript:alert(1))",
    "jndi": "${jndi:ldap://127.0.0.1/a}",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """One article for each hostile text, which is its id, its source, its title and a part of its body."""
    root = tmp_path_factory.mktemp("hostile") / "it's $HOME; a 'home'"
    root.mkdir()
    (root / "articles").mkdir()
    rows = [
        {
            "article_id": text, "source": text, "title": f"{text} {STRIKE}", "url": f"https://x.example/{text}",
            "body": f"{text}\n\n{STRIKE}", "published_at": f"2025-08-05T10:{number:02}:00Z", "language": "en",
        }
        for number, text in enumerate(HOSTILE.values())
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row) for row in rows)
    (root / "articles" / "hostile.jsonl").write_text(lines + "\n", encoding="utf-8")
    front = (
        "---\narticle_id: ../../front\nsource: /etc/cron.d/x\ntitle: Report\npublished_at: 2025-08-05T12:00:00Z\n---\n"
    )
    (root / "articles" / "'; drop table x; --.md").write_text(front + STRIKE, encoding="utf-8")
    write_prices(root / "prices.csv", [("BRENT", "2025-08-05", 66), ("'; drop table raw.price; --", "2025-08-05", 1)])
    pipeline = small(root, now="2025-08-06T22:45", seeds=small_seeds(root / "seeds"))
    pipeline.publish(run_id="hostile")
    return pipeline


def test_every_text_is_kept_as_it_was_given(published: Pipeline) -> None:
    found = {name for (name,) in published.rows("select article_id from raw.article")}
    assert found == {text.strip() for text in HOSTILE.values()} | {"../../front"}
    assert published.cell("select count(*) from raw.quarantine where kind = 'price'") == 1


def test_nothing_is_written_outside_the_home(published: Pipeline) -> None:
    """Names of runs alone become names of files."""
    root = published.run.home.parent
    assert {path.name for path in root.iterdir()} == {"articles", "prices.csv", "seeds", "home"}
    assert {path.name for path in published.home.publications.iterdir()} == {"hostile"}
    assert not list(root.rglob("passwd"))


def cells(publication: Path) -> Iterator[tuple[str, str, str]]:
    """(file, column, text) of every cell of every exported table; the dictionary's words are our own."""
    for path in sorted(
        set((publication / "exports").glob("*.csv")) - {publication / "exports" / "data_dictionary.csv"}
    ):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from ((path.name, column, text) for column, text in row.items())


def test_no_cell_of_an_export_is_run_by_a_spreadsheet(published: Pipeline) -> None:
    """A number may begin with a sign; a text with one gets an apostrophe, which spreadsheets do not show."""
    number = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
    found = list(cells(published.home.published))
    assert [cell for cell in found if cell[2][:1] in "=+-@\t\r" and cell[2] and not number.fullmatch(cell[2])] == []
    defused = {text for _, _, text in found if text.startswith(("'=", "'+", "'-", "'@"))}
    assert any(HOSTILE["formula"] in text for text in defused)


def test_the_page_holds_the_texts_but_not_their_markup(published: Pipeline) -> None:
    page = (published.home.published / "reports" / "index.html").read_text(encoding="utf-8")
    assert HOSTILE["markup"] not in page
    assert "<img src=x" not in page
    assert not re.search(r"""(href|src)=["']?\s*javascript:""", page, re.IGNORECASE)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "49 {" not in page


@pytest.mark.parametrize("name", [*HOSTILE, "front"])
def test_an_article_is_explained_by_the_name_it_has(published: Pipeline, name: str) -> None:
    article = HOSTILE.get(name, "../../front").strip()
    assert f"article    {article} from" in explain_article(published.home.published, article)


def test_a_question_with_sql_in_it_is_a_question(published: Pipeline) -> None:
    with pytest.raises(ConfigError, match="no article"):
        explain_article(published.home.published, "' or true; drop table raw.article; --")
    assert published.cell("select count(*) from raw.article") == len(HOSTILE) + 1


@pytest.mark.parametrize("run_id", ["../x", "a/../../x", "/x", "x\0y", "x\ny", ".", "..", "~", "$HOME", "x;y", "x'y"])
def test_a_run_is_no_path(tmp_path: Path, run_id: str) -> None:
    """The name of a run is the one text that becomes a path."""
    run = replace(small(tmp_path).run, run_id=run_id, now=utc("2025-08-20T06:00"), seeds=SEEDS)
    with pytest.raises(ConfigError, match="names the publication's folder"):
        collect(run)
    assert not run.home.exists()


def test_readers_find_the_same_texts(published: Pipeline) -> None:
    signals = published.home.published / "signals.duckdb"
    texts = {text for (text,) in query(signals, "select distinct article_id from signal.sentence_contribution")}
    assert HOSTILE["sql"] in texts
    assert HOSTILE["formula"] in texts, "Parquet and DuckDB hold the values as they are"
