"""Every command of `flows/`, found and not listed: name -> what is typed behind `python -m flows.`."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path

import click
from click.testing import CliRunner, Result

from tasks.storage.files import ROOT

MODULES = sorted(
    path.stem for path in (ROOT / "flows").glob("*.py") if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)


def program(module: str) -> click.Command:
    main = importlib.import_module(f"flows.{module}").main
    assert isinstance(main, click.Command)
    return main


def commands() -> dict[str, click.Command]:
    """`explain`, `admin`, `admin backup`, ... -> the command."""
    found: dict[str, click.Command] = {}
    for module in MODULES:
        main = program(module)
        found[module] = main
        if isinstance(main, click.Group):
            found.update({f"{module} {name}": command for name, command in main.commands.items()})
    return found


def invoke(name: str, *arguments: str) -> Result:
    """Run a command in this process, under the name that a user types."""
    module, *rest = name.split()
    return CliRunner().invoke(program(module), [*rest, *arguments], prog_name=f"python -m flows.{module}")


def fingerprint(folder: Path) -> dict[str, object]:
    """Every path below a folder with its kind and content; a folder that is not there has none."""
    return {
        str(path.relative_to(folder)): path.readlink()
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }
