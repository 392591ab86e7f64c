"""explain: the row and the article, from the publication alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.explain import main
from tests.pipeline import Pipeline, query

SEED = "2025-08-17-article-5-like-guarantees"


def explain(demo: Pipeline, *options: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(demo.run.home), *options])


def test_a_row_is_explained_by_sentences_that_sum_to_it(demo: Pipeline) -> None:
    told = explain(demo, "--theme", "energy", "--session", "2025-06-23")
    assert told.exit_code == 0
    assert told.output.startswith("energy on LON_BRENT, session 2025-06-23: ok")
    risk, total = re.search(r"risk +(\S+)", told.output), re.search(r"contributions sum to (\S+)", told.output)
    assert risk
    assert total
    assert float(total[1]) == pytest.approx(float(risk[1]), abs=1e-4)
    assert "2025-06-22-iran-parliament-backs-closing-hormuz" in told.output
    assert re.search(r"BRENT +LON_BRENT", told.output)


def test_a_quiet_session_is_explained_too(demo: Pipeline) -> None:
    told = explain(demo, "--theme", "energy", "--session", "2025-06-10")
    assert told.exit_code == 0
    assert "no_news" in told.output
    assert "no sentence" in told.output


def test_another_clock_can_be_asked_for(demo: Pipeline) -> None:
    told = explain(demo, "--theme", "energy", "--session", "2025-08-18", "--clock", "XNYS")
    assert told.output.startswith("energy on XNYS, session 2025-08-18")


def test_an_article_shows_its_session_on_every_clock(demo: Pipeline) -> None:
    told = explain(demo, "--article", SEED)
    assert told.exit_code == 0
    assert "published  2025-08-17T16:14Z (minute)" in told.output
    (clocks,) = query(demo.home.published / "signals.duckdb", "select count(distinct clock) from raw.session")[0]
    rows = [line for line in told.output.splitlines() if "2025-08-18 " in line]
    assert len(rows) == 3 * clocks


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--theme", "energy", "--session", "2025-12-24"], "sessions run from 2025-01-02 to 2025-09-29"),
        (["--theme", "oil", "--session", "2025-06-23"], "no theme 'oil'; use one of defense, energy"),
        (["--theme", "energy", "--session", "2025-06-23", "--clock", "MOON"], "no clock 'MOON'"),
        (["--theme", "energy", "--session", "2025-06-23", "--as-known", "2025-10-08T05:59Z"], "was known then"),
        (["--article", "none-such"], "no article 'none-such'; see raw.article"),
        (["--theme", "energy"], "name what to explain"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(demo: Pipeline, options: list[str], sentence: str) -> None:
    told = explain(demo, *options)
    assert told.exit_code == 2
    assert sentence in told.stderr


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["--home", str(tmp_path), "--article", SEED])
    assert told.exit_code == 1
    assert "run `make run` first" in told.stderr
