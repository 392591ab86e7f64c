"""The command: fills a home and judges it, judges a home as it is, and says in one line what is missing."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from flows.research_report import main
from tests.pipeline import STRIKE, TALKS, utc, write_prices

TITLES = (STRIKE, TALKS, "Plain weather in Ghana", "A labelled headline, left out")


def run(*options: str | Path) -> Result:
    return CliRunner().invoke(main, [str(option) for option in options])


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Forty days of headlines as an archive keeps them, prices, a labelled file and an index."""
    days = [date(2024, 3, 1) + timedelta(days=n) for n in range(40)]
    rows = [(utc(f"{day}T09:0{at}"), title) for day in days for at, title in enumerate(TITLES)]
    table = pa.table({"seen_at": [at for at, _ in rows], "title": [f"{t} {a:%d}" for a, t in rows]})
    pq.write_table(table, tmp_path / "headlines.parquet")
    prices = [(symbol, day, 50 + day.day) for symbol in ("BZ=F", "SPY", "ITA") for day in days if day.weekday() < 5]
    write_prices(tmp_path / "prices.csv", prices)
    with (tmp_path / "labelled.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "headline"), *((str(d), f"{TITLES[3]} {d:%d}") for d in days)])
    index = "".join(f"{day},{100 + day.day}\n" for day in days)
    (tmp_path / "gpr.csv").write_text(f"date,gpr\n{index}", encoding="utf-8")
    (tmp_path / "page.md").write_text("<!-- validation -->\n<!-- validation end -->\n", encoding="utf-8")
    return {path.stem: path for path in tmp_path.iterdir()}


def test_headlines_are_read_without_the_labelled_ones_and_judged(files: dict[str, Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    given = ("--articles", files["headlines"], "--prices", files["prices"], "--labelled", files["labelled"])
    options = (
        *given, "--home", home, "--now", "2024-04-20T06:00Z", "--gpr", files["gpr"], "--docs", files["page"],
        "--run-id", "one", "--verbose",
    )  # fmt: skip
    done = run(*options)
    assert done.exit_code == 0, done.output
    assert "prepare  160 read, 120 kept, 40 left out as labelled, 0 without a title or a time" in done.stderr
    assert "too few sessions to judge" in done.stdout
    found = json.loads((home / "published" / "reports" / "validation.json").read_text(encoding="utf-8"))
    assert found["data"]["item_count"] <= 120
    assert not found["data"]["is_demonstration"]
    assert (home / "published").resolve().name == "one-research"
    assert "**The three fixed tests" in files["page"].read_text(encoding="utf-8")
    again = run("--home", home, "--now", "2024-04-20T06:00Z", "--run-id", "two", "--gpr", files["gpr"])
    assert again.exit_code == 0, again.output
    second = json.loads((home / "published" / "reports" / "validation.json").read_text(encoding="utf-8"))
    assert second == found, "a home that is judged again says the same"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "holds no publication; give --articles and --prices"),
        (("--articles", "x.csv"), "--articles and --prices go together"),
        (("--prices", "x.csv"), "--articles and --prices go together"),
        (("--labelled", "x.csv"), "give --articles, too"),
        (("--gpr", "none.csv"), "none.csv: cannot be read"),
        (("--from", "2024-02-30"), "is not a date"),
        (("--now", "2024-02-01T00:00"), "has no zone"),
    ],
)
def test_what_is_missing_is_told_in_one_line(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = run("--home", tmp_path / "home", *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_seeds_that_is_none_is_told(tmp_path: Path) -> None:
    done = run("--home", tmp_path, "--seeds", tmp_path / "none")
    assert done.exit_code == 2
    assert "the file is missing" in done.stderr
