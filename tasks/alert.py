"""alert: find what somebody should know in a publication, and tell it once in a cooldown over one webhook."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.domain.alerts import Alert, AlertRules, Crossing, of_crossings, of_late, of_stale
from tasks.domain.run import Run
from tasks.storage.alert_book import AlertBook
from tasks.storage.alert_rules import load_alert_rules
from tasks.storage.articles import SEEDS
from tasks.storage.calendars import sessions
from tasks.storage.files import Home
from tasks.storage.models import SQL
from tasks.storage.seeds import load_taxonomy
from tasks.storage.warehouse import connect, naive_utc
from tasks.storage.webhook import post_json

log = logging.getLogger(__name__)

RULES = "alerts.yaml"
NEWS = timedelta(days=7)
"""A threshold that was crossed before that is no news any more."""

LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where alerts go, and by which rules.

    Args:
        home: whose alerts these are; the cooldown is kept there.
        rules: of `alerts.yaml`.
        url: the webhook; None = alerts are logged only.
    """

    home: Path
    rules: AlertRules
    url: str | None = None

    @classmethod
    def of(cls, home: Path, seeds: Path, url: str | None) -> Outlet:
        """The outlet of a home by the rules of `seeds`.

        Raises:
            SeedError: the rules are broken.
        """
        return cls(home, load_alert_rules(seeds / RULES), url)

    def tell(self, alerts: Iterable[Alert], now: datetime) -> int:
        """Tell the alerts that are due at `now` (aware); return how many were told.

        An alert that could not be sent is logged, does not count as told, and never fails the caller.
        """
        return sum(self._tell_one(alert, now) for alert in alerts)

    def _tell_one(self, alert: Alert, now: datetime) -> bool:
        try:
            with AlertBook(self.home).turn(alert.key, now, self.rules.cooldown(alert.kind)) as is_due:
                if not is_due:
                    return False
                log.warning("alert %s: %s", alert.key, alert.text)
                if self.url is None:
                    return True
                failure = post_json(self.url, alert.payload(str(self.home), now))
                if failure:
                    raise _UnsentError(failure)
                return True
        except _UnsentError as fault:
            log.error("alert %s was not sent: the webhook answered %s", alert.key, fault)
        except OSError as fault:
            log.error("alert %s: the cooldown cannot be kept in %s (%s)", alert.key, self.home, fault.strerror)
        return False


class _UnsentError(Exception):
    """Leaves the book as it was."""


def publication_alerts(run: Run, rules: AlertRules) -> list[Alert]:
    """What the publication of a run gives reason to tell: thresholds that were crossed, sources that went stale."""
    published = Home(run.home).published
    asked = {"run_id": run.run_id, "z_limit": rules.signal_z, "since": naive_utc(run.now - NEWS)}
    crossed = _ask(published, "threshold_crossed", asked)
    stale = _ask(published, "stale_source", {})
    return [*of_crossings([Crossing(*row) for row in crossed], rules.signal_z), *of_stale(stale)]


def late_alerts(home: Path, seeds: Path, rules: AlertRules, now: datetime) -> list[Alert]:
    """Themes whose last closed session should have been published by `now` and is not.

    The embedded demonstration ends where its articles end, so it is never late.
    """
    published = Home(home).published
    if not (published / "signals.duckdb").exists():
        return []
    if _ask(published, "is_demonstration", {"collection": SEEDS}):
        return []
    clocks = {clock.clock: clock for clock in load_taxonomy(seeds).clocks}
    due = now - timedelta(hours=rules.late_after_hours)
    alerts = []
    for theme, clock, newest in _ask(published, "newest_session", {}):
        made = sessions(clocks[clock], (due - LOOK_BACK).date(), due.date())
        closed = [session.session_date for session in made if session.cutoff_at <= due]
        if closed and (newest is None or newest < closed[-1]):
            alerts.append(of_late(theme, clock, closed[-1], newest, rules.late_after_hours))
    return alerts


def _ask(published: Path, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    db = connect(published / "signals.duckdb", 1, temp=published / "tmp", read_only=True)
    try:
        return db.execute((SQL / "alerts" / f"{name}.sql").read_text(encoding="utf-8"), parameters).fetchall()
    finally:
        db.close()
