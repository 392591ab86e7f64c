from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.domain.errors import ConfigError
from tasks.storage.labelled import read_events, read_labelled, read_ratings

THEMES = ["energy"]
HEADER = b"id,headline,geo,energy,rel_energy\n"


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


def test_empty_cells_are_not_labelled(tmp_path: Path) -> None:
    one, two = read_labelled(write(tmp_path, HEADER + b"a,Text,-1,,1\nb,Short\n"), THEMES)
    assert (one.directions, one.relevances) == ({"geo": -1}, {"energy": True})
    assert (two.headline, two.directions, two.relevances) == ("Short", {}, {})


def test_events_and_ratings(tmp_path: Path) -> None:
    assert read_events(write(tmp_path, b"text,penta\nA,4\n")) == [("A", 4)]
    assert read_ratings(write(tmp_path, b"text,mean_sentiment\nA,1.5\n")) == [("A", 1.5)]


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_labelled, b"id,headline\n", "columns missing: energy, geo"),
        (read_labelled, HEADER + b"a,Text,2,,\n", "file.csv:2: geo = '2'"),
        (read_labelled, HEADER + b"a,Text,1,,-1\n", "rel_energy = '-1'"),
        (read_labelled, HEADER + b"a,\xff\xfe,1,,\n", "not a UTF-8 CSV"),
        (read_labelled, HEADER + b'a,"Text,1,,\n', "not a UTF-8 CSV"),
        (read_events, b"text,penta\nA,\n", "penta is empty"),
        (read_events, b"text,penta\nA,5\n", "penta = '5'"),
        (read_ratings, b"text\nA\n", "no rating"),
        (read_ratings, b"text,valence\nA,warm\n", "'warm' is no number"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, read: Callable[..., Any], content: bytes, message: str) -> None:
    arguments = (THEMES,) if read is read_labelled else ()
    with pytest.raises(ConfigError, match=message):
        read(write(tmp_path, content), *arguments)


def test_missing_file() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_events(Path("nowhere.csv"))
