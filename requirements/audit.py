"""Known faults of the locked packages, as pip-audit finds them; says so when nobody could be asked.

python requirements/audit.py [LOCK ...]        exit code 1 when a package has a known fault

pip-audit ends well when the index answers "never heard of it" to every question, as a mirror without that service does.
That is no audit, so its answers are counted here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

LOCKS = ("requirements/run.lock", "requirements/test.lock")
OPTIONS = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "10", "--format", "json")

Ask = Callable[[str], tuple[str, str]]
"""A lock file to what pip-audit writes: its JSON, and its words."""


def ask_pip_audit(lock: str) -> tuple[str, str]:
    """Run pip-audit over a lock file."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", lock, *OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def audit(lock: str, ask: Ask = ask_pip_audit) -> tuple[list[str], bool]:
    """The lines to print for a lock file, and whether a fault is known."""
    answer, words = ask(lock)
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        cause = words.strip().splitlines()[-1][:200] if words.strip() else "no answer"
        return [f"{lock}: audit skipped, nobody could be asked ({cause})"], False
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        cause = packages[0]["skip_reason"] if packages else "it names no package"
        return [f"{lock}: audit skipped, the index knows of no faults at all ({cause})"], False
    lines = [f"{lock}: {len(asked)} of {len(packages)} packages audited"]
    lines += [f"  not audited: {p['name']} ({p['skip_reason']})" for p in packages if "skip_reason" in p]
    faults = [(package, fault) for package in asked for fault in package["vulns"]]
    for package, fault in faults:
        remedy = f"mended in {', '.join(fault['fix_versions'])}" if fault.get("fix_versions") else "not mended yet"
        lines.append(f"  {package['name']} {package['version']}: {fault['id']}, {remedy}")
    return [*lines, *([] if faults else ["  no known fault"])], bool(faults)


def main(locks: Sequence[str]) -> int:
    """Audit each lock file; return the exit code."""
    code = 0
    for lock in locks:
        lines, is_faulty = audit(lock)
        print("\n".join(lines))
        code |= int(is_faulty)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or LOCKS))
