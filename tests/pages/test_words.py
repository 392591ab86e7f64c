"""Rows in words: every status, every limit, and nothing said that is not known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.pages.glossary import GLOSSARY
from tasks.pages.words import (
    expected,
    headline,
    level_words,
    move,
    points_words,
    price_trouble,
    session_status,
    size_word,
    source_light,
    theme_sentences,
)

ROW: dict[str, Any] = {
    "session_date": date(2025, 9, 29),
    "status": "ok",
    "is_provisional": False,
    "risk_score": 0.046,
    "story_count": 3,
    "new_story_count": 2,
    "source_count": 1,
    "pressure_fast": 0.3,
    "signal_z": 0.84,
    "signal_score": 0.4,
    "signal_change": -0.05,
    "risk_pct_rank_250": 0.79,
}


def said(**fields: object) -> str:
    return " ".join(theme_sentences({**ROW, **fields}, None))


def test_a_session_with_news() -> None:
    assert said() == (
        "The news points slightly up: +0.05 on 3 stories (2 new) from 1 outlet. Pressure is +0.30, above its usual "
        "level (z +0.8) and at or above 79\u202f% of the past 250 sessions; the signal is +0.40, down 0.05 from the "
        "session before."
    )


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"new_story_count": 3}, "(all new)"),
        ({"story_count": 1, "new_story_count": 1, "source_count": 2}, "1 story (all new) from 2 outlets"),
        ({"status": "low_coverage"}, "Less than half of the sources covered the session"),
        ({"status": "no_news", "risk_score": None}, "a quiet day, not a blind one"),
        ({"status": "stale_source", "risk_score": None}, "the score is unknown, not zero. Pressure and signal pause"),
        ({"pressure_fast": None}, "Pressure is not shown yet"),
        ({"signal_z": None}, "z and signal need 60 healthy sessions before this one."),
        ({"signal_change": None}, "the signal is +0.40."),
        ({"signal_change": 0.001}, "the signal is +0.40, unchanged."),
        ({"signal_change": 0.2}, ", up 0.20 from the session before."),
        ({"risk_pct_rank_250": None}, "(z +0.8); the signal"),
        ({"is_provisional": True}, "The cut-off had not passed when this was published"),
    ],
)
def test_what_a_row_makes_of_it(fields: dict[str, object], part: str) -> None:
    assert part in said(**fields)


@pytest.mark.parametrize(
    ("score", "word"),
    [(0.019, "about balanced"), (-0.02, "slightly down"), (0.1, "clearly up"), (-0.3, "strongly down")],
)
def test_words_change_at_the_limits_of_the_glossary(score: float, word: str) -> None:
    assert size_word(score) == word
    limits = next(meaning for term, _, meaning in GLOSSARY if term == "Risk score")
    assert "below 0.02" in limits
    assert "below 0.10" in limits
    assert "below 0.30" in limits


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (0.4, "near its usual level"),
        (-0.5, "below its usual level"),
        (1.5, "well above its usual level"),
        (-3, "far below its usual level"),
    ],
)
def test_levels_change_at_the_limits_of_the_glossary(z: float, words: str) -> None:
    assert level_words(z) == words
    limits = next(meaning for term, _, meaning in GLOSSARY if term == "z")
    assert "below 0.5 in size" in limits
    assert "well from 1.5, far from 3" in limits


def test_an_open_session_is_told_with_and_without_news() -> None:
    open_row = {**ROW, "session_date": date(2025, 9, 30), "is_provisional": True}
    assert theme_sentences(ROW, open_row)[-1] == "The session of 30 Sep 2025 was still open: +0.05 on 3 stories so far."
    silent = {**open_row, "risk_score": None}
    assert theme_sentences(ROW, silent)[-1] == "The session of 30 Sep 2025 was still open: no relevant news so far."


def test_the_headline_names_every_theme() -> None:
    quiet = {**ROW, "status": "no_news", "risk_score": None}
    assert headline([("Defense", ROW), ("Energy", quiet), ("Europe", None)]) == (
        "Defense slightly up; Energy quiet; Europe without a session."
    )
    assert headline([]) == ""
    assert points_words(0.0) == "is about balanced"


def test_small_words() -> None:
    assert session_status({"is_provisional": True, "status": "ok"}) == "provisional"
    assert session_status(ROW) == "ok"
    assert [expected(sign) for sign in (1, -1, 0)] == ["rises", "falls", "no view"]
    assert move({"session_return": -0.03, "session_change": -2.0}) == "−3.0\u202f%"
    assert move({"session_return": None, "session_change": 0.83}) == "+0.83 points"
    assert move({"session_return": None, "session_change": None}) == "–"
    assert price_trouble("ok") == ""
    assert price_trouble("pending") == "the newest close is not published yet"
    assert price_trouble("new_kind") == "new kind", "a status of tomorrow stops no page"


@pytest.mark.parametrize(
    ("fields", "light"),
    [
        ({}, ("good", "2 items")),
        ({"expected_count": 4}, ("good", "2 items")),
        ({"expected_count": 5}, ("fair", "2 items, usually 5")),
        ({"seen_count": 0}, ("fair", "covered, nothing new")),
        ({"seen_count": 1, "quarantined_count": 3}, ("fair", "1 item, 3 items set aside")),
        ({"seen_count": 0, "is_covered": False}, ("poor", "blind: did not cover the session")),
        ({"is_covered": False, "is_expected": False}, ("none", "not expected: not begun, or switched off")),
    ],
)
def test_the_light_of_a_source(fields: dict[str, object], light: tuple[str, str]) -> None:
    row = {"is_covered": True, "is_expected": True, "seen_count": 2, "quarantined_count": 0, "expected_count": None}
    assert source_light({**row, **fields}) == light
