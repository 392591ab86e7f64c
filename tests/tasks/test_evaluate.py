import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.evaluate import SEEDS, main
from tasks.domain.errors import ConfigError
from tasks.evaluate import evaluate, read_labelled, render

HEADER = "id,headline,geo,defense,energy,european_risk_premium,rel_energy\n"
THEMES = ["defense", "energy", "european_risk_premium"]


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
    assert evaluation.relevance_f1s["energy"] == pytest.approx(2 / 3) or evaluation.relevance_f1s["energy"] == 1.0
    assert "georisk" in render(evaluation)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,headline\n", "columns missing"),
        (HEADER.encode() + b"a,Text,2,,,,\n", "geo = '2'"),
        (HEADER.encode() + b"a,Text,1,,,,-1\n", "rel_energy = '-1'"),
        (HEADER.encode() + b"a,\xff\xfe,1,,,,\n", "not a UTF-8 CSV"),
        (HEADER.encode() + b'a,"Text,1,,,,\n', "not a UTF-8 CSV"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_labelled(path, THEMES)


def test_missing_file() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labelled(Path("nowhere.csv"), THEMES)


def test_command_prints_and_writes(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "quality.json"
    result = CliRunner().invoke(main, ["--labelled", str(labelled), "--json", str(out)])
    assert result.exit_code == 0, result.output
    assert "macro-F1" in result.output
    assert json.loads(out.read_text())["item_count"] == 3


def test_command_fails_in_one_line() -> None:
    result = CliRunner().invoke(main, ["--labelled", "nowhere.csv"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: nowhere.csv: cannot be read")
    assert result.output.count("\n") == 1
