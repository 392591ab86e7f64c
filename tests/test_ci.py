"""`.ci/run` on made-up machines: it installs what is missing and nothing else, and a failed test fails it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tasks.storage.files import ROOT

BROWSERS = "chromium fonts-dejavu-core fonts-liberation"
PRESENT = ("bash", "dirname", "id", "env")


class Machine:
    """A checkout with nothing but `.ci/run`, and a folder of commands that note how they were called."""

    def __init__(self, root: Path) -> None:
        self.bin, self.log, self.checkout = root / "bin", root / "log", root / "checkout"
        self.bin.mkdir()
        for name in PRESENT:
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)
        (self.checkout / ".ci").mkdir(parents=True)
        (self.checkout / ".venv" / "bin").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", self.checkout / ".ci" / "run")
        self.add(".venv/bin/python", folder=self.checkout)

    def add(self, *names: str, ends_with: int = 0, folder: Path | None = None) -> None:
        for name in names:
            path = (folder or self.bin) / name
            path.write_text(
                f'#!/bin/sh\necho "{name} $* $GEORISK_BROWSER_PROMISED" >> "{self.log}"\nexit {ends_with}\n'
            )
            path.chmod(0o755)

    def run(self) -> tuple[int, list[str]]:
        """How it ended, and the commands that were called, without questions to Python."""
        command = [str(self.bin / "bash"), str(self.checkout / ".ci" / "run")]
        done = subprocess.run(command, env={"PATH": str(self.bin)}, capture_output=True, text=True, check=False)
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return done.returncode, [line.rstrip() for line in lines if not line.startswith("python3 -c")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


TESTED = ["make test yes"]


def test_a_machine_that_has_everything_installs_nothing(machine: Machine) -> None:
    machine.add("make", "git", "python3", "chromium", "apt-get")
    assert machine.run() == (0, TESTED)


def test_a_bare_machine_gets_a_browser_and_python(machine: Machine) -> None:
    machine.add("make", "git", "apt-get", "sudo")
    status, calls = machine.run()
    assert status == 0
    assert any(" update -q" in call for call in calls)
    (install,) = [call for call in calls if " install " in call]
    assert install.endswith(f"--no-install-recommends python3 python3-venv {BROWSERS}")
    assert calls[-1:] == TESTED


@pytest.mark.parametrize("browser", ["chromium-browser", "google-chrome-stable", "google-chrome"])
def test_any_of_its_kind_is_a_browser(machine: Machine, browser: str) -> None:
    machine.add("make", "git", "python3", browser, "apt-get")
    assert machine.run() == (0, TESTED)


def test_a_failed_test_fails_it(machine: Machine) -> None:
    machine.add("git", "python3", "chromium")
    machine.add("make", ends_with=2)
    assert machine.run() == (2, TESTED)
