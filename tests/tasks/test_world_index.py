import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.evaluate import SEEDS
from flows.world_index import main
from tasks import world_index as module
from tasks.domain.errors import ConfigError
from tasks.storage.titles import read_index, read_titles
from tasks.world_index import world_index


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Sixty days of twenty titles each; every second month is at war, and the index knows it."""
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(120)]
    rows = [
        (day, "Rebels attack Congo" if n < (12 if day.month % 2 else 4) else "Rain in Ghana", "wire")
        for day in days
        for n in range(20)
    ]
    titles = tmp_path / "titles.parquet"
    pq.write_table(
        pa.table(
            {"published_date": [r[0] for r in rows], "title": [r[1] for r in rows], "source": [r[2] for r in rows]}
        ),
        titles,
    )
    index = tmp_path / "index.csv.gz"
    lines = [f"{day.isoformat()},{200 if day.month % 2 else 100}" for day in days]
    index.write_bytes(gzip.compress(("date,gpr\n" + "\n".join(lines) + "\n2021-01-01,\n").encode()))
    return titles, index


def test_series_go_with_an_index_that_knows(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MONTH_AT_LEAST", 100)
    monkeypatch.setattr(module, "PROGRESS", 1_000)
    seen: list[int] = []
    attention, escalation = world_index(*files, SEEDS, source="wire", progress=seen.append)
    assert (attention.month_count, attention.day_count) == (4, 120)
    assert attention.monthly > 0.99
    assert escalation.daily > 0.9
    assert seen == [1_000, 2_000]


def test_command(files: tuple[Path, Path]) -> None:
    titles, index = files
    result = CliRunner().invoke(main, ["--titles", str(titles), "--index", str(index)])
    assert result.exit_code == 0, result.output
    assert "attention" in result.output
    failed = CliRunner().invoke(main, ["--titles", "nowhere.parquet", "--index", str(index)])
    assert failed.exit_code == 2
    assert "error: nowhere.parquet: not a Parquet file" in failed.output


def test_titles_of_one_source_with_instants(tmp_path: Path) -> None:
    path = tmp_path / "titles.parquet"
    instants = [datetime(2020, 1, 1, 23, tzinfo=UTC), None, datetime(2020, 1, 2, tzinfo=UTC)]
    pq.write_table(pa.table({"seen_at": instants, "title": ["a", "b", "c"], "source": ["x", "x", "y"]}), path)
    assert list(read_titles(path, "x")) == [(date(2020, 1, 1), "a")]
    pq.write_table(pa.table({"title": ["a"]}), path)
    with pytest.raises(ConfigError, match="columns missing: published_date or"):
        list(read_titles(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [("date,x\n", "columns date and gpr expected"), ("date,gpr\n2020-01-01,high\n", "could not convert")],
)
def test_bad_index(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "index.csv"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        read_index(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_index(tmp_path / "nowhere.csv")
