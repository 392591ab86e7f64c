"""What somebody is told when a run cannot tell it by itself: the kinds of alerts, their text and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from tasks.domain.errors import CheckFailedError, GeoriskError
from tasks.domain.taxonomy import Frozen

Kind = Literal["run_failed", "run_crashed", "check_failed", "publication_late", "stale_source", "threshold_crossed"]
TEXT_LIMIT = 1_500
"""Characters of a text; chat systems cut longer ones in the middle of a word."""


class AlertRules(Frozen):
    """`alerts.yaml`.

    `signal_z`: limit of |signal_z|, > 0. `late_after_hours`: after the cut-off of a theme's reference clock.
    `cooldown_hours`: kind -> hours until the same thing is told again; 0 = every time.
    """

    signal_z: float = Field(gt=0)
    late_after_hours: float = Field(gt=0)
    cooldown_hours: Mapping[Kind, float]

    def cooldown(self, kind: Kind) -> timedelta:
        """How long the same thing is not told again."""
        return timedelta(hours=self.cooldown_hours.get(kind, 0.0))


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell.

    Args:
        kind: what happened.
        subject: what it happened to; with the kind, the key that is told once in a cooldown.
        text: one or two sentences, with the remedy where there is one.
        details: further facts as JSON types.
    """

    kind: Kind
    subject: str
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Alerts of one key are the same news."""
        return f"{self.kind}:{self.subject}"

    def payload(self, home: str, at: datetime) -> dict[str, Any]:
        """The JSON that is sent; `text` alone is what chat systems show."""
        told = asdict(self) | {"text": f"georisk-signals {self.kind}: {self.text}"[:TEXT_LIMIT]}
        return {**told, "key": self.key, "home": home, "at": at.isoformat()}


@dataclass(frozen=True, slots=True)
class Crossing:
    """A session in which a theme's signal reached the limit."""

    session_date: date
    theme: str
    clock: str
    signal_z: float
    risk_score: float | None
    previous_z: float | None


def of_failure(run_id: str, fault: BaseException) -> Alert:
    """A run that ended with an error; `fault` is told in its own words if it is one of ours, else by its type.

    Words of other programs may hold an address with a password in it, so they stay in the log of the run.
    """
    if isinstance(fault, CheckFailedError):
        return Alert("check_failed", "checks", f"run {run_id}: {fault}", {"run_id": run_id})
    said = str(fault) if isinstance(fault, GeoriskError) else f"{type(fault).__name__}; see the log of the run"
    details = {"run_id": run_id, "error": type(fault).__name__}
    return Alert("run_failed", type(fault).__name__, f"run {run_id}: {said}; the last publication stays", details)


def of_crash(run_name: str) -> Alert:
    """A run whose process is gone."""
    text = f"run {run_name}: its process is gone; the last publication stays, the next run makes up for it"
    return Alert("run_crashed", "process", text, {"run": run_name})


def of_crossings(crossings: Sequence[Crossing], limit: float) -> list[Alert]:
    """One alert a theme, however many sessions crossed at once."""
    alerts = []
    for theme in sorted({crossing.theme for crossing in crossings}):
        mine = [crossing for crossing in crossings if crossing.theme == theme]
        last = max(mine, key=lambda crossing: crossing.session_date)
        before = "none" if last.previous_z is None else f"{last.previous_z:+.1f}"
        more = f", and {len(mine) - 1} earlier sessions of this run" if len(mine) > 1 else ""
        text = (
            f"{theme} on {last.clock}, session {last.session_date}: signal_z {last.signal_z:+.1f} "
            f"(before {before}, limit {limit:g}){more}"
        )
        facts = {"theme": theme, "session_date": str(last.session_date), "signal_z": last.signal_z, "limit": limit}
        alerts.append(Alert("threshold_crossed", theme, text, facts))
    return alerts


def of_stale(sources: Iterable[tuple[str, date, float | None]]) -> list[Alert]:
    """Sources (name, newest session, hours since their newest item) that bring nothing any more."""
    alerts = []
    for source, day, hours in sources:
        since = "it never brought anything" if hours is None else f"its newest item is {hours:.0f} hours old"
        text = f"source {source} brought nothing for session {day}: {since}; see signal.coverage"
        alerts.append(Alert("stale_source", source, text, {"source": source, "session_date": str(day)}))
    return alerts


def of_late(theme: str, clock: str, wanted: date, published: date | None, hours: float) -> Alert:
    """A theme whose closed session is not published in time."""
    text = (
        f"{theme} on {clock}: session {wanted} closed more than {hours:g} hours ago and is not published; the newest "
        f"one is {published or 'none'}; look at the runs, then run again"
    )
    facts = {"theme": theme, "session_date": str(wanted), "published": str(published) if published else None}
    return Alert("publication_late", theme, text, facts)
