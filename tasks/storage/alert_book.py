"""What was told when: `alerts.json` in the home, so that nobody is told the same thing every minute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

KEPT = timedelta(days=90)
WAIT_SECONDS = 10.0


class AlertBook:
    """The book of one home; two processes may write to it."""

    def __init__(self, home: Path) -> None:
        """Nothing is read or written yet."""
        self._path = home / "alerts.json"
        self._lock = FileLock(home / "alerts.lock")

    @contextmanager
    def turn(self, key: str, now: datetime, cooldown: timedelta) -> Iterator[bool]:
        """Whether the alert is due; when the block ends without an error, it counts as told at `now`.

        A stamp after `now` was made by a clock that ran ahead, so it does not silence anything. A book that cannot be
        read or locked does not either: telling twice is better than not at all.
        """
        try:
            with self._lock.acquire(timeout=WAIT_SECONDS):
                told = self._read()
                last = told.get(key)
                is_due = last is None or not last <= now < last + cooldown
                yield is_due
                if is_due:
                    self._write({name: at for name, at in told.items() if now - at < KEPT} | {key: now})
        except Timeout:
            yield True

    def _read(self) -> dict[str, datetime]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return {key: datetime.fromisoformat(at) for key, at in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def _write(self, told: dict[str, datetime]) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({key: at.isoformat() for key, at in sorted(told.items())}, indent=1), "utf-8")
        draft.replace(self._path)
