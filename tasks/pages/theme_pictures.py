"""The pictures of one theme, from the rows that the report reads: what is drawn, and what is read out instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from tasks.pages.formats import clip, counted, day, number, signed
from tasks.pages.gap_calendar import calendar
from tasks.pages.sparks import spark
from tasks.pages.theme_chart import NARROW, WIDE, Marker, SessionPoint, theme_chart
from tasks.pages.words import Row, session_status

SPARK_SESSIONS = 60
SIZES = {"wide": WIDE, "narrow": NARROW}


@dataclass(frozen=True, slots=True)
class ThemePictures:
    """One theme's rows.

    Args:
        label: the theme's name.
        sessions: rows of `sql/report/sessions.sql`, ascending, at least one.
        asset: row of `sql/report/reference_asset.sql`, or None.
        closes: rows of `sql/report/closes.sql` of that asset, ascending.
        events: numbered rows of `sql/report/events.sql`.
    """

    label: str
    sessions: Sequence[Row]
    asset: Row | None
    closes: Sequence[Row]
    events: Sequence[Row]

    def spark(self) -> Markup:
        """The fast pressure of the newest sessions, for the card."""
        shown = [row["pressure_fast"] for row in self.sessions[-SPARK_SESSIONS:]]
        return spark(
            shown, f"{self.label}: fast pressure over {counted(len(shown), 'session')}, the newest at the right"
        )

    def charts(self) -> dict[str, Markup]:
        """The theme over its asset, `wide` and `narrow`."""
        markers = [Marker(event["number"], event["session_date"]) for event in self.events]
        drawn = f"{clip(self.asset['label'], 42)}, {self.asset['currency']}" if self.asset else None
        points, label = self.points(), self.chart_label()
        return {name: theme_chart(points, markers, drawn, label, size) for name, size in SIZES.items()}

    def calendars(self) -> dict[str, Markup]:
        """The calendar of gaps, `wide` and `narrow`."""
        days = [(row["session_date"], session_status(row)) for row in self.sessions]
        found = [status for _, status in days]
        spoken = found.count("ok") + found.count("low_coverage")
        quiet, blind = found.count("no_news"), found.count("stale_source")
        label = f"{self.label}: {counted(len(days), 'session')}, {spoken} with news, {quiet} quiet, {blind} blind"
        return {name: calendar(days, label, size) for name, size in SIZES.items()}

    def points(self) -> list[SessionPoint]:
        """One point a day on which the theme's clock or the asset's had a session, ascending."""
        row_of, close_of = ({row["session_date"]: row for row in rows} for rows in (self.sessions, self.closes))
        return [
            self._point(moment, row_of.get(moment), close_of.get(moment)) for moment in sorted({*row_of, *close_of})
        ]

    def _point(self, moment: date, row: Row | None, close: Row | None) -> SessionPoint:
        said = [day(moment)]
        price = close["close"] if close else None
        if row:
            told = counted(row["story_count"], "story", "stories")
            said.append(f"score {signed(row['risk_score'])}, {told}, pressure {signed(row['pressure_fast'])}")
        if self.asset and close:
            said.append(f"{self.asset['symbol']} {number(price)}")
        return SessionPoint(
            day=moment,
            status=row["status"] if row else "",
            score=row["risk_score"] if row else None,
            fast=row["pressure_fast"] if row else None,
            slow=row["pressure_slow"] if row else None,
            is_priced=close is not None,
            close=price,
            is_provisional=row is not None and row["is_provisional"],
            note="; ".join(said),
        )

    def chart_label(self) -> str:
        """What a reader hears instead of the chart: its span, its ends and its extremes."""
        first, last = self.sessions[0], self.sessions[-1]
        said = [f"{self.label}, {day(first['session_date'])} to {day(last['session_date'])}"]
        known = [row["close"] for row in self.closes if row["close"] is not None]
        if self.asset and known:
            said.append(
                f"{self.asset['label']} from {number(known[0])} to {number(known[-1])} {self.asset['currency']}"
            )
        scored = [row for row in self.sessions if row["risk_score"] is not None]
        for name, pick in (("lowest", min), ("highest", max)):
            if scored:
                row = pick(scored, key=lambda row: row["risk_score"])
                said.append(f"{name} score {signed(row['risk_score'])} on {day(row['session_date'])}")
        return "; ".join([*said, f"newest fast pressure {signed(last['pressure_fast'])}"])
