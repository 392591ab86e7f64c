import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.evaluate import SEEDS, main
from tasks.evaluate import evaluate, render

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "headlines.csv"
HEADER = "id,headline,geo,defense,energy,european_risk_premium,rel_energy\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    path.write_text(
        HEADER + "a,Russia bombs Kyiv,1,1,0,1,0\nb,Iran and Oman sign truce,-1,,-1,0,1\nc,Rain in Ghana,0,0,,0,0\n",
        encoding="utf-8",
    )
    return path


def test_evaluation_counts_labelled_cells_only(labelled: Path) -> None:
    evaluation = evaluate(labelled, SEEDS)
    assert evaluation.item_count == 3
    geo = evaluation.qualities["geo"]
    assert (geo["georisk"].item_count, geo["georisk"].macro_f1) == (3, 1.0)
    assert evaluation.qualities["defense"]["georisk"].item_count == 2
    assert set(geo) == {"georisk", "vader_sign", "vader_on_theme", "keywords"}
    assert evaluation.relevance_f1s == {"energy": 1.0}
    assert "georisk" in render(evaluation)


def test_our_own_sentences_beat_every_baseline() -> None:
    evaluation = evaluate(SEEDS / "labelled.csv", SEEDS)
    assert evaluation.item_count == 60
    for axis, qualities in evaluation.qualities.items():
        ours = qualities["georisk"]
        assert ours.macro_f1 >= 0.85, axis
        assert ours.macro_f1 > max(row.macro_f1 for name, row in qualities.items() if name != "georisk")


def test_sentences_in_the_manner_of_the_news_keep_their_reading() -> None:
    """262 made-up headlines; each was scored only after it was written and labelled."""
    evaluation = evaluate(GOLDEN, SEEDS)
    floors = {"geo": 0.88, "defense": 0.80, "energy": 0.93, "european_risk_premium": 0.88}
    for axis, floor in floors.items():
        ours = evaluation.qualities[axis]["georisk"]
        assert ours.macro_f1 >= floor, axis
        assert ours.wrong_sign_share <= 0.05, axis


def test_events_and_ratings_are_measured_on_request(labelled: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("text,penta\nIran bombs Kuwait.,4\nIran thanks Kuwait.,1\nOman slams Iran.,3\nA note.,0\n")
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("text,valence\nA good day,3\nA bad day,-2\nA day,0\n")
    evaluation = evaluate(labelled, SEEDS, events=events, ratings=[ratings])
    assert evaluation.event_aucs["georisk"] == 1.0
    assert evaluation.tone_rs["ratings"]["tone"] > 0.9
    table = render(evaluation)
    assert "AUC: georisk 1.000" in table
    assert "ratings of ratings: tone" in table


def test_command_prints_and_writes(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "quality.json"
    result = CliRunner().invoke(main, ["--labelled", str(labelled), "--json", str(out)])
    assert result.exit_code == 0, result.output
    assert "macro-F1" in result.output
    assert json.loads(out.read_text())["item_count"] == 3


def test_command_fails_in_one_line() -> None:
    result = CliRunner().invoke(main, ["--labelled", "nowhere.csv"])
    assert result.exit_code == 2
    assert result.output.startswith("error: nowhere.csv: cannot be read")
    assert result.output.count("\n") == 1


def test_a_file_that_cannot_be_written_is_named_after_the_table(tmp_path: Path, labelled: Path) -> None:
    out = tmp_path / "nowhere" / "quality.json"
    result = CliRunner().invoke(main, ["--labelled", str(labelled), "--json", str(out)])
    assert result.exit_code == 2
    assert "3 headlines" in result.stdout
    assert result.stderr == f"error: {out} cannot be written (No such file or directory); name another file\n"
