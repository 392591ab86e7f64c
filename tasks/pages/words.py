"""A row of numbers in a portfolio manager's words; `tasks.pages.glossary` prints the limits of each word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.pages.formats import counted, day, number, percent, share, signed

Row = Mapping[str, Any]
BALANCED, SLIGHT, CLEAR = 0.02, 0.10, 0.30
NEAR, BEYOND, FAR = 0.5, 1.5, 3.0

STATUS_WORDS = {
    "ok": ("good", "news"),
    "low_coverage": ("fair", "news, few sources"),
    "no_news": ("none", "quiet"),
    "stale_source": ("poor", "blind"),
}
"""Status -> the light's level and the word beside it."""

PRICE_TROUBLE = {
    "ok": "",
    "unadjusted": "a dividend may be hidden in it",
    "pending": "the newest close is not published yet",
    "missing": "the newest close is missing",
    "suspect": "the newest close is not believable",
    "closed": "its own exchange was shut in the newest session",
}


def session_status(row: Row) -> str:
    """The status of a session as the calendar shows it: `provisional` while its cut-off has not passed."""
    return "provisional" if row["is_provisional"] else str(row["status"])


def size_word(score: float) -> str:
    """`slightly up`, `strongly down`, `about balanced`: a score in a word or two."""
    size = abs(score)
    if size < BALANCED:
        return "about balanced"
    adverb = "slightly" if size < SLIGHT else "clearly" if size < CLEAR else "strongly"
    return f"{adverb} {'up' if score > 0 else 'down'}"


def points_words(score: float) -> str:
    """`points slightly up`, `is about balanced`."""
    word = size_word(score)
    return f"is {word}" if abs(score) < BALANCED else f"points {word}"


def level_words(z: float) -> str:
    """`well above its usual level`: a z in words."""
    if abs(z) < NEAR:
        return "near its usual level"
    adverb = "" if abs(z) < BEYOND else "well " if abs(z) < FAR else "far "
    return f"{adverb}{'above' if z > 0 else 'below'} its usual level"


def headline(themes: Sequence[tuple[str, Row | None]]) -> str:
    """One line over all themes: `Defense demand slightly up, energy supply risk quiet`.

    Args:
        themes: (label, newest closed session or None).
    """
    said = []
    for label, row in themes:
        if row is None:
            word = "without a session"
        elif row["risk_score"] is not None:
            word = size_word(row["risk_score"])
        else:
            word = STATUS_WORDS[row["status"]][1]
        said.append(f"{label} {word}")
    return "; ".join(said) + "." if said else ""


def theme_sentences(row: Row, open_row: Row | None) -> list[str]:
    """What a session says about a theme: its news, its pressure, and what is still open.

    Args:
        row: the newest closed session, with the columns of `sql/report/sessions.sql`.
        open_row: the session whose cut-off had not passed, if there is one.
    """
    said = [_news(row), _pressure(row)]
    if row["is_provisional"]:
        said.append("The cut-off had not passed when this was published: the figures will change.")
    if open_row is not None:
        so_far = "no relevant news so far"
        if open_row["risk_score"] is not None:
            told = counted(open_row["story_count"], "story", "stories")
            so_far = f"{signed(open_row['risk_score'])} on {told} so far"
        said.append(f"The session of {day(open_row['session_date'])} was still open: {so_far}.")
    return [sentence for sentence in said if sentence]


def _news(row: Row) -> str:
    if row["status"] == "stale_source":
        return "No source covered this session: the score is unknown, not zero."
    if row["risk_score"] is None:
        return "No relevant news in this session: a quiet day, not a blind one. There is no score to show."
    told = counted(row["story_count"], "story", "stories")
    outlets = counted(row["source_count"], "outlet")
    new = "all new" if row["new_story_count"] == row["story_count"] else f"{row['new_story_count']:,} new"
    score = f"{signed(row['risk_score'])} on {told} ({new}) from {outlets}"
    said = f"The news {points_words(row['risk_score'])}: {score}."
    few = " Less than half of the sources covered the session: read the score with care."
    return said + (few if row["status"] == "low_coverage" else "")


def _pressure(row: Row) -> str:
    if row["status"] == "stale_source":
        return "Pressure and signal pause until a source speaks again."
    if row["pressure_fast"] is None:
        return "Pressure is not shown yet: it needs more sessions after the start or after a blind spell."
    said = f"Pressure is {signed(row['pressure_fast'])}"
    if row["signal_z"] is None:
        return said + "; z and signal need 60 healthy sessions before this one."
    said += f", {level_words(row['signal_z'])} (z {signed(row['signal_z'], 1)})"
    if row["risk_pct_rank_250"] is not None:
        said += f" and at or above {share(row['risk_pct_rank_250'])} of the past 250 sessions"
    said += f"; the signal is {signed(row['signal_score'])}"
    if row["signal_change"] is not None:
        change = number(abs(row["signal_change"]))
        way = "up" if row["signal_change"] > 0 else "down"
        said += f", {way} {change} from the session before" if float(change) else ", unchanged"
    return said + "."


def move(row: Row) -> str:
    """An asset's move of its session: a return in percent, a difference in points."""
    if row["session_return"] is not None:
        return percent(row["session_return"])
    return f"{signed(row['session_change'])} points" if row["session_change"] is not None else percent(None)


def expected(sign: int) -> str:
    """What a higher score points to for the asset."""
    return {1: "rises", -1: "falls"}.get(sign, "no view")


def price_trouble(status: str) -> str:
    """What is wrong with an asset's newest close, or nothing."""
    return PRICE_TROUBLE.get(status, status.replace("_", " "))


def source_light(row: Row) -> tuple[str, str]:
    """The light of a source in a session, and the words beside it; fewer than half of the usual items is a warning."""
    if not row["is_expected"]:
        return "none", "not expected: not begun, or switched off"
    if not row["is_covered"]:
        return "poor", "blind: did not cover the session"
    if row["quarantined_count"]:
        aside = counted(row["quarantined_count"], "item")
        return "fair", f"{counted(row['seen_count'], 'item')}, {aside} set aside"
    if not row["seen_count"]:
        return "fair", "covered, nothing new"
    if row["expected_count"] is not None and 2 * row["seen_count"] < row["expected_count"]:
        return "fair", f"{counted(row['seen_count'], 'item')}, usually {row['expected_count']:,}"
    return "good", counted(row["seen_count"], "item")
