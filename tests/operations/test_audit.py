"""`make audit` finds known faults, and never takes silence for a good answer."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType

import pytest

from tasks.storage.files import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "requirements" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FINE = {"name": "click", "version": "8.5.1", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited: ours (1)"}
FAULT = {"id": "CVE-2025-1", "fix_versions": ["2.0"], "aliases": [], "description": "bad"}


def answer(*packages: dict[str, object]) -> tuple[str, str]:
    return json.dumps({"dependencies": packages, "fixes": []}), "No known vulnerabilities found\n"


@pytest.mark.parametrize(
    ("told", "lines", "is_faulty"),
    [
        (answer(FINE, FINE), ["run.lock: 2 of 2 packages audited", "  no known fault"], False),
        (
            answer(FINE, {"name": "x", "version": "1.0", "vulns": [FAULT, {"id": "CVE-2"}]}),
            [
                "run.lock: 2 of 2 packages audited",
                "  x 1.0: CVE-2025-1, mended in 2.0",
                "  x 1.0: CVE-2, not mended yet",
            ],
            True,
        ),
        (
            answer(FINE, UNKNOWN),
            [
                "run.lock: 1 of 2 packages audited",
                f"  not audited: ours ({UNKNOWN['skip_reason']})",
                "  no known fault",
            ],
            False,
        ),
        (
            answer(UNKNOWN, UNKNOWN),
            [f"run.lock: audit skipped, the index knows of no faults at all ({UNKNOWN['skip_reason']})"],
            False,
        ),
        (
            ("", "Traceback\nrequests.exceptions.ProxyError: no way out\n"),
            [
                "run.lock: audit skipped, nobody could be asked (requests.exceptions.ProxyError: no way out)",
            ],
            False,
        ),
        (("", ""), ["run.lock: audit skipped, nobody could be asked (no answer)"], False),
    ],
)
def test_what_pip_audit_answers(audit: ModuleType, told: tuple[str, str], lines: list[str], is_faulty: bool) -> None:
    assert audit.audit("run.lock", lambda _: told) == (lines, is_faulty)


def test_both_locks_are_audited(audit: ModuleType) -> None:
    assert all((ROOT / lock).is_file() for lock in audit.LOCKS)
