"""score_articles: four rows an article, without prices, warehouse or server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from flows.score_articles import main
from tasks.storage.files import ROOT

SEED = ROOT / "seeds" / "articles" / "2025-08-17-article-5-like-guarantees.md"
COLUMNS = [
    "article_id", "theme", "relevance", "is_relevant", "vader_score", "tone_score", "risk_score", "direction",
    "is_price_move", "model_version", "lexicon_version",
]  # fmt: skip


def score(tmp_path: Path, *articles: Path, out: str = "scores.csv") -> pd.DataFrame:
    path = tmp_path / out
    options = [part for article in articles for part in ("--articles", str(article))]
    done = CliRunner().invoke(main, [*options, "--out", str(path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


def test_the_seed_document_reads_as_a_desk_would_read_it(tmp_path: Path) -> None:
    """The bands of the contract: talks about guarantees lower the premium, a little; nothing is settled."""
    frame = score(tmp_path, SEED)
    assert list(frame.columns) == COLUMNS
    rows = frame.set_index("theme")
    assert sorted(rows.index) == ["defense", "energy", "european_risk_premium", "geo"]
    assert -0.35 <= rows.loc["european_risk_premium", "risk_score"] <= -0.03
    assert rows.loc["european_risk_premium", "direction"] == -1
    assert -0.30 <= rows.loc["energy", "risk_score"] <= -0.02
    assert rows.loc["energy", "direction"] in (-1, 0)
    assert -0.30 <= rows.loc["defense", "risk_score"] <= 0.05
    assert rows.loc["defense", "direction"] in (-1, 0)
    assert (rows["vader_score"].abs() < 0.5).all()


def test_the_plain_text_of_the_document_needs_no_front_matter(tmp_path: Path) -> None:
    front, _, body = SEED.read_text(encoding="utf-8").removeprefix("---\n").partition("---\n")
    title = next(line.removeprefix("title:").strip().strip("'\"") for line in front.splitlines() if "title:" in line)
    plain = tmp_path / "plain.txt"
    plain.write_text(f"{title}\n\n{body.lstrip()}", encoding="utf-8")
    given, bare = score(tmp_path, SEED), score(tmp_path, plain)
    pd.testing.assert_frame_equal(given.drop(columns="article_id"), bare.drop(columns="article_id"))


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    folder = SEED.parent
    csv, parquet = score(tmp_path, folder), score(tmp_path, folder, out="scores.parquet")
    pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)
    assert len(csv) == 4 * len(list(folder.glob("*.md")))


def test_sentences_come_with_their_receipts(tmp_path: Path) -> None:
    sentences = tmp_path / "sentences.parquet"
    options = ["--articles", str(SEED), "--out", str(tmp_path / "s.csv"), "--sentences", str(sentences)]
    assert CliRunner().invoke(main, options).exit_code == 0
    frame = pd.read_parquet(sentences)
    assert (frame["relevance"] > 0).all()
    assert (frame.loc[frame["score"] != 0, "spans"] != "[]").all()


def test_a_bad_item_is_named_and_the_others_are_scored(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Army shells border town\n\nGunners shelled the town for hours.\n")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe broken")
    out = tmp_path / "out" / "scores.csv"
    out.parent.mkdir()
    done = CliRunner().invoke(main, ["--articles", str(tmp_path), "--out", str(out)])
    assert done.exit_code == 0
    assert "set aside (invalid_utf8)" in done.stderr
    assert "1 articles scored, 1 set aside" in done.stdout


def test_a_large_input_says_where_its_finished_parts_are(tmp_path: Path) -> None:
    titles = tmp_path / "titles.csv"
    titles.write_text("title\n" + "A choir sings\n" * 5_001, encoding="utf-8")
    options = ["--articles", str(titles), "--out", str(tmp_path / "s.parquet"), "--workers", "1", "--verbose"]
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0
    assert f"finished parts are kept in {tmp_path / 's.parquet.parts'}" in done.stderr
    assert "5001 articles scored, 0 set aside" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.parquet", "titles.csv"]


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--articles", "nowhere", "--out", "s.csv"], 1, "nowhere does not exist"),
        (["--articles", str(SEED), "--out", "s.xlsx"], 2, "ends neither in .csv nor in .parquet"),
        (["--articles", str(SEED), "--out", "no/such/s.csv"], 2, "does not exist; make it first"),
        (["--articles", str(SEED), "--out", "s.csv", "--sentences", "s.csv"], 2, "name two files"),
    ],
)
def test_a_wrong_option_ends_in_one_sentence(options: list[str], code: int, sentence: str) -> None:
    done = CliRunner().invoke(main, options)
    assert done.exit_code == code
    assert sentence in done.stderr


def test_the_command_knows_no_prefect_and_no_server() -> None:
    probe = "import sys, flows.score_articles; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
