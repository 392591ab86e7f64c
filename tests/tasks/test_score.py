import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tasks.collect import collect
from tasks.score import score
from tasks.storage.score_chunks import make_scorer
from tasks.storage.seeds import load_taxonomy
from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, small, write_article

WEATHER = "It rained in Ghana. The harvest festival was moved to Sunday."


@pytest.fixture
def three(tmp_path: Path) -> Pipeline:
    """A strike, a truce and the weather, collected."""
    for day, (name, text) in enumerate({"strike": STRIKE, "truce": TALKS, "weather": WEATHER}.items(), start=4):
        write_article(tmp_path / "articles", name, f"2025-08-0{day}T10:00:00Z", text, title=name)
    pipeline = small(tmp_path)
    collect(pipeline.run)
    return pipeline


def test_every_article_is_scored_once(three: Pipeline) -> None:
    first, second = score(three.run).counts, score(three.run).counts
    assert first["articles"] == first["stories"] == 3
    assert first["sentences"] == three.cell("select count(*) from raw.sentence") == 7, "titles are sentences too"
    assert second == {"articles": 0, "sentences": 0, "stories": 3}


def test_a_new_lexicon_scores_everything_anew(three: Pipeline, tmp_path: Path) -> None:
    score(three.run)
    before = three.cell("select count(*) from raw.sentence")
    shutil.copytree(SEEDS, tmp_path / "seeds")
    with (tmp_path / "seeds" / "lexicon.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "seeds" / "lexicon.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows[:-1])
    assert score(replace(three.run, seeds=tmp_path / "seeds")).counts["articles"] == 3
    version = make_scorer(load_taxonomy(tmp_path / "seeds")).lexicon_version
    assert three.rows("select lexicon_version, count(*) from raw.sentence group by all") == [(version, before)]


def test_a_new_lexicon_says_what_it_restates_and_restates_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Published sessions before `--from` keep the scores of the lexicon that they were published with."""
    write_article(tmp_path / "articles", "strike", "2025-08-04T10:00:00Z", STRIKE)
    write_article(tmp_path / "articles", "truce", "2025-08-12T10:00:00Z", TALKS)
    pipeline = small(tmp_path)
    pipeline.publish()
    shutil.copytree(SEEDS, tmp_path / "seeds")
    lexicon = tmp_path / "seeds" / "lexicon.csv"
    lexicon.write_text("\n".join(lexicon.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    caplog.clear()
    pipeline.publish(seeds=tmp_path / "seeds", from_date=date(2025, 8, 11), run_id="second")
    assert "this run restates sessions from 2025-08-11 on" in caplog.text
    versions = pipeline.rows(
        "select session_date, count(distinct lexicon_version) from history.theme_clock_daily "
        "where lexicon_version is not null and theme = 'energy' and clock = 'LON_BRENT' group by all order by all"
    )
    assert versions == [(date(2025, 8, 4), 1), (date(2025, 8, 12), 2)]


def test_a_sentence_without_a_theme_has_no_theme_row(three: Pipeline) -> None:
    score(three.run)
    assert three.rows("select * from raw.sentence_theme where article_id = 'weather'") == []
    energy = "select distinct article_id from raw.sentence_theme where theme = 'energy' order by all"
    assert three.rows(energy) == [("strike",), ("truce",)]


def test_stored_scores_keep_their_ranges(three: Pipeline) -> None:
    score(three.run)
    wrong = (
        "select * from raw.sentence where not (abs(vader_score) <= 1 and abs(tone_score) <= 1 "
        "and abs(escalation_score) <= 1 and section_weight between 0 and 1.5)"
    )
    assert three.rows(wrong) == []
    assert (
        three.rows("select * from raw.sentence_theme where not (relevance between 0 and 1 and abs(score) <= 1)") == []
    )


def test_the_order_of_articles_changes_no_score(three: Pipeline, tmp_path: Path) -> None:
    """Scored alone or among others, a sentence gets the same numbers."""
    score(three.run)
    alone = small(tmp_path / "alone")
    shutil.copytree(tmp_path / "articles", tmp_path / "alone" / "articles")
    for name in ("truce", "weather"):
        (tmp_path / "alone" / "articles" / f"{name}.md").unlink()
    collect(alone.run)
    score(alone.run)
    columns = "select * exclude (article_id) from raw.sentence where article_id = 'strike' order by all"
    assert alone.rows(columns) == three.rows(columns)


def test_stories_are_told_anew_and_only_backwards(three: Pipeline) -> None:
    score(three.run)
    before = three.rows("from raw.article_story order by all")
    folder = Path(three.run.articles[0])
    write_article(folder, "rewrite", "2025-08-05T09:00:00Z", STRIKE, source="paper", title="strike")
    collect(three.run)
    score(three.run)
    after = three.rows("from raw.article_story order by all")
    assert [row for row in after if row[0] != "rewrite"] == before
    assert ("rewrite", "strike") in after
