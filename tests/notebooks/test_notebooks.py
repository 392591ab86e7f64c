"""The notebooks run from top to bottom, against the demonstration, and are kept without their output."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tasks.storage.files import ROOT
from tests.pipeline import Pipeline

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_its_output(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert codes
    assert [cell for cell in codes if cell.outputs or cell.execution_count is not None] == []


def run(path: Path, home: Path, scratch: Path) -> list[nbformat.NotebookNode]:
    """Run a notebook in a kernel of its own; give the outputs of all cells."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}})
    places = {"TMPDIR": scratch, "IPYTHONDIR": scratch / "ipython", "JUPYTER_RUNTIME_DIR": scratch / "jupyter"}
    client.execute(env={**os.environ, "GEORISK_HOME": str(home), **{name: str(at) for name, at in places.items()}})
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def complaints(outputs: list[nbformat.NotebookNode]) -> list[str]:
    """What was written to stderr: warnings of libraries, above all."""
    return [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]


def test_quickstart_runs_on_the_demonstration(demo: Pipeline, tmp_path: Path) -> None:
    outputs = run(ROOT / "notebooks" / "quickstart.ipynb", demo.run.home, tmp_path)
    assert complaints(outputs) == []
    shown = [kind for output in outputs if "data" in output for kind in output.data]
    assert shown.count("image/png") == 1
    assert shown.count("text/html") == 7, "the tables"
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "sentences, as published" in said


@pytest.mark.slow
def test_backfill_and_research_runs_in_folders_of_its_own(tmp_path: Path) -> None:
    outputs = run(ROOT / "notebooks" / "backfill_and_research.ipynb", tmp_path / "untouched", tmp_path)
    assert complaints(outputs) == []
    assert not (tmp_path / "untouched").exists()
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert said.count("rows, the same") == 3
    assert "published_at is missing" in said
