"""The weekly flow judges the home as it is, under a real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.weekly_research import weekly_research
from tasks.domain.errors import ConfigError
from tests.operations.servers import ask
from tests.pipeline import SEED_NOW, Pipeline


def test_the_newest_publication_is_judged(server_url: str, demo: Pipeline, tmp_path: Path) -> None:
    home = demo.copy(tmp_path / "home").run.home
    before = (home / "published").resolve()
    page = Path(weekly_research(home=str(home), now=SEED_NOW, run_id="saturday"))
    assert page.is_file()
    numbers = json.loads((page.parent / "validation.json").read_text(encoding="utf-8"))
    assert numbers["trials"]["total"] > 0
    assert (home / "published").resolve() != before, "readers of the old publication keep it"
    with ask(server_url) as client:
        (left,) = [item for item in client.read_artifacts() if item.key == "weekly-research"]
    assert str(page) in str(left.data)


def test_a_home_without_a_publication_is_named(server_url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no publication"):
        weekly_research(home=str(tmp_path), now=SEED_NOW)
