"""Manners of `tasks.storage.web`: how often a host is asked, and that it is left alone when it asks for that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from tasks.domain.errors import FetchError


@dataclass(slots=True)
class _Host:
    """When a host may be asked next, on the clock."""

    free_at: float = 0.0
    closed_until: float = 0.0


class Manners:
    """One queue a host; hosts do not wait for each other. Safe among threads.

    Args:
        gap_seconds: at least, between the starts of two requests to one host.
        patience_seconds: a host that asks for a longer rest than this is not waited for.
        clock: seconds that never go back.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        gap_seconds: float,
        patience_seconds: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Begin with hosts that may all be asked."""
        self._gap, self._patience, self._clock, self._sleep = gap_seconds, patience_seconds, clock, sleep
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def queue(self, host: str) -> None:
        """Wait until the host may be asked.

        Raises:
            FetchError: it has asked us to stay away for longer than we would wait.
        """
        with self._lock:
            now, place = self._clock(), self._hosts.setdefault(host, _Host())
            closed = place.closed_until - now
            start = max(now, place.free_at, place.closed_until)
            if closed <= self._patience:
                place.free_at = start + self._gap
        if closed > self._patience:
            rule = f"HTTP status 429, the host asked to wait {closed:,.0f} s more"
            raise FetchError("http_status", host, rule, "run again after that", status=429, wait_seconds=closed)
        if start > now:
            self._sleep(start - now)

    def close(self, host: str, seconds: float) -> None:
        """Remember that the host asked for a rest."""
        with self._lock:
            place = self._hosts.setdefault(host, _Host())
            place.closed_until = max(place.closed_until, self._clock() + seconds)
