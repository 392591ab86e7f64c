"""A progress line now and then for steps that may take minutes; short ones stay silent."""

from __future__ import annotations

import logging
import time

EVERY_SECONDS = 10.0


class Progress:
    """Counts items and logs `scored 40,000 of 200,000 articles, 35 s left` at most every `every` seconds."""

    def __init__(self, log: logging.Logger, verb: str, things: str, total: int | None, every: float = EVERY_SECONDS):
        """Start counting; `total` is None when nobody knows it beforehand."""
        self._log, self._verb, self._things, self._total, self._every = log, verb, things, total, every
        self._done = 0
        self._started = self._last = time.monotonic()

    def advance(self, count: int) -> None:
        """Count items that are done."""
        self._done += count
        now = time.monotonic()
        if now - self._last < self._every:
            return
        self._last = now
        if self._total is None:
            self._log.info("%s %s %s", self._verb, f"{self._done:,}", self._things)
            return
        left = (now - self._started) / self._done * (self._total - self._done) if self._done else 0.0
        parts = f"{self._done:,} of {self._total:,}"
        self._log.info("%s %s %s, %.0f s left", self._verb, parts, self._things, left)
